using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ControlPlane.TestKit;

/// <summary>Waits for a condition, with a deadline: what tests do in place of sleeping.</summary>
public static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not within 20 seconds, or the time given.</exception>
    public static Task TrueAsync(
        Func<bool> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        TrueAsync(() => Task.FromResult(condition()), within, text);

    /// <inheritdoc cref="TrueAsync(Func{bool}, TimeSpan?, string)"/>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, TimeSpan? within = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (within ?? Deadline))
                throw new TimeoutException($"not within {within ?? Deadline}: {text}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits until a function gives a value, and returns it.</summary>
    /// <exception cref="TimeoutException">It did not within 20 seconds, or the time given.</exception>
    public static async Task<T> SomeAsync<T>(
        Func<Task<T?>> find, TimeSpan? within = null, [CallerArgumentExpression(nameof(find))] string text = "")
        where T : class
    {
        T? found = null;
        await TrueAsync(async () => (found = await find()) is not null, within, text);
        return found!;
    }
}
