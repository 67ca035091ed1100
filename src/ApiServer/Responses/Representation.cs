using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Responses;

/// <summary>The form that a client wants its answer in.</summary>
/// <param name="MediaType">JSON, YAML or protobuf.</param>
/// <param name="Shape">The object itself, or a view of it.</param>
/// <param name="MetaVersion">The version of meta.k8s.io that a view is written in: "v1" or "v1beta1".</param>
/// <param name="Pretty">Indented, for people.</param>
internal readonly record struct Representation(string MediaType, ObjectShape Shape, string MetaVersion, bool Pretty)
{
    /// <summary>Plain JSON.</summary>
    public static Representation Json { get; } = new(MediaTypes.Json, ObjectShape.Whole, "v1", false);

    /// <summary>Is it the stored JSON as it is?</summary>
    public bool IsPlainJson => MediaType == MediaTypes.Json && Shape == ObjectShape.Whole && !Pretty;

    /// <summary>The apiVersion of a view.</summary>
    public string MetaApiVersion => "meta.k8s.io/" + MetaVersion;
}

/// <summary>An object itself, or a view of it.</summary>
internal enum ObjectShape
{
    /// <summary>As it is.</summary>
    Whole,

    /// <summary>Rows and columns, as kubectl get prints them.</summary>
    Table,

    /// <summary>Its metadata (or that of a list's items).</summary>
    Metadata,
}
