using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

public sealed class CreateTests : RegistryTest
{
    [Test]
    public async Task A_created_object_has_what_only_the_server_knows_and_is_read_back_the_same()
    {
        var created = await CreateAsync(Map("a"));
        var metadata = created.Record.Metadata;
        var read = await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Guid.TryParse(metadata.Uid, out _), metadata.Uid);
            Assert.That(metadata.CreationTimestamp.ToString(), Is.EqualTo("2026-01-02T03:04:05Z"));
            Assert.That(metadata.ResourceVersion, Is.EqualTo(created.Revision.ToString()));
            Assert.That(read.Json.ToArray(), Is.EqualTo(created.Json.ToArray()));
            Assert.That(read, Is.SameAs(created), "answer and cache share one object");
        }
    }

    [Test]
    public async Task What_is_stored_is_upstreams_protobuf_without_resourceVersion()
    {
        await CreateAsync(Map("a"));
        var found = (RangeResult.Found)await Store.RangeAsync(new RangeQuery(KeyInterval.Single("/registry/configmaps/default/a")), Cancel);
        var bytes = found.Items.Single().Value;
        var message = Machinery.Serialization.Envelope.Read(bytes.Span, out var kind);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(kind, Is.EqualTo(new GroupVersionKind("", "v1", "ConfigMap")));
            Assert.That(Machinery.Serialization.Protobuf.Decode<ConfigMap>(message).Metadata.ResourceVersion, Is.Empty);
        }
    }

    [Test]
    public async Task An_item_of_a_list_is_the_object_without_kind_and_apiVersion()
    {
        var created = await CreateAsync(Map("a"));
        using var whole = JsonDocument.Parse(created.Json);
        using var item = JsonDocument.Parse("{" + System.Text.Encoding.UTF8.GetString(created.JsonItemTail.Span));
        Assert.That(
            item.RootElement.EnumerateObject().Select(field => field.Name),
            Is.EqualTo(whole.RootElement.EnumerateObject().Select(field => field.Name).Except(["kind", "apiVersion"])));
    }

    [Test]
    public async Task A_second_object_of_a_name_is_refused_and_told_when_the_first_is_going()
    {
        await CreateAsync(Map("a") with { Metadata = Map("a").Metadata with { Finalizers = ["example.com/wait"] } });
        Assert.That((await RefusedAsync(() => CreateAsync(Map("a")), 409)).Message, Is.EqualTo("configmaps \"a\" already exists"));
        await DeleteAsync(ConfigMaps, Key("a"));
        await ConfigMaps.GetAsync(Key("a"), "", Cancel);
        Assert.That((await RefusedAsync(() => CreateAsync(Map("a")), 409)).Message, Is.EqualTo("object is being deleted: configmaps \"a\" already exists"));
    }

    [Test]
    public async Task A_generated_name_has_five_letters_more_and_is_made_again_when_it_is_taken()
    {
        var first = await CreateAsync(Map("") with { Metadata = new ObjectMeta { GenerateName = "a-", Namespace = "default" } });
        Assert.That(first.Key.Name, Does.Match("^a-[bcdfghjklmnpqrstvwxz2456789]{5}$"));
        var tries = 0;
        var taken = Creating with
        {
            Prepare = (value, _) => new(value.WithMetadata(value.Metadata with { Name = ++tries < 3 ? first.Key.Name : "a-fresh" })),
        };
        var generated = new ObjectMeta { GenerateName = "a-", Namespace = "default" };
        var second = await ConfigMaps.CreateAsync(Map("") with { Metadata = generated }, taken, Cancel);
        Assert.That((second.Key.Name, tries), Is.EqualTo(("a-fresh", 3)));
    }

    [Test]
    public async Task When_no_generated_name_is_free_the_client_is_told_to_come_again()
    {
        await CreateAsync(Map("a-taken"));
        var tries = 0;
        var request = Creating with { Prepare = (value, _) => { tries++; return new(value.WithMetadata(value.Metadata with { Name = "a-taken" })); } };
        var generated = Map("") with { Metadata = new ObjectMeta { GenerateName = "a-", Namespace = "default" } };
        var refusal = await RefusedAsync(async () => await ConfigMaps.CreateAsync(generated, request, Cancel), 409);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal.Message, Is.EqualTo("configmaps \"a-taken\" already exists, the server was not able to generate a unique name for the object"));
            Assert.That(refusal.Status.Details!.RetryAfterSeconds, Is.EqualTo(1));
            Assert.That(tries, Is.EqualTo(8));
        }
    }

    [Test]
    public async Task What_is_wrong_with_the_metadata_is_told_in_upstreams_words()
    {
        var metadata = new ObjectMeta
        {
            Namespace = "default",
            Labels = ValueMap.Of("app", "UPPER_case!"),
            OwnerReferences = [new OwnerReference { ApiVersion = "v1", Kind = "Event", Name = "e", Uid = "u" }],
            Finalizers = ["nobody"],
        };
        var refusal = await RefusedAsync(() => CreateAsync(Map("") with { Metadata = metadata }), 422);
        Assert.That(refusal.Status.Details!.Causes.Select(cause => $"{cause.Field}: {cause.Message}"), Is.EqualTo(new[]
        {
            "metadata.name: Required value: name or generateName is required",
            "metadata.labels: Invalid value: \"UPPER_case!\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
            + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            "metadata.ownerReferences: Invalid value: {\"kind\":\"Event\",\"name\":\"e\",\"uid\":\"u\",\"apiVersion\":\"v1\"}: /v1, Kind=Event is disallowed from being an owner",
            "metadata.finalizers[0]: Invalid value: \"nobody\": name is neither a standard finalizer name nor is it fully qualified",
        }));
    }

    [Test]
    public async Task All_that_the_kind_finds_wrong_comes_with_it()
    {
        var invalid = new Deployment { Metadata = new ObjectMeta { Name = "d", Namespace = "default" }, Spec = new DeploymentSpec { Replicas = -1 } };
        var refusal = await RefusedAsync(async () => await Deployments.CreateAsync(invalid, Creating, Cancel), 422);
        Assert.That(refusal.Message, Is.EqualTo("Deployment.apps \"d\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0"));
    }

    [Test]
    public async Task Status_is_dropped_and_the_generation_begins_at_one()
    {
        var value = new Deployment { Metadata = new ObjectMeta { Name = "d", Namespace = "default", Generation = 7 }, Status = new DeploymentStatus { Replicas = 3 } };
        var created = (Deployment)(await Deployments.CreateAsync(value, Creating, Cancel)).Record;
        Assert.That((created.Status.Replicas, created.Metadata.Generation), Is.EqualTo((0, 1L)));
    }

    [Test]
    public async Task A_dry_run_answers_as_if_and_leaves_nothing()
    {
        var before = await Store.CurrentRevisionAsync(Cancel);
        var answered = await ConfigMaps.CreateAsync(Map("a"), Creating with { DryRun = true }, Cancel);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answered.Record.Metadata.Uid, Is.Not.Empty);
            Assert.That(answered.ResourceVersion, Is.Empty);
            Assert.That(await Store.CurrentRevisionAsync(Cancel), Is.EqualTo(before));
            Assert.That((await ConfigMaps.ListAsync(new ListRequest(), Cancel)).Items, Is.Empty);
        }

        await CreateAsync(Map("a"));
        await RefusedAsync(async () => await ConfigMaps.CreateAsync(Map("a"), Creating with { DryRun = true }, Cancel), 409);
    }

    [Test]
    public async Task Admission_has_the_last_word()
    {
        var request = Creating with { Admit = (value, _, _) => throw Machinery.Errors.ApiError.Forbidden(ConfigMapKind.Resource, value!.Metadata.Name, "no") };
        await RefusedAsync(async () => await ConfigMaps.CreateAsync(Map("a"), request, Cancel), 403);
        Assert.That(await ConfigMaps.FindAsync(Key("a"), Cancel), Is.Null);
    }

    [Test]
    public async Task Objects_with_a_time_to_live_vanish_and_watchers_are_told()
    {
        var value = new Event { Metadata = new ObjectMeta { Name = "e", Namespace = "default" } };
        await Events.CreateAsync(value, Creating, Cancel);
        using var watch = await Events.WatchAsync(new WatchRequest { Timeout = TimeSpan.FromDays(1) }, Cancel);
        var added = await ReadAsync(watch, 1);
        Clock.Advance(TimeSpan.FromMinutes(64));
        var deleted = await ReadAsync(watch, 1);
        Assert.That(added.Concat(deleted).Select(item => item.Type.ToString()), Is.EqualTo(new[] { "Added", "Deleted" }));
    }
}
