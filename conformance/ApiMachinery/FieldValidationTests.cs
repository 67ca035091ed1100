using System.Net;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.ApiMachinery;

/// <summary>What comes of fields that a kind does not have, or that stand twice.</summary>
internal sealed class FieldValidationTests
{
    private const string Duplicated =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"foo":1,"paused":true,"paused":false,"selector":{"matchLabels":{"app":"web"}},
        "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"none"}]}}}}
        """;

    private const string UnknownMetadata =
        """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","unknownMeta":"x"},"spec":{"paused":true,"replicas":0,"selector":{"matchLabels":{"app":"web"}},
        "template":{"metadata":{"labels":{"app":"web"},"unknownMeta":"x"},"spec":{"containers":[{"name":"main","image":"none"}]}}}}
        """;

    [Test, Conformance("[sig-api-machinery] FieldValidation should detect unknown and duplicate fields of a typed object [Conformance]")]
    public async Task Unknown_and_duplicate_fields_are_refused_warned_of_or_ignored() =>
        await ChecksAsync(Duplicated, "unknown field \"spec.foo\"", "duplicate field \"spec.paused\"");

    [Test, Conformance("[sig-api-machinery] FieldValidation should detect unknown metadata fields of a typed object [Conformance]")]
    public async Task Unknown_fields_of_metadata_are_refused_warned_of_or_ignored() =>
        await ChecksAsync(UnknownMetadata, "unknown field \"metadata.unknownMeta\"", "unknown field \"spec.template.metadata.unknownMeta\"");

    private static async Task ChecksAsync(string body, params string[] problems)
    {
        await using var scratch = await Scratch.CreateAsync();
        var path = $"apis/apps/v1/namespaces/{scratch.Name}/deployments";
        var refusal = await RefusedAsync(HttpStatusCode.BadRequest, () => SendAsync("Strict"));
        Assert.That(refusal.Message, Does.Contain("strict decoding error"));
        foreach (var problem in problems)
            Assert.That(refusal.Message, Does.Contain(problem));

        using var warned = await SendAsync("Warn");
        var warnings = string.Join('\n', warned.Headers.GetValues("Warning"));
        foreach (var problem in problems)
            Assert.That(warnings, Does.Contain(problem.Replace("\"", "\\\"", StringComparison.Ordinal)));

        using var ignored = await SendAsync("Ignore");
        Assert.That(ignored.Headers.Contains("Warning"), Is.False);

        Task<HttpResponseMessage> SendAsync(string validation) => scratch.Client.SendAsync(HttpMethod.Post, $"{path}?dryRun=All&fieldValidation={validation}", Json(body));
    }
}
