using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.TestKit;

namespace ControlPlane.Types.Tests;

/// <summary>Objects as upstream answered them: what it writes and what it leaves out.</summary>
public sealed class AnsweredObjectsTests
{
    public static IEnumerable<string> Files() => Repository.Golden("answers") is { } folder
        ? Directory.GetFiles(folder, "*.jsonl").Select(file => Path.GetFileName(file)).Where(file => !file.StartsWith("apis.h.example.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        : ["none"];

    [TestCaseSource(nameof(Files))]
    public void An_answered_object_is_written_as_upstream_wrote_it_and_survives_the_store(string file)
    {
        if (Repository.Golden("answers") is not { } folder)
        {
            Assert.Ignore("no golden data beside the repository");
            return;
        }
        var answer = File.ReadLines(Path.Combine(folder, file)).FirstOrDefault(line => line.StartsWith("{\"case\":\"create base\"", StringComparison.Ordinal));
        if (answer is null)
            Assert.Ignore("not answered");
        using var document = JsonDocument.Parse(answer!);
        if (!document.RootElement.TryGetProperty("object", out var element))
            Assert.Ignore("refused");
        var kind = GroupVersionKind.Parse(element.GetProperty("apiVersion").GetString()!, element.GetProperty("kind").GetString()!);
        if (BuiltInTypes.Find(kind) is not { } type)
        {
            Assert.Ignore("a custom resource");
            return;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(element);
        var diagnostics = new DecodeDiagnostics();
        var value = type.DecodeJson(json, diagnostics);
        var stored = type.DecodeProtobuf(Protobuf.Encode(value));

        Assert.That(diagnostics.Messages, Is.Empty);
        Assert.That(Comparable(Json.Encode(value)), Is.EqualTo(Comparable(json)));
        Assert.That(Comparable(Json.Encode(stored)), Is.EqualTo(Comparable(json)));
        Assert.That(stored, Is.EqualTo(value));
    }

    // The record leaves times out.
    private static string Comparable(byte[] json) => JsonNodes.Parse(json, "lastTransitionTime", "lastUpdateTime", "lastPhaseTransitionTime").ToJsonString();
}
