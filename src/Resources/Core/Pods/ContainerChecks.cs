using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Checks of a pod's containers of all three sorts.</summary>
/// <param name="spec">The pod.</param>
/// <param name="volumes">Its volumes by name; those that are wrong themselves are not among them.</param>
internal sealed class ContainerChecks(PodSpec spec, IReadOnlyDictionary<string, Volume> volumes)
{
    private const string SidecarsOnly = "may not be set for init containers without restartPolicy=Always";
    private const string NotEphemeral = "cannot be set for an Ephemeral Container";

    internal void CheckContainers(FieldErrors at)
    {
        if (spec.Containers.IsEmpty)
        {
            at.Required();
            return;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var (container, place) = (spec.Containers[i], at.At(i));
            CheckCommon(container, place);
            if (!names.Add(container.Name))
                place.At("name").Duplicate(container.Name);
            CheckRunning(container, place);
            CheckRestart(container, place);
        }

        CheckHostPorts(spec.Containers, 0, at);
    }

    internal void CheckInitContainers(FieldErrors at)
    {
        var names = spec.Containers.Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < spec.InitContainers.Count; i++)
        {
            var (container, place) = (spec.InitContainers[i], at.At(i));
            CheckCommon(container, place);
            if (container.Name.Length > 0 && !names.Add(container.Name))
                place.At("name").Duplicate(container.Name);
            CheckHostPorts([container], i, at);
            CheckRestart(container, place);
            if (container.RestartPolicy == "Always")
                CheckRunning(container, place);
            else
                CheckNotRunning(container, place);
        }
    }

    internal void CheckEphemeralContainers(FieldErrors at)
    {
        if (spec.EphemeralContainers.IsEmpty)
            return;
        var others = spec.Containers.Concat(spec.InitContainers).Select(container => container.Name).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(others, StringComparer.Ordinal);
        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
        {
            var (container, place) = (spec.EphemeralContainers[i], at.At(i));
            CheckCommon(container, place);
            PodValidation.CheckImage(container, place);
            if (!names.Add(container.Name))
                place.At("name").Duplicate(container.Name);
            if (container.TargetContainerName.Length > 0 && !others.Contains(container.TargetContainerName))
                place.At("targetContainerName").NotFound(container.TargetContainerName);
            CheckEphemeral(container, place);
        }
    }

    private void CheckCommon(IContainer container, FieldErrors at)
    {
        if (container.Name.Length == 0)
            at.At("name").Required();
        else
            at.At("name").Complain(container.Name, Names.Label(container.Name));
        if (container.Image.Length == 0)
            at.At("image").Required();
        at.At("terminationMessagePolicy").RequiredOneOf(container.TerminationMessagePolicy, "File", "FallbackToLogsOnError");
        CheckPorts(container.Ports, at.At("ports"));
        EnvironmentChecks.Check(container.Env, at.At("env"));
        EnvironmentChecks.Check(container.EnvFrom, at.At("envFrom"));
        MountChecks.Check(container, volumes, at);
        at.At("imagePullPolicy").RequiredOneOf(container.ImagePullPolicy, "Always", "IfNotPresent", "Never");
        RequirementChecks.Check(container.Resources, at.At("resources"));
        RequirementChecks.CheckClaims(container.Resources.Claims, spec.ResourceClaims, at.At("resources").At("claims"));
        CheckResizePolicies(container.ResizePolicy, at.At("resizePolicy"));
        PodSecurityChecks.Check(container.SecurityContext, spec, at.At("securityContext"));
    }

    private void CheckRunning(Container container, FieldErrors at)
    {
        var grace = spec.TerminationGracePeriodSeconds ?? 0;
        if (container.Lifecycle is { } lifecycle)
            HandlerChecks.Check(lifecycle, grace, spec, at.At("lifecycle"));
        HandlerChecks.CheckOnce(container.LivenessProbe, at.At("livenessProbe"));
        HandlerChecks.CheckReadiness(container.ReadinessProbe, at.At("readinessProbe"));
        HandlerChecks.CheckOnce(container.StartupProbe, at.At("startupProbe"));
    }

    private static void CheckNotRunning(Container container, FieldErrors at)
    {
        Forbid(container.Lifecycle is not null, at.At("lifecycle"), SidecarsOnly);
        Forbid(container.LivenessProbe is not null, at.At("livenessProbe"), SidecarsOnly);
        Forbid(container.ReadinessProbe is not null, at.At("readinessProbe"), SidecarsOnly);
        Forbid(container.StartupProbe is not null, at.At("startupProbe"), SidecarsOnly);
    }

    private static void CheckEphemeral(EphemeralContainer container, FieldErrors at)
    {
        Forbid(!container.Ports.IsEmpty, at.At("ports"), NotEphemeral);
        Forbid(container.Resources is not { Limits.IsEmpty: true, Requests.IsEmpty: true, Claims.IsEmpty: true }, at.At("resources"), NotEphemeral);
        Forbid(!container.ResizePolicy.IsEmpty, at.At("resizePolicy"), NotEphemeral);
        Forbid(container.RestartPolicy is not null, at.At("restartPolicy"), NotEphemeral);
        Forbid(!container.RestartPolicyRules.IsEmpty, at.At("restartPolicyRules"), NotEphemeral);
        Forbid(container.LivenessProbe is not null, at.At("livenessProbe"), NotEphemeral);
        Forbid(container.ReadinessProbe is not null, at.At("readinessProbe"), NotEphemeral);
        Forbid(container.StartupProbe is not null, at.At("startupProbe"), NotEphemeral);
        Forbid(container.Lifecycle is not null, at.At("lifecycle"), NotEphemeral);
        for (var i = 0; i < container.VolumeMounts.Count; i++)
        {
            Forbid(container.VolumeMounts[i].SubPath.Length > 0, at.At("volumeMounts", i).At("subPath"), NotEphemeral);
            Forbid(container.VolumeMounts[i].SubPathExpr.Length > 0, at.At("volumeMounts", i).At("subPathExpr"), NotEphemeral);
        }
    }

    private static void CheckRestart(Container container, FieldErrors at)
    {
        if (container.RestartPolicy is { } policy)
            at.At("restartPolicy").OneOf(policy, "Always", "Never", "OnFailure");
        if (container.RestartPolicyRules.IsEmpty)
            return;
        if (container.RestartPolicy is null)
            at.At("restartPolicy").Required("must specify restartPolicy when restart rules are used");
        if (container.RestartPolicyRules.Count > 20)
            at.At("restartPolicyRules").TooMany(container.RestartPolicyRules.Count, 20);
        for (var i = 0; i < container.RestartPolicyRules.Count; i++)
            CheckRestartRule(container.RestartPolicyRules[i], at.At("restartPolicyRules", i));
    }

    private static void CheckRestartRule(ContainerRestartRule rule, FieldErrors at)
    {
        at.At("action").OneOf(rule.Action, "Restart", "RestartAllContainers");
        if (rule.ExitCodes is not { } codes)
        {
            at.At("exitCodes").Required("must be specified");
            return;
        }

        at.At("exitCodes").At("operator").OneOf(codes.Operator, "In", "NotIn");
        if (codes.Values.IsEmpty)
            at.At("exitCodes").At("values").InvalidPrinted("[]", "must specify at least one exit code");
        else if (codes.Values.Count > 255)
            at.At("exitCodes").At("values").TooMany(codes.Values.Count, 255);
    }

    private void CheckResizePolicies(ValueList<ContainerResizePolicy> policies, FieldErrors at)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < policies.Count; i++)
        {
            var policy = policies[i];
            if (!seen.Add(policy.ResourceName))
                at.At(i).Duplicate(policy.ResourceName);
            at.RequiredOneOf(policy.ResourceName, "cpu", "memory");
            at.RequiredOneOf(policy.RestartPolicy, "NotRequired", "RestartContainer");
            if (spec.RestartPolicy == "Never" && policy.RestartPolicy != "NotRequired")
                at.Invalid(policy.RestartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
        }
    }

    private static void CheckPorts(ValueList<ContainerPort> ports, FieldErrors at)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            var (port, place) = (ports[i], at.At(i));
            if (port.Name.Length > 0)
                CheckPortName(port.Name, names, place.At("name"));
            if (port.ContainerPort_ == 0)
                place.At("containerPort").Required();
            else
                place.At("containerPort").PortNumber(port.ContainerPort_);
            if (port.HostPort != 0)
                place.At("hostPort").PortNumber(port.HostPort);
            place.At("protocol").RequiredOneOf(port.Protocol, "SCTP", "TCP", "UDP");
        }
    }

    private static void CheckPortName(string name, HashSet<string> names, FieldErrors at)
    {
        var complaints = NetworkChecks.PortName(name).ToList();
        at.Complain(name, complaints);
        if (complaints.Count == 0 && !names.Add(name))
            at.Duplicate(name);
    }

    // A port of the node can be taken once; init containers run one by one.
    private static void CheckHostPorts(ValueList<Container> containers, int first, FieldErrors at)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < containers.Count; i++)
        {
            var ports = containers[i].Ports;
            for (var j = 0; j < ports.Count; j++)
            {
                var port = FormattableString.Invariant($"{ports[j].Protocol}/{ports[j].HostIP}/{ports[j].HostPort}");
                if (ports[j].HostPort != 0 && !taken.Add(port))
                    at.At(first + i).At("ports", j).At("hostPort").Duplicate(port);
            }
        }
    }

    private static void Forbid(bool isSet, FieldErrors at, string why)
    {
        if (isSet)
            at.Forbidden(why);
    }
}
