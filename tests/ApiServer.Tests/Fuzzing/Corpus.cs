using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Types;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>What random cases start from: upstream's recorded objects, and texts of every grammar there is.</summary>
internal static class Corpus
{
    private static readonly Lazy<IReadOnlyList<(BuiltInType Type, byte[] Json, byte[] Protobuf)>> Kinds = new(() =>
        [.. Directory.GetFiles(Golden.Directory("roundtrip"), "*.json").Order(StringComparer.Ordinal).Select(file => (TypeOf(file), File.ReadAllBytes(file), File.ReadAllBytes(Path.ChangeExtension(file, "pb"))))]);

    private static readonly Lazy<IReadOnlyList<(string Collection, JsonObject Object)>> Samples = new(() =>
        [.. Directory.GetFiles(Golden.Directory("answers"), "*.jsonl").Order(StringComparer.Ordinal).Select(file => JsonNode.Parse(File.ReadLines(file).First())!.AsObject())
            .Select(head => (head["collection"]!.GetValue<string>(), head["sample"]!.AsObject()))]);

    private static readonly Lazy<IReadOnlyList<byte[]>> Patches = new(() =>
        [.. Golden.Json("jsonpatch", "tests.json").AsArray().Concat(Golden.Json("jsonpatch", "spec_tests.json").AsArray()).Select(test => JsonSerializer.SerializeToUtf8Bytes(test!["patch"]))]);

    private static readonly Lazy<IReadOnlyList<byte[]>> Yamls = new(() => [.. Kinds.Value.Select(kind => YamlWriter.Of(new ReadOnlySequence<byte>(kind.Json)))]);

    /// <summary>Every kind with every field filled, in both forms.</summary>
    public static IReadOnlyList<(BuiltInType Type, byte[] Json, byte[] Protobuf)> FilledObjects => Kinds.Value;

    /// <summary>Those as YAML.</summary>
    public static IReadOnlyList<byte[]> YamlObjects => Yamls.Value;

    /// <summary>Objects that a server accepts, and where they are posted.</summary>
    public static IReadOnlyList<(string Collection, JsonObject Object)> ValidObjects => Samples.Value;

    /// <summary>JSON patches.</summary>
    public static IReadOnlyList<byte[]> JsonPatches => Patches.Value;

    public static IReadOnlyList<string> LabelSelectors { get; } = ["app=web,tier in (a,b),!canary", "a==b,c!=d", "example.com/x notin (1,2),y", "n>5,m<7", "in in (in,notin)", "a=,b in (,)"];

    public static IReadOnlyList<string> FieldSelectors { get; } = ["metadata.name=a,metadata.namespace!=b", "spec.nodeName==x\\,y", "status.phase=Running,a\\\\=b"];

    public static IReadOnlyList<string> YamlTexts { get; } =
    [
        "a\nb\n", "\n", " a\n b", "a\n\n\n", "key: value # no", "- a", "yes", "0x1F", "1_000", "2024-01-01", "'", "\"", "a \n", "\ta\tb", "\u0001\u0085\u2028\uFEFF", "\ud83d\ude80\n", "{a: [b]}", "*a &b !c |d >e %f @g", "---", "...\n", "",
        ".inf", "1e3", "0b1", "~", "<<", "=", "12:30:45", "a\\nb", "x\r\ny", "\u007f", "? a", ": b",
    ];

    public static IReadOnlyList<string> Quantities { get; } = ["1", "-0.5", "100m", "64Mi", "1e3", "1E-3", ".5Gi", "9223372036854775807", "0.000000001n", "12Ei", "1.5e+9"];

    public static IReadOnlyList<string> Times { get; } = ["2024-02-29T23:59:59Z", "2006-01-02T15:04:05.999999+07:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.123456Z"];

    public static IReadOnlyList<string> Durations { get; } = ["1h30m", "-1.5s", "100ms", "2562047h47m16.854775807s", "0", "1us3ns"];

    public static IReadOnlyList<string> Schedules { get; } = ["*/5 * * * *", "0 0 1,15 * 3", "@every 1h30m", "@daily", "TZ=Etc/UTC 1-59/2 0-23 ? JAN-dec mon"];

    public static IReadOnlyList<string> Targets { get; } =
    [
        "/api/v1/namespaces/default/pods/a/log?container=c&follow=true&tailLines=5", "/apis/apps/v1/deployments?labelSelector=a%3Db&limit=5&watch=1&timeoutSeconds=3", "/api/v1/watch/namespaces/x/secrets/y",
        "https://host:1/apis/batch/v1/namespaces/%6E/jobs/a%2Fb?dryRun=All&dryRun=All", "/healthz/ping?verbose&exclude=a", "/api/v1/namespaces/n/services/https:s:80/proxy/a/../b?x=%zz", "*", "/openapi/v3?hash=1;2&&=&a",
    ];

    public static IReadOnlyList<string> Accepts { get; } =
    [
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;q=0.5", "application/vnd.kubernetes.protobuf;stream=watch, */*;q=0.1", "application/yaml", "application/*; q=1e400; pretty=1", "a/b;c=\"d;e,f\"",
    ];

    public static IReadOnlyList<string> Expressions { get; } =
    [
        "self.a.all(x, x.startsWith('a') && size(x) < 5) ? 1 : 2", "[1, 2u, 3.0, 'a', b'\\xff', true, null].map(x, x == 1, [x])", "{'a': 1}.exists_one(k, k.matches('^[a-z]+$'))", "duration('1h') + timestamp('2024-01-01T00:00:00Z')",
        "\"\"\"a\"\"\" + r'\\d' + \"\\u00e9\\U0001F600\"", "a.?b.orValue([?c]).filter(x, x > 1).sum()", "'%d %s %.3f'.format([1, 'a', 1.5])", "-(9223372036854775807) % -1 / 0", "cel.bind(x, [1,2].sort(), x.indexOf(2))", "url('https://a/b?c=d').getQuery()",
    ];

    public static IReadOnlyList<string> Regexes { get; } = ["^[a-z]([-a-z0-9]*[a-z0-9])?$", "(a|b)+?c{2,5}\\d\\W", "[[:alpha:]\\]\\-]", "(?P<n>x)(?i:y)\\pL\\p{Greek}", "\\Aa\\bz\\z", "((((a*)*)*)*)*b"];

    public static IReadOnlyList<string> Paths { get; } = [".spec.containers[0].image", "..name", ".a['b.c','d'][1:5:2]", ".status.conditions[?(@.type==\"Ready\")].status", ".x[*][-1]", "{.a}"];

    private static BuiltInType TypeOf(string file)
    {
        var json = JsonNode.Parse(File.ReadAllBytes(file))!;
        var (apiVersion, kind) = (json["apiVersion"]!.GetValue<string>(), json["kind"]!.GetValue<string>());
        return BuiltInTypes.AllKinds().Single(type => type.Kind.ApiVersion == apiVersion && type.Kind.Kind == kind);
    }
}
