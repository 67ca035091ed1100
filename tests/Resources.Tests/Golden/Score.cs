using System.Text;
using System.Text.Json.Nodes;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>How many of a file's answers are equal here, and what differs.</summary>
internal sealed class Score
{
    private readonly StringBuilder _differences = new();

    /// <summary>Is the defaulted sample equal? Null where upstream refused it.</summary>
    public bool? IsBaseEqual { get; private set; }

    /// <summary>Accepted variations: equal ones, all.</summary>
    public (int Equal, int All) Accepted { get; private set; }

    /// <summary>Refusals with 422: those with equal message and causes, all.</summary>
    public (int Equal, int All) Refused { get; private set; }

    /// <summary>Answers whose warnings are equal, all.</summary>
    public (int Equal, int All) Warned { get; private set; }

    /// <summary>In percent, of accepted and refused together.</summary>
    public double Share => 100.0 * (Accepted.Equal + Refused.Equal) / Math.Max(1, Accepted.All + Refused.All);

    /// <summary>What differs, for reading.</summary>
    public string Differences => _differences.ToString();

    /// <summary>Plays all of the file's requests that rules decide about: those accepted, and those refused with 422.</summary>
    public static Score? Of(AnswerFile file)
    {
        if (Replay.For(file.Sample, file.Created) is not { } replay)
            return null;
        var score = new Score();
        foreach (var answer in file.Answers.Where(answer => answer.Code is < 300 or 422))
            score.Add(file, answer, replay);
        return score;
    }

    public override string ToString() =>
        $"{Share,5:F1} %  base {(IsBaseEqual is null ? "-" : IsBaseEqual.Value ? "equal" : "DIFFERS")}, accepted {Accepted.Equal}/{Accepted.All}, "
        + $"refused {Refused.Equal}/{Refused.All}, warnings {Warned.Equal}/{Warned.All}";

    private void Add(AnswerFile file, Answer answer, Replay replay)
    {
        var (outcome, failure) = Played(file, answer, replay);
        var isEqual = outcome is not null && (answer.IsAccepted ? IsSame(Expected(file, answer), outcome.Object) : IsSameRefusal(answer, outcome));
        if (answer.IsAccepted)
            Accepted = (Accepted.Equal + (isEqual ? 1 : 0), Accepted.All + 1);
        else
            Refused = (Refused.Equal + (isEqual ? 1 : 0), Refused.All + 1);
        if (answer.Id == "create base")
            IsBaseEqual = isEqual;
        var warned = outcome is null ? [] : outcome.Warnings.Select(text => $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        var hasWarnings = answer.Warnings.SequenceEqual(warned);
        Warned = (Warned.Equal + (hasWarnings ? 1 : 0), Warned.All + 1);
        if (!isEqual)
            Tell(file, answer, outcome, failure);
        else if (!hasWarnings)
            _differences.AppendLine($"WARN {answer.Id}\n  want {string.Join(" ; ", answer.Warnings)}\n  got  {string.Join(" ; ", warned)}");
    }

    private static (Outcome? Outcome, string? Failure) Played(AnswerFile file, Answer answer, Replay replay)
    {
        var sent = Variation.Apply(file.Sample, answer.Id);
        try
        {
            return (answer.IsUpdate ? replay.Update(sent) : replay.Create(sent), null);
        }
        catch (DecodeException failure)
        {
            return (null, failure.Message);
        }
    }

    private static JsonObject Expected(AnswerFile file, Answer answer)
    {
        var expected = (answer.Object ?? file.Created)!.DeepClone().AsObject();
        foreach (var difference in answer.Differences ?? [])
            Variation.ApplyDifference(expected, difference!.AsArray());
        return Normalization.Of(expected);
    }

    private static bool IsSame(JsonObject expected, JsonObject? made) => made is not null && JsonNode.DeepEquals(expected, Normalization.Of(made));

    private static bool IsSameRefusal(Answer answer, Outcome outcome) => answer.Message == outcome.Message && answer.Causes.SequenceEqual(outcome.Causes);

    private void Tell(AnswerFile file, Answer answer, Outcome? outcome, string? failure)
    {
        _differences.AppendLine($"DIFF {answer.Id}");
        if (answer.IsAccepted)
            _differences.AppendLine($"  want {Expected(file, answer).ToJsonString()}");
        foreach (var cause in answer.Causes)
            _differences.AppendLine($"  want {cause}");
        if (failure is not null)
            _differences.AppendLine($"  not decoded: {failure}");
        if (outcome?.Object is { } made)
            _differences.AppendLine($"  got  {Normalization.Of(made).ToJsonString()}");
        foreach (var cause in outcome?.Causes ?? [])
            _differences.AppendLine($"  got  {cause}");
        if (outcome?.Object is null && answer.Causes.SequenceEqual(outcome?.Causes ?? []))
            _differences.AppendLine($"  want {answer.Message}\n  got  {outcome?.Message}");
    }
}
