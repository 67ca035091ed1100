using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Autoscaling.V1;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <content>One object: made, read, replaced, removed.</content>
public abstract partial class TransportContract
{
    [Test]
    public async Task An_object_is_made_read_changed_and_deleted()
    {
        var made = await MakeAsync("one");
        Assert.That(made.Uid, Is.Not.Empty);
        var updated = await Api.UpdateAsync(made with { Data = made.Data.With("b", "2") }, Cancel);
        Assert.That((await Api.GetAsync<ConfigMap>(made.Key, Cancel)).Data.Keys, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(updated.Uid, Is.EqualTo(made.Uid));
        Assert.That(updated.Metadata.ResourceVersion, Is.Not.EqualTo(made.Metadata.ResourceVersion));
        await Api.DeleteAsync(made, Deletion.Default, Cancel);
        Assert.That(await Api.FindAsync<ConfigMap>(made.Key, Cancel), Is.Null);
    }

    [Test]
    public async Task What_a_write_answers_is_what_a_read_gives()
    {
        var made = await MakeAsync("same");
        Assert.That(await Api.GetAsync<ConfigMap>(made.Key, Cancel), Is.EqualTo(made));
        var changed = await ChangeAsync(made, "2");
        Assert.That(await Api.GetAsync<ConfigMap>(made.Key, Cancel), Is.EqualTo(changed));
    }

    [Test]
    public async Task A_read_may_ask_for_no_older_state_than_it_knows()
    {
        var made = await MakeAsync("fresh");
        var found = await Transport.SendAsync<ConfigMap>(Request("fresh") with { ResourceVersion = made.Metadata.ResourceVersion }, Cancel);
        Assert.That(found, Is.EqualTo(made));
    }

    [Test]
    public async Task A_name_is_generated()
    {
        var made = await Api.CreateAsync(Map("") with { Metadata = new ObjectMeta { Namespace = Namespace, GenerateName = "made-" } }, Cancel);
        Assert.That(made.Metadata.Name, Does.Match("^made-[a-z0-9]{5}$"));
    }

    [Test]
    public async Task A_second_of_the_same_name_is_refused()
    {
        await MakeAsync("twice");
        var refused = await RefusedAsync(() => MakeAsync("twice"));
        Assert.That((refused.Code, refused.Reason, refused.Message), Is.EqualTo((409, "AlreadyExists", "configmaps \"twice\" already exists")));
    }

    [Test]
    public async Task An_update_of_an_old_version_is_a_conflict_and_changes_nothing()
    {
        var made = await MakeAsync("stale");
        var changed = await ChangeAsync(made, "2");
        var refused = await RefusedAsync(() => Api.UpdateAsync(made, Cancel));
        Assert.That((refused.Code, refused.Reason), Is.EqualTo((409, "Conflict")));
        Assert.That(refused.Message, Does.Contain("the object has been modified; please apply your changes to the latest version and try again"));
        Assert.That(await Api.GetAsync<ConfigMap>(made.Key, Cancel), Is.EqualTo(changed));
    }

    [Test]
    public async Task An_update_that_changes_nothing_writes_nothing()
    {
        var made = await MakeAsync("quiet");
        Assert.That(await Api.UpdateAsync(made, Cancel), Is.EqualTo(made));
    }

    [Test]
    public async Task A_dry_run_stores_nothing()
    {
        var tried = await Transport.SendAsync<ConfigMap>(Request() with { Method = ApiMethod.Create, Body = Map("dry"), DryRun = true }, Cancel);
        Assert.That(tried.Metadata.Name, Is.EqualTo("dry"));
        Assert.That(await Api.FindAsync<ConfigMap>(tried.Key, Cancel), Is.Null);
    }

    [Test]
    public async Task A_deletion_heeds_its_preconditions()
    {
        var made = await MakeAsync("kept");
        var other = await RefusedAsync(() => Api.DeleteAsync<ConfigMap>(made.Key, Deletion.Default.OnlyIfUid("another"), Cancel));
        Assert.That((other.Code, other.Reason), Is.EqualTo((409, "Conflict")));
        await ChangeAsync(made, "2");
        var older = await RefusedAsync(() => Api.DeleteAsync<ConfigMap>(made.Key, Deletion.Default.OnlyIfVersion(made.Metadata.ResourceVersion), Cancel));
        Assert.That(older.Code, Is.EqualTo(409));
        Assert.That(await Api.FindAsync<ConfigMap>(made.Key, Cancel), Is.Not.Null);
        await Api.DeleteAsync<ConfigMap>(made.Key, Deletion.Default.OnlyIfUid(made.Uid), Cancel);
        Assert.That((await RefusedAsync(() => Api.DeleteAsync<ConfigMap>(made.Key, Deletion.Default, Cancel))).Code, Is.EqualTo(404));
    }

    [Test]
    public async Task A_foreground_deletion_waits_for_what_is_owned()
    {
        var made = await MakeAsync("owner");
        await Api.DeleteAsync<ConfigMap>(made.Key, Deletion.Foreground, Cancel);
        var going = await Api.GetAsync<ConfigMap>(made.Key, Cancel);
        Assert.That((going.IsTerminating, going.Metadata.Finalizers[0]), Is.EqualTo((true, "foregroundDeletion")));
    }

    [Test]
    public async Task All_that_are_selected_are_deleted()
    {
        await MakeAsync("gone-1", "go");
        await MakeAsync("gone-2", "go");
        await MakeAsync("stays");
        await Api.DeleteCollectionAsync<ConfigMap>(new ObjectQuery { Namespace = Namespace, Labels = "go=yes" }, Deletion.Default, Cancel);
        Assert.That((await Api.ListAsync<ConfigMap>(ObjectQuery.In(Namespace), Cancel)).Items.Select(map => map.Metadata.Name), Is.EqualTo(new[] { "stays" }));
    }

    [Test]
    public async Task Status_and_spec_are_written_apart()
    {
        var made = await Api.CreateAsync(Deployment("web"), Cancel);
        var reported = await Api.UpdateStatusAsync(made with { Spec = made.Spec with { Replicas = 9 }, Status = made.Status with { ObservedGeneration = 1 } }, Cancel);
        Assert.That((reported.Spec.Replicas, reported.Status.ObservedGeneration), Is.EqualTo(((int?)1, 1L)));
    }

    [Test]
    public async Task A_subresource_of_another_kind_is_read_and_replaced()
    {
        var made = await Api.CreateAsync(Deployment("scaled"), Cancel);
        var scale = await Api.GetSubresourceAsync<Deployment, Scale>(made.Key, "scale", Cancel);
        var scaled = await Api.UpdateSubresourceAsync<Deployment, Scale>(made.Key, "scale", scale with { Spec = scale.Spec with { Replicas = 3 } }, Cancel);
        Assert.That(scaled.Spec.Replicas, Is.EqualTo(3));
        Assert.That((await Api.GetAsync<Deployment>(made.Key, Cancel)).Spec.Replicas, Is.EqualTo(3));
    }

    [Test]
    public async Task Large_objects_go_both_ways()
    {
        var text = new string('x', 900_000);
        var made = await Api.CreateAsync(Map("large") with { Data = [KeyValuePair.Create("a", text)] }, Cancel);
        Assert.That(made.Data["a"], Is.EqualTo(text));
        Assert.That((await Api.GetAsync<ConfigMap>(made.Key, Cancel)).Data["a"], Is.EqualTo(text));
    }

    private Deployment Deployment(string name)
    {
        var labels = new[] { KeyValuePair.Create("app", name) };
        return new Deployment
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = name },
            Spec = new DeploymentSpec
            {
                Replicas = 1,
                Selector = new LabelSelector { MatchLabels = [.. labels] },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta { Labels = [.. labels] },
                    Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] },
                },
            },
        };
    }
}
