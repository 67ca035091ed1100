using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.TestKit;

namespace ControlPlane.Types.Tests;

/// <summary>Upstream's own test data: every kind with every field filled, as JSON and as it is stored.</summary>
public sealed class GoldenRoundTripTests
{
    private static readonly string? Folder = Repository.Golden("roundtrip");

    public static IEnumerable<string> Kinds() =>
        Folder is null ? ["none"] : Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Kinds))]
    public void Json_decodes_without_complaint_and_encodes_to_the_same_document(string file)
    {
        var json = Read(file, "json");
        var diagnostics = new DecodeDiagnostics();
        var value = TypeOf(json).DecodeJson(json, diagnostics);

        Assert.That(diagnostics.Messages, Is.Empty);
        AssertSameJson(Json.Encode(value), json);
    }

    [TestCaseSource(nameof(Kinds))]
    public void Stored_bytes_decode_and_encode_to_the_same_bytes(string file)
    {
        var stored = Read(file, "pb");
        var message = Envelope.Read(stored, out var kind);
        var value = BuiltInTypes.Find(kind)!.DecodeProtobuf(message);

        Assert.That(Envelope.Write(value), Is.EqualTo(stored));
        AssertSameJson(Json.Encode(value), Read(file, "json"));
    }

    [TestCaseSource(nameof(Kinds))]
    public void Both_forms_are_the_same_object(string file)
    {
        var json = Read(file, "json");
        var type = TypeOf(json);
        var fromJson = type.DecodeJson(json);
        var fromStore = type.DecodeProtobuf(Envelope.Read(Read(file, "pb"), out _));

        Assert.That(fromJson, Is.EqualTo(fromStore));
        Assert.That(fromJson.GetHashCode(), Is.EqualTo(fromStore.GetHashCode()));
        Assert.That(Envelope.Write(fromJson), Is.EqualTo(Read(file, "pb")));
    }

    private static byte[] Read(string file, string form)
    {
        if (Folder is null)
            Assert.Ignore("no golden data beside the repository");
        return File.ReadAllBytes(Path.Combine(Folder!, $"{file}.{form}"));
    }

    private static BuiltInType TypeOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var kind = GroupVersionKind.Parse(root.GetProperty("apiVersion").GetString()!, root.GetProperty("kind").GetString()!);
        return BuiltInTypes.Find(kind) ?? throw new AssertionException($"no type for {kind}");
    }

    private static void AssertSameJson(byte[] actual, byte[] expected)
    {
        var (mine, theirs) = (JsonNodes.Parse(actual), JsonNodes.Parse(expected));
        // A server always says of claim templates what they are (answers/apis.apps.v1.statefulsets); the data file, made without a server, does not.
        foreach (var template in mine["spec"]?["volumeClaimTemplates"]?.AsArray() ?? [])
        {
            template!.AsObject().Remove("kind");
            template.AsObject().Remove("apiVersion");
        }
        Assert.That(mine.ToJsonString(), Is.EqualTo(theirs.ToJsonString()));
    }
}
