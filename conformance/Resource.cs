using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance;

/// <summary>The objects of one kind, in one namespace or of the whole cluster: every verb alike for every kind, with the official client's types, JSON and connection.</summary>
/// <typeparam name="T">A model of the official client.</typeparam>
internal sealed class Resource<T>(Kubernetes client, string? inNamespace = null)
    where T : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>Merges JSON, as <c>kubectl patch --type=merge</c>.</summary>
    public const string Merge = "application/merge-patch+json";

    /// <summary>Merges by the lists' keys, as <c>kubectl patch</c>.</summary>
    public const string Strategic = "application/strategic-merge-patch+json";

    /// <summary>A list of operations.</summary>
    public const string Operations = "application/json-patch+json";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90); // far above what any condition takes; what does not hold by then never will
    private static readonly KubernetesEntityAttribute Kind = typeof(T).GetCustomAttribute<KubernetesEntityAttribute>()!;
    private static readonly string Version = Kind.Group.Length == 0 ? Kind.ApiVersion : $"{Kind.Group}/{Kind.ApiVersion}";
    private static readonly string Root = (Kind.Group.Length == 0 ? "api/" : "apis/") + Version;

    private static readonly string Plural = string.IsNullOrEmpty(Kind.PluralName) ? Kind.Kind.ToLowerInvariant() + "s" : Kind.PluralName; // some models of the client lack it

    private readonly string _path = inNamespace is null ? $"{Root}/{Plural}" : $"{Root}/namespaces/{inNamespace}/{Plural}";

    /// <summary>Are these the objects of one namespace?</summary>
    public bool IsOfNamespace => inNamespace is not null;

    /// <summary>The same kind in all namespaces.</summary>
    public Resource<T> Everywhere => new(client);

    /// <summary>Reads an object from YAML, refusing what the model does not know.</summary>
    public static T Parse(string yaml) => KubernetesYaml.Deserialize<T>(yaml, strict: true);

    /// <summary>What discovery says of this kind.</summary>
    public async Task<JsonElement> DiscoverAsync()
    {
        using var document = JsonDocument.Parse(await client.ReadAsync(Root));
        return document.RootElement.GetProperty("resources").EnumerateArray().Single(static one => one.GetProperty("name").GetString() == Plural).Clone();
    }

    /// <summary>Creates an object written in YAML.</summary>
    public Task<T> CreateAsync(string yaml, string query = "") => CreateAsync(Parse(yaml), query);

    /// <summary>Creates an object.</summary>
    public Task<T> CreateAsync(T one, string query = "") => SendAsync(HttpMethod.Post, $"{_path}?{query}", Json(Write(one)));

    /// <summary>Reads one, or a subresource that has its form.</summary>
    public Task<T> GetAsync(string name, string subresource = "") => SendAsync(HttpMethod.Get, PathOf(name, subresource));

    /// <summary>Reads one; null if there is none.</summary>
    public async Task<T?> FindAsync(string name)
    {
        try
        {
            return await GetAsync(name);
        }
        catch (KubernetesException refusal) when (refusal.Status.Code == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Lists them.</summary>
    public async Task<IReadOnlyList<T>> ListAsync(string query = "") => (await ListPageAsync(query)).Items;

    /// <summary>Lists them, with what the list says of itself.</summary>
    public async Task<(IReadOnlyList<T> Items, V1ListMeta Metadata)> ListPageAsync(string query)
    {
        using var document = JsonDocument.Parse(await client.ReadAsync($"{_path}?{query}"));
        var items = document.RootElement.GetProperty("items").EnumerateArray().Select(static item => KubernetesJson.Deserialize<T>(item.GetRawText())).ToList();
        return (items, KubernetesJson.Deserialize<V1ListMeta>(document.RootElement.GetProperty("metadata").GetRawText()));
    }

    /// <summary>Changes one by a patch.</summary>
    public Task<T> PatchAsync(string name, string patch, string mediaType = Merge, string subresource = "") =>
        SendAsync(HttpMethod.Patch, PathOf(name, subresource), Json(patch, mediaType));

    /// <summary>Replaces one, if it has not changed since it was read.</summary>
    public Task<T> ReplaceAsync(T one, string subresource = "", string query = "") =>
        SendAsync(HttpMethod.Put, PathOf(one.Metadata.Name, subresource) + "?" + query, Json(Write(one)));

    /// <summary>Reads, changes and replaces one, again and again until nobody else wrote in between.</summary>
    public async Task<T> UpdateAsync(string name, Action<T> change, string subresource = "")
    {
        while (true)
        {
            var one = await GetAsync(name, subresource);
            change(one);
            try
            {
                return await ReplaceAsync(one, subresource);
            }
            catch (KubernetesException refusal) when (refusal.Status.Code == (int)HttpStatusCode.Conflict)
            {
                // Read it again: whoever wrote in between has finished.
            }
        }
    }

    /// <summary>Deletes one.</summary>
    public async Task DeleteAsync(string name, string query = "") => (await client.SendAsync(HttpMethod.Delete, $"{PathOf(name, "")}?{query}")).Dispose();

    /// <summary>Deletes all that the query selects.</summary>
    public async Task DeleteCollectionAsync(string query) => (await client.SendAsync(HttpMethod.Delete, $"{_path}?{query}")).Dispose();

    /// <summary>Follows changes.</summary>
    public async IAsyncEnumerable<(string Type, T Object)> WatchAsync(string query, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        using var response = await client.SendAsync(HttpMethod.Get, $"{_path}?watch=true&{query}", cancel: cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            using var change = JsonDocument.Parse(line);
            var type = change.RootElement.GetProperty("type").GetString()!;
            var text = change.RootElement.GetProperty("object").GetRawText();
            if (type == "ERROR")
                throw new KubernetesException(KubernetesJson.Deserialize<V1Status>(text));
            yield return (type, KubernetesJson.Deserialize<T>(text));
        }
    }

    /// <summary>Waits until one is as it should be.</summary>
    public async Task<T> UntilAsync(string name, Func<T, bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        (await UntilAllAsync(all => all.Count == 1 && condition(all[0]), $"fieldSelector=metadata.name%3D{name}", within, $"{name}: {text}"))[0];

    /// <summary>Waits until there is none of that name.</summary>
    public Task UntilGoneAsync(string name) => UntilAllAsync(static all => all.Count == 0, $"fieldSelector=metadata.name%3D{name}", null, $"{name} is gone");

    /// <summary>Waits until all that the query selects are together as they should be.</summary>
    public async Task<IReadOnlyList<T>> UntilAllAsync(
        Func<IReadOnlyList<T>, bool> condition, string query = "", TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        using var limit = new CancellationTokenSource(within ?? Limit);
        IReadOnlyList<T> last = [];
        try
        {
            while (true)
            {
                (last, var metadata) = await ListPageAsync(query);
                if (condition(last))
                    return last;
                await foreach (var (type, one) in WatchAsync($"{query}&resourceVersion={metadata.ResourceVersion}", limit.Token))
                {
                    var others = last.Where(other => other.Metadata.Uid != one.Metadata.Uid);
                    last = type == "DELETED" ? [.. others] : [.. others, one];
                    if (condition(last))
                        return last;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new AssertionException($"not within {within ?? Limit}: {text}\n{string.Join('\n', last.Select(static one => KubernetesJson.Serialize(one)))}");
        }
    }

    private static string Write(T one)
    {
        (one.ApiVersion, one.Kind) = (Version, Kind.Kind);
        return KubernetesJson.Serialize(one);
    }

    private string PathOf(string name, string subresource) => subresource.Length == 0 ? $"{_path}/{name}" : $"{_path}/{name}/{subresource}";

    private async Task<T> SendAsync(HttpMethod method, string path, HttpContent? body = null)
    {
        using var response = await client.SendAsync(method, path, body);
        return KubernetesJson.Deserialize<T>(await response.Content.ReadAsStringAsync());
    }
}
