using System.Globalization;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ControlPlane.ApiServer.Requests;

/// <summary>A query string, read with the API's conversions (apimachinery: pkg/runtime/converter.go).</summary>
internal sealed class QueryParameters
{
    private readonly Dictionary<string, StringValues> _values;

    private QueryParameters(Dictionary<string, StringValues> values) => _values = values;

    /// <summary>No parameters.</summary>
    public static QueryParameters None { get; } = new([]);

    /// <summary>Is there none?</summary>
    public bool IsEmpty => _values.Count == 0;

    /// <summary>The names of all parameters.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Reads a query string with or without its question mark.</summary>
    public static QueryParameters Parse(string? query)
    {
        if (string.IsNullOrEmpty(query) || query == "?")
            return None;
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        // Gathered apart: joining them one by one would take the square of their number.
        var repeated = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            var value = pair.DecodeValue().ToString();
            if (values.TryAdd(name, value))
                continue;
            if (!repeated.TryGetValue(name, out var all))
                repeated.Add(name, all = [values[name].ToString()]);
            all.Add(value);
        }

        foreach (var (name, all) in repeated)
            values[name] = all.ToArray();
        return new(values);
    }

    /// <summary>Is the parameter there, empty or not?</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The first value; "" where there is none.</summary>
    public string First(string name) => _values.TryGetValue(name, out var values) ? values[0] ?? "" : "";

    /// <summary>All values of a parameter.</summary>
    public StringValues All(string name) => _values.TryGetValue(name, out var values) ? values : StringValues.Empty;

    /// <summary>Is the parameter there and neither "false" nor "0"?</summary>
    public bool Flag(string name) => FlagOrNull(name) ?? false;

    /// <summary>As <see cref="Flag"/>; null where the parameter is not there.</summary>
    public bool? FlagOrNull(string name) =>
        _values.TryGetValue(name, out var values) ? !(values[0] is "0" || string.Equals(values[0], "false", StringComparison.OrdinalIgnoreCase)) : null;

    /// <summary>A whole number; null where the parameter is not there.</summary>
    /// <exception cref="ApiException">400: it is none.</exception>
    public long? Integer(string name)
    {
        if (!_values.TryGetValue(name, out var values))
            return null;
        var text = values[0] ?? "";
        // strconv.ParseInt; an empty parameter counts as zero (Convert_Slice_string_To_int64)
        if (text.Length == 0)
            return 0;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiError.BadRequest($"strconv.ParseInt: parsing {FieldErrors.Quote(text)}: {(IsWhole(text) ? "value out of range" : "invalid syntax")}");
    }

    private static bool IsWhole(string text)
    {
        var digits = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange('0', '9');
    }
}
