using System.Buffers;
using System.Net.WebSockets;

namespace ControlPlane.Streaming.Channels;

/// <summary>
/// Channels over one WebSocket. Invariants: one loop receives, for as long as the connection lives (so pings are answered and a
/// lost peer is noticed); one message is sent at a time; a message's parts all go to the channel that its first byte names;
/// a channel nobody reads here is read past, as upstream does; every incoming channel is completed exactly when the loop ends.
/// </summary>
internal sealed class ChannelConnection : IAsyncDisposable
{
    /// <summary>The channel number that says "the channel in the next byte is closed".</summary>
    public const byte CloseSignal = 255;

    private readonly WebSocket _socket;
    private readonly ChannelProtocol _protocol;
    private readonly ChannelLimits _limits;
    private readonly TimeProvider _clock;
    private readonly IncomingChannel?[] _incoming;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly IdleWatch _idle;
    private readonly CancellationTokenSource _gone = new();
    private readonly CancellationTokenSource _draining = new();
    private Task _receiving = Task.CompletedTask;
    private bool _closeSent;

    public ChannelConnection(WebSocket socket, ChannelProtocol protocol, ChannelLimits limits, TimeProvider clock, int channels, CancellationToken cancel)
    {
        _socket = socket;
        _protocol = protocol;
        _limits = limits;
        _clock = clock;
        _incoming = new IncomingChannel?[channels];
        _idle = new IdleWatch(limits.IdleTimeout, clock, cancel);
        Gone = _gone.Token;
    }

    /// <summary>Cancelled when the peer closed the connection, was lost, or was given up.</summary>
    public CancellationToken Gone { get; }

    public ChannelProtocol Protocol => _protocol;

    /// <summary>A channel that can be read here, written here, or both.</summary>
    public ChannelStream Open(byte channel, bool readable, bool writable)
    {
        var pipe = readable ? new IncomingPipe(_limits.ChannelBufferBytes) : null;
        _incoming[channel] = pipe;
        return new ChannelStream(this, channel, pipe?.Reader, writable);
    }

    public void Open(byte channel, IncomingChannel incoming) => _incoming[channel] = incoming;

    /// <summary>Starts the receive loop; <see cref="DisposeAsync"/> awaits it.</summary>
    public void Start() => _receiving = ReceiveAsync();

    /// <summary>Sends bytes on a channel, in messages of at most a block. Empty data is one empty message.</summary>
    /// <exception cref="IOException">The peer is gone.</exception>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        do
        {
            var part = data[..Math.Min(data.Length, _limits.BlockBytes)];
            await SendMessageAsync(channel, part, cancel);
            data = data[part.Length..];
        }
        while (!data.IsEmpty);
    }

    /// <summary>Says that nothing more comes on this channel, if the protocol has a way to.</summary>
    public async ValueTask SendCloseAsync(byte channel, CancellationToken cancel)
    {
        if (!_protocol.CanClose || Gone.IsCancellationRequested)
            return;
        try
        {
            await SendMessageAsync(CloseSignal, new[] { channel }, cancel);
        }
        catch (IOException)
        {
            // A peer that is gone needs no telling.
        }
    }

    /// <summary>Closes the connection in both directions; a peer that does not answer in time is dropped.</summary>
    public async Task CloseAsync(WebSocketCloseStatus status, string description, CancellationToken cancel)
    {
        await SendCloseFrameAsync(status, description, cancel);
        await _draining.CancelAsync();          // what still comes in finds no reader
        try
        {
            await _receiving.WaitAsync(_limits.CloseTimeout, _clock, cancel);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _draining.CancelAsync();
        if (!_receiving.IsCompleted)
            _idle.Cancel();
        await _receiving;
        _idle.Dispose();
        _draining.Dispose();
        _gone.Dispose();
        _sending.Dispose();
    }

    private async ValueTask SendMessageAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var message = ArrayPool<byte>.Shared.Rent(ChannelCodec.EncodedLength(_protocol, data.Length));
        try
        {
            var length = ChannelCodec.Encode(_protocol, channel, data.Span, message);
            await _sending.WaitAsync(cancel);
            try
            {
                if (_closeSent || Gone.IsCancellationRequested)
                    throw new IOException("The streaming connection is closed.");
                await _socket.SendAsync(message.AsMemory(0, length), ChannelCodec.TypeOf(_protocol), endOfMessage: true, cancel);
                _idle.Touch();
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception error) when (error is WebSocketException or ObjectDisposedException)
        {
            throw new IOException("The streaming connection was lost.", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private async Task SendCloseFrameAsync(WebSocketCloseStatus status, string description, CancellationToken cancel)
    {
        await _sending.WaitAsync(cancel);
        try
        {
            if (_closeSent || _socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
                return;
            _closeSent = true;
            await _socket.CloseOutputAsync(status, description, cancel);
        }
        catch (Exception error) when (error is WebSocketException or IOException or ObjectDisposedException)
        {
            _socket.Abort();
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task ReceiveAsync()
    {
        var lost = await ReceiveUntilEndAsync();
        foreach (var channel in _incoming)
            channel?.Complete(lost);
        await _gone.CancelAsync();
        // Only now: a client's socket may wait a second for the server to hang up.
        var answer = lost is ChannelProtocolException broken ? broken.Status : WebSocketCloseStatus.NormalClosure;
        await SendCloseFrameAsync(answer, lost?.Message ?? "", CancellationToken.None);
    }

    private async Task<IOException?> ReceiveUntilEndAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_limits.BlockBytes);
        try
        {
            while (await ReceiveMessageAsync(buffer))
                _idle.Touch();
            return null;
        }
        catch (ChannelProtocolException error)
        {
            return error;
        }
        catch (Exception error) when (error is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            _socket.Abort();
            return new IOException(_idle.Expired ? "The streaming connection was idle for too long." : "The streaming connection was lost.", error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>False when the peer closed the connection.</returns>
    private async Task<bool> ReceiveMessageAsync(byte[] buffer)
    {
        byte? channel = null;
        var left = 0;
        for (long length = 0; ;)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(left), _idle.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return false;
            length += received.Count;
            if (length > _limits.MessageBytesMax)
                throw new ChannelProtocolException(WebSocketCloseStatus.MessageTooBig, "message exceeds the size limit");

            var part = buffer.AsMemory(0, left + received.Count);
            if (channel is null && part.Length > 0)
            {
                channel = ChannelCodec.Channel(_protocol, part.Span[0]);
                part = part[1..];
            }
            left = await TakeAsync(channel, part, received.EndOfMessage);
            part[(part.Length - left)..].CopyTo(buffer);
            if (received.EndOfMessage)
                return true;
        }
    }

    private async ValueTask<int> TakeAsync(byte? channel, Memory<byte> part, bool endOfMessage)
    {
        if (channel is not { } number)
            return 0;
        var left = 0;
        var decoded = part.Length;
        if (_protocol.IsBase64)
            (decoded, left) = ChannelCodec.DecodeInPlace(part.Span, endOfMessage);

        if (number == CloseSignal && _protocol.CanClose)
            CloseIncoming(part.Span[..decoded]);
        else if (number < _incoming.Length && _incoming[number] is { } incoming)
            await DeliverAsync(incoming, part[..decoded], endOfMessage);
        return left;
    }

    private async ValueTask DeliverAsync(IncomingChannel incoming, ReadOnlyMemory<byte> part, bool endOfMessage)
    {
        try
        {
            await incoming.TakeAsync(part, endOfMessage, _draining.Token);
        }
        catch (OperationCanceledException) when (_draining.IsCancellationRequested)
        {
            // The connection is being closed here: the rest is read past.
        }
    }

    private void CloseIncoming(ReadOnlySpan<byte> channels)
    {
        foreach (var number in channels)
        {
            if (number < _incoming.Length)
                _incoming[number]?.Complete(error: null);
        }
    }
}
