using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>All that can be wrong with a volume, in upstream's order (core/validation: ValidatePersistentVolumeSpec).</summary>
internal static class PersistentVolumeChecks
{
    private const string NotInline = "may not be specified in the context of inline volumes";

    // How node labels were called before they were stable, and since (core/v1: well_known_labels.go).
    private static readonly Dictionary<string, string> StableLabels = new(StringComparer.Ordinal)
    {
        ["failure-domain.beta.kubernetes.io/zone"] = "topology.kubernetes.io/zone",
        ["failure-domain.beta.kubernetes.io/region"] = "topology.kubernetes.io/region",
        ["beta.kubernetes.io/os"] = "kubernetes.io/os",
        ["beta.kubernetes.io/arch"] = "kubernetes.io/arch",
        ["beta.kubernetes.io/instance-type"] = "node.kubernetes.io/instance-type",
    };

    internal static void Check(PersistentVolume volume, FieldErrors errors)
    {
        var (value, spec) = (volume.Spec, errors.At("spec"));
        CheckModes(value.AccessModes, spec.At("accessModes"));
        CheckCapacity(value.Capacity, spec.At("capacity"));
        if (value.PersistentVolumeReclaimPolicy.Length > 0)
            spec.At("persistentVolumeReclaimPolicy").OneOf(value.PersistentVolumeReclaimPolicy, "Delete", "Recycle", "Retain");
        CheckAffinity(value.NodeAffinity, spec.At("nodeAffinity"));
        PersistentVolumeSourceChecks.Check(value, volume.Metadata.Name, value.NodeAffinity is not null, spec);
        if (value.HostPath is { Path: { } path } && IsRoot(path) && value.PersistentVolumeReclaimPolicy == "Recycle")
            spec.At("persistentVolumeReclaimPolicy").Forbidden("may not be 'recycle' for a hostPath mount of '/'");
        if (value.StorageClassName.Length > 0)
            spec.At("storageClassName").Complain(value.StorageClassName, Names.Subdomain(value.StorageClassName));
        if (value.VolumeMode is { } mode)
            spec.At("volumeMode").OneOf(mode, "Block", "Filesystem");
        CheckAttributes(value, spec);
    }

    /// <summary>A volume that stands within an attachment: of a CSI driver, and not claimed.</summary>
    internal static void CheckInline(PersistentVolumeSpec value, FieldErrors spec)
    {
        if (value.ClaimRef is not null)
            spec.At("claimRef").Forbidden(NotInline);
        if (!value.Capacity.IsEmpty)
            spec.At("capacity").Forbidden(NotInline);
        if (value.Csi is null)
            spec.At("csi").Required("has to be specified in the context of inline volumes");
        CheckModes(value.AccessModes, spec.At("accessModes"));
        if (value.PersistentVolumeReclaimPolicy is not ("" or "Retain"))
            spec.At("persistentVolumeReclaimPolicy").Forbidden("may only be Retain in the context of inline volumes");
        if (value.NodeAffinity is not null)
            spec.At("nodeAffinity").Forbidden(NotInline);
        PersistentVolumeSourceChecks.Check(value, "", false, spec);
        if (value.StorageClassName.Length > 0)
            spec.At("storageClassName").Forbidden(NotInline);
        if (value.VolumeMode is not (null or "Filesystem"))
            spec.At("volumeMode").Forbidden("may not specify volumeMode other than Filesystem in the context of inline volumes");
        CheckAttributes(value, spec);
    }

    internal static void CheckUpdate(PersistentVolume volume, PersistentVolume old, FieldErrors errors)
    {
        // Upstream checks the new volume on its own and as part of the change.
        Check(volume, errors);
        Check(volume, errors);
        var (source, before) = (SourceOf(volume.Spec), SourceOf(old.Spec));
        // A secret for growing may be named later.
        if (before.Csi is { ControllerExpandSecretRef: null } && source.Csi is { ControllerExpandSecretRef: not null } csi)
            source = source with { Csi = csi with { ControllerExpandSecretRef = null } };
        if (source != before)
        {
            errors.At("spec").At("persistentvolumesource").Forbidden(
                $"spec.persistentvolumesource is immutable after creation\n{InternalForm.Difference(before, source, "PersistentVolumeSource")}");
        }

        errors.At("volumeMode").Immutable(volume.Spec.VolumeMode, old.Spec.VolumeMode, FieldErrors.Quote);
        if (old.Spec.NodeAffinity is { } affinity && !IsKept(volume.Spec.NodeAffinity, affinity))
        {
            errors.At("nodeAffinity").InvalidPrinted(
                InternalForm.Of(volume.Spec.NodeAffinity, "VolumeNodeAffinity"), "field is immutable, except for updating from beta label to GA");
        }

        if (old.Spec.VolumeAttributesClassName is not null && volume.Spec.VolumeAttributesClassName is null)
            errors.At("spec").At("volumeAttributesClassName").Forbidden("update from non-nil value to nil is forbidden");
    }

    private static void CheckModes(ValueList<string> modes, FieldErrors at)
    {
        if (modes.IsEmpty)
            at.Required();
        PersistentVolumeClaimChecks.CheckModes(modes, at);
    }

    private static void CheckCapacity(ValueMap<Quantity> capacity, FieldErrors at)
    {
        if (capacity.IsEmpty)
            at.Required();
        if (!capacity.ContainsKey("storage") || capacity.Count > 1)
            at.NotSupportedPrinted(Printing.Of(capacity), "storage");
        foreach (var (name, size) in capacity)
        {
            if (size.Value < 0)
                at.Key(name).Invalid(size.Value, "must be a valid resource quantity");
            if (size.Sign <= 0)
                at.Key(name).Invalid(size.ToString(), "must be greater than zero");
        }
    }

    private static void CheckAffinity(VolumeNodeAffinity? affinity, FieldErrors at)
    {
        if (affinity is null)
            return;
        if (affinity.Required is { } selector)
            AffinityChecks.CheckNodeSelector(selector, at.At("required"));
        else
            at.At("required").Required("must specify required node constraints");
    }

    private static void CheckAttributes(PersistentVolumeSpec value, FieldErrors spec)
    {
        if (value.VolumeAttributesClassName is not { } name)
            return;
        if (name.Length == 0)
            spec.At("volumeAttributesClassName").Required("an empty string is disallowed");
        else
            spec.At("volumeAttributesClassName").Complain(name, Names.Subdomain(name));
        if (value.Csi is null)
            spec.At("csi").Required("has to be specified when using volumeAttributesClassName");
    }

    // Is it the same, but for labels that are called by their stable names now?
    private static bool IsKept(VolumeNodeAffinity? affinity, VolumeNodeAffinity old)
    {
        if (affinity == old)
            return true;
        if (affinity?.Required is not { } selector || old.Required is not { } before || selector.NodeSelectorTerms.Count != before.NodeSelectorTerms.Count)
            return false;
        for (var i = 0; i < before.NodeSelectorTerms.Count; i++)
        {
            if (!IsKept(selector.NodeSelectorTerms[i], before.NodeSelectorTerms[i]))
                return false;
        }

        return true;
    }

    private static bool IsKept(NodeSelectorTerm term, NodeSelectorTerm old)
    {
        if (term.MatchExpressions.Count != old.MatchExpressions.Count || term.MatchFields != old.MatchFields)
            return false;
        for (var i = 0; i < old.MatchExpressions.Count; i++)
        {
            var (expression, before) = (term.MatchExpressions[i], old.MatchExpressions[i]);
            // Upstream takes the name of a label that has no other one for empty.
            if (expression.Key == StableLabels.GetValueOrDefault(before.Key, ""))
                before = before with { Key = expression.Key };
            if (expression != before)
                return false;
        }

        return true;
    }

    private static bool IsRoot(string path) => path.Length > 0 && path[0] == '/' && System.IO.Path.GetFullPath(path) == "/";

    private static PersistentVolumeSpec SourceOf(PersistentVolumeSpec spec) => spec with
    {
        Capacity = default,
        AccessModes = default,
        ClaimRef = null,
        PersistentVolumeReclaimPolicy = "",
        StorageClassName = "",
        MountOptions = default,
        VolumeMode = null,
        NodeAffinity = null,
        VolumeAttributesClassName = null,
    };
}
