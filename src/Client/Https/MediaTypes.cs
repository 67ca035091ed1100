using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Https;

/// <summary>What is asked for and what is sent.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";

    private const string ProtobufWatch = "application/vnd.kubernetes.protobuf;stream=watch";

    /// <summary>One object of that type.</summary>
    public static string AcceptOne<T>(bool protobuf)
        where T : class, IApiObject<T> =>
        IsPartial<T>() ? As(protobuf, "PartialObjectMetadata", "") : Both(protobuf, Protobuf);

    /// <summary>A list of them.</summary>
    public static string AcceptList<T>(bool protobuf)
        where T : class, IApiObject<T> =>
        IsPartial<T>() ? As(protobuf, "PartialObjectMetadataList", "") : Both(protobuf, Protobuf);

    /// <summary>A watch of them.</summary>
    public static string AcceptWatch<T>(bool protobuf)
        where T : class, IApiObject<T> =>
        IsPartial<T>() ? As(protobuf, "PartialObjectMetadata", ";stream=watch") : Both(protobuf, ProtobufWatch);

    /// <summary>How a patch is to be read.</summary>
    public static string Of(PatchKind kind) => kind switch
    {
        PatchKind.Json => "application/json-patch+json",
        PatchKind.Merge => "application/merge-patch+json",
        PatchKind.StrategicMerge => "application/strategic-merge-patch+json",
        _ => "application/apply-patch+yaml",
    };

    private static bool IsPartial<T>()
        where T : class, IApiObject<T> =>
        T.Kind == PartialObjectMetadata.Kind;

    private static string Both(bool protobuf, string type) => protobuf ? $"{type},{Json}" : Json;

    private static string As(bool protobuf, string kind, string stream)
    {
        var form = $"as={kind};g=meta.k8s.io;v=v1";
        return protobuf ? $"{Protobuf};{form}{stream},{Json};{form}" : $"{Json};{form}";
    }
}
