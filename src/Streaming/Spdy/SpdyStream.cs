using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Spdy;

/// <summary>
/// One stream of a session. Reading ends (0) when the peer has said all or let go of the stream, and throws <see cref="IOException"/> when the peer was lost. Each
/// side ends on its own: <see cref="CompleteWritesAsync"/> says that nothing more is written here. Disposing lets go of both sides.
/// </summary>
public sealed class SpdyStream : AsynchronousStream
{
    private readonly SpdySession _session;
    private readonly IncomingPipe _pipe;
    private readonly Stream _incoming;
    private readonly TaskCompletionSource _agreed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _ends = new();
    private bool _inputEnded;
    private bool _outputEnded;

    internal SpdyStream(SpdySession session, uint number, IReadOnlyDictionary<string, string> headers, int bufferBytes)
    {
        _session = session;
        Number = number;
        Headers = headers;
        _pipe = new IncomingPipe(bufferBytes);
        _incoming = _pipe.Reader.AsStream();
    }

    /// <summary>What the side that opened the stream said of it.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => !_outputEnded;

    internal uint Number { get; }

    internal Task Agreed => _agreed.Task;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_outputEnded)
            throw new IOException("The stream is closed.");
        return _session.SendDataAsync(Number, buffer, cancellationToken);
    }

    /// <summary>Half-close: tells the peer that nothing more comes. Reading goes on.</summary>
    /// <exception cref="IOException">The peer is gone.</exception>
    public ValueTask CompleteWritesAsync(CancellationToken cancel) =>
        End(output: true).Output ? ValueTask.CompletedTask : _session.SendLastAsync(Number, cancel);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        var before = End(input: true, output: true);
        if (!(before.Input && before.Output))
            await _session.SendResetAsync(Number, SpdyReset.Cancel);
        await _incoming.DisposeAsync();
        await base.DisposeAsync();
    }

    internal void Agree() => _agreed.TrySetResult();

    internal ValueTask TakeAsync(ReadOnlyMemory<byte> part, CancellationToken cancel) => _pipe.TakeAsync(part, endOfMessage: false, cancel);

    /// <summary>The peer says nothing more.</summary>
    internal void EndInput()
    {
        _pipe.Complete(error: null);
        End(input: true);
    }

    /// <summary>The peer let go of the stream, or was lost.</summary>
    internal void Drop(IOException? error)
    {
        _pipe.Complete(error);
        _agreed.TrySetException(error ?? new IOException("The peer refused the stream."));
        _ = _agreed.Task.Exception; // observed here: nobody may be waiting for it any more
        End(input: true, output: true);
    }

    /// <returns>What had ended before.</returns>
    private (bool Input, bool Output) End(bool input = false, bool output = false)
    {
        (bool Input, bool Output) before;
        bool isOver;
        lock (_ends)
        {
            before = (_inputEnded, _outputEnded);
            _inputEnded |= input;
            _outputEnded |= output;
            isOver = _inputEnded && _outputEnded;
        }
        if (isOver)
            _session.Forget(Number);
        return before;
    }
}
