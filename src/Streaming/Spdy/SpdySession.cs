using System.Collections.Concurrent;
using System.Threading.Channels;
using ControlPlane.Streaming.Channels;

namespace ControlPlane.Streaming.Spdy;

/// <summary>Which side of a session: it decides whose stream numbers are odd.</summary>
public enum SpdyRole
{
    /// <summary>It asked for the upgrade.</summary>
    Client,

    /// <summary>It was asked.</summary>
    Server,
}

/// <summary>
/// Many streams over one connection: SPDY/3.1 as Kubernetes' clients, servers and container runtimes speak it. Invariants:
/// one loop receives for as long as the session lives; one frame is sent at a time (<see cref="SpdyWriter"/>);
/// numbers of streams go up on each side, the client's are odd; a stream is in the table exactly as long as one of its directions is open;
/// when the loop ends every stream in the table is completed, and <see cref="Gone"/> is cancelled.
/// </summary>
/// <remarks>
/// Peers of this kind (github.com/moby/spdystream) keep no windows: they neither send WINDOW_UPDATE nor wait for it, so windows are not counted here either.
/// What holds a sender back is the connection itself: a stream that is not read stops the loop, and with it all streams.
/// A reset with CANCEL is how they close a connection in order, after the data; it ends a stream as its last frame does.
/// </remarks>
public sealed class SpdySession : IAsyncDisposable
{
    /// <summary>The name of the protocol in the header Upgrade.</summary>
    public const string Protocol = "SPDY/3.1";

    // A new stream's priority and slot, of which nothing is made.
    private const int PriorityBytes = 2;

    private static readonly IReadOnlyDictionary<string, string> EmptyHeaders = new Dictionary<string, string>();

    private readonly SpdyRole _role;
    private readonly ChannelLimits _limits;
    private readonly TimeProvider _clock;
    private readonly SpdyReader _reader;
    private readonly SpdyWriter _writer;
    private readonly HeaderDecompressor _decompressor;
    private readonly IdleWatch _idle;
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentDictionary<uint, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _incoming;
    private uint _lastSent;
    private uint _lastReceived;
    private Task _receiving = Task.CompletedTask;

    private SpdySession(Stream transport, SpdyRole role, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        (_role, _limits, _clock) = (role, limits, clock);
        _idle = new IdleWatch(limits.IdleTimeout, clock, cancel);
        _reader = new SpdyReader(transport, limits.BlockBytes);
        _writer = new SpdyWriter(transport, _idle.Token);
        _decompressor = new HeaderDecompressor(limits.HeaderBytesMax);
        _incoming = Channel.CreateBounded<SpdyStream>(new BoundedChannelOptions(limits.StreamsMax) { SingleWriter = true });
        // The first number of a client is 1, of a server 2.
        _lastSent = role == SpdyRole.Client ? uint.MaxValue : 0;
        Gone = _gone.Token;
    }

    /// <summary>Streams that the peer opens; completed when the session ends. The taker agrees to each by <see cref="AcceptAsync"/>.</summary>
    public ChannelReader<SpdyStream> Incoming => _incoming.Reader;

    /// <summary>Cancelled when the peer hung up, was lost, or was given up.</summary>
    public CancellationToken Gone { get; }

    /// <summary>Starts to receive on a connection that was upgraded. It stays its maker's.</summary>
    public static SpdySession Start(Stream transport, SpdyRole role, ChannelLimits limits, TimeProvider clock, CancellationToken cancel)
    {
        var session = new SpdySession(transport, role, limits, clock, cancel);
        session._receiving = session.ReceiveAsync();
        return session;
    }

    /// <summary>Opens a stream; returns when the peer has agreed to it.</summary>
    /// <exception cref="IOException">The peer is gone, or refuses.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<SpdyStream> OpenAsync(IReadOnlyDictionary<string, string> headers, CancellationToken cancel)
    {
        SpdyStream? stream = null;
        await _writer.SendAsync(SpdyControl.SynStream, () => [(stream = Add(_lastSent += 2, headers)).Number, 0], headers, PriorityBytes, cancel);
        if (Gone.IsCancellationRequested)
            stream!.Drop(Lost(null)); // the loop may have ended before the stream was in the table
        try
        {
            await stream!.Agreed.WaitAsync(_limits.StreamCreationTimeout, _clock, cancel);
            return stream;
        }
        catch
        {
            await stream!.DisposeAsync();
            throw;
        }
    }

    /// <summary>Agrees to a stream of the peer's.</summary>
    /// <exception cref="IOException">The peer is gone.</exception>
    public ValueTask AcceptAsync(SpdyStream stream, CancellationToken cancel) =>
        _writer.SendAsync(SpdyControl.SynReply, () => [stream.Number], EmptyHeaders, 0, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_receiving.IsCompleted)
            _idle.Cancel();
        await _receiving;
        _idle.Dispose();
        _gone.Dispose();
        _writer.Dispose();
    }

    internal async ValueTask SendDataAsync(uint stream, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        while (!data.IsEmpty)
        {
            var part = data[..Math.Min(data.Length, _limits.BlockBytes)];
            await _writer.SendDataAsync(stream, part, isLast: false, cancel);
            _idle.Touch();
            data = data[part.Length..];
        }
    }

    internal ValueTask SendLastAsync(uint stream, CancellationToken cancel) => _writer.SendDataAsync(stream, ReadOnlyMemory<byte>.Empty, isLast: true, cancel);

    internal async ValueTask SendResetAsync(uint stream, SpdyReset why)
    {
        if (Gone.IsCancellationRequested)
            return;
        try
        {
            await _writer.SendAsync(SpdyControl.RstStream, [stream, (uint)why], CancellationToken.None);
        }
        catch (IOException)
        {
            // A peer that is gone needs no telling.
        }
    }

    internal void Forget(uint stream) => _streams.TryRemove(stream, out _);

    private SpdyStream Add(uint number, IReadOnlyDictionary<string, string> headers)
    {
        var stream = new SpdyStream(this, number, headers, _limits.ChannelBufferBytes);
        _streams[number] = stream;
        return stream;
    }

    private IOException Lost(Exception? why) =>
        new(_idle.Expired ? "The streaming connection was idle for too long." : "The streaming connection was lost.", why);

    private async Task ReceiveAsync()
    {
        var lost = await ReceiveUntilEndAsync();
        await _gone.CancelAsync();
        foreach (var stream in _streams.Values)
            stream.Drop(lost);
        _incoming.Writer.TryComplete();
    }

    private async Task<IOException> ReceiveUntilEndAsync()
    {
        try
        {
            while (await _reader.ReadHeaderAsync(_idle.Token) is { } frame)
            {
                _idle.Touch();
                await (frame.IsControl ? TakeControlAsync(frame) : TakeDataAsync(frame));
            }
            return Lost(null);
        }
        catch (SpdyProtocolException error)
        {
            await RebukeAsync();
            return error;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return Lost(error);
        }
    }

    private async Task RebukeAsync()
    {
        try
        {
            await _writer.SendAsync(SpdyControl.GoAway, [_lastReceived, (uint)SpdyGoAway.ProtocolError], _idle.Token);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // It is over in any case.
        }
    }

    private async ValueTask TakeDataAsync(SpdyFrame frame)
    {
        _streams.TryGetValue(frame.Stream, out var stream);
        // What still comes on a stream that was let go of is read past.
        await _reader.CopyPayloadAsync(frame, part => stream?.TakeAsync(part, _idle.Token) ?? ValueTask.CompletedTask, _idle.Token);
        if (frame.IsLast)
            stream?.EndInput();
    }

    private async ValueTask TakeControlAsync(SpdyFrame frame)
    {
        var payload = await _reader.ReadPayloadAsync(frame, _limits.HeaderBytesMax, _idle.Token);
        switch (frame.Control)
        {
            case SpdyControl.SynStream:
                await TakeNewStreamAsync(frame, payload);
                break;
            case SpdyControl.SynReply or SpdyControl.Headers:
                TakeReply(frame, payload);
                break;
            case SpdyControl.RstStream:
                if (_streams.TryGetValue(NumberAt(payload, 0), out var reset))
                    reset.Drop(SpdyReader.Number(payload, sizeof(uint)) is (uint)SpdyReset.Cancel ? null : new IOException("The peer reset the stream."));
                break;
            case SpdyControl.Ping when IsOfPeer(NumberAt(payload, 0)):
                await _writer.SendAsync(SpdyControl.Ping, [NumberAt(payload, 0)], _idle.Token);
                break;
            default:
                // Settings and windows are not kept; after GOAWAY open streams go on until the peer hangs up; the answer to a ping says only that it lives.
                break;
        }
    }

    private async ValueTask TakeNewStreamAsync(SpdyFrame frame, byte[] payload)
    {
        const int NumbersBytes = 2 * sizeof(uint);
        var number = NumberAt(payload, 0);
        SpdyReader.Number(payload, NumbersBytes - sizeof(uint));
        var headers = Unpack(payload, NumbersBytes + PriorityBytes);
        if (!IsOfPeer(number) || number <= _lastReceived)
            throw new SpdyProtocolException("a new stream has the number of another");
        _lastReceived = number;
        var stream = _streams.Count < _limits.StreamsMax ? Add(number, headers) : null;
        if (stream is null || !_incoming.Writer.TryWrite(stream))
        {
            Forget(number);
            await SendResetAsync(number, SpdyReset.RefusedStream);
        }
        else if (frame.IsLast)
        {
            stream.EndInput();
        }
    }

    private void TakeReply(SpdyFrame frame, byte[] payload)
    {
        Unpack(payload, sizeof(uint));
        if (!_streams.TryGetValue(NumberAt(payload, 0), out var stream))
            return;
        stream.Agree();
        if (frame.IsLast)
            stream.EndInput();
    }

    private IReadOnlyDictionary<string, string> Unpack(byte[] payload, int offset) => payload.Length >= offset
        ? HeaderBlock.Read(_decompressor.Unpack(payload, offset).Span)
        : throw new SpdyProtocolException("control frame is cut short");

    private static uint NumberAt(byte[] payload, int offset) => SpdyReader.Number(payload, offset) & SpdyFrame.NumberMask;

    private bool IsOfPeer(uint number) => number % 2 == (_role == SpdyRole.Client ? 0u : 1u);
}
