using System.Net;
using k8s;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>The server's version, tables, chunks of lists and flow control objects.</summary>
internal sealed class ServerTests
{
    [Test, Conformance("[sig-api-machinery] server version should find the server version [Conformance]")]
    public async Task The_server_tells_its_version()
    {
        var version = await SharedCluster.Client.Version.GetCodeAsync();
        Assert.That((version.Major, version.Minor.TrimEnd('+')), Is.EqualTo(("1", "36")));
    }

    [Test, Conformance("[sig-api-machinery] Servers with support for Table transformation should return a 406 for a backend which does not implement metadata [Conformance]")]
    public async Task What_is_no_stored_object_has_no_table()
    {
        const string Review = """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"get","resource":"pods"}}}""";
        const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";
        var refusal = await RefusedAsync(
            HttpStatusCode.NotAcceptable,
            async () => (await SharedCluster.Client.SendAsync(HttpMethod.Post, "apis/authorization.k8s.io/v1/selfsubjectaccessreviews", Json(Review), Table)).Dispose());
        Assert.That(refusal.Reason, Is.EqualTo("NotAcceptable"));
    }

    [Test, Conformance("[sig-api-machinery] Servers with support for API chunking should return chunks of results for list calls [Conformance]")]
    public async Task A_list_is_given_in_chunks_of_one_revision()
    {
        const int Objects = 40;
        const int Limit = 17;
        await using var scratch = await Scratch.CreateAsync();
        var templates = scratch.Of<V1PodTemplate>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Objects), new ParallelOptions { MaxDegreeOfParallelism = 4 },
            async (index, _) => await templates.CreateAsync($"{{metadata: {{name: template-{index:00}}}, template: {{spec: {{containers: [{{name: main, image: none}}]}}}}}}"));
        var (first, metadata) = await templates.ListPageAsync($"limit={Limit}");
        var names = first.Select(static one => one.Metadata.Name).ToList();
        Assert.That((names.Count, metadata.RemainingItemCount), Is.EqualTo((Limit, (long?)(Objects - Limit))));
        await templates.CreateAsync("{metadata: {name: template-99}, template: {spec: {containers: [{name: main, image: none}]}}}");
        while (metadata.ContinueProperty is { Length: > 0 } next)
        {
            (var page, var chunk) = await templates.ListPageAsync($"limit={Limit}&continue={Uri.EscapeDataString(next)}");
            Assert.That(chunk.ResourceVersion, Is.EqualTo(metadata.ResourceVersion), "all chunks are of one revision");
            names.AddRange(page.Select(static one => one.Metadata.Name));
            metadata = chunk;
        }
        Assert.That(names, Is.EqualTo(Enumerable.Range(0, Objects).Select(static index => $"template-{index:00}")));
        Assert.That(await templates.ListAsync(), Has.Count.EqualTo(Objects + 1));
    }

    [Test, Conformance("[sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]")]
    public Task Flow_schemas_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1FlowSchema>(),
        static name => $$$"""
            {metadata: {name: {{{name}}}}, spec: {matchingPrecedence: 10000, priorityLevelConfiguration: {name: global-default},
              rules: [{subjects: [{kind: User, user: {name: {{{name}}}}}], nonResourceRules: [{verbs: [get], nonResourceURLs: [/healthz]}]}]}}
            """,
        """{"status":{"conditions":[{"type":"Tried","status":"True","reason":"Test","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""",
        static schema => schema.Status.Conditions.Any(static condition => condition is { Type: "Tried", Status: "True" }));

    [Test, Conformance("[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations [Conformance]")]
    public Task Priority_levels_have_all_operations() => ApiOperations.WorkAsync(
        SharedCluster.Of<V1PriorityLevelConfiguration>(),
        static name => $$$$$"""{metadata: {name: {{{{{name}}}}}}, spec: {type: Limited, limited: {nominalConcurrencyShares: 2, limitResponse: {type: Reject}}}}""",
        """{"status":{"conditions":[{"type":"Tried","status":"True","reason":"Test","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}""",
        static level => level.Status.Conditions.Any(static condition => condition is { Type: "Tried", Status: "True" }));
}
