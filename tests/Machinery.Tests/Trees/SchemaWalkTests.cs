using System.Text;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Trees;

[TestFixture]
internal sealed class SchemaWalkTests
{
    private static readonly TypeDescriptor Text = new() { Shape = ValueShape.Scalar, Scalar = ScalarType.String };

    private static readonly TypeDescriptor Item = new()
    {
        Shape = ValueShape.Struct,
        Fields = new FieldTable([new FieldDescriptor("name", Text), new FieldDescriptor("mode", Text) { Default = "\"rw\"" }]),
    };

    private static readonly TypeDescriptor Object = new()
    {
        Shape = ValueShape.Struct,
        Fields = new FieldTable(
        [
            new FieldDescriptor("spec", new TypeDescriptor
            {
                Shape = ValueShape.Struct,
                Fields = new FieldTable(
                [
                    new FieldDescriptor("items", new TypeDescriptor { Shape = ValueShape.List, Items = Item }),
                    new FieldDescriptor("byName", new TypeDescriptor { Shape = ValueShape.Map, Values = Item }),
                    new FieldDescriptor("free", new TypeDescriptor { Shape = ValueShape.Struct, PreservesUnknownFields = true }),
                    new FieldDescriptor("nullable", new TypeDescriptor { Shape = ValueShape.Scalar, IsNullable = true }) { Default = "\"d\"" },
                ]),
            }),
        ]),
    };

    [Test]
    public void Unknown_fields_are_dropped_and_named()
    {
        var unknown = new List<string>();
        var pruned = Pruning.Prune(
            Read("""{"apiVersion":"v1","kind":"K","metadata":{"x":1},"bogus":1,"spec":{"items":[{"name":"a","y":1}],"byName":{"k":{"z":1}},"free":{"q":1}}}"""),
            Object,
            unknown);
        Assert.Multiple(() =>
        {
            Assert.That(pruned, Is.EqualTo(Read("""{"apiVersion":"v1","kind":"K","metadata":{"x":1},"spec":{"items":[{"name":"a"}],"byName":{"k":{}},"free":{"q":1}}}""")));
            Assert.That(unknown, Is.EquivalentTo(new[] { "bogus", "spec.items[0].y", "spec.byName.k.z" }));
        });
    }

    [Test]
    public void What_needs_no_pruning_or_defaulting_stays_the_same_instance()
    {
        var tree = Read("""{"spec":{"items":[{"name":"a","mode":"rw"}],"nullable":null}}""");
        Assert.Multiple(() =>
        {
            Assert.That(Pruning.Prune(tree, Object), Is.SameAs(tree));
            Assert.That(Defaulting.Apply(tree, Object), Is.SameAs(tree));
        });
    }

    [Test]
    public void Defaults_fill_absent_fields_and_forbidden_nulls()
    {
        var defaulted = Defaulting.Apply(Read("""{"spec":{"items":[{"mode":null},{}],"byName":{"k":{"mode":"x"},"l":{}},"nullable":null}}"""), Object);
        Assert.That(defaulted, Is.EqualTo(Read(
            """{"spec":{"items":[{"mode":"rw"},{"mode":"rw"}],"byName":{"k":{"mode":"x"},"l":{"mode":"rw"}},"nullable":null}}""")));
    }

    [Test]
    public void Nulls_without_default_are_dropped()
    {
        var dropped = Defaulting.DropForbiddenNulls(Read("""{"spec":{"items":[{"name":null,"mode":null}],"byName":{"k":null},"nullable":null}}"""), Object);
        Assert.That(dropped, Is.EqualTo(Read("""{"spec":{"items":[{"mode":null}],"byName":{},"nullable":null}}""")));
    }

    private static TreeObject Read(string json) => TreeReader.ReadObject(Encoding.UTF8.GetBytes(json));
}
