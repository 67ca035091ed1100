namespace ControlPlane.Parts;

/// <summary>Tells somebody at a terminal what is waited for, once that takes longer than a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Waits for the work; meanwhile each second says what is still under way, if that is something else than before.</summary>
    /// <param name="work">Whether it fails is the caller's concern.</param>
    /// <param name="verb">"Starting", "Stopping".</param>
    /// <param name="left">What is still under way, by name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="output">Where it is told.</param>
    public static async Task WhileAsync(Task work, string verb, Func<IReadOnlyList<string>> left, TimeProvider time, TextWriter output)
    {
        var told = "";
        while (await Task.WhenAny(work, Task.Delay(Patience, time, CancellationToken.None)) != work)
        {
            var now = string.Join(", ", left());
            if (now.Length > 0 && now != told)
                await output.WriteLineAsync($"{verb}: {now} ...");
            told = now;
        }
    }
}
