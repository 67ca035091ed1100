using ControlPlane.ApiServer.Requests;

namespace ControlPlane.ApiServer;

/// <summary>The stages of one server, each made by its own folder; <see cref="ApiServerPipeline"/> puts them in order.</summary>
internal sealed record ApiServerParts
{
    /// <summary>Turns what is thrown into a Status.</summary>
    public required IRequestStage ErrorBoundary { get; init; }

    /// <summary>Parses the URL.</summary>
    public required IRequestStage RequestInfo { get; init; }

    /// <summary>Counts and times requests.</summary>
    public required IRequestStage RequestMetrics { get; init; }

    /// <summary>Ends what takes too long.</summary>
    public required IRequestStage Deadline { get; init; }

    /// <summary>Finds out who asks.</summary>
    public required IRequestStage Authentication { get; init; }

    /// <summary>Writes down who asked for what.</summary>
    public required IRequestStage Audit { get; init; }

    /// <summary>Lets a user act as another.</summary>
    public required IRequestStage Impersonation { get; init; }

    /// <summary>Keeps the number of requests in flight bounded.</summary>
    public required IRequestStage FlowControl { get; init; }

    /// <summary>Refuses what the user may not do.</summary>
    public required IRequestStage Authorization { get; init; }

    /// <summary>Serves the path.</summary>
    public required IRequestStage Dispatch { get; init; }
}
