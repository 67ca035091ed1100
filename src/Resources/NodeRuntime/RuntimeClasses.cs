using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
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
        {
            foreach (var (name, quantity) in overhead.PodFixed)
                errors.At("overhead").At("podFixed").Resource(name, quantity);
        }

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
        var seen = new HashSet<(string, string, string, string)>();
        for (var i = 0; i < scheduling.Tolerations.Count; i++)
        {
            var toleration = scheduling.Tolerations[i];
            var place = at.At("tolerations", i);
            if (toleration.Key.Length > 0)
                place.At("key").Complain(toleration.Key, Names.QualifiedName(toleration.Key));
            if (toleration is { Key: "", Operator: not "Exists" })
                place.At("operator").Invalid(toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
            else if (toleration.Operator is not ("" or "Equal" or "Exists"))
                place.At("operator").NotSupported(toleration.Operator, "Equal", "Exists");
            if (toleration.Effect.Length > 0)
                place.At("effect").OneOf(toleration.Effect, "NoSchedule", "PreferNoSchedule", "NoExecute");
            if (!seen.Add((toleration.Key, toleration.Operator, toleration.Value, toleration.Effect)))
                at.At("tolerations").At(i).DuplicatePrinted("{}");
        }
    }
}
