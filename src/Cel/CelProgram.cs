using ControlPlane.Cel.Evaluation;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel;

/// <summary>Values of the variables of one evaluation.</summary>
public interface ICelVariables
{
    /// <summary>Finds a variable by its full name; false when it has no value.</summary>
    bool TryGet(string name, out CelValue value);
}

/// <summary>Variables in a dictionary.</summary>
public sealed class CelVariables(IReadOnlyDictionary<string, CelValue> values) : ICelVariables
{
    /// <summary>No variables.</summary>
    public static CelVariables None { get; } = new(new Dictionary<string, CelValue>());

    /// <inheritdoc/>
    public bool TryGet(string name, out CelValue value) => values.TryGetValue(name, out value);
}

/// <summary>What an evaluation gave and what it cost.</summary>
/// <param name="Value">The value, or a failure (<see cref="CelValue.IsError"/>).</param>
/// <param name="Cost">Cost units spent.</param>
public readonly record struct CelOutcome(CelValue Value, long Cost);

/// <summary>A compiled expression. Immutable: evaluate it from any thread, as often as wanted.</summary>
public sealed class CelProgram
{
    private readonly Node _root;
    private readonly int _slots;
    private readonly CelCostModel _costs;
    private readonly long _costMax;

    internal CelProgram(Node root, int slots, CelCostModel costs, long costMax)
    {
        _root = root;
        _slots = slots;
        _costs = costs;
        _costMax = costMax;
    }

    /// <summary>Evaluates within the environment's cost limit.</summary>
    public CelOutcome Evaluate(ICelVariables variables, CancellationToken cancel) => Evaluate(variables, _costMax, cancel);

    /// <summary>Evaluates within a cost limit; past it the value is the failure "operation cancelled: actual cost limit exceeded".</summary>
    /// <exception cref="OperationCanceledException">Cancelled from outside.</exception>
    public CelOutcome Evaluate(ICelVariables variables, long costMax, CancellationToken cancel)
    {
        var frame = new Frame(variables, _slots, _costs, costMax, cancel);
        try
        {
            return new(_root.Evaluate(frame), frame.Cost);
        }
        catch (CostLimitException)
        {
            return new(CelValue.Error("operation cancelled: actual cost limit exceeded"), frame.Cost);
        }
    }
}
