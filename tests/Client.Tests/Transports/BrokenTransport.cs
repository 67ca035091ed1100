using System.Runtime.CompilerServices;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client.Tests.Transports;

/// <summary>A way that breaks on command: running watches and new requests fail until it is mended.</summary>
internal sealed class BrokenTransport(IApiTransport inner) : IApiTransport
{
    private readonly Lock _lock = new();
    private TaskCompletionSource<Exception> _break = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Break(Exception failure)
    {
        lock (_lock)
            _break.TrySetResult(failure);
    }

    public void Mend()
    {
        lock (_lock)
            _break = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
        where TResult : class, IApiObject<TResult> =>
        Whole().SendAsync<TResult>(request, cancel);

    public ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T> =>
        Whole().ListAsync<T>(request, cancel);

    public ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel) => Whole().DeleteCollectionAsync(request, cancel);

    public ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel) => Whole().GetRawAsync(pathAndQuery, cancel);

    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, [EnumeratorCancellation] CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var broken = Broken();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await using var watch = Whole().WatchAsync<T>(request, ending.Token).GetAsyncEnumerator(ending.Token);
        while (true)
        {
            var next = watch.MoveNextAsync().AsTask();
            if (await Task.WhenAny(next, broken) == broken)
            {
                await ending.CancelAsync();
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw await broken;
            }
            if (!await next)
                yield break;
            yield return watch.Current;
        }
    }

    private Task<Exception> Broken()
    {
        lock (_lock)
            return _break.Task;
    }

    private IApiTransport Whole() => Broken() is { IsCompletedSuccessfully: true, Result: var failure } ? throw failure : inner;
}
