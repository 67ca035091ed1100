using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Checks;

/// <summary>Checks of single values that many kinds share, in upstream's words.</summary>
internal static class ValueChecks
{
    extension(FieldErrors errors)
    {
        /// <summary>The value is wrong; it is printed as JSON, as upstream prints structs and lists.</summary>
        public void Invalid(IMessage? value, string detail) =>
            errors.InvalidPrinted(value is null ? "null" : Encoding.UTF8.GetString(Json.EncodeMessage(value)), detail);

        /// <summary>The value is none of those that are supported; it is printed as JSON.</summary>
        public void NotSupportedPrinted(IMessage value, params ReadOnlySpan<string> supported)
        {
            var texts = new List<string>();
            foreach (var text in supported)
                texts.Add(FieldErrors.Quote(text));
            errors.Add(new FieldError(
                "FieldValueNotSupported",
                errors.Path,
                $"Unsupported value: {Encoding.UTF8.GetString(Json.EncodeMessage(value))}: supported values: {string.Join(", ", texts)}"));
        }

        /// <summary>A text out of a list; upstream lists them sorted.</summary>
        public void OneOf(string value, params ReadOnlySpan<string> supported)
        {
            if (!supported.Contains(value))
                errors.NotSupported(value, supported);
        }

        /// <summary>A text out of a list, which must be there.</summary>
        public void RequiredOneOf(string value, params ReadOnlySpan<string> supported)
        {
            if (value.Length == 0)
                errors.Required();
            else
                errors.OneOf(value, supported);
        }

        /// <summary>Not below zero.</summary>
        public void NonNegative(long value)
        {
            if (value < 0)
                errors.Invalid(value, "must be greater than or equal to 0");
        }

        /// <summary>Within both ends.</summary>
        public void InRange(long value, long min, long max)
        {
            if (value < min || value > max)
                errors.Invalid(value, FormattableString.Invariant($"must be between {min} and {max}, inclusive"));
        }

        /// <summary>A number not below zero, or a percentage: "50%".</summary>
        public void NonNegativeOrPercent(IntOrString? value)
        {
            if (value is not { } known)
                return;
            if (!known.IsString)
                errors.NonNegative(known.Number);
            else if (!IsPercent(known.Text))
                errors.Invalid(known.Text, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
        }

        /// <summary>Adds each complaint about a value: <c>errors.At("name").Complain(name, Names.Label(name))</c>.</summary>
        public void Complain(string value, IEnumerable<string> complaints)
        {
            foreach (var complaint in complaints)
                errors.Invalid(value, complaint);
        }

        /// <summary>The value may not change. Upstream prints the new one.</summary>
        public void Immutable<T>(T value, T old, Func<T, string> print)
        {
            if (!EqualityComparer<T>.Default.Equals(value, old))
                errors.InvalidPrinted(print(value), "field is immutable");
        }
    }

    private static bool IsPercent(string text) => text.Length > 1 && text[^1] == '%' && text.AsSpan(0, text.Length - 1).IndexOfAnyExceptInRange('0', '9') < 0;
}
