using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Annotations of pods that mean something (core/validation: ValidatePodSpecificAnnotations).</summary>
internal static class PodAnnotationChecks
{
    private const string Mirror = "kubernetes.io/config.mirror";
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";
    private const string SeccompOfPod = "seccomp.security.alpha.kubernetes.io/pod";
    private const string SeccompOfContainer = "container.seccomp.security.alpha.kubernetes.io/";
    private const string AppArmor = "container.apparmor.security.beta.kubernetes.io/";
    private const string Localhost = "localhost/";

    internal static void Check(ValueMap<string> annotations, PodSpec spec, FieldErrors at) => Check(annotations, spec, isCostChecked: true, at);

    /// <summary>What may not change, and what is wrong with all of them. A cost that was wrong before may stay so.</summary>
    internal static void CheckUpdate(Pod pod, Pod old, FieldErrors at)
    {
        var (annotations, before) = (pod.Metadata.Annotations, old.Metadata.Annotations);
        foreach (var (key, value) in before)
        {
            if (annotations.TryGetValue(key, out var now) && now == value)
                continue;
            if (key.StartsWith(AppArmor, StringComparison.Ordinal))
                at.Key(key).Forbidden("may not remove or update AppArmor annotations");
            if (key == Mirror)
                at.Key(key).Forbidden("may not remove or update mirror pod annotation");
        }

        foreach (var key in annotations.Keys.Where(key => !before.ContainsKey(key)))
        {
            if (key.StartsWith(AppArmor, StringComparison.Ordinal))
                at.Key(key).Forbidden("may not add AppArmor annotations");
            if (key == Mirror)
                at.Key(key).Forbidden("may not add mirror pod annotation");
        }

        Check(annotations, pod.Spec, IsCost(before.Find(DeletionCost)), at);
    }

    /// <summary>Of a new pod, and of a template, annotations and fields that say the same must agree.</summary>
    internal static void CheckAgreement(ValueMap<string> annotations, PodSpec pod, FieldErrors spec)
    {
        if (pod.SecurityContext?.SeccompProfile is { } profile && annotations.TryGetValue(SeccompOfPod, out var annotation))
            CheckSeccomp(profile, annotation, spec.At("securityContext").At("seccompProfile"));
        foreach (var (container, place) in Containers(pod, spec))
        {
            if (container.SecurityContext?.SeccompProfile is { } own && annotations.TryGetValue(SeccompOfContainer + container.Name, out var seccomp))
                CheckSeccomp(own, seccomp, place.At("securityContext").At("seccompProfile"));
        }

        if (pod.Os?.Name == "windows")
            return;
        foreach (var (container, place) in Containers(pod, spec))
        {
            var armor = container.SecurityContext?.AppArmorProfile ?? pod.SecurityContext?.AppArmorProfile;
            if (armor is not null && annotations.TryGetValue(AppArmor + container.Name, out var named))
                CheckAppArmor(armor, named, place.At("securityContext").At("appArmorProfile"));
        }
    }

    private static void Check(ValueMap<string> annotations, PodSpec spec, bool isCostChecked, FieldErrors at)
    {
        if (spec.NodeName.Length == 0 && annotations.TryGetValue(Mirror, out var hash))
            at.Key(Mirror).Invalid(hash, "must set spec.nodeName if mirror pod annotation is set");
        if (isCostChecked && annotations.Find(DeletionCost) is { } cost && !IsCost(cost))
            at.Key(DeletionCost).Invalid(cost, "must be a 32bit integer");
        foreach (var (key, value) in annotations)
        {
            if (key == SeccompOfPod || key.StartsWith(SeccompOfContainer, StringComparison.Ordinal))
                CheckSeccompName(value, at.At(key)); // upstream's place: not in brackets
        }

        foreach (var (key, value) in annotations)
        {
            if (!key.StartsWith(AppArmor, StringComparison.Ordinal))
                continue;
            var container = key[AppArmor.Length..];
            if (!Containers(spec, at).Any(one => one.Container.Name == container))
                at.Key(key).Invalid(container, "container not found");
            if (value is not ("" or "runtime/default" or "unconfined") && !value.StartsWith(Localhost, StringComparison.Ordinal))
                at.Key(key).Invalid(value, $"invalid AppArmor profile name: {FieldErrors.Quote(value)}");
        }
    }

    // As numbers are written: no sign of plus, no zeros before it (core/helper: GetDeletionCostFromPodAnnotations).
    private static bool IsCost(string? text)
    {
        if (text is null)
            return true;
        var isPlain = text == "0" || (text.Length > 0 && (text[0] == '-' || (char.IsAsciiDigit(text[0]) && text[0] != '0')));
        return isPlain && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
    }

    private static void CheckSeccompName(string name, FieldErrors at)
    {
        if (name is "runtime/default" or "docker/default" or "unconfined")
            return;
        if (name.StartsWith(Localhost, StringComparison.Ordinal))
            PathChecks.Descending(name[Localhost.Length..], at);
        else
            at.Invalid(name, "must be a valid seccomp profile");
    }

    private static void CheckSeccomp(SeccompProfile profile, string annotation, FieldErrors at)
    {
        var agrees = profile.Type switch
        {
            "Unconfined" => annotation == "unconfined",
            "RuntimeDefault" => annotation is "runtime/default" or "docker/default",
            "Localhost" => annotation.StartsWith(Localhost, StringComparison.Ordinal),
            _ => true,
        };
        if (!agrees)
            at.At("type").Forbidden("seccomp type in annotation and field must match");
        else if (profile.Type == "Localhost" && annotation[Localhost.Length..] != profile.LocalhostProfile)
            at.At("localhostProfile").Forbidden("seccomp profile in annotation and field must match");
    }

    private static void CheckAppArmor(AppArmorProfile profile, string annotation, FieldErrors at)
    {
        var agrees = profile.Type switch
        {
            "Unconfined" => annotation == "unconfined",
            "RuntimeDefault" => annotation == "runtime/default",
            "Localhost" => annotation.StartsWith(Localhost, StringComparison.Ordinal),
            _ => true,
        };
        if (!agrees)
            at.At("type").Forbidden("apparmor type in annotation and field must match");
        else if (profile.Type == "Localhost" && annotation[Localhost.Length..] != profile.LocalhostProfile)
            at.At("localhostProfile").Forbidden("apparmor profile in annotation and field must match");
    }

    /// <summary>All containers of a pod with their places, in upstream's order.</summary>
    internal static IEnumerable<(IContainer Container, FieldErrors At)> Containers(PodSpec spec, FieldErrors at)
    {
        for (var i = 0; i < spec.InitContainers.Count; i++)
            yield return (spec.InitContainers[i], at.At("initContainers", i));
        for (var i = 0; i < spec.Containers.Count; i++)
            yield return (spec.Containers[i], at.At("containers", i));
        for (var i = 0; i < spec.EphemeralContainers.Count; i++)
            yield return (spec.EphemeralContainers[i], at.At("ephemeralContainers", i));
    }
}
