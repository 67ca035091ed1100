namespace ControlPlane.Host.Tests.Options;

/// <summary>Durations in Go's form, read and shown.</summary>
public sealed class DurationTests
{
    [TestCase("1h30m", 5400)]
    [TestCase("1.5s", 1.5)]
    [TestCase("250ms", 0.25)]
    [TestCase("2us", 0.000002)]
    [TestCase("-5s", -5)]
    [TestCase("0", 0)]
    public void They_are_read(string text, double seconds) =>
        Assert.That(FlagParsers.TryDuration(text, out var value) ? value.TotalSeconds : double.NaN, Is.EqualTo(seconds));

    [TestCase("")]
    [TestCase("5")]
    [TestCase("s")]
    [TestCase("1d")]
    [TestCase("1 s")]
    [TestCase("--5s")]
    [TestCase("9999999999h")]
    public void What_is_none_is_refused(string text) => Assert.That(FlagParsers.TryDuration(text, out _), Is.False);

    [TestCase(3600, "1h0m0s")]
    [TestCase(90, "1m30s")]
    [TestCase(5, "5s")]
    [TestCase(0.25, "250ms")]
    [TestCase(0, "0s")]
    [TestCase(-5, "-5s")]
    public void They_are_shown(double seconds, string text) => Assert.That(FlagText.Of(TimeSpan.FromSeconds(seconds)), Is.EqualTo(text));
}
