using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>How sure a pod can be of its resources (core/helper/qos): decided by cpu and memory alone, once, when it is created.</summary>
public static class PodQuality
{
    extension(Pod pod)
    {
        /// <summary>Guaranteed, Burstable or BestEffort.</summary>
        public string QualityOfService
        {
            get
            {
                if (pod.Spec.Resources is { } whole && !(whole.Requests.IsEmpty && whole.Limits.IsEmpty))
                    return Class(Counted(whole.Requests), Counted(whole.Limits), isGuaranteed: Counted(whole.Limits).Count == 2);
                return OfContainers(pod.Spec);
            }
        }
    }

    private static string OfContainers(PodSpec spec)
    {
        var (requests, limits) = (new Dictionary<string, Quantity>(), new Dictionary<string, Quantity>());
        var isGuaranteed = true;
        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            Add(requests, container.Resources.Requests);
            isGuaranteed &= Add(limits, container.Resources.Limits) == 2;
        }

        return Class(requests, limits, isGuaranteed);
    }

    private static string Class(Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits, bool isGuaranteed)
    {
        if (requests.Count == 0 && limits.Count == 0)
            return "BestEffort";
        var areEqual = requests.Count == limits.Count && requests.All(request => limits.TryGetValue(request.Key, out var limit) && limit == request.Value);
        return isGuaranteed && areEqual ? "Guaranteed" : "Burstable";
    }

    private static Dictionary<string, Quantity> Counted(ValueMap<Quantity> quantities)
    {
        var total = new Dictionary<string, Quantity>();
        Add(total, quantities);
        return total;
    }

    private static int Add(Dictionary<string, Quantity> total, ValueMap<Quantity> quantities)
    {
        var counted = 0;
        foreach (var (name, quantity) in quantities)
        {
            if (name is not ("cpu" or "memory") || quantity.Sign <= 0)
                continue;
            total[name] = total.TryGetValue(name, out var known) ? known + quantity : quantity;
            counted++;
        }

        return counted;
    }
}
