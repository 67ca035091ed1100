using System.Net;
using System.Text.Json.Nodes;
using ControlPlane.TestKit;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>A write that changes nothing is no write, whatever the kind and the way it comes: the object keeps its version.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class UnchangedWriteTests
{
    // What the server itself goes on writing after the object was made.
    private static readonly string[] Busy = ["customresourcedefinitions", "apiservices"];

    [OneTimeSetUp]
    public static async Task MakeNamespaceAsync()
    {
        await OkAsync(HttpMethod.Post, "api/v1/namespaces", """{"metadata":{"name":"golden"}}""");
        await OkAsync(HttpMethod.Post, "api/v1/namespaces/golden/serviceaccounts", """{"metadata":{"name":"default"}}""");
    }

    public static IEnumerable<string> Samples() => Repository.Golden("answers") is { } folder
        ? Directory.GetFiles(folder, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)
            .Where(file => !Busy.Any(file.Contains) && !file.Contains("h.example", StringComparison.Ordinal))
        : ["none"];

    [TestCaseSource(nameof(Samples))]
    public async Task The_version_stays(string file)
    {
        var head = JsonNode.Parse(File.ReadLines(Path.Combine(Golden.Directory("answers"), file + ".jsonl")).First())!;
        var (sample, collection) = (head["sample"]!, head["collection"]!.GetValue<string>().TrimStart('/'));
        var made = await SendAsync(HttpMethod.Post, collection, sample.ToJsonString());
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        var name = made.Json["metadata"]!["name"]!.GetValue<string>();
        var path = $"{collection}/{name}";
        var stored = await OkAsync(HttpMethod.Get, path);
        var version = VersionOf(stored);

        Assert.That(VersionOf(await OkAsync(HttpMethod.Put, path, stored.ToJsonString())), Is.EqualTo(version), "PUT of what was read");
        Assert.That(VersionOf(await OkAsync(HttpMethod.Patch, path, "{}", "application/merge-patch+json")), Is.EqualTo(version), "an empty merge patch");
        Assert.That(VersionOf(await OkAsync(HttpMethod.Patch, path, "{}", "application/strategic-merge-patch+json")), Is.EqualTo(version), "an empty strategic merge patch");
        Assert.That(VersionOf(await OkAsync(HttpMethod.Patch, path, "[]", "application/json-patch+json")), Is.EqualTo(version), "an empty JSON patch");

        var applied = sample.DeepClone();
        applied["metadata"]!["name"] = name;
        applied["metadata"]!.AsObject().Remove("generateName");
        var apply = $"{path}?fieldManager=one&force=true";
        var first = VersionOf(await OkAsync(HttpMethod.Patch, apply, applied.ToJsonString(), "application/apply-patch+yaml"));
        Assert.That(VersionOf(await OkAsync(HttpMethod.Patch, apply, applied.ToJsonString(), "application/apply-patch+yaml")), Is.EqualTo(first), "the same applied again");
    }

    private static string VersionOf(JsonNode value) => value["metadata"]!["resourceVersion"]!.GetValue<string>();
}
