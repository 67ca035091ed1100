using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.ServerKit;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>One server for all tests of this folder; every test has a namespace of its own.</summary>
[SetUpFixture]
public sealed class SharedServer
{
    private static ApiServerFixture? _fixture;
    private static int _namespaces;

    public static ApiServerFixture Fixture => _fixture ?? throw new InvalidOperationException("the server is not started");

    [OneTimeSetUp]
    public async Task StartAsync() => _fixture = await ApiServerFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    /// <summary>A new namespace with its default service account.</summary>
    public static async Task<string> NamespaceAsync()
    {
        var name = $"test-{Interlocked.Increment(ref _namespaces)}";
        await OkAsync(HttpMethod.Post, "api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"} }""");
        await OkAsync(HttpMethod.Post, $"api/v1/namespaces/{name}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        return name;
    }

    /// <summary>Sends a request as somebody who may do everything.</summary>
    public static async Task<Answer> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json", string accept = "application/json") =>
        await SendAsync(Fixture.Admin, method, path, body is null ? null : Encoding.UTF8.GetBytes(body), contentType, accept);

    /// <summary>Sends a request.</summary>
    public static async Task<Answer> SendAsync(HttpClient client, HttpMethod method, string path, byte[]? body = null, string contentType = "application/json", string accept = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = contentType.Length == 0 ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentType?.ToString() ?? "", Warnings(response));
    }

    /// <summary>Sends a request that must succeed, and gives the object.</summary>
    public static async Task<JsonNode> OkAsync(HttpMethod method, string path, string? body = null, string contentType = "application/json")
    {
        var answer = await SendAsync(method, path, body, contentType);
        Assert.That((int)answer.Code, Is.InRange(200, 299), answer.Text);
        return answer.Json;
    }

    private static string[] Warnings(HttpResponseMessage response) => response.Headers.TryGetValues("Warning", out var values) ? [.. values] : [];
}

/// <summary>What a server answered.</summary>
public sealed record Answer(HttpStatusCode Code, byte[] Bytes, string ContentType, string[] Warnings)
{
    public string Text => Encoding.UTF8.GetString(Bytes);

    public JsonNode Json => JsonNode.Parse(Bytes)!;

    public string Reason => Json["reason"]?.GetValue<string>() ?? "";

    public string Message => Json["message"]?.GetValue<string>() ?? "";
}
