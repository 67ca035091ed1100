using System.Text;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Trees;
using ControlPlane.TestKit;

namespace ControlPlane.Machinery.Tests.Patching;

[TestFixture]
internal sealed class JsonPatchTests
{
    [TestCaseSource(nameof(Suite))]
    public void The_test_suite_of_the_format_passes(TreeObject test)
    {
        var patch = test["patch"]!;
        if (test.Has("error"))
            Assert.That(() => JsonPatch.Parse(patch).Apply(test["doc"]!), Throws.TypeOf<PatchNotApplicableException>());
        else
            Assert.That(JsonPatch.Parse(patch).Apply(test["doc"]!), Is.EqualTo(test["expected"] ?? test["doc"]));
    }

    [Test]
    public void Negative_indexes_count_from_the_end_where_allowed()
    {
        var patch = JsonPatch.Parse(Read("""[{"op":"replace","path":"/a/-1","value":9},{"op":"add","path":"/a/-1","value":8},{"op":"remove","path":"/a/-3"}]"""));
        Assert.That(patch.Apply(Read("""{"a":[1,2]}"""), allowNegativeIndexes: true), Is.EqualTo(Read("""{"a":[8,9]}""")));
    }

    [Test]
    public void Copies_are_limited()
    {
        var patch = JsonPatch.Parse(Read("""[{"op":"copy","from":"/a","path":"/b"},{"op":"copy","from":"/a","path":"/c"}]"""));
        Assert.That(() => patch.Apply(Read("""{"a":"0123456789"}"""), copiedBytesMaximum: 20), Throws.TypeOf<PatchTooLargeException>()
            .With.Message.EqualTo("Unable to complete the copy, the accumulated size increase of copy is 24, exceeding the limit 20"));
    }

    [Test]
    public void Too_many_operations_are_refused()
    {
        var patch = TreeList.From(Enumerable.Repeat(Read("""{"op":"test","path":"/a","value":1}"""), 10_001));
        Assert.That(() => JsonPatch.Parse(patch), Throws.TypeOf<PatchTooLargeException>()
            .With.Message.EqualTo("The allowed maximum operations in a JSON patch is 10000, got 10001"));
    }

    [Test]
    public void What_is_no_list_of_operations_is_malformed() =>
        Assert.That(() => JsonPatch.Parse(Read("""{"op":"add"}""")), Throws.TypeOf<PatchFormatException>());

    private static IEnumerable<TestCaseData> Suite()
    {
        var directory = Repository.Golden("jsonpatch");
        if (directory is null)
        {
            yield return new TestCaseData(TreeObject.Empty).Ignore("the golden data is not there");
            yield break;
        }

        foreach (var file in Directory.GetFiles(directory, "*.json").Order(StringComparer.Ordinal))
        {
            foreach (var (test, index) in ((TreeList)TreeReader.Read(File.ReadAllBytes(file))).Cast<TreeObject>().Select((test, index) => (test, index)))
            {
                if (test["disabled"] is null)
                    yield return new TestCaseData(test).SetArgDisplayNames($"{Path.GetFileName(file)} {index}: {test.String("comment")}");
            }
        }
    }

    private static TreeValue Read(string json) => TreeReader.Read(Encoding.UTF8.GetBytes(json));
}
