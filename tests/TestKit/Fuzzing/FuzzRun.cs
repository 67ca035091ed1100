using System.Diagnostics;

namespace ControlPlane.TestKit.Fuzzing;

/// <summary>How long random cases are tried: a fixed few, or as many as fit into some minutes. Every case has a seed of its own, which a failure names.</summary>
/// <param name="Cases">So many, where no minutes are given.</param>
/// <param name="Seed">The first case's.</param>
/// <param name="Minutes">The long form; 0 for the short one.</param>
public sealed record FuzzRun(int Cases, int Seed = 1, double Minutes = 0)
{
    // Cases take microseconds to milliseconds; one that takes this long hangs.
    private static readonly TimeSpan CaseLimit = TimeSpan.FromSeconds(30);

    /// <summary>Tries the cases; returns how many.</summary>
    /// <param name="tryOne">One case, made from its random numbers alone; throws where something is wrong.</param>
    /// <exception cref="FuzzFailure">A case failed, or hangs.</exception>
    public async Task<int> RunAsync(Func<Random, Task> tryOne)
    {
        var watch = Stopwatch.StartNew();
        var tried = 0;
        for (; Minutes > 0 ? watch.Elapsed.TotalMinutes < Minutes : tried < Cases; tried++)
        {
            var seed = Seed + tried;
            try
            {
                await Task.Run(() => tryOne(new Random(seed))).WaitAsync(CaseLimit);
            }
            catch (Exception failure)
            {
                throw new FuzzFailure($"seed {seed}: {failure.GetType().Name}: {failure.Message}", failure);
            }
        }

        return tried;
    }

    /// <inheritdoc cref="RunAsync(Func{Random, Task})"/>
    public Task<int> RunAsync(Action<Random> tryOne) => RunAsync(random =>
    {
        tryOne(random);
        return Task.CompletedTask;
    });
}

/// <summary>A random case that went wrong.</summary>
public sealed class FuzzFailure(string message, Exception inner) : Exception(message, inner);
