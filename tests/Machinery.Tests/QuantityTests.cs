using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Tests;

/// <summary>Amounts and their canonical form.</summary>
public sealed class QuantityTests
{
    [TestCase("0", "0")]
    [TestCase("0Ki", "0")]
    [TestCase("-0", "0")]
    [TestCase("1", "1")]
    [TestCase("+1", "1")]
    [TestCase("007", "7")]
    [TestCase("1.", "1")]
    [TestCase(".5", "500m")]
    [TestCase("0.5", "500m")]
    [TestCase("1000m", "1")]
    [TestCase("1500m", "1500m")]
    [TestCase("100m", "100m")]
    [TestCase("0.001", "1m")]
    [TestCase("0.0001", "100u")]
    [TestCase("0.1", "100m")]
    [TestCase("1000", "1k")]
    [TestCase("1500", "1500")]
    [TestCase("1000000", "1M")]
    [TestCase("1e3", "1e3")]
    [TestCase("1E3", "1e3")]
    [TestCase("1e4", "10e3")]
    [TestCase("12e6", "12e6")]
    [TestCase("1e-3", "1e-3")]
    [TestCase("100e-1", "10")]
    [TestCase("1E", "1E")]
    [TestCase("10E", "10E")]
    [TestCase("1Ki", "1Ki")]
    [TestCase("1024", "1024")]
    [TestCase("1024Ki", "1Mi")]
    [TestCase("1.5Gi", "1536Mi")]
    [TestCase("0.5Gi", "512Mi")]
    [TestCase("512Ki", "512Ki")]
    [TestCase("0.5Ki", "512")]
    [TestCase("1.1Ki", "1126400m")]
    [TestCase("0.0001Ki", "102400u")]
    [TestCase("1n", "1n")]
    [TestCase("0.1n", "1n")]
    [TestCase("-0.1n", "-1n")]
    [TestCase("0.0000000001", "1n")]
    [TestCase("1.0000000001", "1000000001n")]
    [TestCase("-1.5", "-1500m")]
    [TestCase("9223372036854775807", "9223372036854775807")]
    [TestCase("9223372036854775808", "9223372036854775807")]
    [TestCase("99999999999999999999999999999999999999999999", "9223372036854775807")]
    [TestCase("8Ei", "9223372036854775807")]
    [TestCase("7Ei", "7Ei")]
    [TestCase("1163721565908208G", "1163721565908208G")]
    [TestCase("1e-2000000000", "1e-9")]
    [TestCase("1e2000000000", "9223372036854775807")]
    [TestCase("0.00000000000000000000e100", "0")]
    [TestCase("1.00000000000000000000000000000000001Ei", "1152921504606846976000000001n")]
    public void A_quantity_is_written_in_its_canonical_form(string text, string canonical)
    {
        var quantity = Quantity.Parse(text);

        Assert.That(quantity.ToString(), Is.EqualTo(canonical));
        Assert.That(Quantity.Parse(canonical), Is.EqualTo(quantity));
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("1.1.1")]
    [TestCase("1 ")]
    [TestCase(" 1")]
    [TestCase("1ki")]
    [TestCase("1KiB")]
    [TestCase("1mm")]
    [TestCase("1e")]
    [TestCase("Mi")]
    [TestCase(".")]
    [TestCase("--1")]
    [TestCase("1e3e")]
    public void What_is_no_quantity_is_refused(string text)
    {
        Assert.That(Quantity.TryParse(text, out _), Is.False);
        Assert.Throws<FormatException>(() => Quantity.Parse(text));
    }

    [TestCase("1500m", 2, 1500)]
    [TestCase("1m", 1, 1)]
    [TestCase("-1500m", -2, -1500)]
    [TestCase("1u", 1, 1)]
    [TestCase("1Ki", 1024, 1024000)]
    [TestCase("1E", 1_000_000_000_000_000_000, long.MaxValue)]
    public void Whole_and_thousandth_values_are_rounded_away_from_zero(string text, long value, long milli)
    {
        Assert.That(Quantity.Parse(text).Value, Is.EqualTo(value));
        Assert.That(Quantity.Parse(text).MilliValue, Is.EqualTo(milli));
    }

    [Test]
    public void Sums_are_written_as_the_first_that_is_not_zero()
    {
        Assert.That(Quantity.Parse("1Gi").Add(Quantity.Parse("1024M")).ToString(), Is.EqualTo("2048576Ki").Or.EqualTo("2097741824"));
        Assert.That(default(Quantity).Add(Quantity.Parse("1Gi")).ToString(), Is.EqualTo("1Gi"));
        Assert.That(Quantity.Parse("1").Sub(Quantity.Parse("100m")).ToString(), Is.EqualTo("900m"));
        Assert.That(Quantity.Parse("1").Neg().ToString(), Is.EqualTo("-1"));
        Assert.That(Quantity.Parse("1234567n").RoundUp(-3).ToString(), Is.EqualTo("2m"));
    }

    [Test]
    public void Amounts_compare_by_value()
    {
        Assert.That(Quantity.Parse("1000m"), Is.EqualTo(Quantity.Parse("1")));
        Assert.That(Quantity.Parse("1000m").GetHashCode(), Is.EqualTo(Quantity.Parse("1").GetHashCode()));
        Assert.That(Quantity.Parse("1Gi"), Is.GreaterThan(Quantity.Parse("1G")));
    }

    [Test]
    public void Any_text_is_read_or_refused_and_its_canonical_form_reads_back()
    {
        var random = new Random(7);
        const string alphabet = "0123456789..eEinumkKMGTP-+ ";
        for (var i = 0; i < 200_000; i++)
        {
            var text = string.Create(random.Next(1, 24), random, static (span, random) =>
            {
                foreach (ref var c in span)
                    c = random.Next(2) == 0 ? alphabet[random.Next(10)] : alphabet[random.Next(alphabet.Length)];
            });
            if (Quantity.TryParse(text, out var quantity))
                Assert.That(Quantity.Parse(quantity.ToString()), Is.EqualTo(quantity), text);
        }
    }
}
