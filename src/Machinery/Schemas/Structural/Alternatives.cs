using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Schemas.Structural;

/// <summary>anyOf, oneOf, allOf and not (kube-openapi: pkg/validation/validate/schema_props.go): of alternatives that all fail, the one that fits best is told.</summary>
internal static class Alternatives
{
    /// <summary>Checks a value against one schema, and counts the checks that held.</summary>
    internal delegate int CheckNode(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems);

    /// <summary>Checks all four.</summary>
    public static int Check(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems, CheckNode check)
    {
        var matches = 1;
        if (!schema.AnyOf.IsEmpty)
            matches += AnyOf(value, old, schema, path, problems, check);
        if (!schema.OneOf.IsEmpty)
            matches += OneOf(value, old, schema, path, problems, check);
        if (!schema.AllOf.IsEmpty)
            matches += AllOf(value, old, schema, path, problems, check);
        if (schema.Not is { } not && Try(value, null, not, path, check).Problems.Count == 0)
            Tell(path, "must not validate the schema (not)", problems);
        return matches;
    }

    private static int AnyOf(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems, CheckNode check)
    {
        Attempt? best = null;
        foreach (var alternative in schema.AnyOf)
        {
            var attempt = Try(value, old, alternative, path, check);
            if (attempt.Problems.Count == 0)
                return attempt.Matches;
            best = Better(best, attempt);
        }

        Tell(path, "must validate at least one schema (anyOf)", problems);
        problems.AddRange(best!.Value.Problems);
        return best.Value.Matches;
    }

    private static int OneOf(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems, CheckNode check)
    {
        Attempt? best = null, first = null;
        var valid = 0;
        foreach (var alternative in schema.OneOf)
        {
            var attempt = Try(value, old, alternative, path, check);
            if (attempt.Problems.Count == 0)
            {
                valid++;
                first ??= attempt;
            }
            else
            {
                best = Better(best, attempt);
            }
        }

        if (valid == 1)
            return first!.Value.Matches;
        var found = valid == 0 ? "Found none valid" : string.Create(CultureInfo.InvariantCulture, $"Found {valid} valid alternatives");
        Tell(path, $"must validate one and only one schema (oneOf). {found}", problems);
        if (valid > 0)
            return 0;
        problems.AddRange(best!.Value.Problems);
        return best.Value.Matches;
    }

    private static int AllOf(TreeValue value, TreeValue? old, StructuralSchema schema, string path, List<Problem> problems, CheckNode check)
    {
        var (valid, matches) = (0, 0);
        foreach (var part in schema.AllOf)
        {
            var attempt = Try(value, old, part, path, check);
            valid += attempt.Problems.Count == 0 ? 1 : 0;
            matches += attempt.Matches;
            problems.AddRange(attempt.Problems);
        }

        if (valid != schema.AllOf.Length)
            Tell(path, $"must validate all the schemas (allOf){(valid == 0 ? ". None validated" : "")}", problems);
        return matches;
    }

    private static Attempt Better(Attempt? best, Attempt attempt) => best is { } known && known.Matches >= attempt.Matches ? known : attempt;

    private static Attempt Try(TreeValue value, TreeValue? old, StructuralSchema schema, string path, CheckNode check)
    {
        var problems = new List<Problem>();
        var matches = check(value, old, schema, path, problems);
        return new(problems, matches);
    }

    // Upstream tells these at the root, whichever value they are about.
    private static void Tell(string path, string what, List<Problem> problems) =>
        problems.Add(new("", at => at.Invalid("", $"{FieldErrors.Quote(path)} {what}")));

    private readonly record struct Attempt(List<Problem> Problems, int Matches);
}
