using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Resources.Core;
using ControlPlane.Types.Core;
using ControlPlane.Types.Node;

namespace ControlPlane.Resources.NodeRuntime;

/// <summary>Which handler of a node's container runtime runs a pod, and what that costs.</summary>
internal sealed class RuntimeClasses : ResourceDefinition<RuntimeClass>
{
    protected override void Declare(Declaration<RuntimeClass> resource) => resource
        .UpdateNeedsVersion()
        .NameColumn()
        .Column("Handler", value => value.Handler)
        .AgeColumn();

    protected override void Validate(RuntimeClass value, FieldErrors errors)
    {
        if (value.Handler.Length == 0)
            errors.At("handler").Required();
        else
            errors.At("handler").Complain(value.Handler, Names.Label(value.Handler));
        if (value.Overhead is { } overhead)
            RequirementChecks.Check(new ResourceRequirements { Limits = overhead.PodFixed }, errors.At("overhead"));

        if (value.Scheduling is { } scheduling)
            CheckScheduling(scheduling, errors.At("scheduling"));
    }

    protected override void ValidateUpdate(RuntimeClass value, RuntimeClass old, FieldErrors errors)
    {
        Validate(value, errors);
        errors.At("handler").Immutable(value.Handler, old.Handler, FieldErrors.Quote);
    }

    private static void CheckScheduling(Types.Node.Scheduling scheduling, FieldErrors at)
    {
        SelectorChecks.Labels(at.At("nodeSelector"), scheduling.NodeSelector);
        PlacementChecks.CheckTolerations(scheduling.Tolerations, at.At("tolerations"));
        var seen = new HashSet<Toleration>();
        for (var i = 0; i < scheduling.Tolerations.Count; i++)
        {
            if (!seen.Add(scheduling.Tolerations[i]))
                at.At("tolerations", i).DuplicatePrinted(InternalForm.Of(scheduling.Tolerations[i], "Toleration"));
        }
    }
}
