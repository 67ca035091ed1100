namespace ControlPlane.Machinery.Selectors;

/// <summary>What label keys and values may be, with upstream's messages (apimachinery's validation.IsQualifiedName and IsValidLabelValue).</summary>
public static class LabelSyntax
{
    private const int NameMaximum = 63;
    private const int PrefixMaximum = 253;
    private const string NameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string PrefixRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a key ("app", "example.com/app"); null where nothing is.</summary>
    public static string? KeyErrors(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && key.IndexOf('/', slash + 1) >= 0)
            return $"a qualified name {NameRule} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        return slash < 0 ? NameErrors(key) : Joined(PrefixErrors(key[..slash]), NameErrors(key[(slash + 1)..]));
    }

    /// <summary>What is wrong with a value; null where nothing is.</summary>
    public static string? ValueErrors(string value) =>
        Joined(value.Length > NameMaximum ? TooLong(NameMaximum) : null, value.Length == 0 || IsName(value) ? null : ValueRule);

    private static string? NameErrors(string name)
    {
        if (name.Length == 0)
            return Joined("name part must be non-empty", $"name part {NameRule}");
        return Joined(name.Length > NameMaximum ? $"name part {TooLong(NameMaximum)}" : null, IsName(name) ? null : $"name part {NameRule}");
    }

    private static string? PrefixErrors(string prefix)
    {
        if (prefix.Length == 0)
            return "prefix part must be non-empty";
        return Joined(prefix.Length > PrefixMaximum ? $"prefix part {TooLong(PrefixMaximum)}" : null, IsSubdomain(prefix) ? null : $"prefix part {PrefixRule}");
    }

    private static bool IsName(string name)
    {
        foreach (var one in name)
        {
            if (!char.IsAsciiLetterOrDigit(one) && one is not ('-' or '_' or '.'))
                return false;
        }

        return char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
    }

    private static bool IsSubdomain(string name)
    {
        foreach (var range in name.AsSpan().Split('.'))
        {
            var label = name.AsSpan(range);
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (var one in label)
            {
                if (!char.IsAsciiLetterLower(one) && !char.IsAsciiDigit(one) && one != '-')
                    return false;
            }
        }

        return true;
    }

    private static string TooLong(int maximum) => $"must be no more than {maximum} characters";

    private static string? Joined(string? one, string? other) => one is null ? other : other is null ? one : $"{one}; {other}";
}
