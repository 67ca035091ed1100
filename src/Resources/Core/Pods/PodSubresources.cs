using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What writes to parts of a pod keep of the rest, and pods/ephemeralcontainers (registry/core/pod: strategy.go).</summary>
internal static class PodSubresources
{
    private const string Mirror = "kubernetes.io/config.mirror";

    /// <summary>Does it stand for a pod that a node runs on its own account?</summary>
    internal static bool IsMirror(Pod pod) => pod.Metadata.Annotations.ContainsKey(Mirror);

    /// <summary>The old pod with another spec: of the new one's metadata only what identifies it is taken.</summary>
    internal static Pod Only(Pod pod, Pod old, PodSpec spec) => pod with
    {
        Metadata = pod.Metadata with
        {
            DeletionTimestamp = old.Metadata.DeletionTimestamp,
            Generation = old.Metadata.Generation,
            SelfLink = old.Metadata.SelfLink,
            Labels = old.Metadata.Labels,
            Annotations = old.Metadata.Annotations,
            Finalizers = old.Metadata.Finalizers,
            OwnerReferences = old.Metadata.OwnerReferences,
        },
        Spec = spec,
        Status = old.Status,
    };

    /// <summary>A status alone, which tells what it told before where nothing is said.</summary>
    internal static Pod StatusOnly(Pod pod, Pod old)
    {
        var status = pod.Status;
        if (status.QosClass.Length == 0)
            status = status with { QosClass = old.Status.QosClass };
        if (status.ObservedGeneration == 0)
            status = status with { ObservedGeneration = old.Status.ObservedGeneration };
        if (status.Conditions.Any(condition => condition.ObservedGeneration == 0))
            status = status with { Conditions = status.Conditions.Select(condition => Observed(condition, old.Status.Conditions)).ToValueList() };
        return pod with
        {
            Spec = old.Spec,
            Metadata = pod.Metadata with { OwnerReferences = old.Metadata.OwnerReferences, DeletionTimestamp = old.Metadata.DeletionTimestamp },
            Status = status,
        };
    }

    /// <summary>New ephemeral containers may come; those that are there stay as they are.</summary>
    internal static void CheckEphemeralContainers(Pod pod, Pod old, FieldErrors errors)
    {
        if (IsMirror(old))
        {
            errors.At("").Forbidden("static pods do not support ephemeral containers");
            return;
        }

        PodValidation.CheckPod(pod, errors);
        var at = errors.At("spec").At("ephemeralContainers");
        foreach (var before in old.Spec.EphemeralContainers)
        {
            var container = pod.Spec.EphemeralContainers.LastOrDefault(other => other.Name == before.Name);
            if (container is null)
                at.Forbidden($"existing ephemeral containers \"{before.Name}\" may not be removed\n");
            else if (container != before)
                at.Forbidden($"existing ephemeral containers \"{before.Name}\" may not be changed\n{InternalForm.Difference(before, container, "EphemeralContainer")}");
        }
    }

    /// <summary>
    /// The pod's addresses are told twice, as a list and as its first: either may be given. Where both are and differ, the single one is right, for old nodes know
    /// no other (core/v1: conversion.go).
    /// </summary>
    internal static Pod WithBothAddresses(Pod pod) => pod.Status switch
    {
        { PodIP.Length: > 0, PodIPs: var all } status when all.IsEmpty || all[0].Ip != status.PodIP => pod with { Status = status with { PodIPs = [new PodIP { Ip = status.PodIP }] } },
        { PodIP.Length: 0, PodIPs: { IsEmpty: false } all } status => pod with { Status = status with { PodIP = all[0].Ip } },
        _ => pod,
    };

    private static PodCondition Observed(PodCondition condition, ValueList<PodCondition> old) =>
        condition.ObservedGeneration == 0 && old.FirstOrDefault(other => other.Type == condition.Type) is { } known
            ? condition with { ObservedGeneration = known.ObservedGeneration }
            : condition;
}
