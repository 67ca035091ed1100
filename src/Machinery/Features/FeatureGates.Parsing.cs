using System.Collections.Frozen;

namespace ControlPlane.Machinery.Features;

// AllAlpha and AllBeta switch all gates of their stage that are not named themselves, wherever in the list they stand.
public sealed partial class FeatureGates
{
    private const string Component = "kube"; // the one component whose gates these are: --feature-gates=kube:A=true

    private readonly FrozenDictionary<string, FeatureGate> _gates;
    private readonly FrozenSet<string> _on;

    private FeatureGates(FrozenDictionary<string, FeatureGate> gates, IReadOnlyDictionary<string, bool> named)
    {
        _gates = gates;
        _on = gates.Values.Where(gate => Decide(gate, named)).Select(static gate => gate.Name).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>What --feature-gates says: "A=true,B=false"; of two values for one gate the last counts.</summary>
    /// <exception cref="FeatureGateException">Malformed, an unknown gate, or one that is locked to another value.</exception>
    public static FeatureGates Parse(string text) => Parse(text, Known);

    internal static FeatureGates Parse(string text, FrozenDictionary<string, FeatureGate> gates)
    {
        var named = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var entry in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Entry(entry);
            Check(name, value, gates);
            named[name] = value;
        }
        return new(gates, named);
    }

    /// <summary>Is the feature on?</summary>
    /// <exception cref="ArgumentException">There is no gate of that name: a misspelt question must not read as "off".</exception>
    public bool IsEnabled(string name) =>
        _on.Contains(name) || (_gates.ContainsKey(name) ? false : throw new ArgumentException($"feature \"{name}\" is not registered", nameof(name)));

    private static (string Name, bool Value) Entry(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon >= 0 && text[..colon].Trim() != Component)
            throw new FeatureGateException($"component not registered: {text[..colon].Trim()}");
        var parts = text[(colon + 1)..].Split('=', 2);
        var name = parts[0].Trim();
        if (parts.Length < 2)
            throw new FeatureGateException($"missing bool value for {name}");
        return (name, Boolean(name, parts[1].Trim()));
    }

    // Go's strconv.ParseBool, whose error the message ends with.
    private static bool Boolean(string name, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw new FeatureGateException($"invalid value of {name}={value}, err: strconv.ParseBool: parsing \"{value}\": invalid syntax"),
    };

    private static void Check(string name, bool value, FrozenDictionary<string, FeatureGate> gates)
    {
        if (!gates.TryGetValue(name, out var gate))
            throw new FeatureGateException($"unrecognized feature gate: {name}");
        if (gate.IsLockedToDefault && value != gate.IsOnByDefault)
            throw new FeatureGateException($"cannot set feature gate {name} to {Word(value)}, feature is locked to {Word(gate.IsOnByDefault)}");
    }

    private static string Word(bool value) => value ? "true" : "false";

    private static bool Decide(FeatureGate gate, IReadOnlyDictionary<string, bool> named)
    {
        if (named.TryGetValue(gate.Name, out var own))
            return own;
        var stage = gate.Stage switch
        {
            FeatureStage.Alpha => "AllAlpha",
            FeatureStage.Beta => "AllBeta",
            _ => "",
        };
        return !gate.IsLockedToDefault && named.TryGetValue(stage, out var all) ? all : gate.IsOnByDefault;
    }
}
