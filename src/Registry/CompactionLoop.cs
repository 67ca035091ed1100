using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Registry;

/// <summary>Makes the store forget: at each turn the history before the turn before, so that at least one interval of it is always there.</summary>
internal sealed partial class CompactionLoop(RegistryParts parts)
{
    /// <summary>Runs until cancelled; at once done where the interval is zero.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var every = parts.Options.CompactionInterval;
        if (every <= TimeSpan.Zero)
            return;
        using var timer = new PeriodicTimer(every, parts.Clock);
        var earlier = Revision.None;
        try
        {
            while (await timer.WaitForNextTickAsync(cancel))
                earlier = await TurnAsync(earlier, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private async ValueTask<Revision> TurnAsync(Revision earlier, CancellationToken cancel)
    {
        try
        {
            var now = await parts.Store.CurrentRevisionAsync(cancel);
            if (earlier != Revision.None)
                await parts.Store.CompactAsync(earlier, cancel);
            return now;
        }
        catch (StoreUnavailableException failed)
        {
            Failed(parts.Log, failed.Message);
            return earlier;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store's history could not be compacted, trying again in a while: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
