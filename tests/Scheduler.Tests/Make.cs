using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Scheduler.Cache;
using ControlPlane.Types.Core;

namespace ControlPlane.Scheduler.Tests;

/// <summary>Pods and nodes for tests.</summary>
internal static class Make
{
    public static Pod Pod(string name, string cpu = "", string memory = "", int priority = 0, string node = "") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name, Uid = "uid-" + name, Generation = 1 },
        Spec = new PodSpec
        {
            SchedulerName = "default-scheduler",
            Priority = priority,
            NodeName = node,
            Containers = [Container("main", cpu, memory)],
        },
    };

    public static Container Container(string name, string cpu = "", string memory = "") => new()
    {
        Name = name,
        Image = "app:1",
        Resources = new ResourceRequirements { Requests = Amounts(("cpu", cpu), ("memory", memory)) },
    };

    public static Node Node(string name, string cpu = "4", string memory = "8Gi", string pods = "110", params Taint[] taints) => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = "uid-" + name, Labels = ValueMap.Of("kubernetes.io/hostname", name) },
        Spec = new NodeSpec { Taints = taints.ToValueList() },
        Status = new NodeStatus { Allocatable = Amounts(("cpu", cpu), ("memory", memory), ("pods", pods)) },
    };

    public static Taint Taint(string key, string effect, string value = "") => new() { Key = key, Value = value, Effect = effect };

    public static ValueMap<Quantity> Amounts(params (string Name, string Text)[] amounts) => amounts
        .Where(amount => amount.Text.Length > 0)
        .Select(amount => KeyValuePair.Create(amount.Name, Quantity.Parse(amount.Text)))
        .ToValueMap();

    public static PodInfo Info(this Pod pod) => new(pod);

    public static NodeInfo With(this Node node, params Pod[] pods) => NodeInfo.Of(node, [.. pods.Select(pod => new PodInfo(pod))]);

    public static Snapshot Snapshot(params Node[] nodes)
    {
        var snapshot = new Snapshot();
        snapshot.Reset([.. nodes.Select(node => node.With())]);
        return snapshot;
    }
}
