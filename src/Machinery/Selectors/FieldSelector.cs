using System.Collections.Immutable;
using System.Text;

namespace ControlPlane.Machinery.Selectors;

/// <summary>Conditions on some fields of an object, all of which must hold: "metadata.name=a,spec.nodeName!=b".</summary>
/// <remarks>Which fields can be asked for is the definition's ("field label not supported: x").</remarks>
public sealed class FieldSelector
{
    private FieldSelector(ImmutableArray<FieldRequirement> requirements) => Requirements = requirements;

    /// <summary>No conditions.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>The conditions.</summary>
    public ImmutableArray<FieldRequirement> Requirements { get; }

    /// <summary>Does it select whatever there is?</summary>
    public bool IsEverything => Requirements.IsEmpty;

    /// <summary>A selector of these conditions.</summary>
    public static FieldSelector Of(params ImmutableArray<FieldRequirement> requirements) => requirements.IsEmpty ? Everything : new FieldSelector(requirements);

    /// <summary>Reads the fieldSelector of a query. In values "\,", "\=" and "\\" stand for themselves.</summary>
    /// <exception cref="SelectorException">It does not parse; the text is upstream's.</exception>
    public static FieldSelector Parse(string text)
    {
        if (text.Length == 0)
            return Everything;
        var terms = Terms(text);
        terms.Sort(StringComparer.Ordinal);
        var requirements = ImmutableArray.CreateBuilder<FieldRequirement>(terms.Count);
        foreach (var term in terms)
        {
            if (term.Length > 0)
                requirements.Add(Requirement(text, term));
        }

        return Of(requirements.DrainToImmutable());
    }

    /// <summary>The one value that the field must have ("metadata.name"); null where it may have others. An index may be asked for it.</summary>
    public string? ExactValue(string field)
    {
        foreach (var requirement in Requirements)
        {
            if (requirement.IsEqual && requirement.Field == field)
                return requirement.Value;
        }

        return null;
    }

    /// <summary>Does the object meet all conditions?</summary>
    /// <param name="item">The object.</param>
    /// <param name="read">Gives the object's value of a field, "" where it has none.</param>
    public bool Matches<T>(T item, Func<T, string, string> read)
    {
        foreach (var requirement in Requirements)
        {
            if (read(item, requirement.Field) == requirement.Value != requirement.IsEqual)
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', Requirements);

    private static List<string> Terms(string text)
    {
        var terms = new List<string>();
        var start = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == ',')
            {
                terms.Add(text[start..at]);
                start = at + 1;
            }
        }

        terms.Add(text[start..]);
        return terms;
    }

    private static FieldRequirement Requirement(string text, string term)
    {
        var at = term.AsSpan().IndexOfAny('=', '!');
        while (at >= 0 && term[at] == '!' && !(at + 1 < term.Length && term[at + 1] == '='))
            at = term.AsSpan(at + 1).IndexOfAny('=', '!') is >= 0 and var next ? at + 1 + next : -1;
        if (at < 0)
            throw new SelectorException($"invalid selector: '{text}'; can't understand '{term}'");
        var isEqual = term[at] == '=';
        var length = !isEqual || (at + 1 < term.Length && term[at + 1] == '=') ? 2 : 1;
        return new FieldRequirement(term[..at], isEqual, Unescaped(term[(at + length)..]));
    }

    private static string Unescaped(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0)
            return value;
        var plain = new StringBuilder(value.Length);
        for (var at = 0; at < value.Length; at++)
        {
            var one = value[at];
            if (one is ',' or '=')
                throw new SelectorException($"invalid field selector: unescaped character in value: {(int)one}");
            if (one == '\\')
            {
                if (++at == value.Length || value[at] is not ('\\' or ',' or '='))
                    throw new SelectorException($"invalid field selector: invalid escape sequence: {value[(at - 1)..Math.Min(at + 1, value.Length)]}");
                one = value[at];
            }

            plain.Append(one);
        }

        return plain.ToString();
    }
}

/// <summary>One condition on one field.</summary>
/// <param name="Field">Its label ("metadata.name").</param>
/// <param name="IsEqual">Must the value be this, or anything else?</param>
/// <param name="Value">The value.</param>
public readonly record struct FieldRequirement(string Field, bool IsEqual, string Value)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var escaped = Value.AsSpan().IndexOfAny('\\', ',', '=') < 0
            ? Value
            : Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
        return $"{Field}{(IsEqual ? "=" : "!=")}{escaped}";
    }
}
