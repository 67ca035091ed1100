using System.Text;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Patching;

[TestFixture]
internal sealed class PatchReachTests
{
    [TestCase("""{"metadata":{"labels":{"a":"b"}}}""", "metadata", true)]
    [TestCase("""{"spec":{"replicas":1},"metadata":{"name":"x"}}""", "metadata spec", true)]
    [TestCase("""{"data":null}""", "data", true)]
    [TestCase("""{"metadata":null}""", "metadata", false)]
    [TestCase("""{"metadata":{"managedFields":[{}]}}""", "metadata", false)]
    [TestCase("{}", "", true)]
    [TestCase("[]", null, false)]
    public void A_merge_patch_reaches_the_members_that_it_names(string patch, string? members, bool sparesManagedFields) =>
        Check(PatchReach.OfMerge(Read(patch)), members, sparesManagedFields);

    [TestCase("""{"metadata":{"labels":{"a":"b"}}}""", "metadata", true)]
    [TestCase("""{"spec":{"$retainKeys":["a"]}}""", "spec", true)]
    [TestCase("""{"$patch":"replace","spec":{}}""", null, false)]
    [TestCase("""{"!":1,"$retainKeys":["spec"],"spec":{}}""", null, false)]
    [TestCase("""{"metadata":{"$retainKeys":["labels"],"labels":{}}}""", "metadata", false)]
    [TestCase("""{"metadata":{"$patch":"delete"}}""", "metadata", false)]
    [TestCase("1", null, false)]
    public void A_strategic_merge_patch_reaches_all_where_a_directive_is_about_the_whole(string patch, string? members, bool sparesManagedFields) =>
        Check(PatchReach.OfStrategicMerge(Read(patch)), members, sparesManagedFields);

    [TestCase("""[{"op":"add","path":"/metadata/labels/a","value":1},{"op":"remove","path":"/spec"}]""", "metadata spec", true)]
    [TestCase("""[{"op":"copy","from":"/data/x","path":"/metadata/annotations/y"}]""", "data metadata", true)]
    [TestCase("""[{"op":"test","path":"/metadata","value":{}}]""", "metadata", false)]
    [TestCase("""[{"op":"remove","path":"/metadata/managedFields/0"}]""", "metadata", false)]
    [TestCase("""[{"op":"replace","path":"","value":{}}]""", null, false)]
    [TestCase("""[{"op":"remove","path":"spec"}]""", null, false)]
    [TestCase("""[{"op":"add","path":"/a~1b/c","value":1}]""", "a/b", true)]
    [TestCase("{}", null, false)]
    public void A_json_patch_reaches_what_its_pointers_begin_with(string patch, string? members, bool sparesManagedFields) =>
        Check(PatchReach.OfJsonPatch(Read(patch)), members, sparesManagedFields);

    private static void Check(PatchReach? reach, string? members, bool sparesManagedFields)
    {
        Assert.That(reach is null, Is.EqualTo(members is null));
        if (reach is null)
            return;
        Assert.That(reach.Members.Order(StringComparer.Ordinal), Is.EqualTo(members!.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.That(reach.SparesManagedFields, Is.EqualTo(sparesManagedFields));
    }

    private static TreeValue Read(string json) => TreeReader.Read(Encoding.UTF8.GetBytes(json));
}
