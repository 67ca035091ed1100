using System.Text;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Tests.Patching.Apply;

[TestFixture]
internal sealed class FieldSetTests
{
    [TestCase("""{"f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}},"f:set":{"v:1":{},"v:\"a\"":{}}}}""")]
    [TestCase("""{"f:a":{},"f:b":{},"k:{\"port\":80}":{},"k:{\"port\":443}":{},"v:true":{},"i:0":{},"i:10":{}}""")]
    [TestCase("{}")]
    public void The_canonical_form_is_kept(string text) => Assert.That(Read(text).ToString(), Is.EqualTo(text));

    [Test]
    public void Elements_out_of_order_and_twice_are_put_in_order() =>
        Assert.That(
            Read("""{"k:{\"p\":443}":{},"f:b":{"f:y":{}},"f:a":{},"f:b":{"f:x":{}},"k:{\"p\":80}":{}}""").ToString(),
            Is.EqualTo("""{"f:a":{},"f:b":{"f:x":{},"f:y":{}},"k:{\"p\":80}":{},"k:{\"p\":443}":{}}"""));

    [Test]
    public void Kinds_of_elements_that_are_not_known_are_left_out() =>
        Assert.That(Read("""{"q:new":{},"f:a":{}}""").ToString(), Is.EqualTo("""{"f:a":{}}"""));

    [TestCase("""{"f:a":1}""")]
    [TestCase("""{"a":{}}""")]
    [TestCase("""{"k:[]":{}}""")]
    [TestCase("""{"i:x":{}}""")]
    [TestCase("[]")]
    public void What_is_no_field_set_is_refused(string text) => Assert.That(() => Read(text), Throws.TypeOf<ManagedFieldsException>());

    [TestCase("""{"f:a":{}}""", """{"f:b":{}}""", """{"f:a":{},"f:b":{}}""", "{}", """{"f:a":{}}""")]
    [TestCase("""{"f:a":{".":{},"f:x":{}}}""", """{"f:a":{"f:x":{},"f:y":{}}}""", """{"f:a":{".":{},"f:x":{},"f:y":{}}}""", """{"f:a":{"f:x":{}}}""", """{"f:a":{}}""")]
    [TestCase("""{"f:a":{"f:x":{}}}""", """{"f:a":{}}""", """{"f:a":{".":{},"f:x":{}}}""", "{}", """{"f:a":{"f:x":{}}}""")]
    [TestCase("""{"f:a":{}}""", """{"f:a":{}}""", """{"f:a":{}}""", """{"f:a":{}}""", "{}")]
    public void Sets_are_joined_cut_and_subtracted(string one, string other, string union, string common, string rest)
    {
        var (left, right) = (Read(one), Read(other));
        Assert.Multiple(() =>
        {
            Assert.That(left.Union(right), Is.EqualTo(Read(union)));
            Assert.That(left.Intersection(right), Is.EqualTo(Read(common)));
            Assert.That(left.Difference(right), Is.EqualTo(Read(rest)));
            Assert.That(left.Union(right).Contains(right), Is.True);
            Assert.That(left.Contains(right), Is.EqualTo(right.Difference(left).IsEmpty));
        });
    }

    [Test]
    public void The_recursive_difference_takes_what_is_below_too() =>
        Assert.That(
            Read("""{"f:status":{".":{},"f:x":{}},"f:spec":{"f:y":{}}}""").RecursiveDifference(FieldSet.Of(FieldPath.Of("status"))),
            Is.EqualTo(Read("""{"f:spec":{"f:y":{}}}""")));

    [Test]
    public void Leaves_are_members_without_others_below() =>
        Assert.That(Read("""{"f:a":{".":{},"f:x":{".":{},"f:y":{}}},"f:b":{}}""").Leaves(), Is.EqualTo(Read("""{"f:a":{"f:x":{"f:y":{}}},"f:b":{}}""")));

    [Test]
    public void Paths_come_members_first_and_print_as_conflicts_name_them()
    {
        var paths = new List<string>();
        Read("""{"f:a":{"k:{\"n\":\"q\\\"\",\"p\":80}":{".":{},"f:x":{}},"v:\"s\"":{}},"f:b":{},"i:3":{}}""").ForEach(path => paths.Add(path.ToString()));
        Assert.That(paths, Is.EqualTo(new[] { ".b", "[3]", """.a[n="q\"",p=80]""", """.a[="s"]""", """.a[n="q\"",p=80].x""" }));
    }

    [Test]
    public void A_set_that_nobody_changed_keeps_its_text()
    {
        var text = FieldsV1.FromText("""{"f:b":{},"f:a":{}}""");
        Assert.That(FieldsCodec.Encode(FieldsCodec.Read(text)), Is.EqualTo(text));
    }

    private static FieldSet Read(string text) => FieldsCodec.Read(Encoding.UTF8.GetBytes(text));
}
