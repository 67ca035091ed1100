using ControlPlane.Client;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>Runs what only one server may run at a time.</summary>
internal static class Leadership
{
    /// <summary>Runs the work at once where this server is alone, else whenever it leads; a lost lead is tried for again.</summary>
    public static async Task RunAsync(
        bool isAlone, IApiClient api, LeaderElectionOptions options, TimeProvider time, ILoggerFactory logs, Func<CancellationToken, Task> workAsync, CancellationToken stop)
    {
        try
        {
            if (isAlone)
            {
                await workAsync(stop);
                return;
            }

            while (!stop.IsCancellationRequested)
                await LeadAsync(new LeaderElection(api, options, time, logs.CreateLogger<LeaderElection>()), workAsync, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // It ends with the process.
        }
    }

    private static async Task LeadAsync(LeaderElection election, Func<CancellationToken, Task> workAsync, CancellationToken stop)
    {
        try
        {
            await election.RunAsync(workAsync, stop);
        }
        catch (LeadershipLostException)
        {
            // Another leads now; this one waits for its turn.
        }
    }
}
