using System.Text;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Trees;

[TestFixture]
internal sealed class TreeReaderTests
{
    [TestCase("""{"b":[1,2.5,true,null,"x"],"a":{}}""", """{"a":{},"b":[1,2.5,true,null,"x"]}""")]
    [TestCase("""{"é\n":"\u00e9\u2028"}""", "{\"é\\n\":\"é\\u2028\"}")]
    [TestCase("9223372036854775807", "9223372036854775807")]
    [TestCase("9223372036854775808", "9223372036854776000")]
    [TestCase("1.0", "1")]
    [TestCase("-0.5", "-0.5")]
    [TestCase("1e21", "1e+21")]
    [TestCase("1e20", "100000000000000000000")]
    [TestCase("123456789012345683968", "123456789012345680000")]
    [TestCase("0.000001", "0.000001")]
    [TestCase("0.00001234", "0.00001234")]
    [TestCase("1e-7", "1e-7")]
    [TestCase("-2.5e-10", "-2.5e-10")]
    [TestCase("1.7976931348623157e308", "1.7976931348623157e+308")]
    public void Json_is_written_as_Go_writes_it(string json, string written) =>
        Assert.That(Read(json).ToString(), Is.EqualTo(written));

    [Test]
    public void Of_duplicate_names_the_last_counts_and_the_paths_are_told()
    {
        var duplicates = new List<string>();
        var tree = TreeReader.Read("""{"spec":{"a":1,"items":[{"n":1,"n":2}],"a":2},"spec2":1}"""u8, duplicates);
        Assert.Multiple(() =>
        {
            Assert.That(tree.ToString(), Is.EqualTo("""{"spec":{"a":2,"items":[{"n":2}]},"spec2":1}"""));
            Assert.That(duplicates, Is.EqualTo(new[] { "spec.items[0].n", "spec.a" }));
        });
    }

    [Test]
    public void Objects_with_many_members_are_sorted_and_found()
    {
        var json = "{" + string.Join(',', Enumerable.Range(0, 500).Reverse().Select(index => $"\"k{index}\":{index}")) + ",\"k7\":\"again\"}";
        var tree = (TreeObject)Read(json);
        Assert.Multiple(() =>
        {
            Assert.That(tree, Has.Count.EqualTo(500));
            Assert.That(tree["k499"], Is.EqualTo(TreeInteger.Of(499)));
            Assert.That(tree.String("k7"), Is.EqualTo("again"));
            Assert.That(tree.Has("k500"), Is.False);
            Assert.That(tree.Without("k1").With("k1", TreeNull.Instance).Names.ToArray(), Is.EqualTo(tree.Names.ToArray()));
        });
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("{} {}")]
    [TestCase("{\"a\":01}")]
    [TestCase("[1,]")]
    [TestCase("1e999")]
    public void What_is_not_JSON_is_refused(string json) =>
        Assert.That(() => Read(json), Throws.TypeOf<TreeFormatException>());

    [Test]
    public void Nesting_has_an_end()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => Read(new string('[', 1001) + new string(']', 1001)), Throws.TypeOf<TreeFormatException>());
            Assert.That(Read(new string('[', 1000) + new string(']', 1000)).Kind, Is.EqualTo(TreeKind.List));
        });
    }

    [Test]
    public void Equality_is_deep_and_numbers_are_equal_by_value()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Read("""{"a":[1,{"b":2.0}]}"""), Is.EqualTo(Read("""{"a":[1.0,{"b":2}]}""")));
            Assert.That(Read("""{"a":[1,{"b":2.0}]}""").GetHashCode(), Is.EqualTo(Read("""{"a":[1.0,{"b":2}]}""").GetHashCode()));
            Assert.That(Read("""{"a":null}"""), Is.Not.EqualTo(Read("{}")));
            Assert.That(Read("[]"), Is.Not.EqualTo(Read("{}")));
        });
    }

    private static TreeValue Read(string json) => TreeReader.Read(Encoding.UTF8.GetBytes(json));
}
