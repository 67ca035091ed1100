using System.Net;
using k8s;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance;

/// <summary>What the API promises of every kind: discovery, create, get, list, watch, patch, update, status, delete, delete of a collection.</summary>
internal static class ApiOperations
{
    private static readonly string[] Verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Passes if all of them work on a kind.</summary>
    /// <param name="resource">Where the objects are made; they are gone afterwards.</param>
    /// <param name="yaml">An object of that name.</param>
    /// <param name="status">A merge patch of the status, for kinds that have one.</param>
    /// <param name="holds">Does the object have that status?</param>
    public static async Task WorkAsync<T>(Resource<T> resource, Func<string, string> yaml, string? status = null, Func<T, bool>? holds = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var id = $"c-{Guid.NewGuid():N}"[..12];
        var selector = $"labelSelector=conformance%3D{id}";
        var discovered = await resource.DiscoverAsync();
        Assert.That(discovered.GetProperty("verbs").EnumerateArray().Select(static verb => verb.GetString()), Is.SupersetOf(Verbs));

        var made = await resource.CreateAsync(Labelled(yaml(id + "-a"), id));
        Assert.That((made.Metadata.Uid, made.Metadata.CreationTimestamp), Is.Not.EqualTo(((string?)null, (DateTime?)null)));
        Assert.That((await RefusedAsync(HttpStatusCode.Conflict, () => resource.CreateAsync(Labelled(yaml(id + "-a"), id)))).Reason, Is.EqualTo("AlreadyExists"));
        Assert.That((await resource.GetAsync(made.Metadata.Name)).Metadata.Uid, Is.EqualTo(made.Metadata.Uid));
        Assert.That(await resource.ListAsync(selector), Has.Count.EqualTo(1));
        if (resource.IsOfNamespace)
            Assert.That(await resource.Everywhere.ListAsync(selector), Has.Count.EqualTo(1));

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var changes = resource.WatchAsync($"{selector}&resourceVersion={made.Metadata.ResourceVersion}", limit.Token).GetAsyncEnumerator(limit.Token);
        await ChangeAsync(resource, made.Metadata.Name, changes);
        if (status is not null)
            await ChangeStatusAsync(resource, made.Metadata.Name, status, holds!);
        await DeleteAsync(resource, made.Metadata.Name, changes);

        await resource.CreateAsync(Labelled(yaml(id + "-b"), id));
        await resource.CreateAsync(Labelled(yaml(id + "-c"), id));
        await resource.DeleteCollectionAsync(selector);
        await resource.UntilAllAsync(static all => all.Count == 0, selector);

        static T Labelled(string yaml, string label)
        {
            var one = Resource<T>.Parse(yaml);
            one.Metadata.Labels = new Dictionary<string, string>(one.Metadata.Labels ?? new Dictionary<string, string>()) { ["conformance"] = label };
            return one;
        }
    }

    private static async Task ChangeAsync<T>(Resource<T> resource, string name, IAsyncEnumerator<(string Type, T Object)> changes)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var patched = await resource.PatchAsync(name, """{"metadata":{"annotations":{"patched":"true"}}}""");
        Assert.That(patched.Metadata.Annotations["patched"], Is.EqualTo("true"));
        do
        {
            Assert.That(await changes.MoveNextAsync());
            Assert.That(changes.Current.Type, Is.EqualTo("MODIFIED"));
        }
        while (changes.Current.Object.Metadata.Annotations?.ContainsKey("patched") != true); // controllers write too

        var updated = await resource.UpdateAsync(name, static one => one.Metadata.Annotations["updated"] = "true");
        Assert.That(updated.Metadata.Annotations["updated"], Is.EqualTo("true"));
        patched.Metadata.Annotations["late"] = "true";
        Assert.That((await RefusedAsync(HttpStatusCode.Conflict, () => resource.ReplaceAsync(patched))).Reason, Is.EqualTo("Conflict"));
    }

    private static async Task ChangeStatusAsync<T>(Resource<T> resource, string name, string status, Func<T, bool> holds)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var patched = await resource.PatchAsync(name, status, subresource: "status");
        Assert.That(holds(patched), KubernetesJson.Serialize(patched));
        Assert.That(holds(await resource.GetAsync(name, "status")));
        var updated = await resource.UpdateAsync(name, static one => one.Metadata.Annotations["status-updated"] = "true", "status");
        Assert.That(updated.Metadata.Annotations["status-updated"], Is.EqualTo("true"));
    }

    private static async Task DeleteAsync<T>(Resource<T> resource, string name, IAsyncEnumerator<(string Type, T Object)> changes)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        await resource.DeleteAsync(name);
        while (await changes.MoveNextAsync() && changes.Current.Type != "DELETED")
            Assert.That(changes.Current.Type, Is.EqualTo("MODIFIED"));
        Assert.That(changes.Current.Object.Metadata.Name, Is.EqualTo(name));
        Assert.That(await resource.FindAsync(name), Is.Null);
    }
}
