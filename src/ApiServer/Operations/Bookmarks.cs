using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Reads;

namespace ControlPlane.ApiServer.Operations;

/// <summary>What a bookmark shows: an object of the kind with nothing but its resourceVersion.</summary>
internal static class Bookmarks
{
    private const string InitialEventsEnd = "k8s.io/initial-events-end";

    /// <summary>The object of a bookmark, in a version.</summary>
    public static IApiObject Of(ServedVersion version, WatchItem item)
    {
        var bare = version.ReadJson(Encoding.UTF8.GetBytes($"{{\"kind\":\"{version.Kind.Kind}\",\"apiVersion\":\"{version.Kind.ApiVersion}\"}}"), null);
        return bare.WithMetadata(new ObjectMeta
        {
            ResourceVersion = item.Revision.ToString(),
            Annotations = item.EndsInitialEvents ? ValueMap.Of(InitialEventsEnd, "true") : default,
        });
    }
}
