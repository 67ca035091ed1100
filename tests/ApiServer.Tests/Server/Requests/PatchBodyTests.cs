using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Patches that are none, do not fit, or would make much of little.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class PatchBodyTests
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";
    private const string NotApplicable = "the server rejected our request due to an error in our request";

    private static IEnumerable<TestCaseData> Refused()
    {
        yield return Case("no list", Json, "{}", 400, "");
        yield return Case("a list of numbers", Json, "[1]", 400, "");
        yield return Case("an unknown operation", Json, """[{"op":"frob","path":"/data"}]""", 422, NotApplicable);
        yield return Case("no path", Json, """[{"op":"remove"}]""", 422, NotApplicable);
        yield return Case("a path without a slash", Json, """[{"op":"remove","path":"data"}]""", 422, NotApplicable);
        yield return Case("a huge index", Json, """[{"op":"add","path":"/metadata/managedFields/99999999999999999999","value":{}}]""", 422, NotApplicable);
        yield return Case("an index beyond the end", Json, """[{"op":"add","path":"/metadata/managedFields/2147483647","value":{}}]""", 422, NotApplicable);
        yield return Case("a test that fails", Json, """[{"op":"replace","path":"/data/k","value":"w"},{"op":"test","path":"/data/k","value":"v"}]""", 422, NotApplicable);
        yield return Case("the whole away", Json, """[{"op":"remove","path":""}]""", 400, "");
        yield return Case("too many operations", Json, $"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/data/k","value":"v"}""", 10_001))}]", 413,
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001");
        yield return Case("much copied", Json, Copies(), 413, "Request entity too large: Unable to complete the copy, the accumulated size increase of copy is");
        yield return Case("depth doubled time after time", Json, Deepening(), 413, "Request entity too large: ");
        yield return Case("a path deeper than any document", Json, $$"""[{"op":"add","path":"{{string.Concat(Enumerable.Repeat("/a", 500_000))}}","value":1}]""", 422, NotApplicable);
        yield return Case("depth added to depth", Json, Extending(), 413, "Request entity too large: ");
        yield return Case("a list", Merge, "[]", 400, "");
        yield return Case("a text", Merge, "\"a\"", 400, "");
        yield return Case("too deep", Merge, string.Concat(Enumerable.Repeat("{\"data\":", 5000)), 400, "error decoding patch: ");
        yield return Case("a number where a text belongs", Merge, """{"data":{"k":1e400}}""", 400, "error decoding patch: ");
        yield return Case("a value of the wrong type", Merge, """{"data":{"k":5}}""", 422, "");
        yield return Case("an unknown directive", Strategic, """{"$patch":"frob"}""", 400, "unknown patch type: frob in map: map[$patch:frob]");
        yield return Case("a directive that is no text", Strategic, """{"data":{"$patch":5}}""", 400, "unknown patch type: ");
        yield return Case("keys to retain that are no list", Strategic, """{"data":{"$retainKeys":5}}""", 400, "invalid patch format of retainKeys");
        yield return Case("an order that is no list", Strategic, """{"metadata":{"$setElementOrder/ownerReferences":5}}""", 400, "invalid patch format of setElementOrder list");
        yield return Case("what to delete is no list", Strategic, """{"metadata":{"$deleteFromPrimitiveList/finalizers":5}}""", 400, "invalid patch format of primitive list");
        yield return Case("an item without its key", Strategic, """{"metadata":{"ownerReferences":[{"name":"x"}]}}""", 422, "ConfigMap \"a\" is invalid: ");
        yield return Case("managedFields", Apply, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[{}]}}""", 400, "metadata.managedFields must be nil");
        yield return Case("no object", Apply, "- a\n", 400, "");
        yield return Case("nothing", Apply, "", 400, "");
        yield return Case("another kind", Apply, """{"apiVersion":"v1","kind":"Secret"}""", 400, "expected objects of the same type, but got ConfigMap and Secret");
        yield return Case("another version", Apply, """{"apiVersion":"v2","kind":"ConfigMap"}""", 400, "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1");
        yield return Case("aliases of aliases", Apply, "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n")), 400, "error decoding YAML: ");
    }

    [TestCaseSource(nameof(Refused))]
    public async Task What_does_not_do_is_refused_and_the_object_stays_as_it_is(string type, string patch, int code, string message)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var before = await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a","annotations":{"x":"y"}},"data":{"k":"v"}}""");
        var refused = await SendAsync(HttpMethod.Patch, maps + "/a" + (type == Apply ? "?fieldManager=me" : ""), patch, type);
        Assert.That((int)refused.Code, Is.EqualTo(code), refused.Text);
        Assert.That(refused.Message, Does.StartWith(message));
        Assert.That((await OkAsync(HttpMethod.Get, maps + "/a")).ToJsonString(), Is.EqualTo(before.ToJsonString()));
    }

    [Test]
    public async Task As_many_operations_as_are_allowed_are_applied()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"},"data":{}}""");
        var patched = await OkAsync(HttpMethod.Patch, maps + "/a", Adding(9_999), Json);
        Assert.That(patched["data"]!.AsObject(), Has.Count.EqualTo(9_999));
    }

    private static string Adding(int members)
    {
        var adds = Enumerable.Range(0, members).Select(i => $$"""{"op":"add","path":"/data/k{{i}}","value":"v"}""");
        return """[{"op":"add","path":"/data","value":{}},""" + string.Join(',', adds) + "]";
    }

    // A value of 100 kB, copied until 3 MiB are passed.
    private static string Copies()
    {
        var patch = new StringBuilder($$$"""[{"op":"add","path":"/data","value":{"k":"{{{new string('x', 100_000)}}}"}}""");
        for (var i = 0; i < 40; i++)
            patch.Append($$""",{"op":"copy","from":"/data/k","path":"/data/k{{i}}"}""");
        return patch.Append(']').ToString();
    }

    // /data/n is put into its own innermost level again and again: 1, 2, 4, 8, ... levels.
    private static string Deepening()
    {
        var patch = new StringBuilder("""[{"op":"add","path":"/data","value":{"n":{}}}""");
        var innermost = new StringBuilder("/data/n");
        for (var depth = 1; depth < 100_000; depth *= 2)
        {
            patch.Append($$""",{"op":"copy","from":"/data/n","path":"{{innermost}}/n"}""");
            for (var i = 0; i < depth; i++)
                innermost.Append("/n");
        }

        return patch.Append(']').ToString();
    }

    // 800 levels at the end of 800 levels.
    private static string Extending()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"n\":", 800)) + "{}" + new string('}', 800);
        return $$"""[{"op":"add","path":"/data","value":{{deep}}},{"op":"add","path":"/data{{string.Concat(Enumerable.Repeat("/n", 800))}}/n","value":{{deep}}}]""";
    }

    private static TestCaseData Case(string what, string type, string patch, int code, string message) =>
        new TestCaseData(type, patch, code, message).SetArgDisplayNames(type[(type.IndexOf('/', StringComparison.Ordinal) + 1)..], what);
}
