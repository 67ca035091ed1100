using System.Text;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Patching;

[TestFixture]
internal sealed class MergePatchTests
{
    // The examples of RFC 7386, appendix A, between objects.
    [TestCase("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [TestCase("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [TestCase("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [TestCase("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [TestCase("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [TestCase("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [TestCase("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [TestCase("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [TestCase("""{"a":"foo"}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [TestCase("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void Objects_merge_and_null_removes(string original, string patch, string merged) =>
        Assert.That(MergePatch.Apply(Read(original), Read(patch)), Is.EqualTo(Read(merged)));

    [Test]
    public void A_patch_that_changes_nothing_gives_the_original_itself()
    {
        var original = Read("""{"a":{"b":1,"c":[1]}}""");
        Assert.That(MergePatch.Apply(original, Read("""{"a":{"b":1,"d":null,"c":[1]}}""")), Is.SameAs(original));
    }

    [Test]
    public void Only_objects_are_patches() =>
        Assert.That(() => MergePatch.Apply(TreeObject.Empty, TreeList.Empty), Throws.TypeOf<PatchFormatException>());

    private static TreeObject Read(string json) => TreeReader.ReadObject(Encoding.UTF8.GetBytes(json));
}
