using System.Collections.ObjectModel;
using System.Text.Json;

namespace ControlPlane.Node.Images;

/// <summary>How OCI documents point to a blob.</summary>
/// <param name="MediaType">What the blob is; may be empty.</param>
/// <param name="Digest">Its name, "sha256:" and 64 hexadecimal digits.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Annotations">What the pointing document says of it; in an index, the image's name.</param>
internal sealed record OciDescriptor(string MediaType, string Digest, long Size, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>Reads one.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static OciDescriptor Parse(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("digest", out var digest) || !element.TryGetProperty("size", out var size)
            || digest.GetString() is not { Length: 71 } name || !name.StartsWith("sha256:", StringComparison.Ordinal) || !size.TryGetInt64(out var bytes))
        {
            throw new InvalidDataException("the image archive has a descriptor without a sha256 digest or a size");
        }
        var type = element.TryGetProperty("mediaType", out var mediaType) ? mediaType.GetString() ?? "" : "";
        return new OciDescriptor(type, name, bytes, ParseAnnotations(element));
    }

    /// <summary>Reads those of a list that may be absent.</summary>
    public static IReadOnlyList<OciDescriptor> ParseList(JsonElement document, string property) =>
        document.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray().Select(Parse)] : [];

    private static IReadOnlyDictionary<string, string> ParseAnnotations(JsonElement element) =>
        element.TryGetProperty("annotations", out var annotations) && annotations.ValueKind == JsonValueKind.Object
            ? annotations.EnumerateObject().ToDictionary(annotation => annotation.Name, annotation => annotation.Value.GetString() ?? "")
            : ReadOnlyDictionary<string, string>.Empty;
}
