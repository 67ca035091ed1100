using System.Globalization;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.Resources.Batch;

/// <summary>Indexes of a Job as text: "0,2-4,7".</summary>
internal static class JobIndexes
{
    /// <summary>How many there are.</summary>
    /// <param name="completions">All indexes are below it.</param>
    /// <param name="complaint">What is wrong with the text; null when nothing is. What is wrong counts 0.</param>
    internal static int Count(string text, int completions, out string? complaint)
    {
        complaint = null;
        if (text.Length == 0)
            return 0;
        try
        {
            return Count(text, completions);
        }
        catch (FormatException wrong)
        {
            complaint = wrong.Message;
            return 0;
        }
    }

    private static int Count(string text, int completions)
    {
        var (total, last) = (0, -1);
        foreach (var interval in text.Split(','))
        {
            var ends = interval.Split('-');
            if (ends.Length > 2)
            {
                throw new FormatException(
                    $"the fragment {FieldErrors.Quote(interval)} violates the requirement that an index interval can have at most two parts separated by '-'");
            }

            var first = Index(ends[0], last, completions);
            last = ends.Length == 1 ? first : Index(ends[1], first, completions);
            total += last - first + 1;
        }

        return total;
    }

    private static int Index(string text, int previous, int completions)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
            throw new FormatException($"cannot convert string to integer for index: {FieldErrors.Quote(text)}");
        if (index >= completions)
            throw new FormatException($"too large index: {FieldErrors.Quote(text)}");
        return index > previous ? index : throw new FormatException($"non-increasing order, previous: {previous}, current: {index}");
    }
}
