using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;

namespace ControlPlane.Resources.Storage;

/// <summary>Checks that kinds of volumes share (upstream: pkg/apis/storage/validation).</summary>
internal static class StorageChecks
{
    private const int MaxNameLength = 63; // upstream: pkg/apis/core/validation, ValidateCSIDriverName
    private const int MaxNodeIdLength = 256; // upstream: csiNodeIDMaxLength

    /// <summary>A driver's name: a DNS subdomain of at most 63 characters, whatever the case.</summary>
    internal static void CheckDriverName(string name, FieldErrors at)
    {
        if (name.Length == 0)
        {
            at.Required();
            return;
        }

        if (name.Length > MaxNameLength)
            at.TooLong(MaxNameLength);
#pragma warning disable CA1308 // upstream: the name is checked in lower case
        foreach (var complaint in Names.Subdomain(name.ToLowerInvariant()))
            at.Invalid(name, complaint);
#pragma warning restore CA1308
    }

    /// <summary>How the driver calls the node.</summary>
    internal static void CheckNodeId(string id, FieldErrors at)
    {
        if (id.Length == 0)
            at.Required();
        if (id.Length > MaxNodeIdLength)
            at.Invalid(id, FormattableString.Invariant($"must be {MaxNodeIdLength} characters or less"));
    }

    /// <summary>A provisioner's name.</summary>
    internal static void CheckProvisioner(string name, FieldErrors at)
    {
        if (name.Length == 0)
            at.Required();
        else
        {
#pragma warning disable CA1308 // upstream: the name is checked in lower case
            at.Complain(name.ToLowerInvariant(), Names.QualifiedName(name.ToLowerInvariant()));
#pragma warning restore CA1308
        }
    }
}
