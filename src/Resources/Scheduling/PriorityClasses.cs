using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Scheduling;

namespace ControlPlane.Resources.Scheduling;

/// <summary>How much a pod matters when there is not room for all.</summary>
internal sealed class PriorityClasses : ResourceDefinition<PriorityClass>
{
    private const int HighestUserPriority = 1_000_000_000; // upstream: pkg/apis/scheduling, HighestUserDefinablePriority
    private const string SystemPrefix = "system-";

    // upstream: pkg/apis/scheduling, SystemPriorityClasses
    private static readonly Dictionary<string, int> System = new(StringComparer.Ordinal)
    {
        ["system-node-critical"] = 2_000_001_000,
        ["system-cluster-critical"] = 2_000_000_000,
    };

    protected override void Declare(Declaration<PriorityClass> resource) => resource
        .NameColumn()
        .Column("Value", value => value.Value, type: "integer")
        .Column("Global-Default", value => value.GlobalDefault, type: "boolean")
        .AgeColumn()
        .Column("PreemptionPolicy", value => value.PreemptionPolicy ?? "PreemptLowerPriority");

    protected override PriorityClass Default(PriorityClass value) =>
        value.PreemptionPolicy is null ? value with { PreemptionPolicy = "PreemptLowerPriority" } : value;

    // It has a generation, which never grows: what means anything doesn't change.
    protected override PriorityClass PrepareForCreate(PriorityClass value, WriteContext context) =>
        value with { Metadata = value.Metadata with { Generation = 1 } };

    protected override void Validate(PriorityClass value, FieldErrors errors)
    {
        var name = value.Metadata.Name;
        if (name.StartsWith(SystemPrefix, StringComparison.Ordinal))
        {
            if (!System.TryGetValue(name, out var wanted) || wanted != value.Value)
                errors.At("metadata").At("name").Forbidden("priority class names with 'system-' prefix are reserved for system use only. error: " + SystemProblem(name));
        }
        else if (value.Value > HighestUserPriority)
        {
            errors.At("value").Forbidden(FormattableString.Invariant(
                $"maximum allowed value of a user defined priority is {HighestUserPriority}"));
        }

        if (value.PreemptionPolicy is { } policy)
            errors.At("preemptionPolicy").RequiredOneOf(policy, "PreemptLowerPriority", "Never");
    }

    protected override void ValidateUpdate(PriorityClass value, PriorityClass old, FieldErrors errors)
    {
        // Pods carry the number: it must go on meaning the same.
        if (value.Value != old.Value)
            errors.At("value").Forbidden("may not be changed in an update.");
        if (value.PreemptionPolicy != old.PreemptionPolicy)
            errors.At("preemptionPolicy").Invalid(value.PreemptionPolicy, "field is immutable");
    }

    private static string SystemProblem(string name) => System.TryGetValue(name, out var wanted)
        ? FormattableString.Invariant($"value of {name} PriorityClass must be {wanted}")
        : $"{name} is not a known system priority class";
}
