using System.Text;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>Changes to parts of an object.</summary>
public sealed record Patch
{
    private Patch()
    {
    }

    /// <summary>How the body is to be read.</summary>
    public PatchKind Kind { get; private init; }

    /// <summary>The document (JSON).</summary>
    public ReadOnlyMemory<byte> Body { get; private init; }

    /// <summary>Whose fields these are; "" for the client's own name. Required for <see cref="Apply(IRuntimeObject, string)"/>.</summary>
    public string FieldManager { get; private init; } = "";

    /// <summary>Take fields over from other managers (apply only).</summary>
    public bool IsForced { get; private init; }

    /// <summary>"" for the object itself.</summary>
    public string Subresource { get; private init; } = "";

    /// <summary>JSON merge patch (RFC 7396): null removes.</summary>
    public static Patch Merge(string json) => Merge(Encoding.UTF8.GetBytes(json));

    /// <summary>JSON merge patch (RFC 7396): null removes.</summary>
    public static Patch Merge(ReadOnlyMemory<byte> json) => new() { Kind = PatchKind.Merge, Body = json };

    /// <summary>Strategic merge patch: lists merge by their keys.</summary>
    public static Patch Strategic(string json) => Strategic(Encoding.UTF8.GetBytes(json));

    /// <summary>Strategic merge patch: lists merge by their keys.</summary>
    public static Patch Strategic(ReadOnlyMemory<byte> json) => new() { Kind = PatchKind.StrategicMerge, Body = json };

    /// <summary>JSON patch (RFC 6902): a list of operations.</summary>
    public static Patch Operations(string json) => new() { Kind = PatchKind.Json, Body = Encoding.UTF8.GetBytes(json) };

    /// <summary>Server-side apply of what this object says.</summary>
    public static Patch Apply(IRuntimeObject intent, string fieldManager) => Apply(Json.Encode(intent), fieldManager);

    /// <summary>Server-side apply of this document, which may be YAML.</summary>
    public static Patch Apply(ReadOnlyMemory<byte> intent, string fieldManager) =>
        new() { Kind = PatchKind.Apply, Body = intent, FieldManager = fieldManager };

    /// <summary>Takes fields over from other managers.</summary>
    public Patch Forced() => this with { IsForced = true };

    /// <summary>To the status, the scale, ...</summary>
    public Patch ToSubresource(string subresource) => this with { Subresource = subresource };
}
