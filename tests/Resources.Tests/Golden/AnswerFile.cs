using System.Text.Json.Nodes;

namespace ControlPlane.Resources.Tests.Golden;

/// <summary>One file of upstream's answers: a sample object, what it becomes, and what upstream said to variations of it.</summary>
internal sealed class AnswerFile
{
    private AnswerFile(JsonObject sample, JsonObject? created, IReadOnlyList<Answer> answers) => (Sample, Created, Answers) = (sample, created, answers);

    /// <summary>As a client would send it.</summary>
    public JsonObject Sample { get; }

    /// <summary>As upstream answered its creation; null where it was refused.</summary>
    public JsonObject? Created { get; }

    /// <summary>To the sample itself and to each variation.</summary>
    public IReadOnlyList<Answer> Answers { get; }

    public static AnswerFile Read(string path)
    {
        var lines = File.ReadLines(path).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var answers = lines.Skip(1).Select(Answer.Of).ToList();
        return new(lines[0]["sample"]!.AsObject(), answers.Find(answer => answer.Id == "create base")?.Object, answers);
    }
}

/// <summary>What upstream answered to one request.</summary>
/// <param name="Id">"create base", or "create|update JSON-pointer variation".</param>
/// <param name="Code">HTTP status.</param>
/// <param name="Object">The whole object, of "create base" only.</param>
/// <param name="Differences">Of an accepted variation: pairs of JSON pointer and new value; a pointer alone for what is gone.</param>
/// <param name="Message">Of a refusal.</param>
/// <param name="Causes">Of a refusal: reason, field, message.</param>
/// <param name="Warnings">Warning headers.</param>
internal sealed record Answer(string Id, int Code, JsonObject? Object, JsonArray? Differences, string? Message, IReadOnlyList<string> Causes, IReadOnlyList<string> Warnings)
{
    public bool IsUpdate => Id.StartsWith("update ", StringComparison.Ordinal);

    public bool IsAccepted => Code < 300;

    public static Answer Of(JsonObject line) => new(
        line["case"]!.GetValue<string>(),
        line["code"]!.GetValue<int>(),
        line["object"]?.AsObject(),
        line["diff"]?.AsArray(),
        Masking.Mask(line["message"]?.GetValue<string>()),
        [.. (line["causes"]?.AsArray() ?? []).Select(cause => Cause((string?)cause![0], (string?)cause[1], (string?)cause[2]))],
        [.. (line["warnings"]?.AsArray() ?? []).Select(warning => warning!.GetValue<string>())]);

    /// <summary>A cause as one line, for comparing.</summary>
    public static string Cause(string? reason, string? field, string? message) => $"{reason} {field} {Masking.Mask(message)}";
}
