using System.Net;
using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>What is no good gets upstream's Status, and nothing is half-made.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BadInputTests
{
    [TestCase("{", 400, "BadRequest")]
    [TestCase("[]", 400, "BadRequest")]
    [TestCase("", 400, "BadRequest")]
    [TestCase("""{"metadata":5}""", 400, "BadRequest")]
    [TestCase("""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}""", 400, "BadRequest")]
    [TestCase("""{"kind":"ConfigMap","apiVersion":"apps/v1","metadata":{"name":"a"}}""", 400, "BadRequest")]
    [TestCase("""{"kind":"Nonsense","apiVersion":"v1","metadata":{"name":"a"}}""", 400, "BadRequest")]
    [TestCase("""{"metadata":{"name":"UPPER"}}""", 422, "Invalid")]
    [TestCase("""{"metadata":{"name":"a","namespace":"other"}}""", 400, "BadRequest")]
    [TestCase("""{"metadata":{}}""", 422, "Invalid")]
    public async Task A_body_that_is_no_such_object_is_refused(string body, int code, string reason)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, body);
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((code, reason)), refused.Text);
        Assert.That(refused.Json["kind"]!.GetValue<string>(), Is.EqualTo("Status"));
        Assert.That((await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("Strict", 400)]
    [TestCase("Warn", 201)]
    [TestCase("Ignore", 201)]
    public async Task Unknown_and_duplicate_fields_are_treated_as_asked(string validation, int code)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var answer = await SendAsync(HttpMethod.Post, $"{maps}?fieldValidation={validation}", """{"metadata":{"name":"a"},"bogus":1,"data":{"k":"1"},"data":{"k":"2"}}""");
        Assert.That((int)answer.Code, Is.EqualTo(code), answer.Text);
        if (validation == "Strict")
        {
            Assert.That(answer.Message, Is.EqualTo(
                "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"bogus\", duplicate field \"data\""));
        }

        var warned = validation == "Warn" ? new[] { "299 - \"unknown field \\\"bogus\\\"\"", "299 - \"duplicate field \\\"data\\\"\"" } : [];
        Assert.That(answer.Warnings, Is.EqualTo(warned));
    }

    [Test]
    public async Task A_body_of_more_than_three_mebibytes_is_413()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var body = $$$"""{"metadata":{"name":"a"},"data":{"k":"{{{new string('x', 3 * 1024 * 1024)}}}"}}""";
        var refused = await SendAsync(HttpMethod.Post, maps, body);
        Assert.That(((int)refused.Code, refused.Reason, refused.Message), Is.EqualTo((413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")));
    }

    [Test]
    public async Task An_unknown_content_type_is_415()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, "x", "text/plain");
        Assert.That((refused.Code, refused.Message), Is.EqualTo((
            HttpStatusCode.UnsupportedMediaType,
            "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf")));
        Assert.That((await SendAsync(HttpMethod.Patch, maps + "/a", "{}", "application/json")).Code, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task What_cannot_be_served_is_406()
    {
        var refused = await SendAsync(HttpMethod.Get, "api/v1/namespaces", accept: "text/html");
        Assert.That((refused.Code, refused.Message), Is.EqualTo((
            HttpStatusCode.NotAcceptable,
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf")));
    }

    [Test]
    public async Task Broken_protobuf_is_400()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        foreach (var body in (byte[][])[[1, 2, 3], [.. "k8s\0"u8, 0x0a, 0xff, 0xff]])
        {
            var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, body, "application/vnd.kubernetes.protobuf");
            Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")));
        }
    }

    [Test]
    public async Task Broken_yaml_is_400()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, Encoding.UTF8.GetBytes("metadata: [\n"), "application/yaml");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")));
    }

    [TestCase("?dryRun=Some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"Some\"]: supported values: \"All\"")]
    [TestCase("?fieldValidation=Maybe", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")]
    public async Task Options_have_known_values(string query, string message)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps + query, """{"metadata":{"name":"a"}}""");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((422, message)));
    }

    [Test]
    public async Task A_name_that_is_not_the_urls_is_refused()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        Assert.That((await SendAsync(HttpMethod.Put, maps + "/a", """{"metadata":{"name":"b"}}""")).Message, Is.EqualTo(
            "the name of the object (b) does not match the name on the URL (a)"));
        Assert.That((await SendAsync(HttpMethod.Put, maps + "/a", "{}")).Message, Is.EqualTo(
            "the name of the object (a based on URL) was undeterminable: name must be provided"));
    }

    [TestCase("GET", "api/v1/nonsense", 404)]
    [TestCase("GET", "apis/no.such.group/v1/things", 404)]
    [TestCase("GET", "api/v1/namespaces/default/namespaces", 404)]
    [TestCase("POST", "api/v1/pods", 405)]
    [TestCase("PUT", "api/v1/namespaces/default/configmaps", 405)]
    [TestCase("GET", "api/v1/namespaces/default/configmaps/a/status", 404)]
    public async Task Paths_that_lead_nowhere_are_refused(string method, string path, int code)
    {
        var refused = await SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}");
        Assert.That((int)refused.Code, Is.EqualTo(code), refused.Text);
    }

    [Test]
    public async Task Nobody_in_particular_may_not_read()
    {
        using var client = Fixture.Anonymous();
        var refused = await SendAsync(client, HttpMethod.Get, "api/v1/namespaces");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((
            403, "namespaces is forbidden: User \"system:anonymous\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope")));
    }
}
