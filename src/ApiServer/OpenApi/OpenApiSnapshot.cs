using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>The OpenAPI v3 documents of one state of the catalog. Each is written when first asked for: most are never.</summary>
/// <remarks>The index tells each document's hash, so asking for the index writes them all, once; clients then ask for what changed only.</remarks>
internal sealed class OpenApiSnapshot
{
    private readonly FrozenDictionary<string, Lazy<OpenApiBytes>> _documents;
    private readonly Lazy<OpenApiBytes> _index;

    private OpenApiSnapshot(IEnumerable<KeyValuePair<string, Func<byte[]>>> documents)
    {
        _documents = documents.ToFrozenDictionary(pair => pair.Key, pair => new Lazy<OpenApiBytes>(() => OpenApiBytes.Of(pair.Value())), StringComparer.Ordinal);
        _index = new(() => OpenApiBytes.Of(WriteIndex()));
    }

    /// <summary>The index: every document with its URL.</summary>
    public OpenApiBytes Index => _index.Value;

    /// <summary>The names of all documents: "api/v1", "apis/apps/v1", "version".</summary>
    public IEnumerable<string> Names => _documents.Keys;

    /// <summary>A document; null where there is none of that name.</summary>
    public OpenApiBytes? Find(string name) => _documents.TryGetValue(name, out var document) ? document.Value : null;

    /// <summary>Knows the documents, without writing any.</summary>
    /// <param name="discovery">What is served.</param>
    /// <param name="schemaOf">The shape of a kind; null for kinds that nobody describes.</param>
    public static OpenApiSnapshot Build(DiscoverySnapshot discovery, Func<GroupVersionKind, TypeDescriptor?> schemaOf) => new(Documents(discovery, schemaOf));

    private static IEnumerable<KeyValuePair<string, Func<byte[]>>> Documents(DiscoverySnapshot discovery, Func<GroupVersionKind, TypeDescriptor?> schemaOf)
    {
        var descriptions = new Lazy<FieldDescriptions>(FieldDescriptions.Load);
        foreach (var path in (OpenApiPath[])[FixedPaths.Groups, FixedPaths.Version, FixedPaths.OpenIdConfiguration, FixedPaths.OpenIdKeySet])
            yield return Document(path.Path, () => OpenApiDocument.Write([path], default, descriptions.Value));
        foreach (var group in discovery.Groups)
        {
            var path = group.Name.Length == 0 ? FixedPaths.CoreVersions : FixedPaths.Group(group.Name);
            yield return Document(path.Path, () => OpenApiDocument.Write([path], default, descriptions.Value));
            foreach (var (version, resources) in group.Versions)
            {
                var prefix = DiscoveryGroup.PathOf(version);
                yield return Document(prefix, () => OpenApiDocument.Write(
                    [FixedPaths.Resources(prefix, version), .. resources.SelectMany(resource => new ResourcePaths(resource, schemaOf).All())], version, descriptions.Value));
            }
        }
    }

    private static KeyValuePair<string, Func<byte[]>> Document(string path, Func<byte[]> write) => new(path.Trim('/'), write);

    private byte[] WriteIndex()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("paths");
            foreach (var (name, document) in _documents.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                json.WriteStartObject(name);
                json.WriteString("serverRelativeURL", $"/openapi/v3/{name}?hash={document.Value.Hash}");
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}

/// <summary>A document as it is sent.</summary>
/// <param name="Json">Its bytes.</param>
/// <param name="Hash">Names its content: in URLs, and in quotes as its ETag.</param>
internal sealed record OpenApiBytes(byte[] Json, string Hash)
{
    internal static OpenApiBytes Of(byte[] json) => new(json, Convert.ToHexString(SHA512.HashData(json)));
}
