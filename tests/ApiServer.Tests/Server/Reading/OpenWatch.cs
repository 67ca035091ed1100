using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>A watch over HTTP that is read event by event.</summary>
internal sealed class OpenWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _response;
    private readonly Stream _stream;
    private readonly StreamReader _lines;

    private OpenWatch(HttpResponseMessage response, Stream stream) => (_response, _stream, _lines) = (response, stream, new StreamReader(stream));

    /// <summary>Begins a watch, which must not be refused.</summary>
    public static async Task<OpenWatch> StartAsync(string path, string accept = "application/json", HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await (client ?? Fixture.Admin).SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        return new OpenWatch(response, await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
    }

    /// <summary>The next event; null at the end.</summary>
    public async Task<JsonNode?> NextAsync() => await _lines.ReadLineAsync().WaitAsync(Patience) is { } line ? JsonNode.Parse(line) : null;

    /// <summary>"ADDED a red@123" for each of the next events.</summary>
    public async Task<List<string>> TellAsync(int count)
    {
        var told = new List<string>();
        while (told.Count < count && await NextAsync() is { } next)
            told.Add(Tell(next));
        return told;
    }

    /// <summary>The next frame of a watch in protobuf: its type, the kind in its envelope, and the message.</summary>
    public async Task<(string Type, GroupVersionKind Kind, byte[] Message)> FrameAsync()
    {
        var head = new byte[4];
        await _stream.ReadExactlyAsync(head).AsTask().WaitAsync(Patience);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        await _stream.ReadExactlyAsync(frame).AsTask().WaitAsync(Patience);
        return Read(frame);
    }

    public void Dispose() => _response.Dispose();

    private static (string Type, GroupVersionKind Kind, byte[] Message) Read(byte[] frame)
    {
        var reader = new ProtobufReader(frame);
        var (type, wrapped) = ("", Array.Empty<byte>());
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
            {
                type = System.Text.Encoding.UTF8.GetString(reader.Bytes());
                continue;
            }

            var outer = reader.Enter();
            while (reader.NextField(out _))
                wrapped = reader.Bytes().ToArray();
            reader.Leave(outer);
        }

        var message = Envelope.Read(wrapped, out var kind).ToArray();
        return (type, kind, message);
    }

    private static string Tell(JsonNode told)
    {
        var metadata = told["object"]!["metadata"]!;
        return $"{told["type"]} {metadata["name"]} {metadata["labels"]?["c"]}@{metadata["resourceVersion"]}";
    }
}
