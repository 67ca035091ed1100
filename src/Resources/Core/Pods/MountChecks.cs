using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Where a container has the pod's volumes, as directories or as block devices.</summary>
internal static class MountChecks
{
    internal static void Check(IContainer container, IReadOnlyDictionary<string, Volume> volumes, FieldErrors at)
    {
        CheckMounts(container, volumes, at.At("volumeMounts"));
        CheckDevices(container, volumes, at.At("volumeDevices"));
    }

    private static void CheckMounts(IContainer container, IReadOnlyDictionary<string, Volume> volumes, FieldErrors at)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            var (mount, place) = (container.VolumeMounts[i], at.At(i));
            if (mount.Name.Length == 0)
                place.At("name").Required();
            if (!volumes.ContainsKey(mount.Name))
                place.At("name").NotFound(mount.Name);
            if (mount.MountPath.Length == 0)
                place.At("mountPath").Required();
            if (!paths.Add(mount.MountPath))
                place.At("mountPath").Invalid(mount.MountPath, "must be unique");
            if (container.VolumeDevices.Any(device => device.Name == mount.Name))
                place.At("name").Invalid(mount.Name, "must not already exist in volumeDevices");
            if (container.VolumeDevices.Any(device => device.DevicePath == mount.MountPath))
                place.At("mountPath").Invalid(mount.MountPath, "must not already exist as a path in volumeDevices");
            // Upstream tells of these under the list, not under the item.
            CheckSubPaths(mount, place, at);
            CheckPropagation(mount, container, at.At("mountPropagation"));
            CheckRecursion(mount, at.At("recursiveReadOnly"));
        }
    }

    private static void CheckSubPaths(VolumeMount mount, FieldErrors at, FieldErrors list)
    {
        if (mount.SubPath.Length > 0)
            PathChecks.Descending(mount.SubPath, list.At("subPath"));
        if (mount.SubPathExpr.Length == 0)
            return;
        if (mount.SubPath.Length > 0)
            at.At("subPathExpr").Invalid(mount.SubPathExpr, "subPathExpr and subPath are mutually exclusive");
        PathChecks.Descending(mount.SubPathExpr, list.At("subPathExpr"));
    }

    private static void CheckPropagation(VolumeMount mount, IContainer container, FieldErrors at)
    {
        if (mount.MountPropagation is not { } propagation)
            return;
        at.OneOf(propagation, "Bidirectional", "HostToContainer", "None");
        if (propagation == "Bidirectional" && container.SecurityContext?.Privileged is not true)
            at.Forbidden("Bidirectional mount propagation is available only to privileged containers");
    }

    private static void CheckRecursion(VolumeMount mount, FieldErrors at)
    {
        if (mount.RecursiveReadOnly is null or "Disabled")
            return;
        if (mount.RecursiveReadOnly is not ("Enabled" or "IfPossible"))
        {
            at.NotSupported(mount.RecursiveReadOnly, "Disabled", "Enabled", "IfPossible");
            return;
        }

        if (!mount.ReadOnly)
            at.Forbidden("may only be specified when readOnly is true");
        if (mount.MountPropagation is not (null or "None"))
            at.Forbidden("may only be specified when mountPropagation is None or not specified");
    }

    private static void CheckDevices(IContainer container, IReadOnlyDictionary<string, Volume> volumes, FieldErrors at)
    {
        var (names, paths) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        for (var i = 0; i < container.VolumeDevices.Count; i++)
        {
            var (device, place) = (container.VolumeDevices[i], at.At(i));
            if (device.Name.Length == 0)
                place.At("name").Required();
            if (device.Name.Length > 0 && !names.Add(device.Name))
                place.At("name").Invalid(device.Name, "must be unique");
            if (!volumes.TryGetValue(device.Name, out var volume))
                place.At("name").NotFound(device.Name);
            else if (volume is { PersistentVolumeClaim: null, Ephemeral: null })
                place.At("name").Invalid(device.Name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
            CheckDevicePath(device.DevicePath, paths, place.At("devicePath"));
            if (container.VolumeMounts.Any(mount => mount.Name == device.Name))
                place.At("name").Invalid(device.Name, "must not already exist in volumeMounts");
            if (container.VolumeMounts.Any(mount => mount.MountPath == device.DevicePath))
                place.At("devicePath").Invalid(device.DevicePath, "must not already exist as a path in volumeMounts");
        }
    }

    private static void CheckDevicePath(string path, HashSet<string> paths, FieldErrors at)
    {
        if (path.Length == 0)
            at.Required();
        if (paths.Contains(path))
            at.Invalid(path, "must be unique");
        if (path.Split('/').Contains(".."))
            at.Invalid(path, "can not contain backsteps ('..')");
        else
            paths.Add(path);
    }
}
