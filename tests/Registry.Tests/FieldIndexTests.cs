using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry.Reads;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

/// <summary>Reads by a field that objects are kept by: the same as if all objects were looked at.</summary>
public sealed class FieldIndexTests : RegistryTest
{
    private const int Steps = 400;
    private static readonly string[] Nodes = ["", "one", "two", "three"];

    [Test]
    public async Task Reads_by_an_indexed_field_give_what_a_look_at_every_object_gives_whatever_happens()
    {
        var random = new Random(1);
        for (var step = 0; step < Steps; step++)
        {
            await ChangeAsync(random);
            // The first to ask makes the index, in the midst of it.
            if (step < Steps / 4)
                continue;
            var node = Nodes[random.Next(Nodes.Length)];
            var all = await Pods.ListAsync(new ListRequest(), Cancel);
            var wanted = all.Items.Where(one => ((Pod)one.Record).Spec.NodeName == node).ToList();
            Assert.That(await NamesAsync(new ListRequest { Selection = On(node) }), Is.EqualTo(wanted.Select(one => one.Path)));
            Assert.That(await NamesAsync(new ListRequest { Selection = On(node), Namespace = "a" }), Is.EqualTo(wanted.Where(one => one.Key.Namespace == "a").Select(one => one.Path)));
            Assert.That(await NamesAsync(new ListRequest { Selection = On(node), Limit = 2 }), Is.EqualTo(wanted.Take(2).Select(one => one.Path)));
            using var watch = await Pods.WatchAsync(new WatchRequest { Selection = On(node), SendInitialEvents = true, ResourceVersionMatch = "NotOlderThan", AllowBookmarks = true }, Cancel);
            var told = await ReadAsync(watch, wanted.Count + 1);
            Assert.That(told[..^1].Select(item => item.Object!.Path), Is.EqualTo(wanted.Select(one => one.Path)));
            Assert.That(told[^1].EndsInitialEvents, Is.True);
        }

        Assert.That(Pods.Cache.State.Indexes, Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Pages_by_an_indexed_field_go_on_where_the_last_ended()
    {
        for (var i = 0; i < 20; i++)
            await PodAsync($"p{i:00}", Nodes[i % Nodes.Length]);
        var names = new List<string>();
        var next = "";
        do
        {
            var page = await Pods.ListAsync(new ListRequest { Selection = On("two"), Limit = 2, Continue = next }, Cancel);
            names.AddRange(page.Items.Select(one => one.Key.Name));
            next = page.Continue;
        }
        while (next.Length > 0);
        Assert.That(names, Is.EqualTo(new[] { "p02", "p06", "p10", "p14", "p18" }));
    }

    private async Task ChangeAsync(Random random)
    {
        var (name, ns) = ($"p{random.Next(12)}", random.Next(2) == 0 ? "a" : "b");
        var found = await Pods.FindAsync(Key(name, ns), Cancel);
        if (found is null)
            await PodAsync(name, Nodes[random.Next(Nodes.Length)], ns);
        else if (random.Next(3) == 0)
            await DeleteAsync(Pods, Key(name, ns), new DeleteOptions { GracePeriodSeconds = 0 });
        else
            await ChangeAsync<Pod>(Pods, Key(name, ns), pod => pod with { Spec = pod.Spec with { NodeName = Nodes[random.Next(Nodes.Length)] } });
    }

    private async Task PodAsync(string name, string node, string ns = "default") =>
        await Pods.CreateAsync(new Pod { Metadata = new ObjectMeta { Name = name, Namespace = ns }, Spec = new PodSpec { NodeName = node } }, Creating, Cancel);

    private async Task<List<string>> NamesAsync(ListRequest request) => [.. (await Pods.ListAsync(request, Cancel)).Items.Select(one => one.Path)];

    private ObjectSelection On(string node) => ObjectSelection.Parse(PodKind, "", $"spec.nodeName={node}");
}
