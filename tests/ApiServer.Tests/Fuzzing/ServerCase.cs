using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Tests.Server;
using ControlPlane.Machinery.Serialization;
using ControlPlane.TestKit.Fuzzing;
using ControlPlane.Types;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>
/// One object's random life over HTTP: made, read in every form, written back unchanged, patched, listed and deleted. Whatever is sent, no answer is a failure of
/// the server; and what was accepted reads the same in every form, is accepted again, and is not written anew when nothing changed.
/// </summary>
internal sealed class ServerCase(Random random, string @namespace)
{
    // What these hold changes what the server does with all other requests.
    private static readonly string[] Tried = ["/namespaces", "/mutatingwebhookconfigurations", "/validatingwebhookconfigurations", "/validatingadmissionpolicies", "/validatingadmissionpolicybindings", "/mutatingadmissionpolicies", "/mutatingadmissionpolicybindings", "/apiservices", "/clusterroles", "/clusterrolebindings"];

    private static readonly string[] Parameters =
    [
        "dryRun=All", "dryRun=", "dryRun=x", "fieldManager=me", "fieldManager=%00", "fieldValidation=Strict", "fieldValidation=Ignore", "fieldValidation=x", "force=true", "pretty=true", "pretty=x", "limit=1", "limit=-1", "limit=9223372036854775807", "continue=x",
        "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0", "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiXHVkODAwIn0", "resourceVersion=0", "resourceVersion=1", "resourceVersion=x", "resourceVersionMatch=Exact",
        "resourceVersionMatch=NotOlderThan", "labelSelector=a%3Db", "labelSelector=a+in+(", "fieldSelector=metadata.name%3Da", "fieldSelector=spec.x%3D1", "timeoutSeconds=1", "timeout=1s", "timeout=x", "gracePeriodSeconds=0", "gracePeriodSeconds=-1",
        "gracePeriodSeconds=9223372036854775807", "propagationPolicy=Orphan", "propagationPolicy=x", "orphanDependents=true", "preconditions.uid=x", "preconditions.resourceVersion=1", "sendInitialEvents=true", "includeObject=Object", "ignoreStoreReadErrorWithClusterBreakingPotential=true",
    ];

    private static readonly string[] Patches = ["application/merge-patch+json", "application/strategic-merge-patch+json", "application/json-patch+json", "application/apply-patch+yaml"];

    private readonly ExtremeObject _extreme = new(random);

    /// <summary>Lives it.</summary>
    public async Task RunAsync()
    {
        var (recorded, sample) = Corpus.ValidObjects[random.Next(Corpus.ValidObjects.Count)];
        var collection = recorded.TrimStart('/').Replace("/namespaces/golden/", $"/namespaces/{@namespace}/", StringComparison.Ordinal);
        sample = (JsonObject)sample.DeepClone();
        if (sample["metadata"]?["namespace"] is not null)
            sample["metadata"]!["namespace"] = @namespace;
        var type = TypeOf(sample);
        var isTried = Array.Exists(Tried, end => collection.EndsWith(end, StringComparison.Ordinal));
        var changed = type is null ? sample : _extreme.Of(sample, type.Descriptor);
        var made = await MakeAsync(collection, changed, isTried);
        await ReadAsync(collection);
        if (made is null || isTried || made["metadata"]!["name"]?.GetValue<string>() is not { } name)
            return;
        var path = $"{collection}/{Uri.EscapeDataString(name)}";
        // The server itself writes the status of a definition, at any time.
        if (!collection.EndsWith("/customresourcedefinitions", StringComparison.Ordinal))
        {
            await SameInEveryFormAsync(path, type);
            await AcceptedAgainAsync(path, type);
        }

        if (type is not null)
            await PatchAsync(path, sample, type);
        await ReadAsync(path);
        await SendAsync(HttpMethod.Delete, path + Query(2));
        await SendAsync(HttpMethod.Delete, path + "?gracePeriodSeconds=0");
    }

    private async Task<JsonNode?> MakeAsync(string collection, JsonObject changed, bool isTried)
    {
        var body = Encoding.UTF8.GetBytes(changed.ToJsonString());
        if (random.Next(10) == 0)
            body = Mutation.Of([body], random);
        var isRandom = random.Next(3) == 0;
        var query = isTried ? "?dryRun=All" : isRandom ? Query(2) : "";
        var made = await SendAsync(HttpMethod.Post, collection + query, body, random.Next(6) == 0 ? MediaTypes.Yaml : MediaTypes.Json);
        return made.Code == HttpStatusCode.Created && !query.Contains("dryRun=All", StringComparison.Ordinal) ? made.Json : null;
    }

    private async Task SameInEveryFormAsync(string path, BuiltInType? type)
    {
        var json = await SendAsync(HttpMethod.Get, path);
        Assert.That(json.Code, Is.EqualTo(HttpStatusCode.OK), json.Text);
        var yaml = await SendAsync(HttpMethod.Get, path, accept: MediaTypes.Yaml);
        Assert.That(yaml.Code, Is.EqualTo(HttpStatusCode.OK), yaml.Text);
        await SendAsync(HttpMethod.Get, path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io");
        if (type is null)
            return;
        var protobuf = await SendAsync(HttpMethod.Get, path, accept: MediaTypes.Protobuf);
        var value = type.DecodeProtobuf(Envelope.Read(protobuf.Bytes, out _));
        Assert.That(Encoding.UTF8.GetString(Json.Encode(value)), Is.EqualTo(json.Text.TrimEnd('\n')), path);
    }

    private async Task AcceptedAgainAsync(string path, BuiltInType? type)
    {
        var before = await SendAsync(HttpMethod.Get, path);
        foreach (var mediaType in type is null ? new[] { MediaTypes.Json, MediaTypes.Yaml } : [MediaTypes.Json, MediaTypes.Yaml, MediaTypes.Protobuf])
        {
            // Untyped JSON is compared by its text, which YAML does not keep.
            if (mediaType == MediaTypes.Yaml && type?.Kind.Kind == "ControllerRevision")
                continue;
            var same = await SendAsync(HttpMethod.Get, path, accept: mediaType);
            var written = await SendAsync(HttpMethod.Put, path, same.Bytes, mediaType);
            Assert.That(written.Code, Is.EqualTo(HttpStatusCode.OK), $"{mediaType}: {written.Text}\n{before.Text}");
            Assert.That(Version(written), Is.EqualTo(Version(before)), $"{mediaType}: {before.Text}\n{written.Text}");
        }
    }

    private async Task PatchAsync(string path, JsonObject sample, BuiltInType type)
    {
        for (var left = random.Next(1, 4); left > 0; left--)
        {
            var mediaType = Patches[random.Next(Patches.Length)];
            var part = random.Next(2) == 0 ? _extreme.Part(type.Descriptor) : _extreme.Of(sample, type.Descriptor);
            var body = Encoding.UTF8.GetBytes(mediaType == MediaTypes.JsonPatch
                ? new JsonArray(new JsonObject { ["op"] = random.Next(2) == 0 ? "add" : "replace", ["path"] = "/" + (part.FirstOrDefault().Key ?? "spec"), ["value"] = part.FirstOrDefault().Value?.DeepClone() }).ToJsonString()
                : part.ToJsonString());
            if (random.Next(6) == 0)
                body = Mutation.Of([body, .. Corpus.JsonPatches], random);
            var subresource = random.Next(8) == 0 ? "/status" : "";
            await SendAsync(HttpMethod.Patch, path + subresource + (mediaType == MediaTypes.ApplyPatch ? "?fieldManager=fuzz&force=true" : Query(1)), body, mediaType);
        }
    }

    private async Task ReadAsync(string path)
    {
        await SendAsync(HttpMethod.Get, path + Query(3), accept: Mutation.Of(Corpus.Accepts, new Random(random.Next())).Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal));
        await SendAsync(HttpMethod.Get, path + Query(2));
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, byte[]? body = null, string contentType = MediaTypes.Json, string accept = MediaTypes.Json)
    {
        // Nobody sends these in a header.
        var plain = string.Concat(accept.Where(one => one is >= ' ' and < '\x7f'));
        var answer = await SharedServer.SendAsync(Fixture.Admin, method, path, body, contentType, plain);
        // 504: a revision that has not happened yet, or ?timeout=.
        if ((int)answer.Code >= 500 && answer.Code != HttpStatusCode.GatewayTimeout)
            Assert.Fail($"{method} {path} ({plain}) {contentType}\n{(body is null ? "" : Encoding.UTF8.GetString(body))}\n{answer.Text}");
        if (answer.ContentType == MediaTypes.Json && answer.Bytes.Length > 0)
            Assert.That(() => Machinery.Trees.TreeReader.Read(answer.Bytes), Throws.Nothing, answer.Text);
        return answer;
    }

    private string Query(int most) => random.Next(2) == 0 ? "" : "?" + string.Join('&', Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => Parameters[random.Next(Parameters.Length)]));

    private static string Version(Answer answer) => answer.Json["metadata"]!["resourceVersion"]!.GetValue<string>();

    private static BuiltInType? TypeOf(JsonObject sample) =>
        BuiltInTypes.AllKinds().FirstOrDefault(type => type.Kind.ApiVersion == sample["apiVersion"]!.GetValue<string>() && type.Kind.Kind == sample["kind"]!.GetValue<string>());
}
