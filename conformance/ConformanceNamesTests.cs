namespace ControlPlane.Conformance;

/// <summary>The marks are right: each stands for one upstream test, and each upstream test has at most one.</summary>
internal sealed class ConformanceNamesTests
{
    [Test]
    public void Each_marked_name_is_one_of_the_list()
    {
        if (ConformanceNames.Listed is { } listed)
            Assert.That(ConformanceNames.Marked.Except(listed), Is.Empty);
        else
            TestContext.Out.WriteLine("not checked: the list of names is not at hand");
    }

    [Test]
    public void No_name_is_marked_twice() =>
        Assert.That(ConformanceNames.Marked.GroupBy(static name => name).Where(static same => same.Count() > 1).Select(static same => same.Key), Is.Empty);

    [Test]
    public void The_count_is_told_by_group()
    {
        string[] listed = ["[sig-node] a", "[sig-node] b", "[sig-cli] c"];
        var told = ConformanceCount.Render(listed, ["[sig-node] a", "[sig-cli] c"], new Dictionary<string, bool> { ["[sig-node] a"] = true, ["[sig-cli] c"] = false });
        Assert.That(told.Split('\n'), Is.EqualTo(new[]
        {
            "Conformance: 2 of 3 names have a test, 2 ran, 1 passed.",
            "  sig-node               1 of   2,   1 passed",
            "  sig-cli                1 of   1,   0 passed",
        }));
    }

    [Test]
    public void Without_the_list_the_count_says_so() =>
        Assert.That(ConformanceCount.Render(null, ["[sig-node] a"], new Dictionary<string, bool>()), Does.Contain("1 names have a test, 0 ran").And.Contain("not checked"));
}
