namespace ControlPlane.Machinery.Definitions;

/// <summary>
/// The forms that names, keys and values may have, each saying in upstream's words what is wrong (apimachinery: pkg/util/validation).
/// Every check returns its complaints, none when all is well; most values are well, and cost no allocation.
/// </summary>
public static class Names
{
    private const string LabelForm = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string QualifiedForm = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

    private const string SubdomainMessage =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + $"(e.g. 'example.com', regex used for validation is '{LabelForm}(\\.{LabelForm})*')";

    private const string UnderscoredSubdomainMessage =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'example.com', regex used for validation is '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";

    private const string LabelMessage =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + $"(e.g. 'my-name',  or '123-abc', regex used for validation is '{LabelForm}')";

    private const string Dns1035Message =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character "
        + "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string LabelValueMessage =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string QualifiedMessage =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + $"(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QualifiedForm}')";

    private const string ConfigKeyMessage =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' "
        + "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    /// <summary>metadata.name of most kinds: a DNS subdomain of at most 253 characters.</summary>
    public static NameRule DnsSubdomain { get; } = (name, isPrefix) => Subdomain(Whole(name, isPrefix));

    /// <summary>The same, its length told in bytes, where a schema says it (upstream: k8s-long-name).</summary>
    public static NameRule LongName { get; } = (name, isPrefix) =>
        Subdomain(Whole(name, isPrefix)).Select(complaint => complaint == MaxCharacters(253) ? MaxBytes(253) : complaint);

    /// <summary>metadata.name of namespaces and others that become DNS labels: at most 63 characters.</summary>
    public static NameRule DnsLabel { get; } = (name, isPrefix) => Label(Whole(name, isPrefix));

    /// <summary>metadata.name of services before 1.36 and of the kinds that still ask for it: begins with a letter.</summary>
    public static NameRule Dns1035Label { get; } = (name, isPrefix) => Label1035(Whole(name, isPrefix));

    /// <summary>metadata.name of RBAC objects and others that need only fit into a path.</summary>
    public static NameRule PathSegment { get; } = (name, isPrefix) => Segment(name, isPrefix);

    /// <summary>A DNS subdomain.</summary>
    public static IEnumerable<string> Subdomain(string value)
    {
        if (value.Length <= 253 && IsSubdomain(value))
            return [];
        return Complaints(value.Length > 253 ? MaxCharacters(253) : null, IsSubdomain(value) ? null : SubdomainMessage);
    }

    /// <summary>A DNS subdomain whose labels may begin with and contain underscores (search paths).</summary>
    public static IEnumerable<string> UnderscoredSubdomain(string value) => Complaints(
        value.Length > 253 ? MaxCharacters(253) : null,
        value.Split('.').All(part => IsWord(part.StartsWith('_') ? part[1..] : part, IsLowerOrDigit, c => IsLowerOrDigit(c) || c is '-' or '_'))
            ? null
            : UnderscoredSubdomainMessage);

    /// <summary>A DNS label.</summary>
    public static IEnumerable<string> Label(string value)
    {
        if (value.Length <= 63 && IsLabel(value))
            return [];
        return Complaints(value.Length > 63 ? MaxCharacters(63) : null, IsLabel(value) ? null : LabelMessage);
    }

    /// <summary>A DNS label that begins with a letter.</summary>
    public static IEnumerable<string> Label1035(string value)
    {
        var isLabel = IsLabel(value) && char.IsAsciiLetterLower(value[0]);
        if (value.Length <= 63 && isLabel)
            return [];
        return Complaints(value.Length > 63 ? MaxCharacters(63) : null, isLabel ? null : Dns1035Message);
    }

    /// <summary>A label's value.</summary>
    public static IEnumerable<string> LabelValue(string value)
    {
        var isValue = value.Length == 0 || IsQualifiedWord(value);
        if (value.Length <= 63 && isValue)
            return [];
        return Complaints(value.Length > 63 ? MaxBytes(63) : null, isValue ? null : LabelValueMessage);
    }

    /// <summary>A label's or annotation's key, a taint's, a finalizer's: a name, with a DNS subdomain before a slash or without.</summary>
    public static IEnumerable<string> QualifiedName(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? value : value[(slash + 1)..];
        if (name.Length is > 0 and <= 63 && IsQualifiedWord(name) && (slash < 0 || (slash is > 0 and <= 253 && IsSubdomain(value[..slash]))))
            return [];
        return QualifiedNameComplaints(value, slash, name);
    }

    /// <summary>A key of a ConfigMap or Secret.</summary>
    public static IEnumerable<string> ConfigMapKey(string value)
    {
        if (value.Length > 253)
            yield return MaxCharacters(253);
        if (value.Length == 0 || !value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            yield return ConfigKeyMessage;
        if (value is ".")
            yield return "must not be '.'";
        else if (value is "..")
            yield return "must not be '..'";
        else if (value.StartsWith("..", StringComparison.Ordinal))
            yield return "must not start with '..'";
    }

    /// <summary>"must be no more than N characters".</summary>
    public static string MaxCharacters(int max) => FormattableString.Invariant($"must be no more than {max} characters");

    /// <summary>"must be no more than N bytes".</summary>
    public static string MaxBytes(int max) => FormattableString.Invariant($"must be no more than {max} bytes");

    private static IEnumerable<string> QualifiedNameComplaints(string value, int slash, string name)
    {
        if (value.Count(c => c == '/') > 1)
        {
            yield return "a qualified name " + QualifiedMessage + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }

        if (slash == 0)
            yield return "prefix part must be non-empty";
        else if (slash > 0)
        {
            foreach (var complaint in LongName(value[..slash], false))
                yield return "prefix part " + complaint;
        }

        if (name.Length == 0)
            yield return "name part must be non-empty";
        else if (name.Length > 63)
            yield return "name part " + MaxBytes(63);
        if (!IsQualifiedWord(name))
            yield return "name part " + QualifiedMessage;
    }

    private static IEnumerable<string> Segment(string name, bool isPrefix)
    {
        if (!isPrefix && name is ("." or ".."))
        {
            yield return $"may not be '{name}'";
            yield break;
        }

        if (name.Contains('/', StringComparison.Ordinal))
            yield return "may not contain '/'";
        if (name.Contains('%', StringComparison.Ordinal))
            yield return "may not contain '%'";
    }

    // A prefix is checked as if its random end, which is made of letters and digits, were there already.
    private static string Whole(string name, bool isPrefix) => isPrefix && name.EndsWith('-') ? name + "a" : name;

    private static IEnumerable<string> Complaints(string? first, string? second) => (first, second) switch
    {
        (null, null) => [],
        (null, { } one) => [one],
        ({ } one, null) => [one],
        ({ } one, { } two) => [one, two],
    };

    private static bool IsSubdomain(string value)
    {
        foreach (var part in value.AsSpan().Split('.'))
        {
            if (!IsWord(value.AsSpan()[part], IsLowerOrDigit, c => IsLowerOrDigit(c) || c == '-'))
                return false;
        }

        return true;
    }

    private static bool IsLabel(string value) => IsWord(value, IsLowerOrDigit, c => IsLowerOrDigit(c) || c == '-');

    private static bool IsQualifiedWord(string value) => IsWord(value, char.IsAsciiLetterOrDigit, c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool IsWord(ReadOnlySpan<char> value, Func<char, bool> atEnds, Func<char, bool> inside)
    {
        if (value.IsEmpty || !atEnds(value[0]) || !atEnds(value[^1]))
            return false;
        foreach (var c in value)
        {
            if (!inside(c))
                return false;
        }

        return true;
    }
}
