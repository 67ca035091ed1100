using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// What is checked of a pod, and of the pod in every template (core/validation: validation.go). The order of the checks is upstream's, for clients see the
/// complaints in it; this file is their table of contents.
/// </summary>
internal static class PodValidation
{
    private static readonly string[] RestartPolicies = ["Always", "OnFailure", "Never"];
    private static readonly string[] DnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

    /// <summary>A pod as a whole; its metadata's names have been checked.</summary>
    internal static void CheckPod(Pod pod, FieldErrors errors)
    {
        PodAnnotationChecks.Check(pod.Metadata.Annotations, pod.Spec, errors.At("metadata").At("annotations"));
        var at = errors.At("spec");
        CheckSpec(pod.Spec, pod.Metadata.Name, at);
        if (pod.Spec.ServiceAccountName.Length == 0)
            CheckNoTokens(pod.Spec.Volumes, at.At("volumes"));
        CheckImages(pod.Spec.Containers, at.At("containers"));
        CheckImages(pod.Spec.InitContainers, at.At("initContainers"));
    }

    /// <summary>What is refused of new pods alone.</summary>
    internal static void CheckNewPod(Pod pod, FieldErrors errors)
    {
        CheckPod(pod, errors);
        var at = errors.At("spec");
        if (!pod.Spec.EphemeralContainers.IsEmpty)
            at.At("ephemeralContainers").Forbidden("cannot be set on create");
        if (pod.Spec.NodeName.Length > 0 && !pod.Spec.SchedulingGates.IsEmpty)
            at.At("nodeName").Forbidden("cannot be set until all schedulingGates have been cleared");
        PodAnnotationChecks.CheckAgreement(pod.Metadata.Annotations, pod.Spec, at);
    }

    /// <summary>The template of a controller.</summary>
    internal static void CheckTemplate(PodTemplateSpec template, FieldErrors at)
    {
        at.At("labels").Labels(template.Metadata.Labels);
        ObjectMetaRules.CheckAnnotations(template.Metadata.Annotations, at.At("annotations"));
        PodAnnotationChecks.Check(template.Metadata.Annotations, template.Spec, at.At("annotations"));
        CheckSpec(template.Spec, null, at.At("spec"));
        PodAnnotationChecks.CheckAgreement(template.Metadata.Annotations, template.Spec, at.At("spec"));
        if (!template.Spec.EphemeralContainers.IsEmpty)
            at.At("spec").At("ephemeralContainers").Forbidden("ephemeral containers not allowed in pod template");
    }

    /// <summary>What runs, and where.</summary>
    /// <param name="podName">Whose it is; null in templates.</param>
    private static void CheckSpec(PodSpec spec, string? podName, FieldErrors at)
    {
        var volumes = VolumeChecks.Check(spec.Volumes, podName, at.At("volumes"));
        ResourceClaimChecks.Check(spec.ResourceClaims, at.At("resourceClaims"));
        var containers = new ContainerChecks(spec, volumes);
        containers.CheckContainers(at.At("containers"));
        containers.CheckInitContainers(at.At("initContainers"));
        containers.CheckEphemeralContainers(at.At("ephemeralContainers"));
        if (spec.Resources is { } resources)
            RequirementChecks.CheckWholePod(spec, resources, at.At("resources"));
        PodNetworkChecks.CheckHostNetwork(spec, podName is not null, at);
        at.At("restartPolicy").RequiredOneOf(spec.RestartPolicy, RestartPolicies);
        at.At("dnsPolicy").RequiredOneOf(spec.DnsPolicy, DnsPolicies);
        at.At("nodeSelector").Labels(spec.NodeSelector);
        PodSecurityChecks.Check(spec, at);
        AffinityChecks.Check(spec.Affinity, at.At("affinity"));
        PodNetworkChecks.CheckDns(spec.DnsConfig, spec.DnsPolicy, at.At("dnsConfig"));
        PlacementChecks.CheckReadinessGates(spec.ReadinessGates, at.At("readinessGates"));
        PlacementChecks.CheckSchedulingGates(spec.SchedulingGates, at.At("schedulingGates"));
        PlacementChecks.CheckSpread(spec.TopologySpreadConstraints, at.At("topologySpreadConstraints"));
        HostProcessChecks.Check(spec, at);
        PodSecurityChecks.CheckHostUsers(spec, at);
        CheckNames(spec, at);
        PlacementChecks.CheckTolerations(spec.Tolerations, at.At("tolerations"));
        PodNetworkChecks.CheckHostAliases(spec.HostAliases, at.At("hostAliases"));
        CheckClasses(spec, at);
        OperatingSystemChecks.Check(spec, at);
    }

    private static void CheckNames(PodSpec spec, FieldErrors at)
    {
        if (spec.ServiceAccountName.Length > 0)
            at.At("serviceAccountName").Complain(spec.ServiceAccountName, Names.Subdomain(spec.ServiceAccountName));
        if (spec.NodeName.Length > 0)
            at.At("nodeName").Complain(spec.NodeName, Names.Subdomain(spec.NodeName));
        if (spec.ActiveDeadlineSeconds is { } seconds)
            at.At("activeDeadlineSeconds").InRange(seconds, 1, int.MaxValue);
        if (spec.Hostname.Length > 0)
            at.At("hostname").Complain(spec.Hostname, Names.Label(spec.Hostname));
        if (spec.Subdomain.Length > 0)
            at.At("subdomain").Complain(spec.Subdomain, Names.Label(spec.Subdomain));
        if (spec.HostnameOverride is { } name)
            CheckHostnameOverride(spec, name, at);
    }

    private static void CheckHostnameOverride(PodSpec spec, string name, FieldErrors at)
    {
        at.At("hostnameOverride").Complain(name, Names.Subdomain(name));
        if (name.Length > 64) // the kernel's limit
            at.At("hostnameOverride").TooLong(64);
        if (spec.SetHostnameAsFQDN is true)
            at.At("hostnameOverride").Forbidden("cannot be set when setHostnameAsFQDN is true");
        if (spec.HostNetwork)
            at.At("hostnameOverride").Forbidden("cannot be set when hostNetwork is true");
    }

    private static void CheckClasses(PodSpec spec, FieldErrors at)
    {
        if (spec.PriorityClassName.Length > 0)
            at.At("priorityClassName").Complain(spec.PriorityClassName, Names.Subdomain(spec.PriorityClassName));
        if (spec.RuntimeClassName is { } runtimeClass)
            at.At("runtimeClassName").Complain(runtimeClass, Names.Subdomain(runtimeClass));
        if (spec.PreemptionPolicy is { } policy)
            at.At("preemptionPolicy").RequiredOneOf(policy, "PreemptLowerPriority", "Never");
        if (!spec.Overhead.IsEmpty)
            RequirementChecks.Check(new ResourceRequirements { Limits = spec.Overhead }, at.At("overhead"));
    }

    private static void CheckNoTokens(ValueList<Volume> volumes, FieldErrors at)
    {
        for (var i = 0; i < volumes.Count; i++)
        {
            var sources = volumes[i].Projected?.Sources ?? default;
            for (var j = 0; j < sources.Count; j++)
            {
                if (sources[j].ServiceAccountToken is not null)
                    at.At(i).At("projected").At("sources", j).At("serviceAccountToken").Forbidden("must not be specified when serviceAccountName is not set");
            }
        }
    }

    private static void CheckImages(ValueList<Container> containers, FieldErrors at)
    {
        for (var i = 0; i < containers.Count; i++)
            CheckImage(containers[i], at.At(i));
    }

    /// <summary>An image's name without blanks around it: in templates they are let be.</summary>
    internal static void CheckImage(IContainer container, FieldErrors at)
    {
        if (container.Image.Trim().Length != container.Image.Length)
            at.At("image").Invalid(container.Image, "must not have leading or trailing whitespace");
    }
}
