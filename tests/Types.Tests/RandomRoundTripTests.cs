using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Types.Tests;

/// <summary>What holds for every kind and any of its values. A failure names its seed.</summary>
public sealed class RandomRoundTripTests
{
    private const int Documents = 12;

    public static IEnumerable<string> Kinds() => BuiltInTypes.AllKinds().Select(type => type.Kind.ToString());

    [TestCaseSource(nameof(Kinds))]
    public void A_random_object_survives_json_and_protobuf(string kind)
    {
        var type = Find(kind);
        for (var seed = 0; seed < Documents; seed++)
        {
            var json = Document(type, seed);
            var diagnostics = new DecodeDiagnostics();
            var value = type.DecodeJson(json, diagnostics);
            var again = type.DecodeJson(Json.Encode(value));

            Assert.That(diagnostics.Messages, Is.Empty, $"seed {seed}");
            Assert.That(again, Is.EqualTo(value), $"seed {seed}");
            Assert.That(Json.Encode(again), Is.EqualTo(Json.Encode(value)), $"seed {seed}");
            if (!HasProtobuf(type))
                continue;
            var bytes = Protobuf.Encode(value);
            var stored = type.DecodeProtobuf(bytes);
            Assert.That(stored, Is.EqualTo(value), $"seed {seed}");
            Assert.That(Protobuf.Encode(stored), Is.EqualTo(bytes), $"seed {seed}");
            Assert.That(stored.GetHashCode(), Is.EqualTo(value.GetHashCode()), $"seed {seed}");
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Broken_json_is_refused_or_read_but_nothing_else_happens(string kind)
    {
        var type = Find(kind);
        var random = new Random(1);
        for (var seed = 0; seed < Documents; seed++)
        {
            var json = Document(type, seed);
            for (var mutation = 0; mutation < 20; mutation++)
                AssertHarmless(() => type.DecodeJson(Mutated(json, random), new DecodeDiagnostics()));
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Broken_protobuf_is_refused_or_read_but_nothing_else_happens(string kind)
    {
        var type = Find(kind);
        var random = new Random(2);
        for (var seed = 0; seed < Documents; seed++)
        {
            var bytes = Protobuf.Encode(type.DecodeJson(Document(type, seed)));
            for (var mutation = 0; mutation < 20; mutation++)
                AssertHarmless(() => type.DecodeProtobuf(Mutated(bytes, random)));
        }
    }

    [Test]
    public void A_descriptor_is_the_same_whoever_asks_first()
    {
        var asked = new TypeDescriptor[8][];
        Parallel.For(0, asked.Length, i => asked[i] = [.. BuiltInTypes.AllKinds().Select(type => type.Descriptor)]);

        foreach (var other in asked)
            Assert.That(other, Is.EqualTo(asked[0]).Using<TypeDescriptor>(ReferenceEquals));
    }

    private static BuiltInType Find(string kind) => BuiltInTypes.AllKinds().Single(type => type.Kind.ToString() == kind);

    // Table exists in JSON alone.
    private static bool HasProtobuf(BuiltInType type) => type.Kind.Kind != "Table";

    private static byte[] Document(BuiltInType type, int seed)
    {
        var document = new RandomDocument(new Random(seed)).Object(type.Descriptor);
        document["kind"] = type.Kind.Kind;
        document["apiVersion"] = type.Kind.ApiVersion;
        return Encoding.UTF8.GetBytes(document.ToJsonString());
    }

    private static byte[] Mutated(byte[] bytes, Random random)
    {
        byte[] mutated = [.. bytes];
        for (var i = random.Next(1, 4); i > 0 && mutated.Length > 0; i--)
        {
            var at = random.Next(mutated.Length);
            if (random.Next(3) == 0)
                mutated = random.Next(2) == 0 ? mutated[..at] : [.. mutated[..at], .. mutated[Math.Min(at + 1, mutated.Length)..]];
            else
                mutated[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)(mutated[at] ^ (1 << random.Next(8)));
        }
        return mutated;
    }

    private static void AssertHarmless(Func<object> decode)
    {
        try
        {
            decode();
        }
        catch (DecodeException refused)
        {
            Assert.That(refused.Message, Is.Not.Empty);
        }
    }
}
