using System.Collections.Immutable;
using System.CommandLine;

namespace ControlPlane;

/// <summary>All that was typed for a control plane.</summary>
internal sealed record ClusterOptions
{
    public required DataOptions Data { get; init; }

    public required ServerOptions Server { get; init; }

    public required StorageOptions Storage { get; init; }

    public required ControllerOptions Controllers { get; init; }

    public required WorkerOptions Workers { get; init; }

    public required LeadershipOptions Leadership { get; init; }

    public required SigningOptions Signing { get; init; }

    public required CloudOptions Cloud { get; init; }

    /// <summary>What stands beside the control plane; nothing for <c>server</c>.</summary>
    public UpOptions Up { get; init; } = new();

    /// <summary>The node of this machine; null for none.</summary>
    public AgentOptions? Agent { get; init; }

    /// <summary>Flags of the control plane itself, in the order of --help.</summary>
    public static ImmutableArray<FlagSection> Sections { get; } =
        [ServerOptions.Section, StorageOptions.Section, ControllerOptions.Section, WorkerOptions.Section, LeadershipOptions.Section, SigningOptions.Section, CloudOptions.Section];

    /// <summary>What was said on the command line, defaults filled in.</summary>
    public static ClusterOptions From(ParseResult result) => new()
    {
        Data = DataOptions.From(result),
        Server = ServerOptions.From(result),
        Storage = StorageOptions.From(result),
        Controllers = ControllerOptions.From(result),
        Workers = WorkerOptions.From(result),
        Leadership = LeadershipOptions.From(result),
        Signing = SigningOptions.From(result),
        Cloud = CloudOptions.From(result),
    };

    /// <summary>All that is wrong with it.</summary>
    public OptionErrors Validate()
    {
        var errors = new OptionErrors();
        Data.Validate(errors);
        Up.Validate(errors);
        Agent?.Validate(errors);
        Server.Validate(errors);
        Storage.Validate(errors);
        Controllers.Validate(errors);
        Workers.Validate(errors);
        Leadership.Validate(errors);
        Signing.Validate(errors);
        Cloud.Validate(errors);
        return errors;
    }
}
