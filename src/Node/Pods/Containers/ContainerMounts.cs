using ControlPlane.Node.Runtime;
using ControlPlane.Node.Volumes;
using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>What of the host shows in a container: its volumes, the pod's hosts file, and the file for its last words.</summary>
internal sealed class ContainerMounts
{
    private const UnixFileMode AnyoneMayWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite; // kubelet: 0666, a container may run as anybody

    /// <summary>All mounts for one start of the container; makes the files that they need.</summary>
    /// <exception cref="ContainerConfigException">A mount can't be made.</exception>
    /// <exception cref="IOException">A file can't be written.</exception>
    public IReadOnlyList<Mount> Build(PodContext pod, IContainer container, uint attempt, IReadOnlyDictionary<string, string> variables)
    {
        var mounts = new List<Mount>();
        foreach (var mount in container.VolumeMounts)
            mounts.Add(OfVolume(pod, mount, variables));
        if (!container.VolumeMounts.Any(static mount => mount.MountPath == "/etc/hosts"))
            mounts.Add(new Mount("/etc/hosts", WriteHosts(pod)));
        if (container.TerminationMessagePath.Length > 0)
            mounts.Add(new Mount(container.TerminationMessagePath, MakeTerminationFile(pod, container, attempt)));
        return mounts;
    }

    private static Mount OfVolume(PodContext pod, VolumeMount mount, IReadOnlyDictionary<string, string> variables)
    {
        if (!pod.Volumes.TryGetValue(mount.Name, out var path))
            throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container");
        var subPath = mount.SubPathExpr.Length > 0 ? VariableExpansion.Expand(mount.SubPathExpr, variables) : mount.SubPath;
        if (subPath.Length > 0)
            path = SubPaths.Resolve(mount.Name, path, subPath);
        return new Mount(mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath, path)
        {
            ReadOnly = mount.ReadOnly,
            RecursiveReadOnly = mount is { ReadOnly: true, RecursiveReadOnly: "Enabled" },
            Propagation = mount.MountPropagation switch
            {
                "Bidirectional" => MountPropagation.Bidirectional,
                "HostToContainer" => MountPropagation.HostToContainer,
                _ => MountPropagation.Private,
            },
        };
    }

    private static string WriteHosts(PodContext pod)
    {
        var path = pod.Node.Directories.HostsFileOf(pod.Pod.Metadata.Uid);
        var text = HostsFile.Render(pod.Pod, pod.Node, PodFields.AddressesOf(pod));
        // In place, not by rename: running containers have this very file mounted.
        if (!File.Exists(path) || File.ReadAllText(path) != text)
            File.WriteAllText(path, text);
        return path;
    }

    private static string MakeTerminationFile(PodContext pod, IContainer container, uint attempt)
    {
        var path = pod.Node.Directories.TerminationMessageOf(pod.Pod.Metadata.Uid, container.Name, attempt);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        File.SetUnixFileMode(path, AnyoneMayWrite);
        return path;
    }
}
