using System.Text;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.Resources.Core;

/// <summary>As which user a Windows container runs: "user", or "domain\user".</summary>
internal static partial class WindowsUserChecks
{
    private const int MaxDomain = 256; // core/validation: maxRunAsUserNameDomainLength
    private const int MaxUser = 104; // core/validation: maxRunAsUserNameUserLength

    internal static void Check(string name, FieldErrors at)
    {
        var parts = name.Split('\\');
        if (name.Length == 0)
            at.Invalid(name, "runAsUserName cannot be an empty string");
        else if (name.Any(char.IsControl))
            at.Invalid(name, "runAsUserName cannot contain control characters");
        else if (parts.Length > 2)
            at.Invalid(name, "runAsUserName cannot contain more than one backslash");
        else
        {
            if (parts.Length == 2)
                CheckDomain(parts[0], name, at);
            CheckUser(parts[^1], name, at);
        }
    }

    private static void CheckDomain(string domain, string name, FieldErrors at)
    {
        if (Encoding.UTF8.GetByteCount(domain) >= MaxDomain)
            at.Invalid(name, FormattableString.Invariant($"runAsUserName's Domain length must be under {MaxDomain} characters"));
        if (!NetBiosName().IsMatch(domain) && !DnsName().IsMatch(domain))
            at.Invalid(name, "runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }

    private static void CheckUser(string user, string name, FieldErrors at)
    {
        if (user.Length == 0)
            at.Invalid(name, "runAsUserName's User cannot be empty");
        else if (Encoding.UTF8.GetByteCount(user) > MaxUser)
            at.Invalid(name, FormattableString.Invariant($"runAsUserName's User length must not be longer than {MaxUser} characters"));
        if (user.Length > 0 && user.All(c => c is '.' or ' '))
            at.Invalid(name, "runAsUserName's User cannot contain only periods or spaces");
        if (user.AsSpan().IndexOfAny("\"/\\:;|=,+*?<>@[]") >= 0)
            at.Invalid(name, "runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
    }

    [GeneratedRegex("""\A[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}\z""")]
    private static partial Regex NetBiosName();

    [GeneratedRegex(@"\A[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z")]
    private static partial Regex DnsName();
}
