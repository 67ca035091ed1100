using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Tests;

/// <summary>Pods and templates as tests need them.</summary>
internal static class Pods
{
    public static PodTemplateSpec Template(string app, string image = "web:1") => new()
    {
        Metadata = new ObjectMeta { Labels = [KeyValuePair.Create("app", app)] },
        Spec = new PodSpec { Containers = [new Container { Name = "web", Image = image }] },
    };

    public static LabelSelector Selector(string app) => new() { MatchLabels = [KeyValuePair.Create("app", app)] };

    public static Pod Ready(Pod pod, DateTimeOffset? since = null) => pod with
    {
        Status = pod.Status with
        {
            Phase = "Running",
            Conditions = [new PodCondition { Type = "Ready", Status = "True", LastTransitionTime = Timestamp.From(since ?? DateTimeOffset.UtcNow) }],
        },
    };
}
