using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Policy;

namespace ControlPlane.Resources.Policy;

/// <summary>What one may ask of a budget.</summary>
public static class PodDisruptionBudgetQuestions
{
    extension(PodDisruptionBudget pdb)
    {
        /// <summary>May one more of these pods be evicted now?</summary>
        public bool AllowsDisruption => pdb.Status.DisruptionsAllowed > 0;
    }
}

/// <summary>Limits how many pods of one application may be down at once by choice: drains, evictions, preemption.</summary>
internal sealed class PodDisruptionBudgets : ResourceDefinition<PodDisruptionBudget>
{
    protected override void Declare(Declaration<PodDisruptionBudget> resource) => resource
        .MetadataChecksOnUpdate(2, asNew: false)
        .WithStatus((pdb, other) => pdb with { Status = other.Status }, CheckStatus)
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec")
        // Upstream never looks at the names of budgets.
        .Names(Names.PathSegment)
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Min Available", pdb => pdb.Spec.MinAvailable?.ToString() ?? "N/A")
        .Column("Max Unavailable", pdb => pdb.Spec.MaxUnavailable?.ToString() ?? "N/A")
        .Column("Allowed Disruptions", pdb => pdb.Status.DisruptionsAllowed, type: "integer")
        .AgeColumn();

    protected override void Validate(PodDisruptionBudget pdb, FieldErrors errors)
    {
        var spec = errors.At("spec");
        if (pdb.Spec is { MinAvailable: not null, MaxUnavailable: not null })
            spec.Invalid(pdb.Spec, "minAvailable and maxUnavailable cannot be both set");
        spec.At("minAvailable").NonNegativeOrPercent(pdb.Spec.MinAvailable);
        spec.At("maxUnavailable").NonNegativeOrPercent(pdb.Spec.MaxUnavailable);
        spec.At("selector").Selector(pdb.Spec.Selector);
        if (pdb.Spec.UnhealthyPodEvictionPolicy is { } policy)
            spec.At("unhealthyPodEvictionPolicy").OneOf(policy, "AlwaysAllow", "IfHealthyBudget");
    }

    private static void CheckStatus(PodDisruptionBudget pdb, PodDisruptionBudget old, FieldErrors errors)
    {
        var (status, at) = (pdb.Status, errors.At("status"));
        ConditionChecks.Check(status.Conditions, at.At("conditions"));
        at.At("disruptionsAllowed").NonNegative(status.DisruptionsAllowed);
        at.At("currentHealthy").NonNegative(status.CurrentHealthy);
        at.At("desiredHealthy").NonNegative(status.DesiredHealthy);
        at.At("expectedPods").NonNegative(status.ExpectedPods);
    }
}
