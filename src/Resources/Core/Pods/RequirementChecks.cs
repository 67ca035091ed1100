using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Resources that containers, and pods as a whole, ask for (core/validation: validateResourceRequirements).</summary>
internal static class RequirementChecks
{
    private const string HugePages = "hugepages-";

    /// <summary>Limits and requests of a container.</summary>
    internal static void Check(ResourceRequirements resources, FieldErrors at) => Check(resources, static (name, place) => place.ContainerResourceName(name), at);

    /// <summary>Limits and requests of a pod as a whole, which hold for its containers together.</summary>
    internal static void CheckWholePod(PodSpec spec, ResourceRequirements resources, FieldErrors at)
    {
        if (!resources.Claims.IsNil)
            at.At("claims").Forbidden("claims cannot be set for Resources at pod-level");
        Check(resources, CheckWholeName, at);
        var together = new Pod { Spec = spec with { Resources = null, Overhead = default } }.Requests;
        foreach (var (name, sum) in together.Where(entry => IsOfWholePod(entry.Key)))
        {
            var whole = resources.Requests.Find(name);
            if (sum > whole)
                at.At("requests").Key(name).Invalid(whole.ToString(), $"must be greater than or equal to aggregate container requests of {sum}");
        }

        for (var i = 0; i < spec.Containers.Count; i++)
        {
            foreach (var (name, limit) in spec.Containers[i].Resources.Limits)
            {
                if (resources.Limits.TryGetValue(name, out var whole) && limit > whole)
                    at.At("containers", i).Key(name).At("limits").Invalid(limit.ToString(), $"must be less than or equal to pod limits of {whole}"); // upstream's place
            }
        }
    }

    /// <summary>Claims that a container uses are claims of its pod: each whole, or some of its requests.</summary>
    internal static void CheckClaims(ValueList<ResourceClaim> claims, ValueList<PodResourceClaim> ofPod, FieldErrors at)
    {
        var names = ofPod.Select(claim => claim.Name).Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal).ToList();
        var seen = new List<(string Name, string Request)>();
        for (var i = 0; i < claims.Count; i++)
        {
            var (claim, place) = ((claims[i].Name, claims[i].Request), at.At(i));
            if (claim.Name.Length == 0)
            {
                place.Required();
                continue;
            }

            CheckUsedOnce(claim, seen, place);
            if (!names.Contains(claim.Name))
            {
                var known = names.Count == 0 ? " which is empty" : $": {string.Join(", ", names)}";
                place.NotFound(claim.Name, $"must be one of the names in pod.spec.resourceClaims{known}");
            }
        }
    }

    private static void CheckUsedOnce((string Name, string Request) claim, List<(string Name, string Request)> seen, FieldErrors at)
    {
        if (seen.Contains((claim.Name, "")))
        {
            at.Duplicate(claim.Name);
            return;
        }

        if (claim.Request.Length > 0)
        {
            at.At("request").Complain(claim.Request, Names.Label(claim.Request));
            if (seen.Contains(claim))
                at.Duplicate($"{claim.Name}/{claim.Request}");
        }
        else
        {
            foreach (var _ in seen.Where(other => other.Name == claim.Name))
                at.Duplicate(claim.Name);
        }

        if (!seen.Contains(claim))
            seen.Add(claim);
    }

    private static void Check(ResourceRequirements resources, Action<string, FieldErrors> checkName, FieldErrors at)
    {
        foreach (var (name, quantity) in resources.Limits)
        {
            var place = at.At("limits").Key(name);
            checkName(name, place);
            place.ResourceQuantity(name, quantity);
            CheckPages(name, quantity, place);
        }

        foreach (var (name, quantity) in resources.Requests)
        {
            var place = at.At("requests").Key(name);
            checkName(name, place);
            place.ResourceQuantity(name, quantity);
            CheckWithinLimit(name, quantity, resources.Limits, at);
            CheckPages(name, quantity, place);
        }

        var names = resources.Limits.Keys.Concat(resources.Requests.Keys).ToList();
        if (names.Exists(IsHugePages) && !names.Exists(name => name is "cpu" or "memory"))
            at.Forbidden("HugePages require cpu or memory");
    }

    private static void CheckWithinLimit(string name, Quantity quantity, ValueMap<Quantity> limits, FieldErrors at)
    {
        if (!limits.TryGetValue(name, out var limit))
        {
            if (!ResourceChecks.IsOvercommittable(name))
                at.At("limits").Required("Limit must be set for non overcommitable resources");
        }
        else if (quantity != limit && !ResourceChecks.IsOvercommittable(name))
        {
            at.At("requests").Invalid(quantity.ToString(), $"must be equal to {name} limit of {limit}");
        }
        else if (quantity > limit)
        {
            at.At("requests").Invalid(quantity.ToString(), $"must be less than or equal to {name} limit of {limit}");
        }
    }

    // Pages are given whole: "hugepages-2Mi: 3Mi" cannot be had.
    private static void CheckPages(string name, Quantity quantity, FieldErrors at)
    {
        if (!IsHugePages(name))
            return;
        var isSize = Quantity.TryParse(name[HugePages.Length..], out var size) && size.Sign > 0 && size.MilliValue % 1000 == 0;
        if (!isSize || quantity.Value % size.Value != 0)
            at.Invalid(quantity.ToString(), $"{quantity} is not positive integer multiple of {name}");
    }

    private static void CheckWholeName(string name, FieldErrors at)
    {
        var before = at.All.Count;
        at.ResourceName(name);
        if (at.All.Count == before && !IsOfWholePod(name))
            at.NotSupported(name, "cpu", HugePages, "memory");
    }

    private static bool IsOfWholePod(string name) => name is "cpu" or "memory" || IsHugePages(name);

    private static bool IsHugePages(string name) => name.StartsWith(HugePages, StringComparison.Ordinal);
}
