using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Errors;

/// <summary>What is wrong with one field; the reasons are upstream's metav1.CauseType.</summary>
/// <param name="Reason">FieldValueRequired, FieldValueInvalid, ...</param>
/// <param name="Field">The path, as upstream writes it: <c>spec.containers[0].name</c>, <c>metadata.annotations[a/b]</c>.</param>
/// <param name="Message">The text without the path: <c>Invalid value: "x": must be ...</c></param>
public readonly record struct FieldError(string Reason, string Field, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Message}";
}

/// <summary>
/// Collects all problems of one object under their paths: <c>errors.At("spec").At("containers", i).Required("name")</c>.
/// A value of this type is a place in the object; places share one list. Copying is cheap, and paths are spelled only when something is wrong.
/// </summary>
public readonly struct FieldErrors
{
    // apimachinery: pkg/util/validation/field; texts of the reasons are ErrorType.String()
    private readonly List<FieldError> _found;
    private readonly PathNode? _path;

    /// <summary>An empty collection, standing at the root of an object.</summary>
    public FieldErrors()
        : this([], null)
    {
    }

    private FieldErrors(List<FieldError> found, PathNode? path)
    {
        _found = found;
        _path = path;
    }

    /// <summary>All problems found so far, wherever this value stands.</summary>
    public IReadOnlyList<FieldError> All => _found;

    /// <summary>Has nothing been found?</summary>
    public bool IsEmpty => _found.Count == 0;

    /// <summary>The path of this place.</summary>
    public string Path => _path is null ? "<nil>" : _path.Spell();

    /// <summary>A field of the struct at this place. A dotted name is several steps.</summary>
    public FieldErrors At(string field) => new(_found, new PathNode(_path, field, PathStep.Field));

    /// <summary>An item of a list field.</summary>
    public FieldErrors At(string field, int index) => At(field).At(index);

    /// <summary>An item of the list at this place.</summary>
    public FieldErrors At(int index) => new(_found, new PathNode(_path, index.ToString(CultureInfo.InvariantCulture), PathStep.Key));

    /// <summary>The value behind a key of the map at this place.</summary>
    public FieldErrors Key(string key) => new(_found, new PathNode(_path, key, PathStep.Key));

    /// <summary>A value that must be there is not.</summary>
    public void Required(string? detail = null) => Add("FieldValueRequired", With("Required value", detail));

    /// <summary>The value is wrong. The value is printed as Go's JSON would: strings quoted, null for nothing.</summary>
    public void Invalid(string? value, string? detail) => Add("FieldValueInvalid", With($"Invalid value: {Quote(value)}", detail));

    /// <inheritdoc cref="Invalid(string?, string?)"/>
    public void Invalid(long value, string? detail) => Add("FieldValueInvalid", With(string.Create(CultureInfo.InvariantCulture, $"Invalid value: {value}"), detail));

    /// <inheritdoc cref="Invalid(string?, string?)"/>
    public void Invalid(bool value, string? detail) => Add("FieldValueInvalid", With($"Invalid value: {(value ? "true" : "false")}", detail));

    /// <summary>The value is wrong; <paramref name="printed"/> is how upstream prints it (objects and lists as JSON).</summary>
    public void InvalidPrinted(string printed, string? detail) => Add("FieldValueInvalid", With($"Invalid value: {printed}", detail));

    /// <summary>The value is none of those that are supported; they are listed in the order given.</summary>
    public void NotSupported(string? value, params ReadOnlySpan<string> supported) => NotSupportedPrinted(Quote(value), supported);

    /// <summary>Like <see cref="NotSupported"/>; <paramref name="printed"/> is how upstream prints the value (objects and lists as JSON).</summary>
    public void NotSupportedPrinted(string printed, params ReadOnlySpan<string> supported)
    {
        var text = new StringBuilder("Unsupported value: ").Append(printed);
        for (var i = 0; i < supported.Length; i++)
            text.Append(i == 0 ? ": supported values: " : ", ").Append(Quote(supported[i]));
        Add("FieldValueNotSupported", text.ToString());
    }

    /// <summary>The value may not be there, or may not be changed.</summary>
    public void Forbidden(string? detail) => Add("FieldValueForbidden", With("Forbidden", detail));

    /// <summary>The value stands twice where it may stand once.</summary>
    public void Duplicate(string? value) => Add("FieldValueDuplicate", $"Duplicate value: {Quote(value)}");

    /// <summary>Like <see cref="Duplicate"/>; <paramref name="printed"/> is how upstream prints the value (objects as JSON).</summary>
    public void DuplicatePrinted(string printed) => Add("FieldValueDuplicate", $"Duplicate value: {printed}");

    /// <summary>The value refers to something that does not exist.</summary>
    public void NotFound(string? value, string? detail = null) => Add("FieldValueNotFound", With($"Not found: {Quote(value)}", detail));

    /// <summary>The value has more bytes than it may have.</summary>
    public void TooLong(int maxBytes) => Add("FieldValueTooLong", string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {maxBytes} bytes"));

    /// <summary>The list has more items than it may have.</summary>
    public void TooMany(int actual, int max) =>
        Add("FieldValueTooMany", string.Create(CultureInfo.InvariantCulture, $"Too many: {actual}: must have at most {max} {(max == 1 ? "item" : "items")}"));

    /// <summary>The value is of the wrong type.</summary>
    public void TypeInvalid(string printed, string detail) => Add("FieldValueTypeInvalid", With($"Invalid value: {printed}", detail));

    /// <summary>The check itself failed.</summary>
    public void Internal(string detail) => Add("InternalError", With("Internal error", detail));

    /// <summary>Adds a problem found elsewhere, as it is.</summary>
    public void Add(FieldError error) => _found.Add(error);

    /// <summary>A string as Go's %q and JSON print it; null for nothing.</summary>
    public static string Quote(string? value)
    {
        if (value is null)
            return "null";
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }

    private static string With(string kind, string? detail) => string.IsNullOrEmpty(detail) ? kind : $"{kind}: {detail}";

    private void Add(string reason, string message) => _found.Add(new FieldError(reason, Path, message));

    private enum PathStep
    {
        Field,
        Key,
    }

    private sealed class PathNode(PathNode? parent, string name, PathStep step)
    {
        public string Spell()
        {
            var text = new StringBuilder();
            Append(text);
            return text.ToString();
        }

        private void Append(StringBuilder text)
        {
            parent?.Append(text);
            if (step == PathStep.Key)
                text.Append('[').Append(name).Append(']');
            else
                (text.Length == 0 ? text : text.Append('.')).Append(name);
        }
    }
}
