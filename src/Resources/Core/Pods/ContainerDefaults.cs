using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What containers have where nothing is said: the same for ordinary, init and ephemeral ones.</summary>
internal static class ContainerDefaults
{
    private const string MessagePath = "/dev/termination-log"; // core/v1: TerminationMessagePathDefault

    internal static Container Defaulted(Container container) => container with
    {
        ImagePullPolicy = PullPolicy(container),
        TerminationMessagePath = Or(container.TerminationMessagePath, MessagePath),
        TerminationMessagePolicy = Or(container.TerminationMessagePolicy, "File"),
        Ports = container.Ports.DefaultEach(Defaulted),
        Env = container.Env.DefaultEach(Defaulted),
        Resources = container.Resources.Rounded(),
        LivenessProbe = Defaulted(container.LivenessProbe),
        ReadinessProbe = Defaulted(container.ReadinessProbe),
        StartupProbe = Defaulted(container.StartupProbe),
        Lifecycle = Defaulted(container.Lifecycle),
    };

    internal static EphemeralContainer Defaulted(EphemeralContainer container) => container with
    {
        ImagePullPolicy = PullPolicy(container),
        TerminationMessagePath = Or(container.TerminationMessagePath, MessagePath),
        TerminationMessagePolicy = Or(container.TerminationMessagePolicy, "File"),
        Ports = container.Ports.DefaultEach(Defaulted),
        Env = container.Env.DefaultEach(Defaulted),
        Resources = container.Resources.Rounded(),
        LivenessProbe = Defaulted(container.LivenessProbe),
        ReadinessProbe = Defaulted(container.ReadinessProbe),
        StartupProbe = Defaulted(container.StartupProbe),
        Lifecycle = Defaulted(container.Lifecycle),
    };

    private static string PullPolicy(IContainer container) =>
        container.ImagePullPolicy.Length > 0 ? container.ImagePullPolicy : ImageNames.IsLatest(container.Image) ? "Always" : "IfNotPresent";

    private static ContainerPort Defaulted(ContainerPort port) => port.Protocol.Length > 0 ? port : port with { Protocol = "TCP" };

    private static EnvVar Defaulted(EnvVar variable) => variable.ValueFrom switch
    {
        { FieldRef: { ApiVersion.Length: 0 } field } source => variable with { ValueFrom = source with { FieldRef = field with { ApiVersion = "v1" } } },
        { FileKeyRef: { Optional: null } file } source => variable with { ValueFrom = source with { FileKeyRef = file with { Optional = false } } },
        _ => variable,
    };

    private static Probe? Defaulted(Probe? probe) => probe is null
        ? null
        : probe with
        {
            HttpGet = Defaulted(probe.HttpGet),
            Grpc = probe.Grpc is { Service: null } grpc ? grpc with { Service = "" } : probe.Grpc,
            TimeoutSeconds = Or(probe.TimeoutSeconds, 1),
            PeriodSeconds = Or(probe.PeriodSeconds, 10),
            SuccessThreshold = Or(probe.SuccessThreshold, 1),
            FailureThreshold = Or(probe.FailureThreshold, 3),
        };

    private static Lifecycle? Defaulted(Lifecycle? lifecycle) =>
        lifecycle is null ? null : lifecycle with { PostStart = Defaulted(lifecycle.PostStart), PreStop = Defaulted(lifecycle.PreStop) };

    private static LifecycleHandler? Defaulted(LifecycleHandler? handler) =>
        handler?.HttpGet is { } get ? handler with { HttpGet = Defaulted(get) } : handler;

    private static HTTPGetAction? Defaulted(HTTPGetAction? get) =>
        get is null ? null : get with { Path = Or(get.Path, "/"), Scheme = Or(get.Scheme, "HTTP") };

    private static string Or(string text, string other) => text.Length > 0 ? text : other;

    private static int Or(int number, int other) => number != 0 ? number : other;
}
