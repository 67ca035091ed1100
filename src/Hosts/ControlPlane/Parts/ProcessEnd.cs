using System.Security.Cryptography;
using ControlPlane.Cloud;
using ControlPlane.Node.Installation;

namespace ControlPlane.Parts;

/// <summary>How a command ends: 0 when it was asked to, 1 with a line for each reason otherwise.</summary>
internal static class ProcessEnd
{
    /// <summary>Runs what was asked for, if nothing is wrong with how it was asked.</summary>
    public static async Task<int> OfAsync(OptionErrors errors, Func<Task> runAsync, CancellationToken stop)
    {
        if (errors.Messages.Count > 0)
            return await FailAsync(errors.Messages);
        try
        {
            await runAsync();
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception failure) when (failure
            is PartFailedException or PrerequisiteException or IOException or UnauthorizedAccessException or FormatException or InvalidOperationException or CryptographicException or CloudException)
        {
            return await FailAsync([failure.Message]);
        }
    }

    private static async Task<int> FailAsync(IEnumerable<string> reasons)
    {
        foreach (var reason in reasons)
            await Console.Error.WriteLineAsync($"controlplane: {reason}");
        return 1;
    }
}
