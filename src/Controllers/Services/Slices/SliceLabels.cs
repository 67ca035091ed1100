using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Controllers.Services.Slices;

/// <summary>The labels of a service's slices: the service's own, and those that say whose they are and who keeps them.</summary>
internal static class SliceLabels
{
    public const string ServiceName = "kubernetes.io/service-name";
    public const string ManagedBy = "endpointslice.kubernetes.io/managed-by";
    public const string Manager = "endpointslice-controller.k8s.io";
    public const string Headless = "service.kubernetes.io/headless";

    /// <summary>What a slice of the service is to carry. A service cannot set the reserved ones.</summary>
    public static ValueMap<string> Of(Service service)
    {
        var labels = service.Metadata.Labels.Without(Headless).With(ServiceName, service.Metadata.Name).With(ManagedBy, Manager);
        return service.IsHeadless ? labels.With(Headless, "") : labels;
    }

    /// <summary>Does the slice carry all of them? Others that it has as well are no reason for a write.</summary>
    public static bool IsCoveredBy(this ValueMap<string> wanted, ValueMap<string> actual)
    {
        foreach (var (key, value) in wanted)
        {
            if (!actual.TryGetValue(key, out var found) || found != value)
                return false;
        }
        return true;
    }
}
