using System.IO.Pipelines;

namespace ControlPlane.Streaming.Channels;

/// <summary>Where the receive loop puts what the peer sends on one channel. Called by that loop alone, never concurrently.</summary>
internal abstract class IncomingChannel
{
    /// <summary>Takes a part of a message; the memory is the loop's again when the task is done.</summary>
    public abstract ValueTask TakeAsync(ReadOnlyMemory<byte> part, bool endOfMessage, CancellationToken cancel);

    /// <summary>Nothing follows: the peer closed the channel or the connection (<paramref name="error"/> null), or was lost.</summary>
    public abstract void Complete(Exception? error);
}

/// <summary>Bytes for a reader, bounded: a full pipe holds the receive loop back, and with it the peer.</summary>
internal sealed class IncomingPipe(int bufferBytes) : IncomingChannel
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: bufferBytes, resumeWriterThreshold: bufferBytes / 2, useSynchronizationContext: false));
    private bool _completed;

    public PipeReader Reader => _pipe.Reader;

    public override async ValueTask TakeAsync(ReadOnlyMemory<byte> part, bool endOfMessage, CancellationToken cancel)
    {
        if (!_completed && !part.IsEmpty && !cancel.IsCancellationRequested)
            await _pipe.Writer.WriteAsync(part, cancel);
    }

    public override void Complete(Exception? error)
    {
        if (_completed)
            return;
        _completed = true;
        _pipe.Writer.Complete(error);
    }
}
