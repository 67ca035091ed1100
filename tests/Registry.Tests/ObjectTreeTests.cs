using System.Globalization;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Stored;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Tests;

/// <summary>The tree against a sorted dictionary, over many random changes; old trees stay as they were.</summary>
public sealed class ObjectTreeTests
{
    private static readonly StoredForm Form = new(new ConfigMaps());

    [TestCase(1, 50)]
    [TestCase(2, 2_000)]
    [TestCase(3, 20_000)]
    public void A_tree_holds_what_a_sorted_map_holds(int seed, int paths)
    {
        var random = new Random(seed);
        var expected = new SortedDictionary<string, StoredObject>(StringComparer.Ordinal);
        var tree = ObjectTree.Empty;
        for (var step = 0; step < 40_000; step++)
        {
            var path = Path(random.Next(paths));
            // Grows first, shrinks to nothing later.
            if (random.Next(40_000) > step)
            {
                expected[path] = Object(path);
                tree = tree.Set(expected[path]);
            }
            else
            {
                expected.Remove(path);
                tree = tree.Remove(path);
            }

            if (step % 4_000 == 0)
                AssertSame(tree, expected, random, paths);
        }

        foreach (var path in expected.Keys.ToArray())
            tree = tree.Remove(path);
        Assert.That(tree.Count, Is.Zero);
    }

    [Test]
    public void A_tree_that_is_built_at_once_can_be_changed_like_any_other()
    {
        for (var count = 0; count < 3_000; count += 37)
        {
            var objects = Enumerable.Range(0, count).Select(Path).Order(StringComparer.Ordinal).Select(Object).ToList();
            var tree = ObjectTree.Build(objects).Set(Object("zz/last")).Set(Object("a")).Remove("zz/last");
            Assert.That(tree.From("", "").Select(one => one.Path), Is.EqualTo(objects.Select(one => one.Path).Prepend("a")));
        }
    }

    [Test]
    public void A_snapshot_is_not_changed_by_what_comes_after()
    {
        var snapshot = ObjectTree.Build([.. Enumerable.Range(0, 1_000).Select(Path).Order(StringComparer.Ordinal).Select(Object)]);
        var before = snapshot.From("", "").ToList();
        var tree = snapshot;
        for (var i = 0; i < 1_000; i++)
            tree = i % 2 == 0 ? tree.Remove(Path(i)) : tree.Set(Object(Path(i)));
        Assert.That(snapshot.From("", ""), Is.EqualTo(before));
        Assert.That(tree.Count, Is.EqualTo(500));
    }

    private static void AssertSame(ObjectTree tree, SortedDictionary<string, StoredObject> expected, Random random, int paths)
    {
        Assert.That(tree.Count, Is.EqualTo(expected.Count));
        Assert.That(tree.From("", ""), Is.EqualTo(expected.Values));
        for (var i = 0; i < 20; i++)
        {
            var path = Path(random.Next(paths));
            Assert.That(tree.Find(path), Is.SameAs(expected.GetValueOrDefault(path)));
            Assert.That(tree.Rank(path), Is.EqualTo(expected.Keys.Count(key => string.CompareOrdinal(key, path) < 0)));
            Assert.That(tree.From(path, "n1/"), Is.EqualTo(expected.Values
                .SkipWhile(one => string.CompareOrdinal(one.Path, path) < 0)
                .TakeWhile(one => one.Path.StartsWith("n1/", StringComparison.Ordinal))));
        }
    }

    private static string Path(int number) => string.Create(CultureInfo.InvariantCulture, $"n{number % 3}/{number:x}");

    private static StoredObject Object(string path) => new(Form, path, default, new Revision(1), new Revision(1));
}
