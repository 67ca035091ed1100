using System.Collections.Frozen;
using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Evaluation;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel;

/// <summary>What an environment is made of, besides the standard library.</summary>
public sealed record CelEnvironmentOptions
{
    /// <summary>Extensions of the language.</summary>
    public IReadOnlyList<CelLibrary> Libraries { get; init; } = [];

    /// <summary>Variables that expressions may use, by their full names.</summary>
    public IReadOnlyDictionary<string, CelType> Variables { get; init; } = new Dictionary<string, CelType>();

    /// <summary>Types with fields; null when there are none.</summary>
    public ICelTypeProvider? Types { get; init; }

    /// <summary>The namespace that names are looked for in first.</summary>
    public string Container { get; init; } = "";

    /// <summary>Bounds.</summary>
    public CelLimits Limits { get; init; } = CelLimits.Default;

    /// <summary>Must a literal's elements be of one type? Kubernetes wants so; the specification does not.</summary>
    public bool HomogeneousLiterals { get; init; }

    /// <summary>What calls cost.</summary>
    public CelCostModel CostModel { get; init; } = CelCostModel.Standard;
}

/// <summary>
/// Everything that expressions are compiled against. Immutable and safe to share; building one costs about a millisecond,
/// so keep it.
/// </summary>
public sealed class CelEnvironment
{
    private readonly FrozenDictionary<string, IReadOnlyList<CelOverload>> _functions;
    private readonly FrozenDictionary<string, CelMacro[]> _macros;
    private readonly FrozenDictionary<string, CelType> _typeNames;
    private readonly CelEnvironmentOptions _options;

    /// <exception cref="ArgumentException">Two libraries declare the same overload.</exception>
    public CelEnvironment(CelEnvironmentOptions options)
    {
        _options = options;
        var declared = new CelDeclarations();
        foreach (var library in options.Libraries.Prepend(StandardLibrary.Instance))
            library.Declare(declared);
        _functions = declared.Functions.ToFrozenDictionary(function => function.Key, function => (IReadOnlyList<CelOverload>)function.Value);
        _macros = declared.Macros.GroupBy(macro => macro.Name).ToFrozenDictionary(macros => macros.Key, macros => macros.ToArray());
        _typeNames = declared.Types.ToFrozenDictionary();
    }

    private CelEnvironment(CelEnvironment parent, CelEnvironmentOptions options)
    {
        _options = options;
        _functions = parent._functions;
        _macros = parent._macros;
        _typeNames = parent._typeNames;
    }

    /// <summary>The namespace that names are looked for in first.</summary>
    public string Container => _options.Container;

    internal ICelTypeProvider? Types => _options.Types;

    internal bool RequiresHomogeneousLiterals => _options.HomogeneousLiterals;

    internal CelLimits Limits => _options.Limits;

    internal CelCostModel CostModel => _options.CostModel;

    /// <summary>Parses, checks and plans an expression. Never throws for what the source says.</summary>
    public CelCompilation Compile(string source) => Compile(source, isChecked: true);

    /// <summary>Parses and plans without checking: names and overloads are found when they are evaluated.</summary>
    public CelCompilation CompileUnchecked(string source) => Compile(source, isChecked: false);

    /// <summary>The same language with other variables and types; cheap, since functions and macros are shared.</summary>
    public CelEnvironment With(IReadOnlyDictionary<string, CelType> variables, ICelTypeProvider? types) =>
        new(this, _options with { Variables = variables, Types = types });

    internal IReadOnlyList<CelOverload>? FindFunction(string name, bool anyContainer = true)
    {
        if (!anyContainer)
            return _functions.GetValueOrDefault(name);
        foreach (var candidate in QualifiedNames.Candidates(Container, name))
        {
            if (_functions.TryGetValue(candidate, out var overloads))
                return overloads;
        }
        return null;
    }

    /// <summary>The type of a variable, or of a type's name; null when the full name is neither.</summary>
    internal CelType? FindName(string name) =>
        _options.Variables.TryGetValue(name, out var variable) ? variable : FindTypeName(name) is { } type ? CelType.Type(type) : null;

    internal CelType? FindTypeName(string name) => _typeNames.GetValueOrDefault(name) ?? _options.Types?.FindType(name);

    internal bool IsVariable(string name) => _options.Variables.ContainsKey(name);

    private CelCompilation Compile(string source, bool isChecked)
    {
        CelExpression expression;
        try
        {
            expression = CelParser.Parse(source, _options.Limits, _macros);
        }
        catch (CelSyntaxException error)
        {
            return new CelCompilation(null, CelType.Dyn, [CelIssue.At(source, error.Offset, error.Message)]);
        }
        if (!isChecked)
            return new CelCompilation(Planner.Plan(this, expression, null), CelType.Dyn, []);
        var findings = TypeChecker.Check(this, expression);
        if (findings.Issues.Count == 0)
            return new CelCompilation(Planner.Plan(this, expression, findings), findings.TypeOf(expression), []);
        var issues = findings.Issues.OrderBy(issue => issue.Offset).Select(issue => CelIssue.At(source, issue.Offset, issue.Message));
        return new CelCompilation(null, CelType.Dyn, [.. issues]);
    }
}

/// <summary>What came of compiling: a program, or what is wrong with the source.</summary>
/// <param name="Program">The program; null when there are issues.</param>
/// <param name="ResultType">The type of its value; dyn when it was not checked.</param>
/// <param name="Issues">What is wrong, in the source's order.</param>
public sealed record CelCompilation(CelProgram? Program, CelType ResultType, IReadOnlyList<CelIssue> Issues);
