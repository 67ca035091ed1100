using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Evaluation;

/// <summary>The state of one evaluation: variables, comprehensions' slots, and what was spent.</summary>
internal sealed class Frame(ICelVariables variables, int slots, CelCostModel costs, long costMax, CancellationToken cancel)
{
    public ICelVariables Variables { get; } = variables;

    public CelValue[] Slots { get; } = slots == 0 ? [] : new CelValue[slots];

    public CelCostModel Costs { get; } = costs;

    public long Cost { get; private set; }

    /// <exception cref="CostLimitException">The limit is passed.</exception>
    public void Charge(long units)
    {
        Cost += units;
        if (Cost > costMax)
            throw new CostLimitException();
    }

    /// <summary>Called at every turn of a loop: the only way to run for long.</summary>
    public void ThrowIfCancelled() => cancel.ThrowIfCancellationRequested();
}

/// <summary>Ends an evaluation whatever stands around: logical operators must not absorb it.</summary>
internal sealed class CostLimitException : Exception;
