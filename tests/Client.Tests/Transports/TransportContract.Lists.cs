using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Tests.Transports;

/// <content>Lists, pages, metadata and discovery.</content>
public abstract partial class TransportContract
{
    [Test]
    public async Task Pages_make_one_list_of_one_moment()
    {
        foreach (var i in Enumerable.Range(0, 5))
            await MakeAsync($"page-{i}");
        var first = await Transport.ListAsync<ConfigMap>(Request() with { Limit = 2 }, Cancel);
        Assert.That((first.Items.Count, first.Continue), Is.EqualTo((2, first.Continue)).And.Not.EqualTo((2, "")));
        await MakeAsync("page-9");
        var second = await Transport.ListAsync<ConfigMap>(Request() with { Limit = 10, Continue = first.Continue }, Cancel);
        Assert.That(second.Items.Select(map => map.Metadata.Name), Is.EqualTo(new[] { "page-2", "page-3", "page-4" }), "what came later is not of that moment");
        Assert.That((second.Continue, second.ResourceVersion), Is.EqualTo(("", first.ResourceVersion)));
        var all = await Api.ListAsync<ConfigMap>(new ObjectQuery { Namespace = Namespace, PageSize = 2 }, Cancel);
        Assert.That(all.Items, Has.Count.EqualTo(6));
    }

    [Test]
    public async Task Selectors_choose()
    {
        await MakeAsync("red", "red");
        await MakeAsync("blue", "blue");
        Assert.That(await NamesAsync(new ObjectQuery { Namespace = Namespace, Labels = "red" }), Is.EqualTo(new[] { "red" }));
        Assert.That(await NamesAsync(new ObjectQuery { Namespace = Namespace, Labels = "red notin (yes)" }), Is.EqualTo(new[] { "blue" }));
        Assert.That(await NamesAsync(new ObjectQuery { Namespace = Namespace, Fields = "metadata.name=blue" }), Is.EqualTo(new[] { "blue" }));
    }

    [Test]
    public async Task A_list_of_an_exact_version_is_as_it_was()
    {
        var made = await MakeAsync("then");
        await MakeAsync("now");
        var then = await Transport.ListAsync<ConfigMap>(Request() with { ResourceVersion = made.Metadata.ResourceVersion, ResourceVersionMatch = "Exact" }, Cancel);
        Assert.That(then.Items.Select(map => map.Metadata.Name), Is.EqualTo(new[] { "then" }));
        Assert.That(then.ResourceVersion, Is.EqualTo(made.Metadata.ResourceVersion));
    }

    [Test]
    public async Task Metadata_is_read_without_knowing_the_kind()
    {
        var made = await MakeAsync("bare");
        var client = Api.Metadata(ConfigMap.Resource.GroupVersionResource);
        var found = await client.FindAsync(made.Key, Cancel);
        Assert.That(found!.Metadata.Uid, Is.EqualTo(made.Metadata.Uid));
        Assert.That((await client.ListAsync(ObjectQuery.In(Namespace), Cancel)).Items.Select(item => item.Metadata.Name), Is.EqualTo(new[] { "bare" }));
    }

    [Test]
    public async Task Discovery_tells_resources_and_verbs()
    {
        var discovered = await Transport.DiscoverAsync(Cancel);
        var deployments = discovered.Resources.Single(resource => resource.Resource.GroupResource == GroupResource.Parse("deployments.apps"));
        Assert.That(deployments.IsNamespaced && deployments.Supports("watch") && deployments.Kind.Kind == "Deployment");
        Assert.That(discovered.Failed, Is.Empty);
    }

    [Test]
    public async Task Any_path_is_read_as_bytes()
    {
        await using var stream = await Transport.GetRawAsync("/version", Cancel);
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadToEndAsync(Cancel), Does.Contain("\"gitVersion\""));
    }

    private async Task<IEnumerable<string>> NamesAsync(ObjectQuery query) => (await Api.ListAsync<ConfigMap>(query, Cancel)).Items.Select(map => map.Metadata.Name);
}
