using System.Net;
using System.Text;

namespace ControlPlane.ServerKit;

/// <summary>A request's body of which the first part is sent at once and the rest when the test says so: a request that is in flight as long as one likes.</summary>
public sealed class HeldBody : HttpContent
{
    private readonly byte[] _first;
    private readonly byte[] _rest;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>This JSON, divided in the middle.</summary>
    public HeldBody(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        (_first, _rest) = (bytes[..(bytes.Length / 2)], bytes[(bytes.Length / 2)..]);
        Headers.ContentType = new("application/json");
    }

    /// <summary>Completes when the first part is sent.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Lets the rest go.</summary>
    public void Release() => _released.TrySetResult();

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_first, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _begun.TrySetResult();
        await _released.Task.WaitAsync(cancellationToken);
        await stream.WriteAsync(_rest, cancellationToken);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
