using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>YAML beyond what JSON can say: aliases, anchors, merge keys, tags, documents.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class YamlBodyTests
{
    private const string Head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("a tab for indentation", Head + "data:\n\tk: v\n", "");
        yield return Case("a second document", Head + "---\n" + Head, "");
        yield return Case("an unknown anchor", Head + "data:\n  k: *nowhere\n", "unknown anchor");
        yield return Case("an anchor within itself", Head + "data: &a\n  k: *a\n", "contains itself");
        yield return Case("a merge of a scalar", Head + "data:\n  <<: text\n", "map merge requires map or sequence of maps as the value");
        yield return Case("a list for a key", Head + "data:\n  ? [a]\n  : v\n", "unsupported map key");
        yield return Case("a tag that does not fit", Head + "data:\n  k: !!int text\n", "cannot decode");
        yield return Case("base64 that is none", Head + "data:\n  k: !!binary '*'\n", "!!binary value contains invalid base64 data");
        yield return Case("nesting without end", Head + "data: " + new string('[', 5000), "");
        yield return Case("an unfinished flow", "{\"metadata\":{\"name\":\"a\"", "");
        yield return Case("aliases of aliases", Head + Bomb(9), "document contains excessive aliasing");
        yield return Case("aliases of aliases in flow style", "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n")), "excessive aliasing");
    }

    [TestCaseSource(nameof(Broken))]
    public async Task What_cannot_be_read_is_400_and_nothing_is_made(string body, string why)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(HttpMethod.Post, maps, body, "application/yaml");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That(refused.Message, Does.Contain(why));
        Assert.That(refused.Bytes, Has.Length.LessThan(2000), "the answer does not repeat the body");
        Assert.That((await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Text_that_is_no_UTF_8_is_400()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes(Head + "data:\n  k: "), 0xFF, (byte)'\n'];
        var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", body, "application/yaml");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That(refused.Message, Does.Contain("yaml: invalid leading UTF-8 octet"));
    }

    [Test]
    public async Task Anchors_merge_keys_and_tags_are_understood()
    {
        var made = await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", Head + """
            data: &base
              k: !!str 5
              on: "yes"
              bin: !!binary aGVsbG8=
            binaryData: {}
            """ + "\n", "application/yaml");
        Assert.That(made["data"]!.ToJsonString(), Is.EqualTo("""{"bin":"hello","k":"5","true":"yes"}"""));
        var merged = await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", """
            metadata: {name: b, labels: &l {a: one, b: two}, annotations: {<<: *l, b: three}}
            """, "application/yaml");
        Assert.That(merged["metadata"]!["annotations"]!.ToJsonString(), Is.EqualTo("""{"a":"one","b":"three"}"""));
    }

    [TestCase("0 0 * * *")]
    [TestCase("a *1")]
    [TestCase("a &b !c")]
    [TestCase("a #b*")]
    public async Task Signs_within_plain_text_are_text(string text)
    {
        var made = await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", $"{Head}data:\n  a: {text}\n  b: c\n", "application/yaml");
        Assert.That(made["data"]!["a"]!.GetValue<string>(), Is.EqualTo(text.Split(" #")[0]));
        Assert.That(made["data"]!["b"]!.GetValue<string>(), Is.EqualTo("c"));
    }

    [TestCase("Strict", 400)]
    [TestCase("Warn", 201)]
    [TestCase("Ignore", 201)]
    public async Task A_key_that_stands_twice_is_treated_as_asked(string validation, int code)
    {
        var answer = await SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps?fieldValidation={validation}", Head + "data:\n  k: a\n  k: b\n", "application/yaml");
        Assert.That((int)answer.Code, Is.EqualTo(code), answer.Text);
        Assert.That(answer.Warnings, Has.Length.EqualTo(validation == "Warn" ? 1 : 0));
        if (code == 201)
            Assert.That(answer.Json["data"]!["k"]!.GetValue<string>(), Is.EqualTo("b"));
    }

    // Each level holds ten of the level before.
    private static string Bomb(int levels)
    {
        var text = new StringBuilder("data:\n  l0: &l0 [x]\n");
        for (var level = 1; level <= levels; level++)
            text.Append("  l").Append(level).Append(": &l").Append(level).Append(" [").AppendJoin(',', Enumerable.Repeat($"*l{level - 1}", 10)).Append("]\n");
        return text.ToString();
    }

    private static TestCaseData Case(string what, string body, string why) => new TestCaseData(body, why).SetArgDisplayNames(what);
}
