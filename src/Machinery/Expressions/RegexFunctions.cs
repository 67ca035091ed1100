using System.Text.RegularExpressions;
using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>find and findAll of texts (apiserver: pkg/cel/library/regex.go).</summary>
public sealed class RegexFunctions : CelLibrary
{
    private static readonly CelType Texts = CelType.List(CelType.String);

    /// <inheritdoc/>
    public override string Name => "kubernetes.regex";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        declare.Method("find", "string_find_string", [CelType.String, CelType.String], CelType.String, arguments =>
            With(arguments[1], arguments[0].AsString, static (regex, text) => CelValue.Of(regex.Match(text).Value)));
        declare.Method("findAll", "string_find_all_string", [CelType.String, CelType.String], Texts, arguments =>
            With(arguments[1], arguments[0].AsString, static (regex, text) => All(regex, text, long.MaxValue)));
        declare.Method("findAll", "string_find_all_string_int", [CelType.String, CelType.String, CelType.Int], Texts, arguments =>
        {
            var most = arguments[2].AsInt;
            return With(arguments[1], arguments[0].AsString, (regex, text) => All(regex, text, most < 0 ? long.MaxValue : most));
        });
    }

    private static CelValue All(Regex regex, string text, long most) =>
        CelValue.ListOf([.. regex.Matches(text).Take((int)Math.Min(most, int.MaxValue)).Select(match => CelValue.Of(match.Value))]);

    private static CelValue With(CelValue pattern, string text, Func<Regex, string, CelValue> find) =>
        RegularExpressions.TryCompile(pattern.AsString, out var regex) ? find(regex, text) : CelValue.Error($"Illegal regex: error parsing regexp: `{pattern.AsString}`");
}
