using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;

namespace ControlPlane.Resources.Resource;

/// <summary>Names of attributes and capacities of devices: an identifier, after the domain whose it is.</summary>
internal static class QualifiedDeviceNames
{
    private const int MaxDomain = 63; // upstream: pkg/apis/resource, DeviceMaxDomainLength
    private const int MaxIdentifier = 32; // upstream: DeviceMaxIDLength

    private const string IdentifierMessage = "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' "
        + "(e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')";

    /// <summary>A name that must have a domain.</summary>
    internal static void Check(string name, FieldErrors at)
    {
        CheckEither(name, at);
        if (!name.Contains('/', StringComparison.Ordinal))
            at.Invalid(name, "a fully qualified name must be a domain and a name separated by a slash");
    }

    /// <summary>A name with a domain or without.</summary>
    internal static void CheckEither(string name, FieldErrors at)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            CheckIdentifier(name, at);
            return;
        }

        var domain = name[..slash];
        if (domain.Length == 0)
            at.Invalid("", "the domain must not be empty");
        else
        {
            if (domain.Length > MaxDomain)
                at.TooLong(MaxDomain);
            at.Complain(domain, Names.Subdomain(domain));
        }

        if (slash == name.Length - 1)
            at.Invalid("", "the name must not be empty");
        else
            CheckIdentifier(name[(slash + 1)..], at);
    }

    private static void CheckIdentifier(string name, FieldErrors at)
    {
        if (name.Length > MaxIdentifier)
            at.TooLong(MaxIdentifier);
        var isIdentifier = name.Length > 0 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        if (!isIdentifier)
            at.Invalid(name, IdentifierMessage);
    }
}
