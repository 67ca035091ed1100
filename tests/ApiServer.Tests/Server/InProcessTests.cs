using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>The API for components of the same process.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class InProcessTests
{
    private static readonly GroupVersionResource Maps = new("", "v1", "configmaps");

    [Test]
    public async Task Objects_are_created_read_listed_and_deleted_without_being_encoded()
    {
        var api = Fixture.AsAdmin("tester");
        var at = new ApiRequest { Resource = Maps, Namespace = await NamespaceAsync(), Name = "a" };
        var made = await api.SendAsync<ConfigMap>(
            at with { Method = ApiMethod.Create, Name = "", Body = new ConfigMap { Metadata = new() { Name = "a" }, Data = ValueMap.Of("k", "v") } }, default);
        Assert.That(made.Metadata.ManagedFields.Single().Manager, Is.EqualTo("tester"));
        var read = await api.SendAsync<ConfigMap>(at with { Method = ApiMethod.Get }, default);
        Assert.That(read, Is.EqualTo(made));
        var listed = await api.ListAsync<ConfigMap>(at with { Name = "" }, default);
        Assert.That(listed.Items.Single(), Is.SameAs(read), "records are shared, not decoded again");
        await api.SendAsync<ConfigMap>(at with { Method = ApiMethod.Delete }, default);
        var gone = await Assert.ThrowsAsync<ApiException>(async () => await api.SendAsync<ConfigMap>(at with { Method = ApiMethod.Get }, default));
        Assert.That(gone!.Reason, Is.EqualTo("NotFound"));
    }

    [Test]
    public async Task Changes_are_told_as_they_happen()
    {
        var api = Fixture.AsAdmin();
        var at = new ApiRequest { Resource = Maps, Namespace = await NamespaceAsync() };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await using var events = api.WatchAsync<ConfigMap>(at, patience.Token).GetAsyncEnumerator();
        var next = events.MoveNextAsync();
        await api.SendAsync<ConfigMap>(at with { Method = ApiMethod.Create, Body = new ConfigMap { Metadata = new() { Name = "a" } } }, default);
        Assert.That(await next, Is.True);
        Assert.That((events.Current.Type, events.Current.Object.Metadata.Name), Is.EqualTo((WatchEventType.Added, "a")));
    }

    [Test]
    public async Task Users_may_do_what_roles_allow_and_no_more()
    {
        var api = Fixture.As(UserInfo.Of("nobody", UserInfo.Authenticated));
        var at = new ApiRequest { Resource = Maps, Namespace = await NamespaceAsync() };
        var refused = await Assert.ThrowsAsync<ApiException>(async () => await api.ListAsync<ConfigMap>(at, default));
        Assert.That(refused!.Code, Is.EqualTo(403));
    }

    [Test]
    public async Task Bare_paths_are_read_as_bytes()
    {
        await using var stream = await Fixture.AsAdmin().GetRawAsync("/readyz", default);
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadToEndAsync(), Is.EqualTo("ok"));
    }
}
