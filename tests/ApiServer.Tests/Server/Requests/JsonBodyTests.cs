using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>JSON that is none, is too deep, or says numbers and texts that nobody means.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class JsonBodyTests
{
    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("two documents", """{"metadata":{"name":"a"}}{}""");
        yield return Case("a byte order mark", "\uFEFF{\"metadata\":{\"name\":\"a\"}}");
        yield return Case("a NUL between tokens", "{\0\"metadata\":{\"name\":\"a\"}}");
        yield return Case("a NUL inside a text", "{\"metadata\":{\"name\":\"a\0\"}}");
        yield return Case("a comment", """{"metadata":{"name":"a"}/* no */}""");
        yield return Case("a comma too many", """{"metadata":{"name":"a"},}""");
        yield return Case("an unfinished text", """{"metadata":{"name":"a""");
        yield return Case("single quotes", "{'metadata':{'name':'a'}}");
        yield return Case("not a number", """{"metadata":{"name":"a","generation":NaN}}""");
        yield return Case("more nesting than is read", $$$"""{"metadata":{"name":"a"},"data":{"k":{{{new string('[', 100_000)}}}""");
        yield return Case("more nesting in an unknown field than is read", $$$"""{"metadata":{"name":"a"},"bogus":{{{new string('[', 10_001)}}}{{{new string(']', 10_001)}}}}""");
    }

    private static IEnumerable<TestCaseData> WrongNumbers()
    {
        foreach (var number in new[] { "1e400", "-1e400", "9223372036854775808", "-9223372036854775809", "1.0", "1e2", "1e1000000000", "0.1" })
            yield return Case(number, $$$"""{"metadata":{"name":"a","generation":{{{number}}}} }""");
    }

    [TestCaseSource(nameof(Broken))]
    [TestCaseSource(nameof(WrongNumbers))]
    public async Task What_is_no_such_object_is_400_and_nothing_is_made(string body)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, body);
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That((await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("-0")]
    [TestCase("9223372036854775807")]
    public async Task Integers_may_be_as_large_as_64_bits_hold(string number)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"a","generation":{{{number}}}} }""");
    }

    [Test]
    public async Task A_number_of_the_wrong_kind_is_refused_by_the_path_of_its_field()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a","generation":1.5}}""");
        Assert.That(refused.Message, Does.StartWith("ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number 1.5 into Go").And.Contains("metadata.generation"));
    }

    [Test]
    public async Task What_is_no_text_is_replaced_in_values_and_in_names()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        byte[] body = [.. "{\"metadata\":{\"name\":\"a\"},\"data\":{\"k\":\"<"u8, 0xFF, .. "\\ud800>\\u0000\"}}"u8];
        var made = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, body);
        Assert.That(made.Json["data"]!["k"]!.GetValue<string>(), Is.EqualTo("<\uFFFD\uFFFD>\0"), made.Text);

        byte[] patch = [.. "{\"data\":{\"k\":\""u8, 0xC0, .. "\\udfff\"}}"u8];
        var patched = await SendAsync(Fixture.Admin, HttpMethod.Patch, maps + "/a", patch, "application/merge-patch+json");
        Assert.That(patched.Json["data"]!["k"]!.GetValue<string>(), Is.EqualTo("\uFFFD\uFFFD"), patched.Text);
    }

    [Test]
    public async Task A_kind_that_is_no_text_is_no_kind()
    {
        byte[] body = [.. "{\"\\ud800\":1,\"kind\":\"Config"u8, 0xFF, .. "\",\"apiVersion\":\"v1\"}"u8];
        var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", body);
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
    }

    [Test]
    public async Task Untyped_text_that_is_no_text_can_be_read_in_every_form()
    {
        var revisions = $"apis/apps/v1/namespaces/{await NamespaceAsync()}/controllerrevisions";
        byte[] body = [.. "{\"metadata\":{\"name\":\"a\"},\"revision\":1,\"data\":{\"\\udc00\":\""u8, 0xFF, .. "\"}}"u8];
        var made = await SendAsync(Fixture.Admin, HttpMethod.Post, revisions, body);
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
        foreach (var (query, accept) in new[] { ("", "application/json"), ("?pretty=true", "application/json"), ("", "application/yaml"), ("", "application/vnd.kubernetes.protobuf") })
        {
            Assert.That((int)(await SendAsync(HttpMethod.Get, revisions + "/a" + query, accept: accept)).Code, Is.EqualTo(200), accept + query);
            Assert.That((int)(await SendAsync(HttpMethod.Get, revisions + query, accept: accept)).Code, Is.EqualTo(200), accept + query);
        }
    }

    [TestCase(900, 201)]
    [TestCase(1100, 400)]
    [TestCase(9000, 400)]
    public async Task Untyped_values_nest_so_deep_that_all_can_be_read_and_patched_again(int depth, int code)
    {
        var revisions = $"apis/apps/v1/namespaces/{await NamespaceAsync()}/controllerrevisions";
        var made = await SendAsync(HttpMethod.Post, revisions, $$$"""{"metadata":{"name":"a"},"revision":1,"data":{"a":{{{new string('[', depth)}}}{{{new string(']', depth)}}}} }""");
        Assert.That((int)made.Code, Is.EqualTo(code), made.Text);
        if (code != 201)
            return;
        Assert.That((int)(await SendAsync(HttpMethod.Patch, revisions + "/a", """{"metadata":{"labels":{"a":"b"}}}""", "application/merge-patch+json")).Code, Is.EqualTo(200));
        Assert.That((int)(await SendAsync(HttpMethod.Get, revisions + "?pretty=true")).Code, Is.EqualTo(200));
        Assert.That((int)(await SendAsync(HttpMethod.Get, revisions, accept: "application/yaml")).Code, Is.EqualTo(200));
    }

    [TestCase("1e2147483648", 400)]
    [TestCase("1e99999999999999999999", 400)]
    [TestCase("1Zi", 400)]
    [TestCase("", 400)]
    [TestCase("0x10", 400)]
    [TestCase("1e1000000000", 201)]
    [TestCase("1e2147483647", 201)]
    [TestCase("1e-2147483648", 201)]
    [TestCase("99999999999999999999999999999999999999999999999999999999999999999999", 201)]
    public async Task Quantities_of_any_size_are_answered(string quantity, int code)
    {
        var quotas = $"api/v1/namespaces/{await NamespaceAsync()}/resourcequotas";
        var answer = await SendAsync(HttpMethod.Post, quotas, $$$"""{"metadata":{"name":"a"},"spec":{"hard":{"requests.memory":"{{{quantity}}}"} } }""");
        Assert.That((int)answer.Code, Is.EqualTo(code), answer.Text);
        if (code == 201)
            await OkAsync(HttpMethod.Put, quotas + "/a", answer.Text);
    }

    [Test]
    public async Task A_field_of_any_name_is_warned_of()
    {
        var made = await SendAsync(HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", "{\"metadata\":{\"name\":\"a\"},\"\u2028\u00fc\\u0001\":1}");
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
        Assert.That(made.Warnings, Has.Length.EqualTo(1));
    }

    [TestCase("7", 400)]
    [TestCase("0", 201)]
    [TestCase("no version", 201)]
    public async Task An_object_to_be_created_has_no_version(string version, int code)
    {
        var made = await SendAsync(HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", $$$"""{"metadata":{"name":"a","resourceVersion":"{{{version}}}"} }""");
        Assert.That((int)made.Code, Is.EqualTo(code), made.Text);
        if (code == 400)
            Assert.That(made.Message, Is.EqualTo("resourceVersion should not be set on objects to be created"));
    }

    [Test]
    public async Task Names_and_labels_have_their_lengths()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, $$$"""{"metadata":{"name":"{{{new string('x', 254)}}}","labels":{"a":"{{{new string('y', 64)}}}"} } }""");
        Assert.That((int)refused.Code, Is.EqualTo(422));
        Assert.That(refused.Json["details"]!["causes"]!.AsArray().Select(cause => cause!["field"]!.GetValue<string>()), Is.EquivalentTo(new[] { "metadata.name", "metadata.labels" }));
    }

    private static TestCaseData Case(string what, string body) => new TestCaseData(body).SetArgDisplayNames(what);
}
