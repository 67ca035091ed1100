using System.Collections.Frozen;
using System.Text.Json;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Stored;

/// <summary>Counts a store's objects by resource, and finds values that are no object, or not the one that their key names.</summary>
public sealed class StoredObjectCheck
{
    // apiserver: the prefix of every transformer; what is behind it only the key tells
    private static ReadOnlySpan<byte> Encrypted => "k8s:enc:"u8;

    private readonly FrozenDictionary<string, StoredForm> _forms;
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>A check that knows these kinds; of what lies elsewhere it asks that it be an object in JSON, as custom resources are.</summary>
    public StoredObjectCheck(IEnumerable<ResourceDefinition> definitions) => _forms = definitions
        .DistinctBy(definition => definition.StoragePrefix)
        .ToFrozenDictionary(definition => definition.StoragePrefix, definition => new StoredForm(definition), StringComparer.Ordinal);

    /// <summary>Objects so far, by the resource's path below /registry; what is no object is counted under its key.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Looks at one key, and says what is wrong with it; null when nothing is.</summary>
    public string? ProblemOf(KeyValue item)
    {
        if (!item.Key.StartsWith(RegistryParts.Root, StringComparison.Ordinal))
            return Counted(item.Key, null);
        var parts = item.Key[RegistryParts.Root.Length..].Split('/');
        for (var segments = Math.Min(2, parts.Length - 1); segments > 0; segments--)
        {
            var prefix = string.Join('/', parts[..segments]);
            if (_forms.TryGetValue(prefix, out var form))
                return Counted(prefix, ProblemOf(form, item, string.Join('/', parts[segments..])));
        }

        // "/registry/example.com/widgets/ns/name"; what has fewer parts is the registry's own: port bitmaps, progress
        return parts.Length < 3 ? Counted(item.Key, null) : Counted($"{parts[0]}/{parts[1]}", ProblemOfCustom(item.Value.Span));
    }

    private static string? ProblemOf(StoredForm form, KeyValue item, string path)
    {
        if (IsEncrypted(item.Value.Span))
            return null;
        try
        {
            var metadata = form.Decode(item.Value, item.Modified.ToString()).Metadata;
            var named = metadata.Namespace.Length == 0 ? metadata.Name : $"{metadata.Namespace}/{metadata.Name}";
            return named == path ? null : $"the object says that it is {named}";
        }
        catch (DecodeException error)
        {
            return $"no {form.Hub.Kind.Kind} can be decoded: {error.Message}";
        }
    }

    private static string? ProblemOfCustom(ReadOnlySpan<byte> value)
    {
        if (IsEncrypted(value) || Envelope.IsEnvelope(value))
            return null;
        try
        {
            return JsonTypeMeta.ApiVersion(value).Length > 0 ? null : "the object has no apiVersion";
        }
        catch (Exception error) when (error is DecodeException or JsonException)
        {
            return $"no object can be decoded: {error.Message}";
        }
    }

    private static bool IsEncrypted(ReadOnlySpan<byte> value) => value.StartsWith(Encrypted);

    private string? Counted(string name, string? problem)
    {
        _counts[name] = _counts.GetValueOrDefault(name) + 1;
        return problem;
    }
}
