using ControlPlane.Types.Core;

namespace ControlPlane.Node.Pods;

/// <summary>Where a node keeps what belongs to its pods; upstream's layout below a root of our own.</summary>
/// <param name="Root">The agent's directory (kubelet: --root-dir).</param>
/// <param name="Logs">Where containers' logs lie (kubelet: podLogsDir).</param>
internal sealed record PodDirectories(string Root, string Logs)
{
    /// <summary>All pods' directories.</summary>
    public string Pods => Path.Combine(Root, "pods");

    /// <summary>One pod's directory.</summary>
    public string OfPod(string uid) => Path.Combine(Pods, uid);

    /// <summary>The pod's volumes: a directory a kind, in it one a volume.</summary>
    public string VolumesOf(string uid) => Path.Combine(OfPod(uid), "volumes");

    /// <summary>One volume of a kind ("kubernetes.io~empty-dir").</summary>
    public string OfVolume(string uid, string kind, string name) => Path.Combine(VolumesOf(uid), kind, name);

    /// <summary>The pod's hosts file.</summary>
    public string HostsFileOf(string uid) => Path.Combine(OfPod(uid), "etc-hosts");

    /// <summary>The file that one start of a container may leave its last words in.</summary>
    public string TerminationMessageOf(string uid, string container, uint attempt) => Path.Combine(OfPod(uid), "containers", container, $"{attempt:x8}");

    /// <summary>The pod's logs: a directory a container, in it a file a start.</summary>
    public string LogsOf(Pod pod) => LogsOf(pod.Metadata.Namespace, pod.Metadata.Name, pod.Metadata.Uid);

    /// <summary>The pod's logs.</summary>
    public string LogsOf(string @namespace, string name, string uid) => Path.Combine(Logs, $"{@namespace}_{name}_{uid}");

    /// <summary>A log's file, relative to <see cref="LogsOf(Pod)"/>.</summary>
    public static string LogFile(string container, uint attempt) => $"{container}/{attempt}.log";
}
