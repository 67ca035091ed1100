using System.Web;
using ControlPlane.ApiServer.Requests;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Query parameters that are none, contradict each other, or come by the thousand.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class QueryTests
{
    [TestCase("limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax")]
    [TestCase("limit=9223372036854775808", 400, "strconv.ParseInt: parsing \"9223372036854775808\": value out of range")]
    [TestCase("limit=1.5", 400, "strconv.ParseInt: parsing \"1.5\": invalid syntax")]
    [TestCase("timeoutSeconds=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [TestCase("resourceVersion=x", 400, "invalid resource version: resourceVersion: Invalid value: \"x\": strconv.ParseUint: parsing \"x\": invalid syntax")]
    [TestCase("resourceVersion=-1", 400, "invalid resource version: resourceVersion: Invalid value: \"-1\": strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [TestCase("resourceVersion=99999999999999999999", 400, "invalid resource version: resourceVersion: Invalid value: \"99999999999999999999\": strconv.ParseUint: parsing \"99999999999999999999\": value out of range")]
    [TestCase("resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [TestCase("sendInitialEvents=true", 422, "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list")]
    [TestCase("continue=%21", 400, "invalid continue token: continue key is not valid")]
    [TestCase("continue=e30", 400, "invalid continue token: continue key is not valid: server does not recognize this encoded version ")]
    [TestCase("continue=W10", 400, "invalid continue token: continue key is not valid")]
    [TestCase("labelSelector=a+in", 400, "unable to parse requirement: ")]
    [TestCase("labelSelector=a%3Db%3Dc", 400, "found '=', expected: ',' or 'end of string'")]
    [TestCase("labelSelector=!", 400, "unable to parse requirement: ")]
    [TestCase("labelSelector=-a", 400, "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters")]
    [TestCase("fieldSelector=bogus%3D1", 400, "\"bogus\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [TestCase("fieldSelector=metadata.name", 400, "invalid selector: 'metadata.name'; can't understand 'metadata.name'")]
    [TestCase("timeout=soon", 400, "invalid timeout specified in the request URL - time: invalid duration \"soon\"")]
    [TestCase("timeout=5", 400, "invalid timeout specified in the request URL - time: missing unit in duration \"5\"")]
    [TestCase("timeout=1e400s", 400, "invalid timeout specified in the request URL - time: ")]
    public async Task A_list_with_such_a_parameter_is_refused(string query, int code, string message)
    {
        var refused = await SendAsync(HttpMethod.Get, $"api/v1/namespaces/default/configmaps?{query}");
        Assert.That((int)refused.Code, Is.EqualTo(code), refused.Text);
        Assert.That(refused.Message, Does.StartWith(message));
    }

    [TestCase("limit=-1")]
    [TestCase("limit=")]
    [TestCase("limit=1&limit=many")]
    [TestCase("timeoutSeconds=-5")]
    [TestCase("timeout=-1s")]
    [TestCase("timeout=0")]
    [TestCase("timeout=1h30m")]
    [TestCase("pretty=maybe")]
    [TestCase("watch=false")]
    [TestCase("bogus=1&&=&%00=%00")]
    [TestCase("labelSelector=")]
    [TestCase("continue=")]
    public async Task A_list_with_such_a_parameter_is_answered(string query)
    {
        var answer = await SendAsync(HttpMethod.Get, $"api/v1/namespaces/default/configmaps?{query}");
        Assert.That((int)answer.Code, Is.EqualTo(200), answer.Text);
    }

    [TestCase("POST", "dryRun=All&dryRun=Some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"All\",\"Some\"]: supported values: \"All\"")]
    [TestCase("POST", "fieldManager=a%07b", "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: ")]
    [TestCase("PATCH", "force=true", "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch")]
    [TestCase("DELETE", "propagationPolicy=Odd", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Odd\": supported values: ")]
    [TestCase("DELETE", "propagationPolicy=Orphan&orphanDependents=true", "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set")]
    public async Task A_write_with_such_an_option_is_422_and_nothing_is_changed(string method, string query, string message)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var before = await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a"}}""");
        var (path, body) = method == "POST" ? (maps, """{"metadata":{"name":"b"}}""") : (maps + "/a", method == "PATCH" ? """{"data":{"k":"v"}}""" : null);
        var refused = await SendAsync(new HttpMethod(method), $"{path}?{query}", body, method == "PATCH" ? "application/merge-patch+json" : "application/json");
        Assert.That((int)refused.Code, Is.EqualTo(422), refused.Text);
        Assert.That(refused.Message, Does.StartWith(message));
        var after = (await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray();
        Assert.That(after.Select(item => item!["metadata"]!["resourceVersion"]!.GetValue<string>()), Is.EqualTo(new[] { before["metadata"]!["resourceVersion"]!.GetValue<string>() }));
    }

    [Test]
    public async Task A_grace_period_that_is_no_number_is_400()
    {
        var refused = await SendAsync(HttpMethod.Delete, "api/v1/namespaces/default/configmaps/kube-root-ca.crt?gracePeriodSeconds=x");
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((400, "strconv.ParseInt: parsing \"x\": invalid syntax")));
    }

    [Test]
    public async Task A_field_manager_of_great_length_is_refused_in_few_words()
    {
        var refused = await SendAsync(
            HttpMethod.Post, $"api/v1/namespaces/default/configmaps?fieldManager={HttpUtility.UrlEncode(new string('\a', 20_000))}", """{"metadata":{"name":"a"}}""");
        Assert.That((int)refused.Code, Is.EqualTo(422));
        Assert.That(refused.Json["details"]!["causes"]!.AsArray(), Has.Count.EqualTo(129), "that it is too long, and each of the characters up to the limit");
    }

    [Test]
    public async Task A_selector_of_great_length_is_understood()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        await OkAsync(HttpMethod.Post, maps, """{"metadata":{"name":"a","labels":{"n":"17"}}}""");
        var found = await OkAsync(HttpMethod.Get, $"{maps}?labelSelector=n+in+({string.Join(',', Enumerable.Range(0, 8_000))})");
        Assert.That(found["items"]!.AsArray(), Has.Count.EqualTo(1));
    }

    [Test]
    public void A_parameter_that_comes_by_the_thousand_takes_memory_in_proportion()
    {
        var query = "?" + string.Concat(Enumerable.Repeat("a&", 50_000));
        _ = QueryParameters.Parse(query);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parsed = QueryParameters.Parse(query);
        Assert.That(parsed.All("a"), Has.Count.EqualTo(50_000));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 * 50_000 + 4_000_000));
    }
}
