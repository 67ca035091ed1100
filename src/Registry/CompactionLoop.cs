using ControlPlane.Storage;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Registry;

/// <summary>
/// Makes the store forget: each time what was older than the newest revision of an interval ago. So at least one interval of history is always there, however
/// slow the store or the clock, and whoever else compacts it too.
/// </summary>
internal sealed partial class CompactionLoop(RegistryParts parts)
{
    /// <summary>Runs until cancelled; at once done where the interval is zero.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        var every = parts.Options.CompactionInterval;
        if (every <= TimeSpan.Zero)
            return;
        var noted = Revision.None;
        try
        {
            while (true)
            {
                noted = await TurnAsync(noted, cancel);
                await Task.Delay(every, parts.Clock, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private async ValueTask<Revision> TurnAsync(Revision noted, CancellationToken cancel)
    {
        try
        {
            if (noted != Revision.None)
                await parts.Store.CompactAsync(noted, cancel);
            return await parts.Store.CurrentRevisionAsync(cancel);
        }
        catch (StoreUnavailableException failed)
        {
            Failed(parts.Log, failed.Message);
            return noted;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The store's history could not be compacted, trying again in a while: {Reason}")]
    private static partial void Failed(ILogger log, string reason);
}
