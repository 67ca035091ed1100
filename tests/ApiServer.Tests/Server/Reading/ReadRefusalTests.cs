using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Reading;

/// <summary>Lists and watches that are refused: with which code and words, and which of several reasons comes first.</summary>
[TestFixtureSource(typeof(WatchedKind), nameof(WatchedKind.All))]
[Parallelizable(ParallelScope.All)]
public sealed class ReadRefusalTests(WatchedKind kind)
{
    private static readonly string[] Queries = ["", "&watch=true"];

    [TestCase("limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax")]
    [TestCase("limit=99999999999999999999", 400, "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    [TestCase("timeoutSeconds=soon", 400, "strconv.ParseInt: parsing \"soon\": invalid syntax")]
    [TestCase("fieldSelector=metadata.name", 400, "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [TestCase("fieldSelector=spec.x%3D1", 400, "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    public async Task What_cannot_be_read_is_refused_by_lists_and_watches_alike(string query, int code, string message)
    {
        var collection = await kind.CollectionAsync();
        foreach (var watch in Queries)
        {
            var refused = await SendAsync(HttpMethod.Get, $"{collection}?{query}{watch}");
            Assert.That(((int)refused.Code, refused.Reason, refused.Message), Is.EqualTo((code, "BadRequest", message)));
        }
    }

    [Test]
    public async Task What_cannot_be_read_comes_before_what_does_not_go_together_and_that_before_unknown_fields()
    {
        var collection = await kind.CollectionAsync();
        var unreadable = await SendAsync(HttpMethod.Get, collection + "?resourceVersionMatch=Bogus&resourceVersion=1&fieldSelector=x");
        var unmatched = await SendAsync(HttpMethod.Get, collection + "?resourceVersionMatch=Bogus&resourceVersion=x&fieldSelector=spec.x%3D1");
        var unknown = await SendAsync(HttpMethod.Get, collection + "?resourceVersion=x&fieldSelector=spec.x%3D1");
        var malformed = await SendAsync(HttpMethod.Get, collection + "?resourceVersion=x");
        Assert.That(new[] { unreadable, unmatched, unknown, malformed }.Select(answer => (int)answer.Code), Is.EqualTo(new[] { 400, 422, 400, 400 }));
        Assert.That(unmatched.Message, Is.EqualTo(
            "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Bogus\": supported values: \"Exact\", \"NotOlderThan\", \"\""));
        Assert.That(unknown.Message, Does.Contain("is not a known field selector"));
        Assert.That(malformed.Message, Is.EqualTo(
            "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax"));
    }

    [TestCase("garbage")]
    [TestCase("%21%21")]
    [TestCase("""{"v":"v2","rv":1,"start":"a"}""", ": server does not recognize this encoded version v2")]
    [TestCase("""{"v":"meta.k8s.io/v1","rv":0,"start":"a"}""", ": incorrect encoded start resourceVersion (version meta.k8s.io/v1)")]
    [TestCase("""{"v":"meta.k8s.io/v1","rv":5,"start":""}""", ": encoded start key empty (version meta.k8s.io/v1)")]
    [TestCase("""{"v":"meta.k8s.io/v1","rv":5,"start":"../../secrets/"}""", ": ../../secrets/")]
    [TestCase("""{"v":"meta.k8s.io/v1","rv":5,"start":"a//b"}""", ": a//b")]
    [TestCase("""[1]""")]
    public async Task A_continue_token_that_is_none_is_refused(string token, string reason = "")
    {
        var sent = token.StartsWith('{') || token.StartsWith('[') ? TokenOf(token) : token;
        var refused = await SendAsync(HttpMethod.Get, $"{await kind.CollectionAsync()}?limit=2&continue={sent}");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")));
        Assert.That(refused.Message, Does.StartWith("invalid continue token: continue key is not valid" + reason));
    }

    [Test]
    public async Task A_continue_token_that_goes_on_goes_without_a_version_of_its_own()
    {
        var collection = await kind.CollectionAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await kind.CreateAsync(collection, name);
        var token = (await OkAsync(HttpMethod.Get, collection + "?limit=1"))["metadata"]!["continue"]!.ToString();
        var versioned = await SendAsync(HttpMethod.Get, $"{collection}?limit=1&continue={token}&resourceVersion=5");
        Assert.That(((int)versioned.Code, versioned.Message), Is.EqualTo((400, "specifying resource version is not allowed when using continue")));
        var matched = await SendAsync(HttpMethod.Get, $"{collection}?limit=1&continue={token}&resourceVersion=5&resourceVersionMatch=Exact");
        Assert.That(((int)matched.Code, matched.Message), Is.EqualTo(
            (422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided")));
        Assert.That((int)(await SendAsync(HttpMethod.Get, $"{collection}?limit=1&continue={token}&resourceVersion=0")).Code, Is.EqualTo(200));
    }

    [Test]
    public async Task A_token_of_the_forgotten_past_is_answered_with_one_that_goes_on_from_the_same_place()
    {
        var collection = await kind.CollectionAsync();
        foreach (var name in new[] { "a", "b", "c" })
            await kind.CreateAsync(collection, name);
        // A list of the time before there was anything cannot be had, but its rest can: of what is there now, from the object that the token names.
        var expired = await SendAsync(HttpMethod.Get, $"{collection}?limit=1&continue={TokenOf("""{"v":"meta.k8s.io/v1","rv":1,"start":"b"}""")}");
        Assert.That(((int)expired.Code, expired.Reason), Is.EqualTo((410, "Expired")));
        Assert.That(expired.Message, Does.StartWith("The provided continue parameter is too old to display a consistent list result."));
        var token = expired.Json["metadata"]!["continue"]!.ToString();
        var page = await OkAsync(HttpMethod.Get, $"{collection}?limit=1&continue={token}");
        var rest = await OkAsync(HttpMethod.Get, $"{collection}?continue={page["metadata"]!["continue"]}");
        Assert.That(page["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(item => item!["metadata"]!["name"]!.ToString()).Take(2), Is.EqualTo(new[] { "b", "c" }));
        Assert.That(rest["metadata"]!["resourceVersion"]!.ToString(), Is.EqualTo(page["metadata"]!["resourceVersion"]!.ToString()), "from here on it is consistent again");
    }

    [Test]
    public async Task A_version_that_has_not_happened_is_a_timeout_that_says_so()
    {
        var refused = await SendAsync(HttpMethod.Get, await kind.CollectionAsync() + "?resourceVersion=99999999999&resourceVersionMatch=Exact");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((504, "Timeout")));
        Assert.That(refused.Message, Does.Match("^Timeout: Too large resource version: 99999999999, current: [0-9]+$"));
        var details = refused.Json["details"]!;
        Assert.That(details["retryAfterSeconds"]!.GetValue<int>(), Is.EqualTo(1));
        Assert.That((details["causes"]![0]!["reason"]!.ToString(), details["causes"]![0]!["message"]!.ToString()), Is.EqualTo(("ResourceVersionTooLarge", "Too large resource version")));
    }

    [Test]
    public async Task The_old_form_of_a_watch_takes_no_other_name_in_its_selector()
    {
        var collection = await kind.CollectionAsync();
        await kind.CreateAsync(collection, "a");
        await kind.CreateAsync(collection, "b");
        var old = $"{kind.Root}/watch/{collection[(kind.Root.Length + 1)..]}/a";
        var refused = await SendAsync(HttpMethod.Get, old + "?fieldSelector=metadata.name%3Db");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((400, "fieldSelector metadata.name doesn't match requested name")));
        using var watch = await OpenWatch.StartAsync(old);
        Assert.That((await watch.TellAsync(1)).Single(), Does.StartWith("ADDED a "));
    }

    [TestCase("timeoutSeconds=-5")]
    [TestCase("timeoutSeconds=1")]
    public async Task A_watch_ends_by_itself_when_its_time_is_over(string timeout)
    {
        using var watch = await OpenWatch.StartAsync($"{await kind.CollectionAsync()}?watch=true&{timeout}&labelSelector=none");
        Assert.That(await watch.NextAsync(), Is.Null);
    }

    [Test]
    public async Task A_watch_may_ask_for_more_time_than_clocks_have()
    {
        var collection = await kind.CollectionAsync();
        using var watch = await OpenWatch.StartAsync($"{collection}?watch=true&timeoutSeconds=9223372036854775807&labelSelector=c%3Dred");
        await kind.CreateAsync(collection, "a");
        Assert.That((await watch.TellAsync(1)).Single(), Does.StartWith("ADDED a red@"));
    }

    private static string TokenOf(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
