using System.Buffers;
using System.Text;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Cel;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Selectors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Batch;
using ControlPlane.TestKit.Fuzzing;
using Microsoft.AspNetCore.Http;
using LabelSelector = ControlPlane.Machinery.Selectors.LabelSelector;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>
/// Whatever reads what clients send, by name: each makes an input from random numbers, reads it, and checks what it read. An input may be refused by the documented
/// exceptions and by no other.
/// </summary>
internal static class DecoderTargets
{
    private static readonly CelEnvironment Language = new(new CelEnvironmentOptions
    {
        Libraries = [new StringsLibrary(), new ListsLibrary(), new SetsLibrary(), new OptionalsLibrary(), new TwoVariableComprehensionsLibrary()],
        Variables = new Dictionary<string, CelType> { ["self"] = CelType.Dyn },
        Limits = CelLimits.Default with { CostMax = 100_000 },
    });

    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, Action<Random>> All { get; } = new Dictionary<string, Action<Random>>(StringComparer.Ordinal)
    {
        ["json bodies"] = random => Body(MediaTypes.Json, [.. Corpus.FilledObjects.Select(kind => kind.Json)], random),
        ["yaml bodies"] = random => Body(MediaTypes.Yaml, Corpus.YamlObjects, random),
        ["protobuf bodies"] = random => Body(MediaTypes.Protobuf, [.. Corpus.FilledObjects.Select(kind => kind.Protobuf)], random),
        ["trees"] = Tree,
        ["yaml answers"] = YamlAnswer,
        ["json patches"] = JsonPatches,
        ["merge patches"] = MergePatches,
        ["managed fields"] = Fields,
        ["label selectors"] = random => Refusing<SelectorException>(() => LabelSelector.Parse(LabelSelector.Parse(Mutation.Of(Corpus.LabelSelectors, random)).ToString())),
        ["field selectors"] = random => Refusing<SelectorException>(() => FieldSelector.Parse(FieldSelector.Parse(Mutation.Of(Corpus.FieldSelectors, random)).ToString())),
        ["quantities"] = Quantities,
        ["times"] = Times,
        ["durations and schedules"] = Durations,
        ["targets"] = Target,
        ["accept headers"] = Accept,
        ["expressions"] = Expression,
        ["regular expressions"] = random => RegularExpressions.TryCompile(Mutation.Of(Corpus.Regexes, random), out _),
        ["paths"] = random => Refusing<FormatException>(() => JsonPathQuery.Parse(Mutation.Of(Corpus.Paths, random)).Find(Document(random))),
    };

    private static void Body(string mediaType, IReadOnlyList<byte[]> corpus, Random random)
    {
        var type = Corpus.FilledObjects[random.Next(corpus.Count)].Type;
        // Of its own kind mostly: others are refused before they are read.
        var body = Mutation.Of(random.Next(4) == 0 ? corpus : [corpus[random.Next(corpus.Count)]], random);
        Refusing<ApiException>(() =>
        {
            var kind = BodyKind.Of(random.Next(4) == 0 ? type.Kind : KindOf(body, corpus) ?? type.Kind);
            Same(BodyDecoder.Decode(body, mediaType, kind, (FieldValidation)random.Next(3), _ => { }), kind);
        });
    }

    // The kind that the body says, as the path that it is sent to would.
    private static GroupVersionKind? KindOf(byte[] body, IReadOnlyList<byte[]> corpus)
    {
        for (var i = 0; i < corpus.Count; i++)
        {
            if (body.AsSpan().StartsWith(corpus[i].AsSpan(0, 40)))
                return Corpus.FilledObjects[i].Type.Kind;
        }

        return null;
    }

    private static void Same(IRuntimeObject value, BodyKind kind)
    {
        var json = Json.Encode(value);
        var same = kind.ReadJson(json, null);
        // A time that is there and zero is null in JSON, here as upstream, and then is not there.
        if (json.AsSpan().IndexOf(":null"u8) < 0)
            Assert.That(same, Is.EqualTo(value), $"read back from JSON:\n{Encoding.UTF8.GetString(json)}\n{Encoding.UTF8.GetString(Json.Encode(same))}");
        var again = kind.ReadProtobuf(Protobuf.Encode(value));
        Assert.That(Json.Encode(again), Is.EqualTo(json), "read back from protobuf");
    }

    private static void Tree(Random random)
    {
        var text = Mutation.Of(random.Next(2) == 0 ? [.. Corpus.FilledObjects.Select(kind => kind.Json)] : Corpus.YamlObjects, random);
        Refusing<TreeFormatException>(() =>
        {
            var tree = random.Next(2) == 0 ? TreeReader.Read(text, []) : YamlReader.Read(text, []);
            Assert.That(TreeReader.Read(TreeWriter.ToBytes(tree)), Is.EqualTo(tree));
        });
    }

    private static void YamlAnswer(Random random)
    {
        var text = Mutation.Of(Corpus.YamlTexts, random);
        var tree = TreeObject.Of(new TreeMember(text, TreeString.Of(text)), new TreeMember("list", TreeList.From([TreeString.Of(text), TreeNull.Instance])));
        var yaml = YamlWriter.Of(new ReadOnlySequence<byte>(TreeWriter.ToBytes(tree)));
        try
        {
            Assert.That(YamlReader.Read(yaml), Is.EqualTo(tree), Encoding.UTF8.GetString(yaml));
        }
        catch (TreeFormatException malformed)
        {
            throw new InvalidOperationException($"{malformed.Message}\n{Encoding.UTF8.GetString(yaml)}", malformed);
        }
    }

    private static void JsonPatches(Random random)
    {
        var patch = Mutation.Of(Corpus.JsonPatches, random);
        Refusing<TreeFormatException, PatchFormatException, PatchNotApplicableException, PatchTooLargeException>(() =>
            TreeWriter.ToBytes(JsonPatch.Parse(TreeReader.Read(patch)).Apply(Document(random), allowNegativeIndexes: random.Next(2) == 0)));
    }

    private static void MergePatches(Random random)
    {
        var (type, original, _) = Corpus.FilledObjects[random.Next(Corpus.FilledObjects.Count)];
        var text = Mutation.Of([original], random);
        Refusing<TreeFormatException, PatchFormatException>(() =>
        {
            var patch = TreeReader.Read(text);
            var document = TreeReader.ReadObject(original);
            TreeWriter.ToBytes(random.Next(2) == 0 ? MergePatch.Apply(document, patch) : StrategicMergePatch.Apply(document, patch, type.Descriptor));
        });
    }

    private static void Fields(Random random)
    {
        var text = Mutation.Of([Encoding.UTF8.GetBytes("""{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}}},"f:list":{"v:\"x\"":{},"i:3":{}}}}""")], random);
        Refusing<ManagedFieldsException>(() => Assert.That(FieldsCodec.Read(FieldsCodec.ToBytes(FieldsCodec.Read(text))), Is.EqualTo(FieldsCodec.Read(text))));
    }

    private static void Quantities(Random random) => Refusing<FormatException>(() =>
    {
        var text = Mutation.Of(Corpus.Quantities, random);
        var quantity = Quantity.Parse(text);
        // Beyond 64 bits the canonical form may have more digits than are read without being capped, here as upstream.
        if (Math.Abs(quantity.ToDouble()) < long.MaxValue / 2)
            Assert.That(Quantity.Parse(quantity.ToString()), Is.EqualTo(quantity), text);
        Assert.That((quantity + quantity).CompareTo(quantity) * quantity.Sign, Is.GreaterThanOrEqualTo(0));
    });

    private static void Times(Random random) => Refusing<FormatException>(() =>
    {
        var text = Mutation.Of(Corpus.Times, random);
        Assert.That(Timestamp.Parse(Timestamp.Parse(text).ToString()), Is.EqualTo(Timestamp.Parse(text)));
        Assert.That(MicroTimestamp.Parse(MicroTimestamp.Parse(text).ToString()), Is.EqualTo(MicroTimestamp.Parse(text)));
    });

    private static void Durations(Random random)
    {
        CelDuration.TryParse(Mutation.Of(Corpus.Durations, random), out _);
        CronSchedule.TryParse(Mutation.Of(Corpus.Schedules, random), out _);
    }

    private static void Target(Random random)
    {
        var target = Mutation.Of(Corpus.Targets, random);
        var query = target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? target[at..] : "";
        Refusing<ApiException>(() =>
        {
            var parameters = QueryParameters.Parse(query);
            Assert.That(RequestPath.Parse("GET", RequestPath.Decode(target), parameters).Verb, Is.Not.Empty);
            WriteParameters.Of(parameters, "CreateOptions");
            DeleteParameters.Check(DeleteParameters.Of(parameters));
        });
    }

    private static void Accept(Random random)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = Mutation.Of(Corpus.Accepts, random);
        Refusing<ApiException>(() => Negotiation.Choose(http.Request, MediaTypes.Objects, Negotiation.Views.Table | Negotiation.Views.Metadata));
    }

    private static void Expression(Random random)
    {
        var compiled = Language.Compile(Mutation.Of(Corpus.Expressions, random));
        Assert.That(compiled.Program is null, Is.EqualTo(compiled.Issues.Count > 0));
        compiled.Program?.Evaluate(CelVariables.None, CancellationToken.None);
    }

    private static TreeValue Document(Random random) => TreeReader.Read(Corpus.FilledObjects[random.Next(Corpus.FilledObjects.Count)].Json);

    private static void Refusing<T>(Action read)
        where T : Exception => Refusing<T, T, T, T>(read);

    private static void Refusing<T1, T2>(Action read)
        where T1 : Exception
        where T2 : Exception => Refusing<T1, T2, T2, T2>(read);

    private static void Refusing<T1, T2, T3, T4>(Action read)
        where T1 : Exception
        where T2 : Exception
        where T3 : Exception
        where T4 : Exception
    {
        try
        {
            read();
        }
        catch (Exception refused) when (refused is T1 or T2 or T3 or T4)
        {
            if (refused is ApiException { Code: >= 500 } failed)
                throw new InvalidOperationException(failed.Message, failed);
        }
    }
}
