using System.Buffers;
using System.Buffers.Text;
using System.Numerics;

namespace ControlPlane.Machinery.Values;

/// <summary>A quantity as it is written: sign, digits, fraction digits and suffix, and the way from there to an amount and back to the canonical form.</summary>
internal readonly ref struct QuantityText
{
    // apimachinery: pkg/api/resource/quantity.go, ErrFormatWrong, ErrNumeric, ErrSuffix
    private const string WrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private const string WrongNumber = "unable to parse numeric part of quantity";
    private const string WrongSuffix = "unable to parse quantity's suffix";

    // The largest amount that upstream keeps of one that it cannot hold in 64 bits.
    private static readonly Int128 Cap = (Int128)long.MaxValue * 1_000_000_000;

    // As many digits as 64 bits hold for sure.
    private const int FewDigits = 18;

    // More digits than an amount that is not capped can have.
    private const int ManyDigits = 40;

    private readonly bool _isNegative;
    private readonly ReadOnlySpan<byte> _whole;
    private readonly ReadOnlySpan<byte> _fraction;
    private readonly QuantityFormat _format;
    private readonly int _exponent;

    private QuantityText(bool isNegative, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, QuantityFormat format, int exponent)
    {
        _isNegative = isNegative;
        _whole = whole;
        _fraction = fraction;
        _format = format;
        _exponent = exponent;
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, out QuantityText text, out string complaint)
    {
        text = default;
        var rest = utf8;
        var isNegative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is (byte)'-' or (byte)'+')
            rest = rest[1..];
        var whole = TakeDigits(ref rest);
        var fraction = default(ReadOnlySpan<byte>);
        if (rest.Length > 0 && rest[0] == '.')
        {
            rest = rest[1..];
            fraction = TakeDigits(ref rest);
        }
        complaint = Check(utf8, whole, fraction, rest);
        if (complaint.Length > 0)
            return false;
        if (!TryInterpret(rest, out var format, out var exponent))
        {
            complaint = WrongSuffix;
            return false;
        }
        text = new(isNegative, whole.TrimStart((byte)'0'), fraction, format, exponent);
        return true;
    }

    /// <summary>The amount in units of 10^-9, finer ones rounded away from 0.</summary>
    public Int128 Nanos()
    {
        var magnitude = _format == QuantityFormat.BinarySI ? BinaryNanos() : DecimalNanos();
        return _isNegative ? -magnitude : magnitude;
    }

    /// <summary>The form to write it in: an amount below 1 that was written in powers of 1024 is shown in thousandths.</summary>
    public QuantityFormat KeptFormat()
    {
        if (_format != QuantityFormat.BinarySI)
            return _format;
        var magnitude = BinaryNanos();
        return magnitude > 0 && magnitude < 1_000_000_000 ? QuantityFormat.DecimalSI : QuantityFormat.BinarySI;
    }

    /// <summary>Writes the canonical form; returns its length in bytes.</summary>
    public static int Format(Int128 nanos, QuantityFormat format, Span<byte> utf8)
    {
        if (nanos == 0)
        {
            utf8[0] = (byte)'0';
            return 1;
        }
        var (whole, fraction) = Int128.DivRem(nanos, 1_000_000_000);
        if (format == QuantityFormat.BinarySI && fraction == 0 && Int128.Abs(whole) >= 1024)
            return FormatBinary(whole, utf8);
        return fraction == 0
            ? FormatDecimal(whole, 0, format, utf8)
            : FormatDecimal(nanos, -9, format, utf8);
    }

    private static string Check(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, ReadOnlySpan<byte> suffix)
    {
        var digits = suffix.IndexOfAnyExcept("eEinumkKMGTP"u8);
        var exponent = digits < 0 ? default : suffix[digits..];
        if (exponent.Length > 0 && exponent[0] is (byte)'-' or (byte)'+')
            exponent = exponent[1..];
        if (utf8.Length == 0 || exponent.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return WrongFormat;
        if (whole.Length + fraction.Length == 0)
            return utf8.Contains((byte)'.') ? WrongNumber : WrongFormat;
        return "";
    }

    private static ReadOnlySpan<byte> TakeDigits(scoped ref ReadOnlySpan<byte> text)
    {
        var length = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits;
    }

    private static bool TryInterpret(ReadOnlySpan<byte> suffix, out QuantityFormat format, out int exponent)
    {
        (format, exponent) = (QuantityFormat.DecimalSI, 0);
        if (suffix.Length == 0)
            return true;
        if (suffix.Length == 1)
        {
            exponent = "num kMGTPE"u8.IndexOf(suffix[0]) is var at and >= 0 && at != 3 ? (at - 3) * 3 : 0;
            return exponent != 0;
        }
        if (suffix.Length == 2 && suffix[1] == 'i')
        {
            format = QuantityFormat.BinarySI;
            exponent = ("KMGTPE"u8.IndexOf(suffix[0]) + 1) * 10;
            return exponent != 0;
        }
        format = QuantityFormat.DecimalExponent;
        return suffix[0] is (byte)'e' or (byte)'E'
            && TryParseExponent(suffix[1..], out exponent);
    }

    private static bool TryParseExponent(ReadOnlySpan<byte> digits, out int exponent)
    {
        if (digits[0] == '+')
            digits = digits[1..];
        return Utf8Parser.TryParse(digits, out exponent, out var used) && used == digits.Length && digits.Length > 0;
    }

    private Int128 DecimalNanos()
    {
        if (_whole.Length + _fraction.Length > FewDigits)
            return Int128.Min(ExactNanos(10, 0), Cap); // upstream's 64-bit way, which does not cap, takes up to 18 digits
        var number = (Int128)Number(_fraction, Number(_whole, 0));
        for (var exponent = (long)_exponent - _fraction.Length + 9; exponent != 0 && number != 0; exponent += exponent > 0 ? -1 : 1)
        {
            if (exponent > 0 && number > Int128.MaxValue / 10)
                return Cap;
            if (exponent < 0 && number == 1)
                return 1; // however small
            number = exponent > 0 ? number * 10 : (number + 9) / 10; // rounding up in steps is rounding up at once
        }
        return number;
    }

    private Int128 BinaryNanos()
    {
        if (_whole.Length > FewDigits || _fraction.Length > 0)
            return Int128.Min(ExactNanos(2, _exponent), Cap);
        var number = (Int128)Number(_whole, 0) << _exponent;
        return number > long.MaxValue ? Cap : number * 1_000_000_000;
    }

    // Any number of digits, but none beyond those that can matter.
    private Int128 ExactNanos(int radix, int power)
    {
        if (_whole.Length == 0 && !_fraction.ContainsAnyExcept((byte)'0'))
            return 0;
        var exponent = radix == 10 ? _exponent : 0;
        if (_whole.Length + Math.Max((long)exponent, 0) > 2 * ManyDigits)
            return Cap;
        var fraction = _fraction[..Math.Min(_fraction.Length, 2 * ManyDigits)];
        var rest = _fraction[fraction.Length..].ContainsAnyExcept((byte)'0');
        var number = Digits(fraction, Digits(_whole, 0)) << power;
        var scale = (int)Math.Max((long)exponent - fraction.Length + 9, -4 * ManyDigits);
        if (scale >= 0)
            return Capped((number * BigInteger.Pow(10, scale)) + (rest ? 1 : 0));
        var whole = BigInteger.DivRem(number, BigInteger.Pow(10, -scale), out var remainder);
        return Capped(whole + (remainder.IsZero && !rest ? 0 : 1));
    }

    private static Int128 Capped(BigInteger nanos) => nanos > Cap ? Cap : (Int128)nanos;

    private static long Number(ReadOnlySpan<byte> digits, long number)
    {
        foreach (var digit in digits)
            number = (number * 10) + digit - '0';
        return number;
    }

    private static BigInteger Digits(ReadOnlySpan<byte> digits, BigInteger number)
    {
        foreach (var digit in digits)
            number = (number * 10) + (digit - '0');
        return number;
    }

    private static int FormatBinary(Int128 whole, Span<byte> utf8)
    {
        var exponent = 0;
        while (whole % 1024 == 0 && exponent < 6)
        {
            whole /= 1024;
            exponent++;
        }
        var length = Write(whole, utf8);
        if (exponent == 0)
            return length;
        utf8[length] = "KMGTPE"u8[exponent - 1];
        utf8[length + 1] = (byte)'i';
        return length + 2;
    }

    private static int FormatDecimal(Int128 mantissa, int exponent, QuantityFormat format, Span<byte> utf8)
    {
        while ((exponent < 18 || format == QuantityFormat.DecimalExponent) && Int128.DivRem(mantissa, 1000) is { Remainder: var rest, Quotient: var quotient } && rest == 0)
        {
            mantissa = quotient;
            exponent += 3;
        }
        var length = Write(mantissa, utf8);
        if (exponent == 0)
            return length;
        if (format != QuantityFormat.DecimalExponent)
        {
            utf8[length] = "num kMGTPE"u8[(exponent / 3) + 3];
            return length + 1;
        }
        utf8[length] = (byte)'e';
        return length + 1 + Write(exponent, utf8[(length + 1)..]);
    }

    private static int Write(Int128 number, Span<byte> utf8)
    {
        int written;
        if (number >= long.MinValue && number <= long.MaxValue)
            Utf8Formatter.TryFormat((long)number, utf8, out written);
        else
            number.TryFormat(utf8, out written, default, System.Globalization.CultureInfo.InvariantCulture);
        return written;
    }
}
