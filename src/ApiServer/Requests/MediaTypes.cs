using System.Collections.Immutable;

namespace ControlPlane.ApiServer.Requests;

/// <summary>The names of the representations and patch forms.</summary>
internal static class MediaTypes
{
    /// <summary>JSON.</summary>
    public const string Json = "application/json";

    /// <summary>YAML.</summary>
    public const string Yaml = "application/yaml";

    /// <summary>Protobuf within the <c>k8s\0</c> envelope.</summary>
    public const string Protobuf = "application/vnd.kubernetes.protobuf";

    /// <summary>RFC 6902.</summary>
    public const string JsonPatch = "application/json-patch+json";

    /// <summary>RFC 7386.</summary>
    public const string MergePatch = "application/merge-patch+json";

    /// <summary>Kubernetes' own, by merge keys.</summary>
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";

    /// <summary>Server-side apply; the document may be JSON too.</summary>
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>What objects may come and go in, as errors list them.</summary>
    public static ImmutableArray<string> Objects { get; } = [Json, Yaml, Protobuf];

    /// <summary>The same for resources without a protobuf form.</summary>
    public static ImmutableArray<string> ObjectsWithoutProtobuf { get; } = [Json, Yaml];

    /// <summary>What watches may come in.</summary>
    public static ImmutableArray<string> Streams { get; } = [Json + ";stream=watch", Protobuf + ";stream=watch"];

    /// <summary>The bare type of a Content-Type header.</summary>
    public static string Bare(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
            return "";
        var semicolon = contentType.IndexOf(';', StringComparison.Ordinal);
        return (semicolon < 0 ? contentType : contentType[..semicolon]).Trim().ToLowerInvariant();
    }
}
