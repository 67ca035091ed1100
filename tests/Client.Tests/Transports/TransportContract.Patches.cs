using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Changes to parts of an object, in all forms.</content>
public abstract partial class TransportContract
{
    [Test]
    public async Task A_merge_patch_adds_changes_and_removes()
    {
        var made = await MakeAsync("merged");
        var patched = await Api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("""{"data":{"a":null,"b":"2"}}"""), Cancel);
        Assert.That(patched.Data.Select(pair => (pair.Key, pair.Value)), Is.EqualTo(new[] { ("b", "2") }));
    }

    [Test]
    public async Task A_json_patch_does_its_operations_or_nothing()
    {
        var made = await MakeAsync("operated");
        var patched = await Api.PatchAsync<ConfigMap>(made.Key, Patch.Operations("""[{"op":"test","path":"/data/a","value":"1"},{"op":"add","path":"/data/b","value":"2"}]"""), Cancel);
        Assert.That(patched.Data.Keys, Is.EqualTo(new[] { "a", "b" }));
        var refused = await RefusedAsync(() => Api.PatchAsync<ConfigMap>(
            made.Key, Patch.Operations("""[{"op":"remove","path":"/data/b"},{"op":"test","path":"/data/a","value":"9"}]"""), Cancel));
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((422, "Invalid")));
        Assert.That(await Api.GetAsync<ConfigMap>(made.Key, Cancel), Is.EqualTo(patched));
    }

    [Test]
    public async Task A_strategic_patch_merges_lists_by_their_keys()
    {
        var made = await Api.CreateAsync(Deployment("strategic"), Cancel);
        var patched = await Api.PatchAsync<Types.Apps.Deployment>(
            made.Key, Patch.Strategic("""{"spec":{"template":{"spec":{"containers":[{"name":"d","image":"j"}]}}}}"""), Cancel);
        Assert.That(patched.Spec.Template.Spec.Containers.Select(container => container.Name).Order(), Is.EqualTo(new[] { "c", "d" }));
    }

    [Test]
    public async Task Apply_makes_changes_and_disputes_what_another_manages()
    {
        var made = await Api.PatchAsync<ConfigMap>(new ObjectKey(Namespace, "applied"), Patch.Apply(Map("applied"), "one"), Cancel);
        Assert.That(made.Metadata.ManagedFields.Select(entry => (entry.Manager, entry.Operation)), Is.EqualTo(new[] { ("one", "Apply") }));
        var other = Map("applied") with { Data = [KeyValuePair.Create("a", "2")] };
        var refused = await RefusedAsync(() => Api.PatchAsync<ConfigMap>(made.Key, Patch.Apply(other, "two"), Cancel));
        Assert.That((refused.Code, refused.Status.Details!.Causes[0].Reason, refused.Status.Details.Causes[0].Field), Is.EqualTo((409, "FieldManagerConflict", ".data.a")));
        var forced = await Api.PatchAsync<ConfigMap>(made.Key, Patch.Apply(other, "two").Forced(), Cancel);
        Assert.That(forced.Data["a"], Is.EqualTo("2"));
    }

    [Test]
    public async Task A_patch_of_a_version_that_is_past_is_a_conflict()
    {
        var made = await MakeAsync("patched");
        await ChangeAsync(made, "2");
        var refused = await RefusedAsync(() => Api.PatchAsync<ConfigMap>(
            made.Key, Patch.Merge($$$"""{"metadata":{"resourceVersion":"{{{made.Metadata.ResourceVersion}}}"},"data":{"a":"3"}}"""), Cancel));
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((409, "Conflict")));
    }

    [Test]
    public async Task A_patch_that_cannot_be_read_is_a_bad_request()
    {
        var made = await MakeAsync("unread");
        Assert.That((await RefusedAsync(() => Api.PatchAsync<ConfigMap>(made.Key, Patch.Merge("{"), Cancel))).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task A_write_is_managed_as_its_client_says()
    {
        var api = new ApiClient(Transport, "my-controller");
        var made = await api.CreateAsync(Map("managed"), Cancel);
        Assert.That(made.Metadata.ManagedFields.Single().Manager, Is.EqualTo("my-controller"));
        Assert.That((await api.UpdateAsync(made with { Data = made.Data.With("b", "1") }, Cancel)).Metadata.ManagedFields.Single().Manager, Is.EqualTo("my-controller"));
    }
}
