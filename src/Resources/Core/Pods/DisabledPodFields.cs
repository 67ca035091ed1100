using ControlPlane.Machinery.Features;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// Fields of features that are off are dropped without a word, of pods and of the pods in templates; a pod that has one already keeps it, and may be given
/// another (api/pod: dropDisabledFields).
/// </summary>
internal static class DisabledPodFields
{
    private static readonly (string Gate, Predicate<PodSpec> IsUsed, Func<PodSpec, PodSpec> Without)[] Fields =
    [
        ("PodLevelResources", static spec => spec.Resources is { Limits.IsEmpty: false } or { Requests.IsEmpty: false }, static spec => spec with { Resources = null }),
        ("HostnameOverride", static spec => spec.HostnameOverride is not null, static spec => spec with { HostnameOverride = null }),
        ("GenericWorkload", static spec => spec.SchedulingGroup is not null, static spec => spec with { SchedulingGroup = null }),
        (
            "MatchLabelKeysInPodTopologySpread",
            static spec => spec.TopologySpreadConstraints.Any(constraint => !constraint.MatchLabelKeys.IsEmpty),
            static spec => spec with { TopologySpreadConstraints = spec.TopologySpreadConstraints.Select(constraint => constraint with { MatchLabelKeys = default }).ToValueList() }
        ),
        ("ClusterTrustBundleProjection", static spec => HasSource(spec, source => source.ClusterTrustBundle is not null), static spec => WithSources(spec, source => source with { ClusterTrustBundle = null })),
        ("PodCertificateRequest", static spec => HasSource(spec, source => source.PodCertificate is not null), static spec => WithSources(spec, source => source with { PodCertificate = null })),
        ("EnvFiles", static spec => HasContainer(spec, ReadsFiles), static spec => WithContainers(spec, WithoutFiles, WithoutFiles)),
        (
            "ContainerStopSignals",
            static spec => HasContainer(spec, container => container.Lifecycle?.StopSignal is not null),
            static spec => WithContainers(
                spec,
                container => container with { Lifecycle = WithoutSignal(container.Lifecycle) },
                container => container with { Lifecycle = WithoutSignal(container.Lifecycle) })
        ),
        (
            "ContainerRestartRules",
            static spec => spec.Containers.Concat(spec.InitContainers).Any(container => !container.RestartPolicyRules.IsEmpty || container.RestartPolicy is not (null or "Always")),
            static spec => WithContainers(spec, WithoutRules, container => container)
        ),
    ];

    extension(PodSpec spec)
    {
        /// <summary>The pod without what is off and was not there before.</summary>
        /// <param name="old">What it was; null for what is new.</param>
        internal PodSpec WithoutDisabled(PodSpec? old, FeatureGates features)
        {
            foreach (var (gate, isUsed, without) in Fields)
            {
                if (!features.IsEnabled(gate) && isUsed(spec) && (old is null || !isUsed(old)))
                    spec = without(spec);
            }

            return spec;
        }
    }

    extension(PodTemplateSpec template)
    {
        /// <summary>The template with its pod without what is off.</summary>
        internal PodTemplateSpec WithoutDisabled(PodTemplateSpec? old, FeatureGates features)
        {
            var spec = template.Spec.WithoutDisabled(old?.Spec, features);
            return ReferenceEquals(spec, template.Spec) ? template : template with { Spec = spec };
        }
    }

    private static bool HasSource(PodSpec spec, Predicate<VolumeProjection> condition) =>
        spec.Volumes.Any(volume => volume.Projected is { } projected && projected.Sources.Any(source => condition(source)));

    private static PodSpec WithSources(PodSpec spec, Func<VolumeProjection, VolumeProjection> changed) => spec with
    {
        Volumes = spec.Volumes.DefaultEach(volume => volume.Projected is { } projected
            ? volume with { Projected = projected with { Sources = projected.Sources.DefaultEach(changed) } }
            : volume),
    };

    private static bool HasContainer(PodSpec spec, Func<IContainer, bool> condition) =>
        spec.InitContainers.Any(condition) || spec.Containers.Any(condition) || spec.EphemeralContainers.Any(condition);

    private static PodSpec WithContainers(PodSpec spec, Func<Container, Container> changed, Func<EphemeralContainer, EphemeralContainer> changedEphemeral) => spec with
    {
        InitContainers = spec.InitContainers.DefaultEach(changed),
        Containers = spec.Containers.DefaultEach(changed),
        EphemeralContainers = spec.EphemeralContainers.DefaultEach(changedEphemeral),
    };

    private static bool ReadsFiles(IContainer container) => container.Env.Any(variable => variable.ValueFrom?.FileKeyRef is not null);

    private static Container WithoutFiles(Container container) => container with { Env = container.Env.DefaultEach(WithoutFile) };

    private static EphemeralContainer WithoutFiles(EphemeralContainer container) => container with { Env = container.Env.DefaultEach(WithoutFile) };

    private static EnvVar WithoutFile(EnvVar variable) => variable.ValueFrom is { FileKeyRef: not null } source ? variable with { ValueFrom = source with { FileKeyRef = null } } : variable;

    private static Lifecycle? WithoutSignal(Lifecycle? lifecycle) => lifecycle switch
    {
        null or { StopSignal: null } => lifecycle,
        { PostStart: null, PreStop: null } => null,
        _ => lifecycle with { StopSignal = null },
    };

    // Sidecars are older than the rules.
    private static Container WithoutRules(Container container) => container with
    {
        RestartPolicyRules = default,
        RestartPolicy = container.RestartPolicy == "Always" ? container.RestartPolicy : null,
    };
}
