using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Resources;
using ControlPlane.Types.Core;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Reading objects and lists, in every form.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ReadTests
{
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    [Test]
    public async Task Pages_of_a_list_are_of_one_moment()
    {
        var maps = await MapsAsync("a", "b", "c", "d", "e");
        var first = await OkAsync(HttpMethod.Get, maps + "?limit=2");
        Assert.That(Names(first), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(first["metadata"]!["remainingItemCount"]!.GetValue<int>(), Is.EqualTo(3));

        await OkAsync(HttpMethod.Delete, maps + "/c");
        var token = Uri.EscapeDataString(first["metadata"]!["continue"]!.GetValue<string>());
        var second = await OkAsync(HttpMethod.Get, $"{maps}?limit=2&continue={token}");
        Assert.That(Names(second), Is.EqualTo(new[] { "c", "d" }), "what was deleted after the first page is still in the second");
        Assert.That(second["metadata"]!["resourceVersion"]!.GetValue<string>(), Is.EqualTo(first["metadata"]!["resourceVersion"]!.GetValue<string>()));
    }

    [Test]
    public async Task Selectors_choose()
    {
        var maps = await MapsAsync("a", "b");
        Assert.That(Names(await OkAsync(HttpMethod.Get, maps + "?labelSelector=n%3Da")), Is.EqualTo(new[] { "a" }));
        Assert.That(Names(await OkAsync(HttpMethod.Get, maps + "?fieldSelector=metadata.name!%3Da")), Is.EqualTo(new[] { "b" }));
        Assert.That((await SendAsync(HttpMethod.Get, maps + "?labelSelector=a+in")).Code, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await SendAsync(HttpMethod.Get, maps + "?limit=many")).Message, Is.EqualTo("strconv.ParseInt: parsing \"many\": invalid syntax"));
    }

    [Test]
    public async Task Lists_come_as_tables()
    {
        var maps = await MapsAsync("a");
        var table = (await SendAsync(HttpMethod.Get, maps, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")).Json;
        Assert.That(table["kind"]!.GetValue<string>(), Is.EqualTo("Table"));
        Assert.That(table["columnDefinitions"]![0]!["name"]!.GetValue<string>(), Is.EqualTo("Name"));
        Assert.That(table["rows"]![0]!["cells"]![0]!.GetValue<string>(), Is.EqualTo("a"));
        Assert.That(table["rows"]![0]!["object"]!["kind"]!.GetValue<string>(), Is.EqualTo("PartialObjectMetadata"));
        var bare = (await SendAsync(HttpMethod.Get, maps + "?includeObject=None", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")).Json;
        Assert.That(bare["rows"]![0]!["object"], Is.Null);
    }

    [Test]
    public async Task Lists_come_as_metadata()
    {
        var maps = await MapsAsync("a");
        var list = (await SendAsync(HttpMethod.Get, maps, accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")).Json;
        Assert.That(list["apiVersion"]!.GetValue<string>(), Is.EqualTo("meta.k8s.io/v1"));
        Assert.That(list["items"]![0]!["data"], Is.Null);
        Assert.That(list["items"]![0]!["metadata"]!["name"]!.GetValue<string>(), Is.EqualTo("a"));
    }

    [Test]
    public async Task Objects_and_lists_come_and_go_as_protobuf()
    {
        var maps = await MapsAsync("a");
        var one = await SendAsync(HttpMethod.Get, maps + "/a", accept: Protobuf);
        Assert.That(one.ContentType, Is.EqualTo(Protobuf));
        var map = Machinery.Serialization.Protobuf.Decode<ConfigMap>(Envelope.Read(one.Bytes, out var kind));
        Assert.That((kind.Kind, map.Metadata.Name), Is.EqualTo(("ConfigMap", "a")));

        var list = await SendAsync(HttpMethod.Get, maps, accept: Protobuf);
        var items = Machinery.Serialization.Protobuf.Decode<ConfigMapList>(Envelope.Read(list.Bytes, out kind));
        Assert.That((kind.Kind, items.Items.Single().Metadata.Name), Is.EqualTo(("ConfigMapList", "a")));

        var sent = Envelope.Write(new ConfigMap { Metadata = new() { Name = "b" } });
        var made = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, sent, Protobuf);
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
    }

    [Test]
    public async Task Objects_come_and_go_as_yaml()
    {
        var maps = await MapsAsync();
        var made = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, "metadata:\n  name: yaml\ndata:\n  'on': 'true'\n  text: |\n    two\n    lines\n"u8.ToArray(), "application/yaml");
        Assert.That(made.Code, Is.EqualTo(HttpStatusCode.Created), made.Text);
        var yaml = await SendAsync(HttpMethod.Get, maps + "/yaml", accept: "application/yaml");
        Assert.That(yaml.ContentType, Is.EqualTo("application/yaml"));
        Assert.That(yaml.Text, Does.StartWith("apiVersion: v1\ndata:\n  \"on\": \"true\"\n  text: |\n    two\n    lines\nkind: ConfigMap\nmetadata:\n"));
    }

    [Test]
    public async Task Long_answers_are_compressed_for_those_who_like_it()
    {
        var maps = await MapsAsync();
        await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"long"},"data":{"k":"{{{new string('x', 200_000)}}}"} }""");
        using var request = new HttpRequestMessage(HttpMethod.Get, maps);
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using var response = await Fixture.Admin.SendAsync(request);
        Assert.That(response.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        await using var plain = new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        Assert.That(Names((await JsonNode.ParseAsync(plain))!), Is.EqualTo(new[] { "long" }));

        using var small = new HttpRequestMessage(HttpMethod.Get, maps + "?limit=1&labelSelector=none");
        small.Headers.AcceptEncoding.ParseAdd("gzip");
        using var uncompressed = await Fixture.Admin.SendAsync(small);
        Assert.That(uncompressed.Content.Headers.ContentEncoding, Is.Empty);
    }

    [Test]
    public async Task Pretty_answers_are_indented()
    {
        var maps = await MapsAsync("a");
        Assert.That((await SendAsync(HttpMethod.Get, maps + "/a?pretty=true")).Text, Does.StartWith("{\n  \"kind\": \"ConfigMap\",\n  \"apiVersion\": \"v1\""));
        Assert.That((await SendAsync(HttpMethod.Get, maps + "/a")).Text, Does.StartWith("{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\"").And.EndsWith("}\n"));
    }

    [Test]
    public async Task Every_served_resource_can_be_listed()
    {
        var failed = new List<string>();
        // Custom resources are other tests': some cannot be listed, on purpose.
        foreach (var served in Fixture.Server.Catalog.Current.Stores.Where(store => BuiltInDefinitions.Served.Contains(store.Definition)).SelectMany(store => store.Definition.Versions.Select(version => (store.Definition.Info, version.Kind))))
        {
            if (!served.Info.Verbs.Contains("list") || served.Info.Plural == "componentstatuses")
                continue;
            var root = served.Kind.Group.Length == 0 ? "api" : $"apis/{served.Kind.Group}";
            var answer = await SendAsync(HttpMethod.Get, $"{root}/{served.Kind.Version}/{served.Info.Plural}");
            if (answer.Code != HttpStatusCode.OK || answer.Json["kind"]!.GetValue<string>() != served.Info.ListKind)
                failed.Add($"{served.Kind}: {answer.Text}");
        }

        Assert.That(failed, Is.Empty);
    }

    private static async Task<string> MapsAsync(params string[] names)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        foreach (var name in names)
            await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"n":"{{{name}}}"} } }""");
        return maps;
    }

    private static string[] Names(JsonNode list) => [.. list["items"]!.AsArray().Select(item => item!["metadata"]!["name"]!.GetValue<string>())];
}
