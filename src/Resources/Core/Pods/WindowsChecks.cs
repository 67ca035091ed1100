using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What Windows containers say of themselves.</summary>
internal static class WindowsChecks
{
    private const int MaxCredentialSpecKilobytes = 64; // core/validation: maxGMSACredentialSpecLengthInKiB

    internal static void Check(WindowsSecurityContextOptions? options, FieldErrors at)
    {
        if (options is null)
            return;
        if (options.GmsaCredentialSpecName is { } name)
            at.At("gmsaCredentialSpecName").Complain(name, Names.Subdomain(name));
        if (options.GmsaCredentialSpec is { } spec)
        {
            if (spec.Length == 0)
                at.At("gmsaCredentialSpec").Invalid(spec, "gmsaCredentialSpec cannot be an empty string");
            if (Encoding.UTF8.GetByteCount(spec) > MaxCredentialSpecKilobytes * 1024)
            {
                at.At("gmsaCredentialSpec").Invalid(
                    spec,
                    FormattableString.Invariant($"gmsaCredentialSpec size must be under {MaxCredentialSpecKilobytes} KiB"));
            }
        }

        if (options.RunAsUserName is { } user)
            WindowsUserChecks.Check(user, at.At("runAsUserName"));
    }
}
