using System.Text.RegularExpressions;
using ControlPlane.Cel.Libraries;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary><c>optional.or(other)</c> and <c>optional.orValue(other)</c>: the other is evaluated only when needed.</summary>
internal sealed class OrElseNode(Node operand, Node other, bool unwrap) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        var value = operand.Evaluate(frame);
        if (value.IsError)
            return value;
        frame.Charge(1);
        if (value.Kind != CelKind.Optional)
            return CelValue.Error(CelError.NoSuchOverload);
        if (value.HasValue)
            return unwrap ? value.OptionalValue : value;
        var alternative = other.Evaluate(frame);
        return unwrap || alternative.IsError || alternative.Kind == CelKind.Optional ? alternative : CelValue.Error(CelError.NoSuchOverload);
    }
}

/// <summary><c>text.matches('constant')</c>: the pattern is compiled with the expression.</summary>
internal sealed class MatchesNode(Node text, CelValue pattern) : Node
{
    private readonly Regex? _regex = RegularExpressions.TryCompile(pattern.AsString, out var regex) ? regex : null;

    public override CelValue Evaluate(Frame frame)
    {
        var value = text.Evaluate(frame);
        if (value.IsError)
            return value;
        if (value.Kind != CelKind.String)
            return CelValue.Error(CelError.NoSuchOverload);
        var result = _regex is null ? RegularExpressions.Invalid(pattern.AsString) : CelValue.Of(_regex.IsMatch(value.AsString));
        frame.Charge(frame.Costs.CallCost("matches", [value, pattern], result));
        return result;
    }
}
