using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.ServerKit;
using ControlPlane.TestKit;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>
/// A write that changes nothing is no write, whatever the kind and the way it comes: the object keeps its version. The samples have addresses and ports that
/// other tests may be given by chance: the server is their own, and one goes before the next comes.
/// </summary>
[Parallelizable(ParallelScope.Self)]
public sealed class UnchangedWriteTests
{
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Operations = "application/json-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    // What the server itself goes on writing after the object was made.
    private static readonly string[] Busy = ["customresourcedefinitions", "apiservices"];

    private ApiServerFixture _server = null!;

    public static IEnumerable<string> Samples() => Repository.Golden("answers") is { } folder
        ? Directory.GetFiles(folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            .Where(file => !Busy.Any(file.Contains) && !file.Contains("h.example", StringComparison.Ordinal))
        : ["none"];

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _server = await ApiServerFixture.StartAsync();
        await SentAsync(HttpMethod.Post, "api/v1/namespaces", """{"metadata":{"name":"golden"}}""");
        await SentAsync(HttpMethod.Post, "api/v1/namespaces/golden/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCaseSource(nameof(Samples))]
    public async Task The_version_stays(string file)
    {
        var head = JsonNode.Parse(File.ReadLines(Path.Combine(Golden.Directory("answers"), file + ".jsonl")).First())!;
        var (sample, collection) = (head["sample"]!, head["collection"]!.GetValue<string>().TrimStart('/'));
        var made = await SentAsync(HttpMethod.Post, collection, sample.ToJsonString());
        var path = $"{collection}/{made["metadata"]!["name"]}";
        try
        {
            await CheckAsync(path, sample.DeepClone(), made["metadata"]!["name"]!.GetValue<string>());
        }
        finally
        {
            await SentAsync(HttpMethod.Delete, path + "?gracePeriodSeconds=0");
        }
    }

    private async Task CheckAsync(string path, JsonNode applied, string name)
    {
        var stored = await SentAsync(HttpMethod.Get, path);
        foreach (var (method, body, type) in new[]
        {
            (HttpMethod.Put, stored.ToJsonString(), "application/json"), (HttpMethod.Patch, "{}", Merge), (HttpMethod.Patch, "{}", Strategic), (HttpMethod.Patch, "[]", Operations),
        })
        {
            Assert.That(VersionOf(await SentAsync(method, path, body, type)), Is.EqualTo(VersionOf(stored)), type);
        }

        applied["metadata"]!["name"] = name;
        applied["metadata"]!.AsObject().Remove("generateName");
        var manager = $"{path}?fieldManager=one&force=true";
        var first = await SentAsync(HttpMethod.Patch, manager, applied.ToJsonString(), Apply);
        var again = await SentAsync(HttpMethod.Patch, manager, applied.ToJsonString(), Apply);
        Assert.That(VersionOf(again), Is.EqualTo(VersionOf(first)), "the same applied again");
    }

    private static string VersionOf(JsonNode value) => value["metadata"]!["resourceVersion"]!.GetValue<string>();

    private async Task<JsonNode> SentAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
    {
        var answer = await SharedServer.SendAsync(_server.Admin, method, path, body is null ? null : Encoding.UTF8.GetBytes(body), type);
        Assert.That(answer.Code, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Accepted), answer.Text);
        return answer.Json;
    }
}
