using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.FlowControl;

namespace ControlPlane.Resources.FlowControl;

/// <summary>Which requests belong to which priority level, and to which flow in it.</summary>
internal sealed class FlowSchemas : ResourceDefinition<FlowSchema>
{
    private const int DefaultPrecedence = 1000; // upstream: FlowSchemaDefaultMatchingPrecedence
    private const int MaxPrecedence = 10000; // upstream: FlowSchemaMaxMatchingPrecedence
    private const string Exempt = "exempt";

    protected override void Declare(Declaration<FlowSchema> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithStatus((value, other) => value with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec", "metadata")
        .NameColumn()
        .Column("PriorityLevel", value => value.Spec.PriorityLevelConfiguration.Name)
        .Column("MatchingPrecedence", value => value.Spec.MatchingPrecedence)
        .Column("DistinguisherMethod", value => value.Spec.DistinguisherMethod?.Type ?? CellTexts.None)
        .AgeColumn()
        .Column("MissingPL", value => value.Status.Conditions.FirstOrDefault(condition => condition.Type == "Dangling")?.Status ?? "?");

    protected override FlowSchema Default(FlowSchema value) =>
        value.Spec.MatchingPrecedence == 0 ? value with { Spec = value.Spec with { MatchingPrecedence = DefaultPrecedence } } : value;

    protected override void Validate(FlowSchema value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        var precedence = value.Spec.MatchingPrecedence;
        if (precedence <= 0)
            spec.At("matchingPrecedence").Invalid(precedence, "must be a positive value");
        if (precedence > MaxPrecedence)
            spec.At("matchingPrecedence").Invalid(precedence, FormattableString.Invariant($"must not be greater than {MaxPrecedence}"));
        if (precedence == 1 && value.Metadata.Name != Exempt)
            spec.At("matchingPrecedence").Invalid(precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
        if (value.Spec.DistinguisherMethod is { Type: not ("ByNamespace" or "ByUser") } method)
            spec.At("distinguisherMethod").At("type").NotSupportedPrinted($"{{\"type\":{FieldErrors.Quote(method.Type)}}}", "ByNamespace", "ByUser");
        if (value.Spec.PriorityLevelConfiguration.Name is { Length: > 0 } name)
            spec.At("priorityLevelConfiguration").At("name").Complain(name, Names.Subdomain(name));
        else
            spec.At("priorityLevelConfiguration").At("name").Required("must reference a priority level");
        for (var i = 0; i < value.Spec.Rules.Count; i++)
            FlowRuleChecks.Check(value.Spec.Rules[i], spec.At("rules", i));
    }
}
