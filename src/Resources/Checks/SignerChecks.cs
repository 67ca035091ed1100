using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.Resources.Checks;

/// <summary>Names of those that sign certificates (upstream: pkg/apis/core/validation, ValidateSignerName).</summary>
internal static class SignerChecks
{
    // Upstream: a domain (253), a slash, and a path as long as a resource's name (253) and what an API server may put before it (63, a dot).
    private const int MaxLength = 571;

    /// <summary>A domain of at least two labels, and a path of subdomains.</summary>
    internal static void CheckName(string signer, FieldErrors at)
    {
        if (signer.Length == 0)
        {
            at.Required();
            return;
        }

        var parts = signer.Split('/');
        if (parts.Length != 2)
        {
            at.Invalid(signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'");
            return;
        }

        at.Complain(parts[0], Names.Subdomain(parts[0]));
        if (!parts[0].Contains('.', StringComparison.Ordinal))
            at.Invalid(parts[0], "should be a domain with at least two segments separated by dots");
        foreach (var label in parts[1].Split('.'))
            at.Complain(label, Names.Subdomain(label));
        if (signer.Length > MaxLength)
            at.TooLong(MaxLength);
    }
}
