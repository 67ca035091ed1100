using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests.Services;

/// <summary>A service and its pods, as tests need them.</summary>
internal static class ServicePodsOf
{
    public static Service Web { get; } = new()
    {
        Metadata = new ObjectMeta { Namespace = "test", Name = "web", Uid = "service" },
        Spec = new ServiceSpec
        {
            Selector = ValueMap.Of("app", "web"),
            ClusterIP = "10.96.0.10",
            IpFamilies = ["IPv4"],
            Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP", TargetPort = 8080 }],
        },
    };

    public static Container Container(int port) => new()
    {
        Name = "web",
        Image = "web:1",
        Ports = [new ContainerPort { Name = "web", ContainerPort_ = port, Protocol = "TCP" }],
    };

    public static Pod Pod(int number, bool ready = true) => new()
    {
        Metadata = new ObjectMeta { Namespace = "test", Name = $"web-{number:000}", Uid = $"web-{number:000}", Labels = ValueMap.Of("app", "web") },
        Spec = new PodSpec { NodeName = "node", Containers = [Container(8080)] },
        Status = new PodStatus
        {
            Phase = "Running",
            PodIP = $"10.0.{number / 256}.{number % 256}",
            PodIPs = [new PodIP { Ip = $"10.0.{number / 256}.{number % 256}" }],
            Conditions = [new PodCondition { Type = "Ready", Status = ready ? "True" : "False", LastTransitionTime = Timestamp.FromUnixSeconds(100 + number) }],
        },
    };
}
