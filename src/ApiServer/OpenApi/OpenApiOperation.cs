using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>A path of the API and what can be done with it.</summary>
internal sealed record OpenApiPath(string Path, ImmutableArray<OpenApiOperation> Operations);

/// <summary>One method of a path.</summary>
internal sealed record OpenApiOperation
{
    /// <summary>HTTP's method in lower case.</summary>
    public required string Method { get; init; }

    /// <summary>"listCoreV1NamespacedPod": client generators make method names of it.</summary>
    public required string Id { get; init; }

    /// <summary>"core_v1": client generators make classes of it.</summary>
    public required string Tag { get; init; }

    /// <summary>x-kubernetes-action; "" for paths that are no resources.</summary>
    public string Action { get; init; } = "";

    /// <summary>x-kubernetes-group-version-kind; null for paths that are no resources.</summary>
    public GroupVersionKind? Kind { get; init; }

    /// <summary>In the path and in the query.</summary>
    public ImmutableArray<OpenApiParameter> Parameters { get; init; } = [];

    /// <summary>What is sent; null for nothing.</summary>
    public OpenApiContent? Body { get; init; }

    /// <summary>Must a body be sent?</summary>
    public bool IsBodyRequired { get; init; }

    /// <summary>What is answered, by code; 401 is there for all of them.</summary>
    public ImmutableArray<int> Codes { get; init; } = [200];

    /// <summary>What is answered.</summary>
    public required OpenApiContent Answer { get; init; }
}

/// <summary>A body.</summary>
/// <param name="Type">Its type; null for a text.</param>
/// <param name="MediaTypes">Its forms.</param>
internal sealed record OpenApiContent(TypeDescriptor? Type, ImmutableArray<string> MediaTypes)
{
    /// <summary>What every object can be had as.</summary>
    public static ImmutableArray<string> ObjectForms { get; } = ["application/json", "application/vnd.kubernetes.protobuf", "application/yaml"];

    /// <summary>What custom objects can be had as.</summary>
    public static ImmutableArray<string> CustomObjectForms { get; } = ["application/json", "application/yaml"];
}
