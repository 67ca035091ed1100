using System.Net;
using System.Net.Http.Headers;
using System.Text;
using k8s;
using k8s.Models;

namespace ControlPlane.Conformance;

/// <summary>Requests by path, over the official client's connection, where it has no method of its own for them.</summary>
internal static class ApiCalls
{
    /// <summary>Sends a request and gives the answer, with its body still to be read.</summary>
    /// <param name="client">Whose connection.</param>
    /// <param name="method">The HTTP method.</param>
    /// <param name="path">Path and query, relative to the server's root.</param>
    /// <param name="body">What to send.</param>
    /// <param name="accept">The wanted media type; JSON where nothing is said.</param>
    /// <param name="cancel">Ends the request.</param>
    /// <exception cref="KubernetesException">The server refused; has its status.</exception>
    public static async Task<HttpResponseMessage> SendAsync(
        this Kubernetes client, HttpMethod method, string path, HttpContent? body = null, string accept = "application/json", CancellationToken cancel = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(client.BaseUri, path)) { Content = body, Version = HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, cancel);
    }

    /// <summary>The body of the answer to a GET.</summary>
    public static async Task<string> ReadAsync(this Kubernetes client, string path, string accept = "application/json")
    {
        using var response = await client.SendAsync(HttpMethod.Get, path, null, accept);
        return await response.Content.ReadAsStringAsync();
    }

    /// <summary>A JSON body.</summary>
    public static HttpContent Json(string text, string mediaType = "application/json") => new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue(mediaType));

    /// <summary>Passes if the call is refused with that code; gives the refusal.</summary>
    public static async Task<V1Status> RefusedAsync(HttpStatusCode code, Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (KubernetesException refusal)
        {
            Assert.That(refusal.Status.Code, Is.EqualTo((int)code), refusal.Status.Message);
            return refusal.Status;
        }
        throw new AssertionException($"expected to be refused with {code}");
    }

    private static async Task<KubernetesException> RefusalAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var text = await response.Content.ReadAsStringAsync(cancel);
        return text.StartsWith('{')
            ? new KubernetesException(KubernetesJson.Deserialize<V1Status>(text))
            : new KubernetesException(new V1Status { Code = (int)response.StatusCode, Message = text });
    }
}
