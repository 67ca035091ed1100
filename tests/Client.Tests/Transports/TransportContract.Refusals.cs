using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Every refusal is the server's Status.</content>
public abstract partial class TransportContract
{
    [Test]
    public async Task What_is_not_there_is_404()
    {
        var refused = await RefusedAsync(() => Api.GetAsync<ConfigMap>(new ObjectKey(Namespace, "none"), Cancel));
        Assert.That((refused.Code, refused.Reason, refused.Message), Is.EqualTo((404, "NotFound", "configmaps \"none\" not found")));
        Assert.That((refused.Status.Details!.Name, refused.Status.Details.Kind), Is.EqualTo(("none", "configmaps")));
    }

    [Test]
    public async Task What_is_invalid_is_422_with_its_fields()
    {
        var refused = await RefusedAsync(() => MakeAsync("Not_A_Name"));
        Assert.That((refused.Code, refused.Reason, refused.Status.Details!.Causes[0].Field), Is.EqualTo((422, "Invalid", "metadata.name")));
    }

    [Test]
    public async Task What_one_may_not_do_is_403()
    {
        var stranger = Stranger();
        try
        {
            var api = new ApiClient(stranger);
            var read = await RefusedAsync(() => api.GetAsync<ConfigMap>(new ObjectKey(Namespace, "x"), Cancel));
            Assert.That(
                (read.Code, read.Reason, read.Message),
                Is.EqualTo((403, "Forbidden", $"configmaps \"x\" is forbidden: User \"stranger\" cannot get resource \"configmaps\" in API group \"\" in the namespace \"{Namespace}\"")));
            Assert.That((await RefusedAsync(() => api.CreateAsync(Map("x"), Cancel))).Code, Is.EqualTo(403));
            Assert.That((await RefusedAsync(() => api.ListAsync<ConfigMap>(ObjectQuery.All, Cancel))).Code, Is.EqualTo(403));
            Assert.That((await RefusedAsync(() => api.WatchAsync<ConfigMap>(ObjectQuery.All, Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync().AsTask())).Code, Is.EqualTo(403));
        }
        finally
        {
            (stranger as IDisposable)?.Dispose();
        }
    }

    [Test]
    public async Task What_is_not_served_is_404()
    {
        var resource = new GroupVersionResource("no.such.group", "v1", "things");
        var refused = await RefusedAsync(() => Transport.ListAsync<ConfigMap>(new ApiRequest { Resource = resource }, Cancel).AsTask());
        Assert.That(refused.Code, Is.EqualTo(404));
    }

    [Test]
    public async Task Selectors_that_cannot_be_read_are_bad_requests()
    {
        Assert.That((await RefusedAsync(() => Api.ListAsync<ConfigMap>(new ObjectQuery { Namespace = Namespace, Labels = "a b c" }, Cancel))).Code, Is.EqualTo(400));
        Assert.That((await RefusedAsync(() => Api.ListAsync<ConfigMap>(new ObjectQuery { Namespace = Namespace, Fields = "data.a=1" }, Cancel))).Code, Is.EqualTo(400));
        Assert.That((await RefusedAsync(() => Transport.ListAsync<ConfigMap>(Request() with { Continue = "nonsense" }, Cancel).AsTask())).Code, Is.EqualTo(400));
    }

    [Test]
    public async Task A_status_without_that_kind_of_object_is_the_empty_object()
    {
        var pod = await MakePodAsync("evicted");
        await Api.CreateSubresourceAsync<Pod, Types.Policy.Eviction>(pod.Key, "eviction", new Types.Policy.Eviction { Metadata = new ObjectMeta { Namespace = Namespace, Name = "evicted" } }, Cancel);
        Assert.That(await Api.FindAsync<Pod>(pod.Key, Cancel), Is.Null);
    }

    [Test]
    public void Who_cancels_is_told_so()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();
        Assert.That(async () => await Api.ListAsync<ConfigMap>(ObjectQuery.All, gone.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private async Task<Pod> MakePodAsync(string name)
    {
        await Api.CreateAsync(new ServiceAccount { Metadata = new ObjectMeta { Namespace = Namespace, Name = "default" } }, Cancel);
        return await Api.CreateAsync(
            new Pod { Metadata = new ObjectMeta { Namespace = Namespace, Name = name }, Spec = new PodSpec { Containers = [new Container { Name = "c", Image = "i" }] } }, Cancel);
    }
}
