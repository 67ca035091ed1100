using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>A port of the node itself that a pod takes.</summary>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Address">0.0.0.0 for all of the node's addresses.</param>
/// <param name="Port">The number.</param>
public readonly record struct HostPort(string Protocol, string Address, int Port)
{
    /// <summary>All addresses.</summary>
    public const string AnyAddress = "0.0.0.0";

    /// <summary>Can both not be had at once?</summary>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address == AnyAddress || other.Address == AnyAddress);
}

/// <summary>Which ports of the node a pod takes.</summary>
public static class PodHostPorts
{
    extension(Pod pod)
    {
        /// <summary>Those of its containers and sidecars; other init containers have ended when the ports are needed.</summary>
        public IReadOnlyList<HostPort> HostPorts
        {
            get
            {
                List<HostPort>? ports = null;
                foreach (var container in pod.Spec.Containers)
                    Add(ref ports, container);
                foreach (var container in pod.Spec.InitContainers)
                {
                    if (container.RestartPolicy == "Always")
                        Add(ref ports, container);
                }
                return ports ?? (IReadOnlyList<HostPort>)[];
            }
        }
    }

    private static void Add(ref List<HostPort>? ports, Container container)
    {
        foreach (var port in container.Ports)
        {
            if (port.HostPort <= 0)
                continue;
            ports ??= [];
            ports.Add(new(
                port.Protocol.Length > 0 ? port.Protocol : "TCP",
                port.HostIP.Length > 0 ? port.HostIP : HostPort.AnyAddress,
                port.HostPort));
        }
    }
}
