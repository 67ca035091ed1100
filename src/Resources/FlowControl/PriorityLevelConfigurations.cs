using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.FlowControl;

namespace ControlPlane.Resources.FlowControl;

/// <summary>How many requests of a priority may be worked on at once, and what becomes of those beyond.</summary>
internal sealed class PriorityLevelConfigurations : ResourceDefinition<PriorityLevelConfiguration>
{
    private const int DefaultShares = 30; // upstream: PriorityLevelConfigurationDefaultNominalConcurrencyShares
    private const int DefaultQueues = 64; // upstream: PriorityLevelConfigurationDefaultQueues
    private const int DefaultHandSize = 8; // upstream: PriorityLevelConfigurationDefaultHandSize
    private const int DefaultQueueLength = 50; // upstream: PriorityLevelConfigurationDefaultQueueLengthLimit
    private const int MaxQueues = 10_000_000; // upstream: priorityLevelConfigurationQueuingMaxQueues
    private const string Exempt = "exempt";

    protected override void Declare(Declaration<PriorityLevelConfiguration> resource) => resource
        .MetadataChecksOnUpdate(3, asNew: true)
        .WithStatus((value, other) => value with { Status = other.Status })
        .WithGeneration()
        .ResetFields("status")
        .StatusResetFields("spec", "metadata")
        .NameColumn()
        .Column("Type", value => value.Spec.Type)
        .Column("NominalConcurrencyShares", value => Number(value.Spec.Limited?.NominalConcurrencyShares ?? value.Spec.Exempt?.NominalConcurrencyShares))
        .Column("Queues", value => Number(value.Spec.Limited?.LimitResponse.Queuing?.Queues))
        .Column("HandSize", value => Number(value.Spec.Limited?.LimitResponse.Queuing?.HandSize))
        .Column("QueueLengthLimit", value => Number(value.Spec.Limited?.LimitResponse.Queuing?.QueueLengthLimit))
        .AgeColumn();

    protected override PriorityLevelConfiguration Default(PriorityLevelConfiguration value)
    {
        var spec = value.Spec;
        if (spec.Exempt is { } exempt)
            spec = spec with { Exempt = exempt with { NominalConcurrencyShares = exempt.NominalConcurrencyShares ?? 0, LendablePercent = exempt.LendablePercent ?? 0 } };
        if (spec.Limited is { } limited)
            spec = spec with { Limited = WithDefaults(limited) };
        return value with { Spec = spec };
    }

    protected override void Validate(PriorityLevelConfiguration value, FieldErrors errors)
    {
        var spec = errors.At("spec");
        if (value.Spec.Type == "Exempt" != (value.Metadata.Name == Exempt))
        {
            if (value.Spec.Type == "Exempt")
                spec.At("type").Invalid("Exempt", "must be 'Limited' if the name is not 'exempt'");
            else if (value.Metadata.Name == Exempt)
                spec.At("type").Invalid(value.Spec.Type, "must be 'Exempt' if `name` is 'exempt'");
        }

        switch (value.Spec.Type)
        {
            case "Exempt":
                if (value.Spec.Limited is not null)
                    spec.At("limited").Forbidden("must be nil if the type is not Limited");
                if (value.Spec.Exempt is { } exempt)
                    CheckShares(exempt.NominalConcurrencyShares, exempt.LendablePercent, spec.At("exempt"));
                break;
            case "Limited":
                if (value.Spec.Exempt is not null)
                    spec.At("exempt").Forbidden("must be nil if the type is Limited");
                if (value.Spec.Limited is { } limited)
                    CheckLimited(limited, spec.At("limited"));
                else
                    spec.At("limited").Required("must not be empty when type is Limited");
                break;
            default:
                spec.At("type").NotSupported(value.Spec.Type, "Exempt", "Limited");
                break;
        }
    }

    private static LimitedPriorityLevelConfiguration WithDefaults(LimitedPriorityLevelConfiguration limited) => limited with
    {
        NominalConcurrencyShares = limited.NominalConcurrencyShares ?? DefaultShares,
        LendablePercent = limited.LendablePercent ?? 0,
        LimitResponse = limited.LimitResponse.Queuing is not { } queuing ? limited.LimitResponse : limited.LimitResponse with
        {
            Queuing = new()
            {
                Queues = queuing.Queues == 0 ? DefaultQueues : queuing.Queues,
                HandSize = queuing.HandSize == 0 ? DefaultHandSize : queuing.HandSize,
                QueueLengthLimit = queuing.QueueLengthLimit == 0 ? DefaultQueueLength : queuing.QueueLengthLimit,
            },
        },
    };

    private static void CheckLimited(LimitedPriorityLevelConfiguration limited, FieldErrors at)
    {
        CheckShares(limited.NominalConcurrencyShares, null, at);
        CheckResponse(limited.LimitResponse, at.At("limitResponse"));
        if (limited.LendablePercent is { } lendable)
            at.At("lendablePercent").InRange(lendable, 0, 100);
        if (limited.BorrowingLimitPercent is { } borrowing and < 0)
            at.At("borrowingLimitPercent").Invalid(borrowing, "if specified, must be a non-negative integer");
    }

    private static void CheckShares(int? shares, int? lendable, FieldErrors at)
    {
        if (shares is { } number and < 0)
            at.At("nominalConcurrencyShares").Invalid(number, "must be a non-negative integer");
        if (lendable is { } percent)
            at.At("lendablePercent").InRange(percent, 0, 100);
    }

    private static void CheckResponse(LimitResponse response, FieldErrors at)
    {
        switch (response.Type)
        {
            case "Reject":
                if (response.Queuing is not null)
                    at.At("queuing").Forbidden("must be nil if limited.limitResponse.type is not Limited");
                break;
            case "Queue":
                if (response.Queuing is { } queuing)
                    CheckQueuing(queuing, at.At("queuing"));
                else
                    at.At("queuing").Required("must not be empty if limited.limitResponse.type is Limited");
                break;
            default:
                at.At("type").NotSupported(response.Type, "Queue", "Reject");
                break;
        }
    }

    private static void CheckQueuing(QueuingConfiguration queuing, FieldErrors at)
    {
        if (queuing.QueueLengthLimit <= 0)
            at.At("queueLengthLimit").Invalid(queuing.QueueLengthLimit, "must be positive");
        if (queuing.Queues <= 0)
            at.At("queues").Invalid(queuing.Queues, "must be positive");
        else if (queuing.Queues > MaxQueues)
            at.At("queues").Invalid(queuing.Queues, FormattableString.Invariant($"must not be greater than {MaxQueues}"));
        if (queuing.HandSize <= 0)
            at.At("handSize").Invalid(queuing.HandSize, "must be positive");
        else if (queuing.HandSize > queuing.Queues)
            at.At("handSize").Invalid(queuing.HandSize, FormattableString.Invariant($"should not be greater than queues ({queuing.Queues})"));
    }

    private static TableCell Number(int? number) => number is { } known ? known : CellTexts.None;
}
