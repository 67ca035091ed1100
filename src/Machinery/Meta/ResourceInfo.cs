using System.Security.Cryptography;
using System.Text;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Meta;

/// <summary>How a kind is served: what discovery tells of it, and how it is stored. Data of api-schemas, or of a CRD.</summary>
public sealed record ResourceInfo
{
    /// <summary>The kind in the version that this entry is about.</summary>
    public required GroupVersionKind Kind { get; init; }

    /// <summary>The name in URLs: "pods".</summary>
    public required string Plural { get; init; }

    /// <summary>"pod".</summary>
    public required string Singular { get; init; }

    /// <summary>The kind of lists of it: "PodList"; empty where it cannot be listed.</summary>
    public string ListKind { get; init; } = "";

    /// <summary>Do its objects live in namespaces?</summary>
    public required bool IsNamespaced { get; init; }

    /// <summary>"po".</summary>
    public ValueList<string> ShortNames { get; init; }

    /// <summary>"all".</summary>
    public ValueList<string> Categories { get; init; }

    /// <summary>In the order of discovery.</summary>
    public ValueList<string> Verbs { get; init; }

    /// <summary>By name.</summary>
    public ValueList<SubresourceInfo> Subresources { get; init; }

    /// <summary>The path below /registry: "pods", "services/specs", "minions".</summary>
    public required string StoragePrefix { get; init; }

    /// <summary>The kind in the version that is stored.</summary>
    public required GroupVersionKind StorageKind { get; init; }

    /// <summary>Stored as JSON (CRDs, APIServices, custom resources) rather than as protobuf.</summary>
    public bool IsStoredAsJson { get; init; }

    /// <summary>API group; "" for core.</summary>
    public string Group => Kind.Group;

    /// <summary>Version of this entry.</summary>
    public string Version => Kind.Version;

    /// <summary>Group and plural.</summary>
    public GroupResource GroupResource => new(Group, Plural);

    /// <summary>Group, version and plural.</summary>
    public GroupVersionResource GroupVersionResource => new(Group, Version, Plural);

    /// <summary>The subresource of that name, or null.</summary>
    public SubresourceInfo? FindSubresource(string name) => Subresources.FirstOrDefault(subresource => subresource.Name == name);

    /// <summary>What discovery shows as storageVersionHash (apiserver: pkg/endpoints/discovery/storageversionhash.go).</summary>
    public string StorageVersionHash()
    {
        var text = Encoding.UTF8.GetBytes($"{StorageKind.Group}/{StorageKind.Version}/{StorageKind.Kind}");
        return Convert.ToBase64String(SHA256.HashData(text).AsSpan(0, 8));
    }
}

/// <summary>A subresource as discovery tells of it.</summary>
/// <param name="Name">Without the resource's name: "status".</param>
/// <param name="Kind">What is read and written there.</param>
/// <param name="Verbs">In the order of discovery.</param>
public sealed record SubresourceInfo(string Name, GroupVersionKind Kind, ValueList<string> Verbs);
