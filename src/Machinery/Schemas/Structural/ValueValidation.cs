using System.Globalization;
using ControlPlane.Cel.Libraries;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>Checks a value against a structural schema, with upstream's words (kube-openapi: pkg/validation/validate and errors).</summary>
/// <remarks>
/// On an update, what is wrong with a value that the update leaves as it was is no error ("ratcheting"; apiextensions: pkg/apiserver/validation/ratcheting.go):
/// each value is compared with the one it can be correlated with, members by name and items of map lists by key.
/// </remarks>
public static class ValueValidation
{
    /// <summary>Finds all that is wrong.</summary>
    /// <param name="value">An object, or a part of one.</param>
    /// <param name="old">What stood there before; null for a new object.</param>
    /// <param name="schema">What it must meet.</param>
    /// <param name="errors">Where the value stands.</param>
    public static void Check(TreeValue value, TreeValue? old, StructuralSchema schema, FieldErrors errors)
    {
        var problems = new List<Problem>();
        Node(value, old, schema, "", problems);
        foreach (var problem in problems)
            problem.Tell(errors);
    }

    /// <summary>Is the text a regular expression that strings can be checked with?</summary>
    public static bool IsPattern(string pattern) => RegularExpressions.TryCompile(pattern, out _);

    // Returns how many checks held: the alternative that fits best is the one whose errors are told.
    private static int Node(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems)
    {
        var before = problems.Count;
        var matches = NodeAlone(value, old, schema, path, problems);
        if (problems.Count > before && old is not null && value.Equals(old))
            problems.RemoveRange(before, problems.Count - before);
        return matches;
    }

    private static int NodeAlone(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems)
    {
        var matches = TypeChecks.Check(value, schema, path, problems) ? 2 : 1;
        if (value.IsNull)
        {
            Enum(value, schema, path, problems);
            return matches;
        }

        matches += Alternatives.Check(value, old, schema, path, problems, Node);
        matches += value switch
        {
            TreeString text => Text(text.Value, schema, path, problems),
            TreeInteger or TreeNumber => Number(value, schema, path, problems),
            TreeList items => Items(items, old as TreeList, schema, path, problems),
            _ => 0,
        };
        Enum(value, schema, path, problems);
        if (value is TreeObject members)
            matches += Members(members, old as TreeObject, schema, path, problems);
        return matches + 1;
    }

    private static void Enum(TreeValue value, StructuralSchema schema, string path, List<Problem> problems)
    {
        if (schema.Enum.IsEmpty || schema.Enum.Contains(value))
            return;
        var supported = schema.Enum.Select(one => one.StringOrNull ?? one.ToString()).ToArray();
        problems.Add(new(path, at => at.NotSupportedPrinted(Printed(value), supported)));
    }

    private static int Text(string text, StructuralSchema schema, string path, List<Problem> problems)
    {
        var bounds = schema.Bounds;
        var matches = 1;
        if (bounds.MaxLength is { } max && Length(text) > max)
            problems.Add(new(path, at => at.TooLong((int)Math.Min(max, int.MaxValue))));
        else if (bounds.MinLength is { } min && Length(text) < min)
            problems.Add(new(path, at => at.Invalid(text, $"{path} in body should be at least {min} chars long")));
        else if (schema.Pattern.Length > 0 && !(RegularExpressions.TryCompile(schema.Pattern, out var pattern) && pattern.IsMatch(text)))
            problems.Add(new(path, at => at.Invalid(text, $"{path} in body should match '{schema.Pattern}'")));
        if (schema.Format.Length > 0 && StringFormats.IsKnown(schema.Format))
        {
            if (StringFormats.Matches(schema.Format, text))
                matches++;
            else
                problems.Add(new(path, at => at.TypeInvalid(FieldErrors.Quote(text), $"{path} in body must be of type {schema.Format}: {FieldErrors.Quote(text)}")));
        }

        return matches;
    }

    private static int Number(TreeValue value, StructuralSchema schema, string path, List<Problem> problems)
    {
        var bounds = schema.Bounds;
        if (ReferenceEquals(bounds, SchemaBounds.None))
            return 2;
        var number = value is TreeInteger integer ? integer.Value : ((TreeNumber)value).Value;
        if (bounds.MultipleOf is { } divisor && !IsMultiple(number, divisor))
            Add($"should be a multiple of {GoText.Number(divisor)}");
        if (bounds.Maximum is { } max && (bounds.IsMaximumExclusive ? number >= max : number > max))
            Add($"should be less than {(bounds.IsMaximumExclusive ? "" : "or equal to ")}{GoText.Number(max)}");
        if (bounds.Minimum is { } min && (bounds.IsMinimumExclusive ? number <= min : number < min))
            Add($"should be greater than {(bounds.IsMinimumExclusive ? "" : "or equal to ")}{GoText.Number(min)}");
        return 2;

        void Add(string what) => problems.Add(new(path, at => at.InvalidPrinted(Printed(value), $"{path} in body {what}")));
    }

    private static bool IsMultiple(double number, double divisor)
    {
        var quotient = divisor < 1 ? 1 / divisor * number : number / divisor;
        return double.IsInteger(quotient);
    }

    private static int Items(TreeList items, TreeList? old, StructuralSchema schema, string path, List<Problem> problems)
    {
        var matches = 2;
        if (schema.Items is { } item)
        {
            var earlier = old is null ? null : ItemCorrelation.Of(old, schema);
            for (var index = 0; index < items.Count; index++)
                matches += Node(items[index], earlier?.Find(items[index]), item, $"{path}[{index.ToString(CultureInfo.InvariantCulture)}]", problems);
        }

        var bounds = schema.Bounds;
        if (bounds.MinItems is { } min && items.Count < min)
            problems.Add(new(path, at => at.Invalid(items.Count, $"{path} in body should have at least {min} items")));
        if (bounds.MaxItems is { } max && items.Count > max)
            problems.Add(new(path, at => at.TooMany(items.Count, (int)Math.Min(max, int.MaxValue))));
        if (bounds.IsUnique && new HashSet<TreeValue>(items).Count < items.Count)
            problems.Add(new(path, at => at.Invalid("", $"{path} in body shouldn't contain duplicates")));
        return matches;
    }

    private static int Members(TreeObject members, TreeObject? old, StructuralSchema schema, string path, List<Problem> problems)
    {
        var bounds = schema.Bounds;
        if (bounds.MinProperties is { } min && members.Count < min)
        {
            problems.Add(new(path, at => at.Invalid(min, $"{path} in body should have at least {min} properties")));
            return 0;
        }

        if (bounds.MaxProperties is { } max && members.Count > max)
        {
            problems.Add(new(path, at => at.TooMany(members.Count, (int)Math.Min(max, int.MaxValue))));
            return 0;
        }

        var matches = 1;
        foreach (var (name, value) in members)
        {
            var below = schema.Properties.GetValueOrDefault(name) ?? schema.AdditionalProperties;
            if (below is not null)
                matches += Node(value, old?[name], below, path.Length == 0 ? name : $"{path}.{name}", problems);
        }

        foreach (var name in schema.Required)
        {
            if (!members.Has(name) && schema.Properties.GetValueOrDefault(name)?.Default is null)
                problems.Add(new(path.Length == 0 ? name : $"{path}.{name}", at => at.Required()));
        }

        return matches;
    }

    private static int Length(string text)
    {
        var count = text.Length;
        foreach (var unit in text)
        {
            if (char.IsLowSurrogate(unit))
                count--;
        }

        return count;
    }

    internal static string Printed(TreeValue value) => value is TreeNumber number ? GoText.Number(number.Value) : value.ToString();
}

/// <summary>Something wrong at a path within the value that is checked.</summary>
internal readonly record struct Problem(string Path, Action<FieldErrors> Told)
{
    /// <summary>Adds it below the place where that value stands.</summary>
    public void Tell(FieldErrors errors) => Told(Path.Length == 0 ? errors : errors.At(Path));
}
