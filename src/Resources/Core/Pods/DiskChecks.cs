using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Disks and shares that are somewhere else, whether a pod names them or a persistent volume (core/validation).</summary>
internal static partial class DiskChecks
{
    /// <summary>Of a volume's name, a colon and an iSCSI portal together, where the initiator has a name: that makes an interface's name.</summary>
    internal const int MaxPortal = 64;

    internal const string PortalTooLong = "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";

    private const string NotPairs = "must be a host:port pair or multiple pairs separated by commas";
    private const int MaxPartition = 255;
    private const int MaxLun = 255;
    private const int MaxTenant = 64;

    internal static void CheckHostPath(HostPathVolumeSource source, FieldErrors at)
    {
        if (source.Path.Length == 0)
        {
            at.At("path").Required();
            return;
        }

        PathChecks.NoBacksteps(source.Path, at.At("path"));
        if (source.Type is { } type)
            at.At("type").OneOf(type, "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    }

    /// <summary>The two whose partitions are numbered.</summary>
    internal static void CheckClouds(GCEPersistentDiskVolumeSource? gce, AWSElasticBlockStoreVolumeSource? aws, VolumeChecks.Sources sources, FieldErrors at)
    {
        if (gce is not null && sources.IsFirst("gcePersistentDisk"))
            CheckPartitioned(gce.PdName, "pdName", gce.Partition, at.At("persistentDisk")); // upstream's place
        if (aws is not null && sources.IsFirst("awsElasticBlockStore"))
            CheckPartitioned(aws.VolumeID, "volumeID", aws.Partition, at.At("awsElasticBlockStore"));
    }

    internal static void CheckNfs(NFSVolumeSource source, FieldErrors at)
    {
        Require(at, (source.Server, "server"), (source.Path, "path"));
        if (!source.Path.StartsWith('/'))
            at.At("path").Invalid(source.Path, "must be an absolute path");
    }

    /// <summary>An iSCSI target, its unit, and the secret that the authentication needs.</summary>
    /// <param name="noPrefix">What is said of a name of no known form: pods and persistent volumes differ.</param>
    internal static void CheckTarget(string name, int unit, bool isAuthenticated, bool hasSecret, string noPrefix, FieldErrors at)
    {
        if (name.Length == 0)
            at.At("iqn").Required();
        else if (!IsQualified(name))
            at.At("iqn").Invalid(name, noPrefix);
        else if (!IsWellFormed(name))
            at.At("iqn").Invalid(name, "must be valid format");
        at.At("lun").InRange(unit, 0, MaxLun);
        if (isAuthenticated && !hasSecret)
            at.At("secretRef").Required();
    }

    internal static void CheckInitiator(string? name, string noPrefix, FieldErrors at)
    {
        if (name is null)
            return;
        if (!IsQualified(name))
            at.At("initiatorname").Invalid(name, noPrefix);
        else if (!IsWellFormed(name))
            at.At("initiatorname").Invalid(name, "must be valid format");
    }

    internal static void CheckFlocker(FlockerVolumeSource source, FieldErrors at)
    {
        if (source is { DatasetName.Length: 0, DatasetUUID.Length: 0 })
            at.Required("one of datasetName and datasetUUID is required");
        if (source is { DatasetName.Length: > 0, DatasetUUID.Length: > 0 })
            at.Invalid("resource", "datasetName and datasetUUID can not be specified simultaneously");
        if (source.DatasetName.Contains('/', StringComparison.Ordinal))
            at.At("datasetName").Invalid(source.DatasetName, "must not contain '/'");
    }

    internal static void CheckFibreChannel(FCVolumeSource source, FieldErrors at)
    {
        if (source.TargetWWNs.IsEmpty && source.Wwids.IsEmpty)
            at.At("targetWWNs").Required("must specify either targetWWNs or wwids, but not both");
        if (!source.TargetWWNs.IsEmpty && !source.Wwids.IsEmpty)
            at.At("targetWWNs").InvalidPrinted($"[{string.Join(",", source.TargetWWNs.Select(FieldErrors.Quote))}]", "targetWWNs and wwids can not be specified simultaneously");
        if (source.TargetWWNs.IsEmpty)
            return;
        if (source.Lun is { } lun)
            at.At("lun").InRange(lun, 0, MaxLun);
        else
            at.At("lun").Required("lun is required if targetWWNs is specified");
    }

    internal static void CheckFlex(string driver, ValueMap<string> options, FieldErrors at)
    {
        Require(at, (driver, "driver"));
        foreach (var (key, _) in options)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            var domain = "." + (slash < 0 ? key : key[..slash]);
            if (domain.EndsWith(".kubernetes.io", StringComparison.OrdinalIgnoreCase) || domain.EndsWith(".k8s.io", StringComparison.OrdinalIgnoreCase))
                at.At("options").Key(key).Invalid(key, "kubernetes.io and k8s.io namespaces are reserved");
        }
    }

    internal static void CheckQuobyte(QuobyteVolumeSource source, FieldErrors at)
    {
        if (source.Registry.Length == 0)
            at.At("registry").Required(NotPairs);
        else if (source.Tenant.Length > MaxTenant)
            at.At("tenant").Required("must be a UUID and may not exceed a length of 64 characters");
        else
        {
            foreach (var pair in source.Registry.Split(','))
            {
                if (!HostAndPort().IsMatch(pair))
                    at.At("registry").Invalid(source.Registry, NotPairs);
            }
        }

        Require(at, (source.Volume, "volume"));
    }

    internal static void CheckAzureDisk(AzureDiskVolumeSource source, FieldErrors at)
    {
        Require(at, (source.DiskName, "diskName"), (source.DiskURI, "diskURI"));
        if (source.CachingMode is { } caching)
            at.At("cachingMode").OneOf(caching, "None", "ReadOnly", "ReadWrite");
        if (source.Kind is not { } kind)
            return;
        at.At("kind").OneOf(kind, "Dedicated", "Managed", "Shared");
        if (kind == "Managed" && !source.DiskURI.StartsWith("/subscriptions/", StringComparison.Ordinal))
            at.At("diskURI").NotSupported(source.DiskURI, "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}");
        if (kind != "Managed" && !source.DiskURI.StartsWith("https://", StringComparison.Ordinal))
            at.At("diskURI").NotSupported(source.DiskURI, "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd");
    }

    internal static void CheckStorageOS(string volume, string namespaceName, FieldErrors at)
    {
        if (volume.Length == 0)
            at.At("volumeName").Required();
        else
            at.At("volumeName").Complain(volume, Names.Label(volume));
        if (namespaceName.Length > 0)
            at.At("volumeNamespace").Complain(namespaceName, Names.Label(namespaceName));
    }

    internal static void RequireMonitors(ValueList<string> monitors, FieldErrors at, params ReadOnlySpan<(string Value, string Field)> fields)
    {
        if (monitors.IsEmpty)
            at.At("monitors").Required();
        Require(at, fields);
    }

    /// <summary>Texts that must be there.</summary>
    internal static void Require(FieldErrors at, params ReadOnlySpan<(string Value, string Field)> fields)
    {
        foreach (var (value, field) in fields)
        {
            if (value.Length == 0)
                at.At(field).Required();
        }
    }

    private static void CheckPartitioned(string name, string field, int partition, FieldErrors at)
    {
        Require(at, (name, field));
        if (partition is < 0 or > MaxPartition)
            at.At("partition").Invalid(partition, "must be between 1 and 255, inclusive");
    }

    private static bool IsQualified(string name) =>
        name.StartsWith("iqn", StringComparison.Ordinal) || name.StartsWith("eui", StringComparison.Ordinal) || name.StartsWith("naa", StringComparison.Ordinal);

    private static bool IsWellFormed(string name) => name[0] switch
    {
        'i' => Iqn().IsMatch(name),
        'e' => Eui().IsMatch(name),
        _ => Naa().IsMatch(name),
    };

    // A port comes after the only colon, or after a host in brackets (Go: net.SplitHostPort).
    [GeneratedRegex(@"\A([^:\[\]]*|\[[^\[\]]*\]):[^:\[\]]*\z")]
    private static partial Regex HostAndPort();

    // core/validation: iscsiInitiatorIqnRegex and its like
    [GeneratedRegex(@"iqn\.[0-9]{4}-[0-9]{2}\.[0-9A-Za-z\-.]+:[^,;*&$|\s]+\z")]
    private static partial Regex Iqn();

    [GeneratedRegex(@"\Aeui.[0-9A-Za-z]{16}\z")]
    private static partial Regex Eui();

    [GeneratedRegex(@"\Anaa.[0-9A-Za-z]{32}\z")]
    private static partial Regex Naa();
}
