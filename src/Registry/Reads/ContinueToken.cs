using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using ControlPlane.Machinery.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Reads;

/// <summary>
/// Where a list goes on, in upstream's form: base64url of <c>{"v":"meta.k8s.io/v1","rv":123,"start":"name\u0000"}</c>. The start is relative to the prefix that is listed.
/// </summary>
/// <param name="Revision">The revision that the list is of; <see cref="Revision.None"/> for a token that gives up consistency: "go on with what is there now".</param>
/// <param name="Start">The first path that may follow.</param>
internal readonly record struct ContinueToken(Revision Revision, string Start)
{
    private const long Inconsistent = -1;

    /// <summary>Reads a token. The start is made absolute with the prefix.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public static ContinueToken Parse(string token, string prefix)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(token));
            var root = document.RootElement;
            var version = Text(root, "v");
            if (version != "meta.k8s.io/v1")
                throw NotValid($": server does not recognize this encoded version {version}");
            var revision = root.TryGetProperty("rv", out var rv) ? rv.GetInt64() : 0;
            if (revision == 0)
                throw NotValid(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
            var start = Text(root, "start");
            if (start.Length == 0)
                throw NotValid(": encoded start key empty (version meta.k8s.io/v1)");
            var relative = start.StartsWith('/') ? start[1..] : start;
            if (relative.Length > 0 && relative.Split('/').Any(part => part is "" or "." or ".."))
                throw NotValid($": {start}");
            return new ContinueToken(revision < 0 ? Revision.None : new Revision(revision), prefix + relative);
        }
        catch (Exception malformed) when (malformed is FormatException or JsonException or InvalidOperationException)
        {
            throw NotValid($": {malformed.Message}");
        }
    }

    /// <summary>Writes the token that goes on after a path.</summary>
    public static string After(string path, string prefix, Revision revision) => new ContinueToken(revision, path + '\0').Write(prefix);

    /// <summary>The same place, without the claim to consistency.</summary>
    public string GivenUp(string prefix) => (this with { Revision = Revision.None }).Write(prefix);

    private string Write(string prefix)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("v"u8, "meta.k8s.io/v1"u8);
            json.WriteNumber("rv"u8, Revision == Revision.None ? Inconsistent : Revision.Value);
            json.WriteString("start"u8, Start.AsSpan(prefix.Length));
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static ApiException NotValid(string reason) => ApiError.BadRequest($"invalid continue token: continue key is not valid{reason}");
}
