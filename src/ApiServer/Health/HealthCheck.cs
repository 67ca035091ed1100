namespace ControlPlane.ApiServer.Health;

/// <summary>One thing that must be well.</summary>
/// <param name="Name">As in "/readyz/NAME" and "?exclude=NAME".</param>
/// <param name="Probes">Which endpoints ask it.</param>
/// <param name="FailureAsync">Null when all is well, else what is not; told to those that ask for this check alone, and to the log.</param>
public sealed record HealthCheck(string Name, HealthProbes Probes, Func<CancellationToken, ValueTask<string?>> FailureAsync)
{
    /// <summary>Answers, therefore is: every endpoint's first check.</summary>
    public static HealthCheck Ping { get; } = new("ping", HealthProbes.All, static _ => default);
}

/// <summary>The endpoints.</summary>
[Flags]
public enum HealthProbes
{
    /// <summary>/healthz, the old one.</summary>
    Healthz = 1,

    /// <summary>/livez: must it be restarted?</summary>
    Livez = 2,

    /// <summary>/readyz: may clients be sent here?</summary>
    Readyz = 4,

    /// <summary>All three.</summary>
    All = Healthz | Livez | Readyz,
}
