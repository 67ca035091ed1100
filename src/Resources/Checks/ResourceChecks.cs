using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Checks of amounts of resources (upstream: pkg/apis/core/validation).</summary>
internal static class ResourceChecks
{
    // upstream: pkg/apis/core/helper, standardResources
    private static readonly HashSet<string> Standard = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "storage", "requests.storage",
        "services.nodeports", "services.loadbalancers",
    };

    // upstream: pkg/apis/core/helper, standardQuotaResources
    private static readonly HashSet<string> Quota = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory",
        "limits.ephemeral-storage", "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps",
        "services.nodeports", "services.loadbalancers",
    };

    private static readonly HashSet<string> Whole = new(StringComparer.Ordinal)
    {
        "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
    };

    extension(FieldErrors errors)
    {
        /// <summary>A resource's name in the map at this place: a standard one, or one with a domain.</summary>
        internal void ResourceName(string name)
        {
            var before = errors.All.Count;
            errors.Complain(name, Names.QualifiedName(name));
            if (errors.All.Count == before && !name.Contains('/', StringComparison.Ordinal) && !IsStandard(name))
                errors.Invalid(name, "must be a standard resource type or fully qualified");
        }

        /// <summary>Not below zero; whole where the resource comes in pieces.</summary>
        internal void ResourceQuantity(string name, Quantity quantity)
        {
            if (quantity.Sign < 0)
                errors.Invalid(quantity.ToString(), "must be greater than or equal to 0");
            if ((Whole.Contains(name) || IsExtended(name)) && quantity.MilliValue % 1000 != 0)
                errors.Invalid(quantity.ToString(), "must be an integer");
        }

        /// <summary>What containers can have.</summary>
        internal void ContainerResourceName(string name)
        {
            errors.ResourceName(name);
            if (name.Contains('/', StringComparison.Ordinal))
            {
                if (!IsNative(name) && !IsExtended(name))
                    errors.Invalid(name, "doesn't follow extended resource name standard");
            }
            else if (name is not ("cpu" or "memory" or "ephemeral-storage") && !IsHugePages(name))
                errors.Invalid(name, "must be a standard resource for containers");
        }

        /// <summary>What quotas can count.</summary>
        internal void QuotaResourceName(string name)
        {
            errors.ResourceName(name);
            if (!name.Contains('/', StringComparison.Ordinal) && !IsOfQuotas(name))
                errors.Invalid(name, "must be a standard resource for quota");
        }
    }

    /// <summary>Is it one that quotas know by itself?</summary>
    internal static bool IsOfQuotas(string name) => Quota.Contains(name) || IsHugePages(name) || IsRequestedHugePages(name);

    /// <summary>May more be promised of it than there is? Not of devices, nor of huge pages.</summary>
    internal static bool IsOvercommittable(string name) => IsNative(name) && !IsHugePages(name);

    private static bool IsNative(string name) => !name.Contains('/', StringComparison.Ordinal) || name.Contains("kubernetes.io/", StringComparison.Ordinal);

    private static bool IsExtended(string name) => !IsNative(name) && !name.StartsWith("requests.", StringComparison.Ordinal) && !Names.QualifiedName($"requests.{name}").Any();

    private static bool IsStandard(string name) => Standard.Contains(name) || IsHugePages(name) || IsRequestedHugePages(name);

    private static bool IsHugePages(string name) => name.StartsWith("hugepages-", StringComparison.Ordinal);

    private static bool IsRequestedHugePages(string name) => name.StartsWith("requests.hugepages-", StringComparison.Ordinal);
}
