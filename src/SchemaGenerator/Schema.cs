using System.Collections.Generic;
using System.Linq;

namespace ControlPlane.SchemaGenerator;

/// <summary>One file of api-schemas: a group version (its form is described in api-schemas/README.md).</summary>
internal sealed class SchemaFile
{
    public string Group = "";
    public string Version = "";
    public string Alias = "";
    public string OpenApi = "";
    public string Namespace = "";
    public bool IsOwned;
    public readonly List<SchemaType> Types = new();

    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;
}

/// <summary>A struct.</summary>
internal sealed class SchemaType
{
    public SchemaType(SchemaFile file, string name) => (File, Name) = (file, name);

    public SchemaFile File { get; }

    public string Name { get; }

    /// <summary>Says of itself what it is: has kind and apiVersion.</summary>
    public bool IsKind;

    /// <summary>Exists on the wire only, inside of others, which carry its fields.</summary>
    public bool IsInline;

    /// <summary>The kind whose list it is; null for others.</summary>
    public string? ListOf;

    public bool IsAtomic;
    public string? InterfaceName;
    public string? Like;

    /// <summary>Group and version, where they are not those of the file.</summary>
    public string? GroupVersion;

    public bool HasList;
    public ResourceEntry? Resource;
    public readonly List<Member> Members = new();

    public string FullName => "global::" + File.Namespace + "." + Name;

    public string Group => GroupVersion is { } other ? (other.Contains("/") ? other.Split('/')[0] : "") : File.Group;

    public string Version => GroupVersion is { } other ? other.Split('/').Last() : File.Version;

    public string ApiVersion => Group.Length == 0 ? Version : Group + "/" + Version;
}

/// <summary>A line of a struct: a field, or a message whose fields stand here in JSON.</summary>
internal sealed class Member
{
    public int Number;
    public string Name = "";
    public TypeRef Type = null!;
    public bool IsInline;
    public bool IsPointer;
    public bool IsRequired;

    /// <summary>Written even when empty: no omitempty.</summary>
    public bool IsAlways;

    public bool OmitsZero;
    public bool WritesTypeMeta;
    public string? Default;
    public string Topology = "";
    public string[] MapKeys = new string[0];
    public string MapType = "";
    public string Patch = "";
    public string? MergeKey;
    public string[] Enum = new string[0];
}

/// <summary>How a kind is served.</summary>
internal sealed class ResourceEntry
{
    public string Plural = "";
    public string Singular = "";
    public bool IsNamespaced;
    public string[] ShortNames = new string[0];
    public string[] Categories = new string[0];
    public string[] Verbs = new string[0];
    public string? StorageKey;
    public string? StorageVersion;
    public bool IsStoredAsJson;
    public readonly List<SubresourceEntry> Subresources = new();
}

/// <summary>A subresource.</summary>
internal sealed class SubresourceEntry
{
    public string Name = "";
    public string? Kind;
    public string[] Verbs = new string[0];
}

/// <summary>A field's type, as written: a scalar's word, [], map[], message[] around another, or a struct's name.</summary>
internal sealed class TypeRef
{
    public enum Shapes
    {
        Scalar,
        Struct,
        List,
        Map,
        ListMessage,
    }

    public Shapes Shape;
    public string Name = "";
    public string? Alias;
    public TypeRef? Item;
}
