using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;

namespace ControlPlane.Resources.Apps;

/// <summary>How many pods may be missing or surplus during a rollout: numbers or percentages.</summary>
internal static class RolloutChecks
{
    /// <summary>Both given, not both zero.</summary>
    internal static void CheckBoth(IntOrString? unavailable, IntOrString? surge, FieldErrors at)
    {
        at.At("maxUnavailable").NonNegativeOrPercent(unavailable);
        at.At("maxSurge").NonNegativeOrPercent(surge);
        if (Value(unavailable) == 0 && Value(surge) == 0)
            Invalid(at.At("maxUnavailable"), unavailable, "may not be 0 when `maxSurge` is 0");
        CheckWhole(unavailable, at.At("maxUnavailable"));
    }

    /// <summary>Not more than all.</summary>
    internal static void CheckWhole(IntOrString? value, FieldErrors at)
    {
        if (value is { IsString: true } && Value(value) > 100)
            Invalid(at, value, "must not be greater than 100%");
    }

    /// <summary>The number, or that of the percentage; 0 where it is neither.</summary>
    internal static int Value(IntOrString? value) => value switch
    {
        null => 0,
        { IsString: false } number => number.Number,
        { Text: var text } => text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), System.Globalization.NumberStyles.None, null, out var percent) ? percent : 0,
    };

    internal static void Invalid(FieldErrors at, IntOrString? value, string detail)
    {
        if (value is { IsString: false } number)
            at.Invalid(number.Number, detail);
        else
            at.Invalid(value?.Text, detail);
    }
}
