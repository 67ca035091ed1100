using System.Collections.Concurrent;

namespace ControlPlane.Storage.Embedded;

/// <summary>A bounded number of reading connections, opened when first needed.</summary>
internal sealed class ReaderPool(DatabaseFile file, int size) : IAsyncDisposable
{
    private readonly SemaphoreSlim _places = new(size, size);
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
        for (var place = 0; place < size; place++)
            await _places.WaitAsync();
        while (_idle.TryPop(out var reader))
            reader.Dispose();
        _places.Release(size);
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
