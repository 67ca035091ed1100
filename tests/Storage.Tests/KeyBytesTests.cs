namespace ControlPlane.Storage.Tests;

[Parallelizable(ParallelScope.All)]
public sealed class KeyBytesTests
{
    // Every boundary at which the order of UTF-16, or a step to the next character, could differ from that of UTF-8.
    private static readonly string[] Characters =
        ["\0", "/", "0", "a", "\u007f", "\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010fffe", "\U0010ffff"];

    [Test]
    public void Keys_compare_as_their_bytes([ValueSource(nameof(Characters))] string left, [ValueSource(nameof(Characters))] string right)
    {
        foreach (var (a, b) in new[] { (left, right), ("x" + left, "x" + right), (left + "x", right), (left, right + left) })
            Assert.That(Math.Sign(KeyBytes.Compare(a, b)), Is.EqualTo(Math.Sign(CompareBytes(a, b))), $"{a} {b}");
    }

    [Test]
    public void The_end_of_a_prefix_is_after_all_its_keys_and_before_all_others([ValueSource(nameof(Characters))] string last)
    {
        var prefix = "p" + last;
        var end = KeyBytes.AfterPrefix(prefix)!;
        Assert.That(CompareBytes(prefix + "\U0010ffff\U0010ffff", end), Is.Negative);
        foreach (var other in Characters.Select(character => "p" + character).Where(other => CompareBytes(other, prefix) > 0))
            Assert.That(CompareBytes(end, other), Is.Not.Positive, other);
    }

    [Test]
    public void Nothing_is_after_the_greatest_prefix() => Assert.That(KeyBytes.AfterPrefix("\U0010ffff"), Is.Null);

    private static int CompareBytes(string left, string right) =>
        System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
}
