using System.Collections.Concurrent;

namespace ControlPlane.Storage.Embedded;

/// <summary>A bounded number of reading connections, opened when first needed.</summary>
internal sealed class ReaderPool(DatabaseFile file, int size) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(size, size);
    private readonly SemaphoreSlim _all = new(1, 1); // two who each had some of the places would wait for each other
    private readonly ConcurrentStack<VersionReader> _idle = new();
    private volatile bool _closed;

    /// <summary>Reads on a connection of the caller's own. The reading itself is synchronous: SQLite has no other, and most pages are in memory.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read, or the store is closed.</exception>
    public async ValueTask<T> ReadAsync<T, TQuery>(Func<VersionReader, TQuery, T> read, TQuery query, CancellationToken cancel)
    {
        await _places.WaitAsync(cancel);
        try
        {
            if (_closed)
                throw new StoreUnavailableException("the store is closed", outcomeUnknown: false);
            return Read(read, query);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Waits for the reads under way, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await _all.WaitAsync();
        for (var place = 0; place < size; place++)
            await _places.WaitAsync();
        while (_idle.TryPop(out var reader))
            reader.Dispose();
        _places.Release(size);
        _all.Release();
    }

    /// <summary>Acts while nobody reads: waits for the reads under way, and lets those wait that come. Blocks its thread.</summary>
    public void WithoutReads(Action act)
    {
        _all.Wait();
        for (var place = 0; place < size; place++)
            _places.Wait();
        try
        {
            act();
        }
        finally
        {
            _places.Release(size);
            _all.Release();
        }
    }

    private T Read<T, TQuery>(Func<VersionReader, TQuery, T> read, TQuery query)
    {
        VersionReader? reader = null;
        try
        {
            if (!_idle.TryPop(out reader))
                reader = new VersionReader(file.ConnectReader());
            var result = read(reader, query);
            _idle.Push(reader);
            return result;
        }
        catch (Exception error)
        {
            // What state the connection is in is unknown; the next read opens another.
            reader?.Dispose();
            if (DatabaseFailure.IsOfTheDisk(error))
                throw DatabaseFailure.CannotRead(file.Path, error);
            throw;
        }
    }
}
