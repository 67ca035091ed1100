using System.Text;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Patching;

[TestFixture]
internal sealed class StrategicMergePatchTests
{
    private static readonly TypeDescriptor Text = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.String };

    private static readonly TypeDescriptor Item = Struct(("name", Text), ("value", Text), ("other", Text));

    private static readonly TypeDescriptor Thing = Struct(
        ("keyed", new TypeDescriptor { Shape = ValueShape.List, PatchStrategy = PatchStrategies.Merge, PatchMergeKey = "name", Items = Item }),
        ("plain", new TypeDescriptor { Shape = ValueShape.List, Items = Item }),
        ("words", new TypeDescriptor { Shape = ValueShape.List, PatchStrategy = PatchStrategies.Merge, Items = Text }),
        ("one", Item),
        ("whole", new TypeDescriptor { Shape = ValueShape.Map, Values = Text, PatchStrategy = PatchStrategies.Replace }),
        ("map", new TypeDescriptor { Shape = ValueShape.Map, Values = Text }));

    // Objects
    [TestCase("""{"one":{"name":"a","value":"b"}}""", """{"one":{"value":null,"other":"c"}}""", """{"one":{"name":"a","other":"c"}}""")]
    [TestCase("""{"one":{"name":"a","value":"b"}}""", """{"one":{"$patch":"replace","other":"c"}}""", """{"one":{"other":"c"}}""")]
    [TestCase("""{"one":{"name":"a"}}""", """{"one":{"$patch":"delete"}}""", """{"one":{}}""")]
    [TestCase("""{"one":{"name":"a","value":"b"}}""", """{"one":{"$retainKeys":["name","other"],"other":"c"}}""", """{"one":{"name":"a","other":"c"}}""")]
    [TestCase("""{"whole":{"a":"1"}}""", """{"whole":{"b":"2"}}""", """{"whole":{"b":"2"}}""")]
    [TestCase("""{"map":{"a":"1"}}""", """{"map":{"b":"2","c":null}}""", """{"map":{"a":"1","b":"2"}}""")]
    [TestCase("""{}""", """{"one":{"name":"a","value":null},"map":{"$patch":"replace","x":"y"}}""", """{"one":{"name":"a"}}""")]

    // Lists by key
    [TestCase("""{"keyed":[{"name":"a","value":"1"},{"name":"b"}]}""", """{"keyed":[{"name":"b","value":"2"},{"name":"c"}]}""", """{"keyed":[{"name":"a","value":"1"},{"name":"b","value":"2"},{"name":"c"}]}""")]
    [TestCase("""{"keyed":[{"name":"a"}]}""", """{"keyed":[{"name":"n"}]}""", """{"keyed":[{"name":"n"},{"name":"a"}]}""")]
    [TestCase("""{"keyed":[{"name":"a"},{"name":"b"}]}""", """{"keyed":[{"name":"a","$patch":"delete"},{"name":"x","$patch":"delete"}]}""", """{"keyed":[{"name":"b"}]}""")]
    [TestCase("""{"keyed":[{"name":"a"},{"name":"b"}]}""", """{"keyed":[{"$patch":"replace"},{"name":"z"}]}""", """{"keyed":[{"name":"z"}]}""")]
    [TestCase("""{"keyed":[{"name":"a"}]}""", """{"keyed":null}""", """{}""")]
    [TestCase("""{"plain":[{"name":"a"}]}""", """{"plain":[{"name":"b"}]}""", """{"plain":[{"name":"b"}]}""")]

    // Lists of scalars
    [TestCase("""{"words":["a","b"]}""", """{"words":["c","a"]}""", """{"words":["c","a","b"]}""")]
    [TestCase("""{"words":["a","b","c"]}""", """{"$deleteFromPrimitiveList/words":["a","c"]}""", """{"words":["b"]}""")]
    [TestCase("""{}""", """{"$deleteFromPrimitiveList/words":["a"]}""", """{}""")]

    // Order
    [TestCase("""{"keyed":[{"name":"a"},{"name":"b"},{"name":"s"}]}""", """{"$setElementOrder/keyed":[{"name":"b"},{"name":"a"}]}""", """{"keyed":[{"name":"b"},{"name":"a"},{"name":"s"}]}""")]
    [TestCase("""{"keyed":[{"name":"s"},{"name":"a"}]}""", """{"$setElementOrder/keyed":[{"name":"n"},{"name":"a"}],"keyed":[{"name":"n"}]}""", """{"keyed":[{"name":"n"},{"name":"s"},{"name":"a"}]}""")]
    [TestCase("""{"words":["a","b","c"]}""", """{"$setElementOrder/words":["c","a","d"],"words":["d"]}""", """{"words":["b","c","a","d"]}""")]
    public void A_patch_merges_as_the_type_says(string original, string patch, string merged) =>
        Assert.That(StrategicMergePatch.Apply(Read(original), Read(patch), Thing), Is.EqualTo(Read(merged)));

    [TestCase("""{"keyed":[{"value":"x"}]}""", "map: map[value:x] does not contain declared merge key: name")]
    [TestCase("""{"one":{"$patch":"bogus"}}""", "unknown patch type: bogus in map: map[$patch:bogus]")]
    [TestCase("""{"keyed":[{"name":"a","$patch":"merge"}]}""", "merging lists cannot yet be specified in the patch")]
    [TestCase("""{"one":{"$retainKeys":["name"],"value":"x"}}""", "invalid patch format of retainKeys")]
    [TestCase("""{"$setElementOrder/keyed":[{"name":"b"}],"keyed":[{"name":"a"}]}""", "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n")]
    public void A_patch_that_contradicts_itself_is_refused(string patch, string message) =>
        Assert.That(
            () => StrategicMergePatch.Apply(Read("""{"one":{"name":"a"},"keyed":[{"name":"a"}]}"""), Read(patch), Thing),
            Throws.TypeOf<PatchFormatException>().With.Message.EqualTo(message));

    private static TypeDescriptor Struct(params (string Name, TypeDescriptor Type)[] fields) =>
        new() { Shape = ValueShape.Struct, Fields = new FieldTable([.. fields.Select(field => new FieldDescriptor(field.Name, field.Type))]) };

    private static TreeObject Read(string json) => TreeReader.ReadObject(Encoding.UTF8.GetBytes(json));
}
