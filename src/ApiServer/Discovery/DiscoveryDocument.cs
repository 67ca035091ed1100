using System.Security.Cryptography;
using System.Text.Json;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>A document as it is sent, and the tag by which clients ask whether it changed.</summary>
/// <param name="Bytes">The JSON.</param>
/// <param name="ETag">In quotes, as the header wants it.</param>
internal sealed record DiscoveryDocument(byte[] Bytes, string ETag)
{
    /// <summary>Writes one JSON object; its tag is the hash of its bytes.</summary>
    public static DiscoveryDocument Object(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        var bytes = buffer.ToArray();
        return new(bytes, $"\"{Convert.ToHexString(SHA512.HashData(bytes))}\"");
    }
}
