namespace ControlPlane.Client.Https;

/// <summary>A bearer token in a file that others renew (a projected service account token).</summary>
/// <param name="path">Of the file.</param>
/// <param name="clock">Says when it is read again.</param>
public sealed class TokenFile(string path, TimeProvider clock)
{
    private static readonly TimeSpan ReadAgain = TimeSpan.FromMinutes(1); // client-go: transport token source period

    private volatile Entry? _entry;

    /// <summary>The token, at most a minute old.</summary>
    /// <exception cref="IOException">The file cannot be read and never could.</exception>
    public async ValueTask<string> ReadAsync(CancellationToken cancel)
    {
        if (_entry is { } entry && clock.GetElapsedTime(entry.ReadAt) < ReadAgain)
            return entry.Token;
        try
        {
            var token = (await File.ReadAllTextAsync(path, cancel)).Trim();
            _entry = new(token, clock.GetTimestamp());
            return token;
        }
        catch (IOException) when (_entry is not null)
        {
            return _entry.Token; // It is being replaced; the old one is good for some time yet.
        }
    }

    private sealed record Entry(string Token, long ReadAt);
}
