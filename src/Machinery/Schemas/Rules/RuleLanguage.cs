using ControlPlane.Cel;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Expressions;

namespace ControlPlane.Machinery.Schemas.Rules;

/// <summary>The language that rules of schemas are written in.</summary>
internal static class RuleLanguage
{
    /// <summary>What one rule may spend (apiserver: pkg/apis/cel, PerCallLimit).</summary>
    public const long CostOfOneMax = 1_000_000;

    /// <summary>What all rules of an object may spend (apiserver: pkg/apis/cel, RuntimeCELCostBudget).</summary>
    public const long CostOfAllMax = 10_000_000;

    private static readonly Lazy<CelEnvironment> Base = new(static () => new CelEnvironment(new CelEnvironmentOptions
    {
        Libraries =
        [
            new StringsLibrary(), new SetsLibrary(), new ListsLibrary(), new OptionalsLibrary(), new TwoVariableComprehensionsLibrary(),
            new ListFunctions(), new RegexFunctions(), new QuantityFunctions(), new UrlFunctions(), new AddressFunctions(),
        ],
        HomogeneousLiterals = true,
        Limits = CelLimits.Default with { CostMax = CostOfOneMax },
    }));

    /// <summary>The language with <c>self</c> and perhaps <c>oldSelf</c>.</summary>
    public static CelEnvironment For(SchemaTypes types, CelType self, CelType? oldSelf)
    {
        var variables = new Dictionary<string, CelType>(StringComparer.Ordinal) { ["self"] = self };
        if (oldSelf is not null)
            variables["oldSelf"] = oldSelf;
        return Base.Value.With(variables, types);
    }
}
