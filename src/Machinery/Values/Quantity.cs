using System.Globalization;
using System.Text;

namespace ControlPlane.Machinery.Values;

/// <summary>How a quantity was written, which its canonical form keeps.</summary>
public enum QuantityFormat : byte
{
    /// <summary>Multiples of 1000: "100m", "5k". The default.</summary>
    DecimalSI,

    /// <summary>Powers of 1024: "64Mi".</summary>
    BinarySI,

    /// <summary>Powers of ten: "12e6".</summary>
    DecimalExponent,
}

/// <summary>
/// An amount of something (cpu, bytes, devices) as an exact fixed-point number, kept and written in upstream's canonical form
/// (apimachinery: pkg/api/resource): no fraction, the largest suffix that needs none, precision down to 10^-9, finer amounts rounded up.
/// The default is 0. Equal by value, however written: 1000m = 1.
/// </summary>
/// <remarks>
/// Invariant: the amount is held in units of 10^-9 in 128 bits, enough for 1.7 * 10^29. Amounts that were written with more than 18 digits or in powers
/// of 1024 are capped at 2^63 - 1 as upstream does; upstream leaves others uncapped, here they are capped when they would not fit.
/// </remarks>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    /// <summary>No canonical form is longer, in bytes.</summary>
    internal const int MaxTextLength = 64;

    private const long NanosPerUnit = 1_000_000_000;

    private readonly long _high;
    private readonly ulong _low;
    private readonly QuantityFormat _format;

    private Quantity(Int128 nanos, QuantityFormat format)
    {
        _high = (long)(nanos >> 64);
        _low = (ulong)(nanos & ulong.MaxValue);
        _format = format;
    }

    /// <summary>A whole number.</summary>
    public Quantity(long value, QuantityFormat format = QuantityFormat.DecimalSI)
        : this((Int128)value * NanosPerUnit, format)
    {
    }

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>How it is written.</summary>
    public QuantityFormat Form => _format;

    /// <summary>Is it 0?</summary>
    public bool IsZero => _high == 0 && _low == 0;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Int128.Sign(Nanos);

    /// <summary>The amount in whole units, fractions rounded away from 0; capped at the limits of 64 bits.</summary>
    public long Value => Rounded(NanosPerUnit);

    /// <summary>The amount in thousandths, fractions rounded away from 0; capped at the limits of 64 bits.</summary>
    public long MilliValue => Rounded(1_000_000);

    private Int128 Nanos => new((ulong)_high, _low);

    /// <summary>So many thousandths.</summary>
    public static Quantity FromMilli(long thousandths, QuantityFormat format = QuantityFormat.DecimalSI) => new((Int128)thousandths * 1_000_000, format);

    /// <summary>So many units, written in powers of 1024.</summary>
    public static Quantity FromBytes(long bytes) => new(bytes, QuantityFormat.BinarySI);

    /// <summary>Reads any form that upstream reads.</summary>
    /// <exception cref="FormatException">It is no quantity; the message is upstream's.</exception>
    public static Quantity Parse(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return TryParse(utf8, out var value) ? value : throw new FormatException(Complaint(utf8));
    }

    /// <summary>Reads any form that upstream reads.</summary>
    public static bool TryParse(string text, out Quantity value) => TryParse(Encoding.UTF8.GetBytes(text), out value);

    /// <summary>Reads any form that upstream reads, from UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Quantity value)
    {
        value = default;
        if (!QuantityText.TryParse(utf8, out var text, out _))
            return false;
        value = new(text.Nanos(), text.KeptFormat());
        return true;
    }

    /// <summary>Why a text is no quantity, in upstream's words.</summary>
    internal static string Complaint(ReadOnlySpan<byte> utf8)
    {
        QuantityText.TryParse(utf8, out _, out var complaint);
        return complaint;
    }

    /// <summary>The sum; written as this one is, or as the other where this one is 0.</summary>
    public Quantity Add(Quantity other) => new(Sum(Nanos, other.Nanos), IsZero ? other._format : _format);

    /// <summary>The difference; written as this one is, or as the other where this one is 0.</summary>
    public Quantity Sub(Quantity other) => new(Sum(Nanos, -other.Nanos), IsZero ? other._format : _format);

    /// <summary>The same below 0, or above.</summary>
    public Quantity Neg() => new(-Nanos, _format);

    /// <summary>Rounded away from 0 to a multiple of 10^<paramref name="scale"/> (between -9 and 0); -3 for thousandths.</summary>
    public Quantity RoundUp(int scale)
    {
        var unit = (Int128)Math.Pow(10, 9 + scale);
        return new(RoundedAway(Nanos, unit) * unit, _format);
    }

    /// <summary>The nearest floating point number.</summary>
    public double ToDouble() => (double)Nanos / NanosPerUnit;

    /// <summary>The same amount, written in another form.</summary>
    public Quantity WithForm(QuantityFormat form) => new(Nanos, form);

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Nanos.CompareTo(other.Nanos);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => _low == other._low && _high == other._high;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>The canonical form.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxTextLength];
        return Encoding.ASCII.GetString(text[..Format(text)]);
    }

    /// <summary>Writes the canonical form; returns its length in bytes.</summary>
    internal int Format(Span<byte> utf8) => QuantityText.Format(Nanos, _format, utf8);

    private long Rounded(long unit) => (long)Int128.Clamp(RoundedAway(Nanos, unit), long.MinValue, long.MaxValue);

    private static Int128 Sum(Int128 left, Int128 right)
    {
        var sum = left + right;
        var overflows = Int128.IsNegative(left) == Int128.IsNegative(right) && Int128.IsNegative(sum) != Int128.IsNegative(left);
        return overflows ? (Int128.IsNegative(left) ? -Int128.MaxValue : Int128.MaxValue) : sum;
    }

    private static Int128 RoundedAway(Int128 nanos, Int128 unit)
    {
        var (whole, rest) = Int128.DivRem(nanos, unit);
        return rest == 0 ? whole : whole + Int128.Sign(rest);
    }

    /// <summary>Equal amounts?</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Different amounts?</summary>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <summary>Less?</summary>
    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    /// <summary>More?</summary>
    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    /// <summary>Less or equal?</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    /// <summary>More or equal?</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    /// <summary>The sum.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => left.Add(right);

    /// <summary>The difference.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => left.Sub(right);
}
