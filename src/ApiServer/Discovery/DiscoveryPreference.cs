using ControlPlane.Machinery.Errors;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>Reads from an Accept header which form of discovery the client prefers.</summary>
internal static class DiscoveryPreference
{
    /// <summary>The first form that is had here decides: kubectl names the new one first and the old one last.</summary>
    /// <exception cref="ApiException">406: nothing that is asked for is had here.</exception>
    public static bool IsAggregated(StringValues accept)
    {
        if (StringValues.IsNullOrEmpty(accept))
            return false;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wanted))
            return false;
        foreach (var type in wanted.OrderByDescending(type => type.Quality ?? 1))
        {
            if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && IsAggregated(type))
                return true;
            if (IsPlain(type))
                return false;
        }

        throw ApiError.NotAcceptable(["application/json", AggregatedDiscovery.MediaType]);
    }

    private static bool IsAggregated(MediaTypeHeaderValue type) =>
        Has(type, "g", "apidiscovery.k8s.io") && Has(type, "v", "v2") && Has(type, "as", "APIGroupDiscoveryList");

    // YAML and protobuf are wishes that clients always give an alternative to; JSON is what every one of them reads
    private static bool IsPlain(MediaTypeHeaderValue type) =>
        type.MediaType.Value is "application/json" or "*/*" or "application/*" && !type.Parameters.Any(parameter => parameter.Name == "as");

    private static bool Has(MediaTypeHeaderValue type, string name, string value) =>
        type.Parameters.Any(parameter => parameter.Name == name && parameter.Value == value);
}
