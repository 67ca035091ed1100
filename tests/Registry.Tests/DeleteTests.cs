using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

public sealed class DeleteTests : RegistryTest
{
    [Test]
    public async Task A_plain_object_goes_at_once_and_is_answered_with_its_last_state()
    {
        var created = await CreateAsync(Map("a"));
        using var watch = await ConfigMaps.WatchAsync(new WatchRequest { ResourceVersion = created.ResourceVersion }, Cancel);
        var deleted = await DeleteAsync(ConfigMaps, Key("a"));
        var told = (await ReadAsync(watch, 1)).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(deleted.WasDeleted);
            Assert.That(deleted.Object.Revision, Is.GreaterThan(created.Revision));
            Assert.That((told.Type, told.Revision), Is.EqualTo((WatchEventType.Deleted, deleted.Object.Revision)));
            Assert.That(told.Object!.Json.ToArray(), Is.EqualTo(deleted.Object.Json.ToArray()));
            Assert.That(await ConfigMaps.FindAsync(Key("a"), Cancel), Is.Null);
        }

        await RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a")), 404);
    }

    [Test]
    public async Task Another_uid_or_version_than_the_client_meant_is_a_conflict()
    {
        var created = await CreateAsync(Map("a"));
        var byUid = await RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a"), new DeleteOptions { Preconditions = new Preconditions { Uid = "x" } }), 409);
        var byVersion = await RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a"), new DeleteOptions { Preconditions = new Preconditions { ResourceVersion = "1" } }), 409);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(byUid.Message, Is.EqualTo(
                "Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (x) does not match the UID in record "
                + $"({created.Record.Metadata.Uid}). The object might have been deleted and then recreated"));
            Assert.That(byVersion.Message, Is.EqualTo(
                "Operation cannot be fulfilled on ConfigMap \"a\": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record "
                + $"({created.ResourceVersion}). The object might have been modified"));
        }
    }

    [Test]
    public async Task Finalizers_hold_an_object_and_the_update_that_removes_the_last_one_deletes_it()
    {
        await CreateAsync(Map("a") with { Metadata = Map("a").Metadata with { Finalizers = ["example.com/a", "example.com/b"] } });
        var marked = await DeleteAsync(ConfigMaps, Key("a"));
        var metadata = marked.Object.Record.Metadata;
        Assert.That((marked.WasDeleted, metadata.DeletionTimestamp?.ToString(), metadata.DeletionGracePeriodSeconds), Is.EqualTo((false, "2026-01-02T03:04:05Z", 0L)));
        var again = await DeleteAsync(ConfigMaps, Key("a"));
        Assert.That(again.Object.Revision, Is.EqualTo(marked.Object.Revision), "it is already going");
        var refusal = await RefusedAsync(() => FinalizeAsync("example.com/a", "example.com/b", "example.com/c"), 422);
        Assert.That(refusal.Message, Is.EqualTo(
            "ConfigMap \"a\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, "
            + "found new finalizers []string{\"example.com/c\"}"));
        Assert.That((await FinalizeAsync("example.com/b")).WasDeleted, Is.False);
        Assert.That((await FinalizeAsync()).WasDeleted, Is.True);
        Assert.That(await ConfigMaps.FindAsync(Key("a"), Cancel), Is.Null);
    }

    [TestCase("Orphan", "orphan")]
    [TestCase("Foreground", "foregroundDeletion")]
    public async Task How_dependents_are_treated_becomes_a_finalizer(string policy, string finalizer)
    {
        await Deployments.CreateAsync(new Deployment { Metadata = new ObjectMeta { Name = "d", Namespace = "default" } }, Creating, Cancel);
        var marked = await DeleteAsync(Deployments, Key("d"), new DeleteOptions { PropagationPolicy = policy });
        Assert.That(marked.Object.Record.Metadata.Finalizers, Is.EqualTo(new[] { finalizer }));
        Assert.That(marked.Object.Record.Metadata.Generation, Is.EqualTo(2));
        var background = await DeleteAsync(Deployments, Key("d"), new DeleteOptions { PropagationPolicy = "Background" });
        Assert.That(background.WasDeleted, Is.True);
    }

    [Test]
    public async Task Options_that_contradict_themselves_are_refused()
    {
        await CreateAsync(Map("a"));
        var both = await RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a"), new DeleteOptions { OrphanDependents = true, PropagationPolicy = "Orphan" }), 422);
        var unknown = await RefusedAsync(() => DeleteAsync(ConfigMaps, Key("a"), new DeleteOptions { PropagationPolicy = "Never" }), 422);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(both.Message, Is.EqualTo(
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set"));
            Assert.That(unknown.Message, Is.EqualTo(
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""));
        }
    }

    [Test]
    public async Task A_grace_period_marks_first_can_be_shortened_and_ends_with_zero()
    {
        await Pods.CreateAsync(Pod("node-1"), Creating, Cancel);
        var marked = (await DeleteAsync(Pods, Key("p"))).Object.Record.Metadata;
        Assert.That((marked.DeletionTimestamp?.ToString(), marked.DeletionGracePeriodSeconds), Is.EqualTo(("2026-01-02T03:04:35Z", 30L)));
        var longer = (await DeleteAsync(Pods, Key("p"), new DeleteOptions { GracePeriodSeconds = 60 })).Object.Record.Metadata;
        Assert.That(longer, Is.EqualTo(marked));
        var shorter = (await DeleteAsync(Pods, Key("p"), new DeleteOptions { GracePeriodSeconds = 10 })).Object.Record.Metadata;
        Assert.That((shorter.DeletionTimestamp?.ToString(), shorter.DeletionGracePeriodSeconds), Is.EqualTo(("2026-01-02T03:04:15Z", 10L)));
        Assert.That((await DeleteAsync(Pods, Key("p"), new DeleteOptions { GracePeriodSeconds = 0 })).WasDeleted, Is.True);
    }

    [Test]
    public async Task Where_there_is_nothing_to_wait_for_grace_is_over_at_once_and_the_last_state_says_so()
    {
        await Pods.CreateAsync(Pod(""), Creating, Cancel);
        using var watch = await Pods.WatchAsync(new WatchRequest(), Cancel);
        await ReadAsync(watch, 1);
        var deleted = await DeleteAsync(Pods, Key("p"));
        var told = (await ReadAsync(watch, 1)).Single();
        Assert.That((deleted.WasDeleted, told.Object!.Record.Metadata.DeletionGracePeriodSeconds), Is.EqualTo((true, 0L)));
    }

    [Test]
    public async Task What_a_kind_holds_itself_keeps_it_until_it_lets_go()
    {
        await Namespaces.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "n" }, Spec = new NamespaceSpec { Finalizers = ["kubernetes"] } }, Creating, Cancel);
        var marked = await DeleteAsync(Namespaces, Key("n", ""));
        var value = (Namespace)marked.Object.Record;
        Assert.That((marked.WasDeleted, value.Status.Phase, value.Metadata.DeletionTimestamp is null), Is.EqualTo((false, "Terminating", false)));
        var finalized = await Namespaces.UpdateAsync(
            Key("n", ""),
            (current, _) => new((Namespace)current!.Record with { Spec = new NamespaceSpec() }),
            Updating with { Context = By("finalize") },
            Cancel);
        Assert.That(finalized.WasDeleted, Is.True);
    }

    [Test]
    public async Task A_dry_run_deletes_nothing()
    {
        await CreateAsync(Map("a"));
        Assert.That((await DeleteAsync(ConfigMaps, Key("a"), dryRun: true)).WasDeleted, Is.True);
        await ConfigMaps.GetAsync(Key("a"), "", Cancel);
    }

    [Test]
    public async Task Deleting_many_deletes_what_the_list_selects()
    {
        for (var i = 0; i < 40; i++)
            await CreateAsync(Map($"m{i:00}", labels: ("half", (i % 2) == 0 ? "a" : "b")));
        await CreateAsync(Map("m00", ns: "other", labels: ("half", "a")));
        var selected = new ListRequest { Namespace = "default", Selection = ObjectSelection.Parse(ConfigMapKind, "half=a", "") };
        var deleted = await ConfigMaps.DeleteCollectionAsync(selected, new DeleteRequest { Context = By() }, Cancel);
        var left = (await ConfigMaps.ListAsync(new ListRequest(), Cancel)).Items.ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(deleted.Items.Select(one => one.Key.Name), Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"m{i * 2:00}")));
            Assert.That(left, Has.Count.EqualTo(21));
        }
    }

    private static Pod Pod(string node) => new() { Metadata = new ObjectMeta { Name = "p", Namespace = "default" }, Spec = new PodSpec { NodeName = node } };

    private async Task<UpdateResult> FinalizeAsync(params string[] finalizers) => await ConfigMaps.UpdateAsync(
        Key("a"),
        (current, _) => new(current!.Record.WithMetadata(current.Record.Metadata with { Finalizers = finalizers.ToValueList() })),
        Updating,
        Cancel);
}
