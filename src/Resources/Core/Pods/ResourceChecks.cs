using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Resources that containers and pods ask for.</summary>
internal static class ResourceChecks
{
    private const string HugePages = "hugepages-";

    // core/helper: standardResources
    private static readonly HashSet<string> Standard = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
        "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
        "storage", "requests.storage", "services.nodeports", "services.loadbalancers",
    };

    /// <summary>Limits and requests of a container.</summary>
    internal static void Check(ResourceRequirements resources, FieldErrors at) => Check(resources, at, IsOfContainers, "must be a standard resource for containers");

    /// <summary>Limits and requests of a pod as a whole.</summary>
    internal static void CheckWholePod(PodSpec spec, ResourceRequirements resources, FieldErrors at)
    {
        Check(resources, at, name => name is "cpu" or "memory" || IsHugePages(name), "must be a standard resource for pods");
        var together = new Pod { Spec = spec with { Resources = null, Overhead = default } }.Requests;
        foreach (var (name, quantity) in resources.Requests)
        {
            if (together.TryGetValue(name, out var sum) && sum > quantity)
                at.At("requests").Key(name).Invalid(quantity.ToString(), $"must be greater than or equal to aggregate container requests of {sum}");
        }
    }

    /// <summary>Claims that a container uses are claims of its pod.</summary>
    internal static void CheckClaims(ValueList<ResourceClaim> claims, ValueList<PodResourceClaim> ofPod, FieldErrors at)
    {
        var seen = new HashSet<(string, string)>();
        for (var i = 0; i < claims.Count; i++)
        {
            if (claims[i].Name.Length == 0)
                at.At(i).Required();
            else if (!seen.Add((claims[i].Name, claims[i].Request)))
                at.At(i).Duplicate(claims[i].Request.Length == 0 ? claims[i].Name : $"{claims[i].Name}/{claims[i].Request}");
            else if (!ofPod.Any(claim => claim.Name == claims[i].Name))
                at.At(i).NotFound(claims[i].Name);
        }
    }

    /// <summary>A quantity that is not negative, and whole where the resource cannot be divided.</summary>
    internal static void CheckQuantity(string name, Quantity quantity, FieldErrors at)
    {
        if (quantity.Sign < 0)
            at.Invalid(quantity.ToString(), "must be greater than or equal to 0");
        if (IsExtended(name) && quantity.MilliValue % 1000 != 0)
            at.Invalid(quantity.ToString(), "must be an integer");
    }

    private static void Check(ResourceRequirements resources, FieldErrors at, Predicate<string> isStandard, string complaint)
    {
        foreach (var (name, quantity) in resources.Limits)
        {
            CheckName(name, isStandard, complaint, at.At("limits").Key(name));
            CheckQuantity(name, quantity, at.At("limits").Key(name));
        }

        foreach (var (name, quantity) in resources.Requests)
        {
            CheckName(name, isStandard, complaint, at.At("requests").Key(name));
            CheckQuantity(name, quantity, at.At("requests").Key(name));
            CheckWithinLimit(name, quantity, resources.Limits, at);
        }

        var names = resources.Limits.Keys.Concat(resources.Requests.Keys).ToList();
        if (names.Exists(IsHugePages) && !names.Exists(name => name is "cpu" or "memory"))
            at.Forbidden("HugePages require cpu or memory");
    }

    private static void CheckWithinLimit(string name, Quantity quantity, ValueMap<Quantity> limits, FieldErrors at)
    {
        if (!limits.TryGetValue(name, out var limit))
        {
            if (!IsOvercommittable(name))
                at.At("limits").Required("Limit must be set for non overcommitable resources");
        }
        else if (quantity != limit && !IsOvercommittable(name))
        {
            at.At("requests").Invalid(quantity.ToString(), $"must be equal to {name} limit of {limit}");
        }
        else if (quantity > limit)
        {
            at.At("requests").Invalid(quantity.ToString(), $"must be less than or equal to {name} limit of {limit}");
        }
    }

    private static void CheckName(string name, Predicate<string> isStandard, string complaint, FieldErrors at)
    {
        var complaints = Names.QualifiedName(name).ToList();
        at.Complain(name, complaints);
        if (complaints.Count > 0)
            return;
        if (name.Contains('/', StringComparison.Ordinal))
        {
            if (!IsNative(name) && !IsExtended(name))
                at.Invalid(name, "doesn't follow extended resource name standard");
            return;
        }

        if (!Standard.Contains(name) && !IsHugePages(name))
            at.Invalid(name, "must be a standard resource type or fully qualified");
        if (!isStandard(name))
            at.Invalid(name, complaint);
    }

    private static bool IsOfContainers(string name) => name is "cpu" or "memory" or "ephemeral-storage" || IsHugePages(name);

    private static bool IsOvercommittable(string name) => IsNative(name) && !IsHugePages(name);

    private static bool IsHugePages(string name) => name.StartsWith(HugePages, StringComparison.Ordinal);

    private static bool IsNative(string name) => !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool IsExtended(string name) => !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && !Names.QualifiedName($"requests.{name}").Any();
}
