using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>The formats of strings that are checked (kube-openapi: pkg/validation/strfmt; apiextensions: supportedVersionedFormats). All others mean nothing.</summary>
public static partial class StringFormats
{
    private static readonly FrozenDictionary<string, Func<string, bool>> Checks = new Dictionary<string, Func<string, bool>>(StringComparer.Ordinal)
    {
        ["bsonobjectid"] = text => text.Length == 24 && text.All(char.IsAsciiHexDigit),
        ["uri"] = IsUri,
        ["email"] = text => MailAddress.TryCreate(text, out _),
        ["hostname"] = text => text.Length is > 0 and <= 255 && HostName().IsMatch(text),
        ["ipv4"] = text => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3,
        ["ipv6"] = text => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 && !text.Contains('%') && !text.Contains('['),
        ["cidr"] = IsCidr,
        ["mac"] = text => Mac().IsMatch(text),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["uuid3"] = text => Uuid().IsMatch(text) && VersionOf(text) == '3',
        ["uuid4"] = text => Uuid().IsMatch(text) && VersionOf(text) == '4' && HasVariant(text),
        ["uuid5"] = text => Uuid().IsMatch(text) && VersionOf(text) == '5' && HasVariant(text),
        ["isbn"] = text => IsIsbn10(text) || IsIsbn13(text),
        ["isbn10"] = IsIsbn10,
        ["isbn13"] = IsIsbn13,
        ["creditcard"] = IsCreditCard,
        ["ssn"] = text => SocialSecurityNumber().IsMatch(text),
        ["hexcolor"] = text => HexColor().IsMatch(text),
        ["rgbcolor"] = text => RgbColor().IsMatch(text),
        ["byte"] = text => text.Length > 0 && text.Length % 4 == 0 && !text.Any(char.IsWhiteSpace) && Base64.IsValid(text),
        ["password"] = _ => true,
        ["date"] = text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ["duration"] = text => Duration().IsMatch(text),
        ["datetime"] = text => DateAndTime().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        ["k8sshortname"] = text => !Names.Label(text).Any(),
        ["k8slongname"] = text => !Names.Subdomain(text).Any(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Is the format one that is checked?</summary>
    public static bool IsKnown(string format) => Checks.ContainsKey(Normalized(format));

    /// <summary>Is the text of that format? True for formats that are not checked.</summary>
    public static bool Matches(string format, string text) => !Checks.TryGetValue(Normalized(format), out var check) || check(text);

    // go-openapi: formats are registered without their hyphens
    private static string Normalized(string format) => format.Replace("-", "", StringComparison.Ordinal);

    private static bool IsUri(string text) =>
        text.Length > 0 && (text[0] == '/' || Uri.TryCreate(text, UriKind.Absolute, out _)) && !text.Any(c => char.IsControl(c) || c == ' ');

    private static bool IsCidr(string text) =>
        text.Split('/') is [var address, var bits]
        && IPAddress.TryParse(address, out var parsed)
        && int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && length <= (parsed.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);

    private static char VersionOf(string uuid) => uuid.Replace("-", "", StringComparison.Ordinal)[12];

    private static bool HasVariant(string uuid) => "89abAB".Contains(uuid.Replace("-", "", StringComparison.Ordinal)[16]);

    private static bool IsIsbn10(string text)
    {
        var digits = Digits(text);
        if (digits.Length != 10 || !digits[..9].All(char.IsAsciiDigit) || !(char.IsAsciiDigit(digits[9]) || digits[9] == 'X'))
            return false;
        var sum = digits[..9].Select((digit, place) => (place + 1) * (digit - '0')).Sum() + (10 * (digits[9] == 'X' ? 10 : digits[9] - '0'));
        return sum % 11 == 0;
    }

    private static bool IsIsbn13(string text)
    {
        var digits = Digits(text);
        return digits.Length == 13 && digits.All(char.IsAsciiDigit) && digits.Select((digit, place) => (place % 2 == 0 ? 1 : 3) * (digit - '0')).Sum() % 10 == 0;
    }

    private static bool IsCreditCard(string text)
    {
        var digits = Digits(text);
        if (digits.Length is < 13 or > 19 || !digits.All(char.IsAsciiDigit))
            return false;
        var sum = digits.Reverse().Select((digit, place) => (digit - '0') * (place % 2 == 0 ? 1 : 2)).Sum(value => value > 9 ? value - 9 : value);
        return sum % 10 == 0;
    }

    private static string Digits(string text) => text.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);

    [GeneratedRegex(@"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    [GeneratedRegex(@"^([0-9a-fA-F]{2}([:-])([0-9a-fA-F]{2}\2){4}[0-9a-fA-F]{2}|([0-9a-fA-F]{4}\.){2}[0-9a-fA-F]{4})\z")]
    private static partial Regex Mac();

    [GeneratedRegex(@"^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\z")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"^[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}\z")]
    private static partial Regex SocialSecurityNumber();

    [GeneratedRegex(@"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})\z")]
    private static partial Regex HexColor();

    [GeneratedRegex(@"^rgb\(\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*,\s*(0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])\s*\)\z")]
    private static partial Regex RgbColor();

    [GeneratedRegex(@"^(0|-?([0-9]+(\.[0-9]*)?(ns|us|µs|μs|ms|s|m|h))+|([0-9]+\s*(ns|nano|us|µs|μs|micro|ms|milli|s|sec|second|seconds|m|min|minute|minutes|h|hr|hour|hours|d|day|days|w|wk|week|weeks)\s*)+)\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex DateAndTime();
}
