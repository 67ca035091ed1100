using System.Collections.Immutable;
using System.Text;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Types.Tests;

/// <summary>What objects do with a few of their members, for every kind of object. A failure names its seed.</summary>
public sealed class MemberTests
{
    private const int Documents = 12;

    public static IEnumerable<string> Kinds() =>
        BuiltInTypes.AllKinds().Where(type => type.DecodeJson("{}"u8) is IApiObject).Select(type => type.Kind.ToString());

    [TestCaseSource(nameof(Kinds))]
    public void Members_that_differ_make_one_object_the_other(string kind)
    {
        for (var seed = 0; seed < Documents; seed++)
        {
            var (one, other) = (Object(kind, seed), Object(kind, seed + Documents));
            var names = one.MembersUnlike(other);

            Assert.That(one.MembersUnlike(one), Is.Empty, $"seed {seed}");
            Assert.That(names.IsEmpty, Is.EqualTo(one.Equals(other)), $"seed {seed}");
            Assert.That(one.WithMembersOf(other, names), Is.EqualTo(other), $"seed {seed}");
            foreach (var name in names)
                Assert.That(one.MembersUnlike(one.WithMembersOf(other, [name])), Is.EqualTo(ImmutableArray.Create(name)), $"seed {seed}");
        }
    }

    [TestCaseSource(nameof(Kinds))]
    public void Only_some_members_are_those_and_no_others(string kind)
    {
        for (var seed = 0; seed < Documents; seed++)
        {
            var full = Object(kind, seed);
            var empty = full.OnlyMembers([]);

            Assert.That(full.OnlyMembers(full.MembersUnlike(empty)), Is.EqualTo(full), $"seed {seed}");
            Assert.That(full.OnlyMembers(["metadata", "unknown"]), Is.EqualTo(empty.WithMetadata(full.Metadata)), $"seed {seed}");
        }
    }

    private static IApiObject Object(string kind, int seed)
    {
        var type = BuiltInTypes.AllKinds().Single(type => type.Kind.ToString() == kind);
        var document = new RandomDocument(new Random(seed)).Object(type.Descriptor);
        return (IApiObject)type.DecodeJson(Encoding.UTF8.GetBytes(document.ToJsonString()));
    }
}
