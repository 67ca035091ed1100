using ControlPlane.Cel;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>What an expression must give.</summary>
public enum ExpressionResult
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>Yes or no.</summary>
    Bool,

    /// <summary>A text.</summary>
    String,

    /// <summary>A text, or null for none.</summary>
    StringOrNull,
}

/// <summary>
/// Checks expressions as they are stored: of admission policies and webhooks, with what they may refer to, and of device selectors. Complaints are upstream's
/// (apiserver: pkg/admission/plugin/cel, compile.go). Immutable but for a policy's variables, which are added in their order; not for more than one thread.
/// </summary>
public sealed class ExpressionCheck
{
    private static readonly Lazy<CelEnvironment> Language = new(() => new CelEnvironment(new CelEnvironmentOptions
    {
        Libraries =
        [
            new StringsLibrary(), new ListsLibrary(), new SetsLibrary(), new OptionalsLibrary(), new TwoVariableComprehensionsLibrary(), FunctionSignatures.Instance,
        ],
        HomogeneousLiterals = true,
    }));

    private readonly Dictionary<string, CelType> _names;
    private readonly Dictionary<string, CelType>? _variables;
    private readonly ExpressionTypes _types;

    private ExpressionCheck(Dictionary<string, CelType> names, bool hasVariables)
    {
        _names = names;
        _variables = hasVariables ? new(StringComparer.Ordinal) : null;
        _types = new ExpressionTypes(_variables);
        if (hasVariables)
            names["variables"] = ExpressionTypes.VariablesType;
    }

    /// <summary>Of what is written: the object, the request, and who may do what.</summary>
    /// <param name="hasParameters">May <c>params</c> be used?</param>
    /// <param name="hasAuthorizer">May <c>authorizer</c> be used?</param>
    /// <param name="hasVariables">Has the policy variables?</param>
    public static ExpressionCheck OfAdmission(bool hasParameters, bool hasAuthorizer, bool hasVariables)
    {
        var names = new Dictionary<string, CelType>(StringComparer.Ordinal)
        {
            ["object"] = CelType.Dyn,
            ["oldObject"] = CelType.Dyn,
            ["request"] = CelType.Object("kubernetes.AdmissionRequest"),
            ["namespaceObject"] = CelType.Object("kubernetes.Namespace"),
        };
        if (hasParameters)
            names["params"] = CelType.Dyn;
        if (hasAuthorizer)
        {
            names["authorizer"] = ExpressionTypes.Authorizer;
            names["authorizer.requestResource"] = ExpressionTypes.ResourceCheck;
        }

        return new(names, hasVariables);
    }

    /// <summary>Of a device that a claim may be given.</summary>
    public static ExpressionCheck OfDevice() => new(new(StringComparer.Ordinal) { ["device"] = CelType.Object("kubernetes.DRADevice") }, hasVariables: false);

    /// <summary>The same policy's variables, seen where there is no authorizer.</summary>
    public ExpressionCheck WithoutAuthorizer()
    {
        var names = new Dictionary<string, CelType>(_names, StringComparer.Ordinal);
        names.Remove("authorizer");
        names.Remove("authorizer.requestResource");
        var other = new ExpressionCheck(names, _variables is not null);
        foreach (var (name, type) in _variables ?? [])
            other._variables![name] = type;
        return other;
    }

    /// <summary>Checks an expression.</summary>
    /// <returns>What is wrong; null when it is well.</returns>
    public string? Check(string expression, ExpressionResult result) => Check(expression, result, out _);

    /// <summary>Checks a variable's expression; those that follow may use it, as anything when it is not well.</summary>
    /// <returns>What is wrong; null when it is well.</returns>
    public string? Declare(string variable, string expression)
    {
        var problem = Check(expression, ExpressionResult.Any, out var type);
        if (_variables is not null)
            _variables[variable] = type;
        return problem;
    }

    private string? Check(string expression, ExpressionResult result, out CelType type)
    {
        var compiled = Language.Value.With(_names, _types).Compile(expression);
        type = compiled.ResultType;
        if (compiled.Issues.Count > 0)
            return "compilation failed: " + CelIssue.Format(compiled.Issues);
        return result switch
        {
            ExpressionResult.Bool when !type.Equals(CelType.Bool) => $"must evaluate to bool but got {type}",
            ExpressionResult.String when !type.Equals(CelType.String) => $"must evaluate to string but got {type}",
            ExpressionResult.StringOrNull when !type.Equals(CelType.String) && !type.Equals(CelType.Null) => "must evaluate to one of [string null_type]",
            _ => null,
        };
    }
}
