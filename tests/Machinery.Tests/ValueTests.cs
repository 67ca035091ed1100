using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Tests;

/// <summary>The small values that objects are made of.</summary>
public sealed class ValueTests
{
    [Test]
    public void A_nil_list_equals_an_empty_one()
    {
        Assert.That(default(ValueList<int>), Is.EqualTo(ValueList<int>.Empty));
        Assert.That(default(ValueList<int>).GetHashCode(), Is.EqualTo(ValueList<int>.Empty.GetHashCode()));
        Assert.That(default(ValueList<int>).IsNil, Is.True);
        Assert.That(ValueList<int>.Empty.IsNil, Is.False);
    }

    [Test]
    public void A_list_changes_into_another_and_stays_itself()
    {
        ValueList<string> list = ["a", "b"];

        Assert.That(list.Add("c"), Is.EqualTo((ValueList<string>)["a", "b", "c"]));
        Assert.That(list.SetItem(0, "x"), Is.EqualTo((ValueList<string>)["x", "b"]));
        Assert.That(list.RemoveAt(0), Is.EqualTo((ValueList<string>)["b"]));
        Assert.That(list.RemoveAll(item => item == "b"), Is.EqualTo((ValueList<string>)["a"]));
        Assert.That(list, Is.EqualTo((ValueList<string>)["a", "b"]));
    }

    [Test]
    public void A_map_is_sorted_finds_its_keys_and_keeps_the_last_of_equal_ones()
    {
        var map = new[] { KeyValuePair.Create("b", 1), KeyValuePair.Create("a", 2), KeyValuePair.Create("b", 3), KeyValuePair.Create("B", 4) }.ToValueMap();

        Assert.That(map.Keys, Is.EqualTo((string[])["B", "a", "b"]));
        Assert.That(map["b"], Is.EqualTo(3));
        Assert.That(map.TryGetValue("c", out _), Is.False);
        Assert.That(map.With("aa", 5).Keys, Is.EqualTo((string[])["B", "a", "aa", "b"]));
        Assert.That(map.With("a", 6)["a"], Is.EqualTo(6));
        Assert.That(map.Without("a").Keys, Is.EqualTo((string[])["B", "b"]));
        Assert.That(default(ValueMap<int>), Is.EqualTo(ValueMap<int>.Empty));
    }

    [TestCase("2006-01-02T15:04:05Z", "2006-01-02T15:04:05Z")]
    [TestCase("2006-01-02T15:04:05.999Z", "2006-01-02T15:04:05Z")]
    [TestCase("2006-01-02T15:04:05+01:30", "2006-01-02T13:34:05Z")]
    [TestCase("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z")]
    [TestCase("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")]
    public void A_time_is_read_as_rfc_3339_and_written_in_utc(string text, string written) =>
        Assert.That(Timestamp.Parse(text).ToString(), Is.EqualTo(written));

    [TestCase("")]
    [TestCase("2006-01-02")]
    [TestCase("2006-01-02T15:04:05")]
    [TestCase("2006-13-02T15:04:05Z")]
    [TestCase("2006-02-30T15:04:05Z")]
    [TestCase("2006-01-02T24:04:05Z")]
    [TestCase("2006-01-02 15:04:05Z")]
    [TestCase("9999-12-31T23:59:59-01:00")]
    [TestCase("0001-01-01T00:00:00+01:00")]
    [TestCase("2006-01-02T15:04:05.Z")]
    public void What_is_no_time_is_refused(string text) => Assert.That(Timestamp.TryParse(text, out _), Is.False);

    [Test]
    public void A_time_with_microseconds_has_six_digits()
    {
        Assert.That(MicroTimestamp.Parse("2006-01-02T15:04:05.000001Z").ToString(), Is.EqualTo("2006-01-02T15:04:05.000001Z"));
        Assert.Throws<FormatException>(() => MicroTimestamp.Parse("2006-01-02T15:04:05Z"));
    }

    [Test]
    public void Names_of_kinds_and_resources_are_written_as_upstream_does()
    {
        Assert.That(new GroupResource("apps", "deployments").ToString(), Is.EqualTo("deployments.apps"));
        Assert.That(new GroupResource("", "pods").ToString(), Is.EqualTo("pods"));
        Assert.That(GroupVersionKind.Parse("apps/v1", "Deployment").ToString(), Is.EqualTo("apps/v1, Kind=Deployment"));
        Assert.That(GroupVersion.Parse("v1"), Is.EqualTo(new GroupVersion("", "v1")));
        Assert.Throws<FormatException>(() => GroupVersion.Parse("a/b/c"));
        Assert.That(GroupResource.Parse("widgets.example.com"), Is.EqualTo(new GroupResource("example.com", "widgets")));
        Assert.That(ObjectKey.Parse("ns/name"), Is.EqualTo(new ObjectKey("ns", "name")));
        Assert.That(new ObjectKey("", "node").ToString(), Is.EqualTo("node"));
    }
}
