using System.Collections.Immutable;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>A parameter of an operation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="In">"path" or "query".</param>
/// <param name="Type">"string", "integer" or "boolean".</param>
internal sealed record OpenApiParameter(string Name, string In, string Type)
{
    /// <summary>{name}</summary>
    public static OpenApiParameter ObjectName { get; } = new("name", "path", "string");

    /// <summary>{namespace}</summary>
    public static OpenApiParameter Namespace { get; } = new("namespace", "path", "string");

    /// <summary>{path}: what follows a proxy.</summary>
    public static OpenApiParameter ProxyPath { get; } = new("path", "path", "string");

    /// <summary>pretty: every operation on objects has it.</summary>
    public static ImmutableArray<OpenApiParameter> Pretty { get; } = [Text("pretty")];

    /// <summary>ListOptions, as lists and watches take them.</summary>
    public static ImmutableArray<OpenApiParameter> List { get; } =
    [
        Flag("allowWatchBookmarks"), Text("continue"), Text("fieldSelector"), Text("labelSelector"), Number("limit"), Text("resourceVersion"), Text("resourceVersionMatch"),
        Flag("sendInitialEvents"), Text("shardSelector"), Number("timeoutSeconds"), Flag("watch"),
    ];

    /// <summary>CreateOptions and UpdateOptions.</summary>
    public static ImmutableArray<OpenApiParameter> Write { get; } = [Text("dryRun"), Text("fieldManager"), Text("fieldValidation")];

    /// <summary>PatchOptions.</summary>
    public static ImmutableArray<OpenApiParameter> Patch { get; } = [.. Write, Flag("force")];

    /// <summary>DeleteOptions.</summary>
    public static ImmutableArray<OpenApiParameter> Delete { get; } =
    [
        Text("dryRun"), Number("gracePeriodSeconds"), Flag("ignoreStoreReadErrorWithClusterBreakingPotential"), Flag("orphanDependents"), Text("propagationPolicy"),
    ];

    /// <summary>Deleting what a list would show.</summary>
    public static ImmutableArray<OpenApiParameter> DeleteCollection { get; } =
        [.. Delete, .. List.Where(parameter => parameter.Name is not ("allowWatchBookmarks" or "watch"))];

    /// <summary>What a subresource takes beyond the usual: the fields of its options kind. Repeated ones are told as one value, as upstream does.</summary>
    public static ImmutableArray<OpenApiParameter> OfSubresource(string name) => name switch
    {
        "exec" => [Text("command"), Text("container"), Flag("stderr"), Flag("stdin"), Flag("stdout"), Flag("tty")],
        "attach" => [Text("container"), Flag("stderr"), Flag("stdin"), Flag("stdout"), Flag("tty")],
        "portforward" => [Number("ports")],
        "proxy" => [Text("path")],
        "log" =>
        [
            Text("container"), Flag("follow"), Flag("insecureSkipTLSVerifyBackend"), Number("limitBytes"), Flag("previous"), Number("sinceSeconds"), Text("stream"),
            Number("tailLines"), Flag("timestamps"),
        ],
        _ => [],
    };

    private static OpenApiParameter Text(string name) => new(name, "query", "string");

    private static OpenApiParameter Number(string name) => new(name, "query", "integer");

    private static OpenApiParameter Flag(string name) => new(name, "query", "boolean");
}
