namespace ControlPlane.Streaming.Channels;

/// <summary>The bounds of one streaming connection.</summary>
public sealed record ChannelLimits
{
    /// <summary>The defaults.</summary>
    public static ChannelLimits Default { get; } = new();

    /// <summary>Largest message taken from the peer, in bytes; a larger one closes the connection with code 1009.</summary>
    public long MessageBytesMax { get; init; } = 32 << 20;          // golang.org/x/net/websocket: DefaultMaxPayloadBytes

    /// <summary>Bytes of one channel held for a reader that lags; past it the connection is not read on.</summary>
    public int ChannelBufferBytes { get; init; } = 128 << 10;

    /// <summary>Size of the blocks that are read and written.</summary>
    public int BlockBytes { get; init; } = 32 << 10;                // io.Copy's block, which clients are used to

    /// <summary>Largest final status taken from a peer, in bytes.</summary>
    public int StatusBytesMax { get; init; } = 64 << 10;

    /// <summary>Streams open at once on one SPDY connection; more are refused. A forwarded connection takes two.</summary>
    public int StreamsMax { get; init; } = 1000;

    /// <summary>Largest control frame, and largest block of headers once it is unpacked, in bytes.</summary>
    public int HeaderBytesMax { get; init; } = 64 << 10;

    /// <summary>How long a peer may take to agree to a stream.</summary>
    public TimeSpan StreamCreationTimeout { get; init; } = TimeSpan.FromSeconds(30); // kubelet: remotecommand.DefaultStreamCreationTimeout

    /// <summary>Silence after which a connection is given up.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(4);         // kubelet: --streaming-connection-idle-timeout

    /// <summary>How long a peer may take to answer a close.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between pings. The socket's creator passes it on: <c>WebSocketAcceptContext</c>, <c>ClientWebSocketOptions</c>.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5); // client-go: WebSocket executor's ping period

    /// <summary>How long a pong may take; passed on as <see cref="KeepAliveInterval"/> is.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromSeconds(60); // client-go: WebSocket executor's read deadline
}
