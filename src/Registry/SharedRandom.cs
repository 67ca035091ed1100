namespace ControlPlane.Registry;

/// <summary>Lets many threads use one source of randomness, which may have a seed.</summary>
internal sealed class SharedRandom(Random random) : Random
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public override int Next(int maxValue)
    {
        lock (_lock)
            return random.Next(maxValue);
    }

    /// <inheritdoc/>
    public override void NextBytes(Span<byte> buffer)
    {
        lock (_lock)
            random.NextBytes(buffer);
    }
}
