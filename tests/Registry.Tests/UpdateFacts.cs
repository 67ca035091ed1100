using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Reads;
using ControlPlane.Registry.Writes;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

/// <summary>What is true of updates on every engine.</summary>
public abstract class UpdateFacts : RegistryTest
{
    [Test]
    public async Task An_update_moves_the_resourceVersion_and_keeps_what_it_cannot_change()
    {
        var created = await CreateAsync(Map("a"));
        var updated = await ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map with
        {
            Metadata = map.Metadata with { CreationTimestamp = default, Uid = "", SelfLink = "/x", Generation = 9 },
            Data = ValueMap.Of("k", "2"),
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(updated.Revision, Is.GreaterThan(created.Revision));
            Assert.That(
                updated.Record.Metadata with { ResourceVersion = "" },
                Is.EqualTo(created.Record.Metadata with { ResourceVersion = "" }));
        }
    }

    [Test]
    public async Task An_update_that_changes_nothing_writes_nothing()
    {
        var entry = new ManagedFieldsEntry { Manager = "m", Operation = "Update", Time = Timestamp.From(Clock.GetUtcNow()) };
        var created = await CreateAsync(Map("a") with { Metadata = Map("a").Metadata with { ManagedFields = [entry] } });
        var later = entry with { Time = Timestamp.From(Clock.GetUtcNow().AddMinutes(1)) };
        var same = await ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map with { Metadata = map.Metadata with { ManagedFields = [later] } });
        Assert.That(same, Is.SameAs(created));
    }

    [Test]
    public async Task A_stale_resourceVersion_is_a_conflict_and_a_fresh_one_is_not()
    {
        var first = await CreateAsync(Map("a"));
        await SetAsync("a", "2");
        var refusal = await RefusedAsync(() => ReplaceAsync(first, "3"), 409);
        Assert.That(refusal.Message, Is.EqualTo(
            "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes to the latest version and try again"));
        await ReplaceAsync(await ConfigMaps.GetAsync(Key("a"), "", Cancel), "3");
    }

    [Test]
    public async Task A_body_with_another_uid_is_a_conflict()
    {
        var created = await CreateAsync(Map("a"));
        var refusal = await RefusedAsync(() => ReplaceAsync(created, "2", Updating with { RequiredUid = "other" }), 409);
        Assert.That(refusal.Message, Is.EqualTo(
            "Operation cannot be fulfilled on configmaps \"a\": StorageError: invalid object, Code: 4, Key: /registry/configmaps/default/a, ResourceVersion: 0, "
            + $"AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: {created.Record.Metadata.Uid}"));
    }

    [Test]
    public async Task A_changed_uid_or_deletion_time_is_an_immutable_field()
    {
        await CreateAsync(Map("a"));
        var time = Timestamp.From(Clock.GetUtcNow());
        var refusal = await RefusedAsync(
            () => ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map with { Metadata = map.Metadata with { Uid = "x", DeletionTimestamp = time } }), 422);
        Assert.That(refusal.Status.Details!.Causes.Select(cause => $"{cause.Field}: {cause.Message}"), Is.EqualTo(new[]
        {
            "metadata.uid: Invalid value: \"x\": field is immutable",
            "metadata.deletionTimestamp: Invalid value: \"2026-01-02T03:04:05Z\": field is immutable",
            "metadata.uid: Invalid value: \"x\": field is immutable",
            "metadata.deletionTimestamp: Invalid value: \"2026-01-02T03:04:05Z\": field is immutable",
        }));
    }

    [Test]
    public async Task A_kind_that_wants_a_version_refuses_to_do_without()
    {
        await Namespaces.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "n" } }, Creating, Cancel);
        var refusal = await RefusedAsync(
            () => ChangeAsync<Namespace>(Namespaces, Key("n", ""), one => one with { Metadata = one.Metadata with { ResourceVersion = "" } }), 422);
        Assert.That(refusal.Message, Is.EqualTo("namespaces \"n\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update"));
    }

    [Test]
    public async Task An_update_of_nothing_is_not_found_unless_the_kind_or_the_caller_creates()
    {
        await RefusedAsync(() => ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map), 404);
        var forced = await ConfigMaps.UpdateAsync(Key("a"), (_, _) => new(Map("a")), Updating with { ForceCreate = true }, Cancel);
        var named = new Event { Metadata = new ObjectMeta { Name = "e", Namespace = "default" } };
        var put = await Events.UpdateAsync(Key("e"), (_, _) => new(named), Updating, Cancel);
        Assert.That((forced.WasCreated, put.WasCreated), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task The_status_subresource_writes_status_only_and_the_object_everything_else()
    {
        await Deployments.CreateAsync(new Deployment { Metadata = new ObjectMeta { Name = "d", Namespace = "default" } }, Creating, Cancel);
        Deployment Both(Deployment value) => value with { Spec = value.Spec with { Replicas = 5 }, Status = value.Status with { Replicas = 4 } };
        var byStatus = (Deployment)(await ChangeAsync<Deployment>(Deployments, Key("d"), Both, Updating with { Context = By("status") })).Record;
        Assert.That((byStatus.Spec.Replicas, byStatus.Status.Replicas, byStatus.Metadata.Generation), Is.EqualTo(((int?)null, 4, 1L)));
        var bySpec = (Deployment)(await ChangeAsync<Deployment>(Deployments, Key("d"), value => Both(value) with { Status = new DeploymentStatus() })).Record;
        Assert.That((bySpec.Spec.Replicas, bySpec.Status.Replicas, bySpec.Metadata.Generation), Is.EqualTo(((int?)5, 4, 2L)));
    }

    [Test]
    public async Task Of_many_concurrent_changes_none_is_lost()
    {
        const int Writers = 16;
        const int Each = 10;
        await CreateAsync(Map("a", "0"));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
                await ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map with { Data = ValueMap.Of("k", Next(map.Data["k"])) });
        })));
        var last = (ConfigMap)(await ConfigMaps.GetAsync(Key("a"), "", Cancel)).Record;
        Assert.That(last.Data["k"], Is.EqualTo((Writers * Each).ToString(CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task A_dry_run_answers_as_if_at_the_present_version()
    {
        var created = await CreateAsync(Map("a"));
        var answered = await ChangeAsync<ConfigMap>(ConfigMaps, Key("a"), map => map with { Data = ValueMap.Of("k", "2") }, Updating with { DryRun = true });
        var read = await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((ConfigMap)answered.Record).Data["k"], Is.EqualTo("2"));
            Assert.That(answered.ResourceVersion, Is.EqualTo(created.ResourceVersion));
            Assert.That(((ConfigMap)read.Record).Data["k"], Is.EqualTo("1"));
        }
    }

    [Test]
    public async Task A_hook_writes_its_keys_with_the_object_and_is_asked_again_when_they_have_changed()
    {
        var hook = new CountingHook(Store);
        ConfigMaps.AddHook(hook);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => CreateAsync(Map($"m{i}")))));
        await ConfigMaps.CreateAsync(Map("dry"), Creating with { DryRun = true }, Cancel);
        Assert.That(await hook.CountAsync(), Is.EqualTo(8));
        Assert.That(hook.Committed, Is.EqualTo(8));
        await DeleteAsync(ConfigMaps, Key("m0"));
        Assert.That(await hook.CountAsync(), Is.EqualTo(7));
    }

    private Task<Cache.StoredObject> ReplaceAsync(Cache.StoredObject from, string value, UpdateRequest? request = null) =>
        ChangeAsync<ConfigMap>(ConfigMaps, from.Key, _ => (ConfigMap)from.Record with { Data = ValueMap.Of("k", value) }, request);

    private static string Next(string number) => (int.Parse(number, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);

    private sealed class CountingHook(Storage.IKeyValueStore store) : ITransactionHook
    {
        private const string Counter = "/registry/ranges/counter";
        private int _committed;

        public int Committed => _committed;

        public async ValueTask BeforeCommitAsync(WriteAttempt attempt, CancellationToken cancel)
        {
            var current = await attempt.Transaction.ReadAsync(Counter, cancel);
            var count = current is null ? 0 : current.Value.Span[0];
            attempt.Transaction.Put(Counter, new[] { (byte)(attempt.Value is null ? count - 1 : count + 1) });
            attempt.Transaction.OnOutcome(committed => Interlocked.Add(ref _committed, committed ? 1 : 0));
        }

        public async Task<int> CountAsync() =>
            ((Storage.RangeResult.Found)await store.RangeAsync(new Storage.RangeQuery(Storage.KeyInterval.Single(Counter)), Cancel)).Items.Single().Value.Span[0];
    }
}
