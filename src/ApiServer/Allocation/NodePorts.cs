using System.Numerics;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Registry.Writes;

namespace ControlPlane.ApiServer.Allocation;

/// <summary>
/// The node ports that are taken: upstream's bitmap under one key (a RangeAllocation), read and written in the transaction of the Service that takes or
/// frees one. Services without node ports never touch it.
/// </summary>
internal sealed class NodePorts
{
    private const string Key = "/registry/ranges/servicenodeports";

    // portallocator: what a dry run shows follows the highest port of the same Service; this where it has none
    private const int DryRunHighest = 32768;

    private readonly int _first;
    private readonly int _last;
    private readonly Random _random;
    private readonly bool _isDryRun;
    private BigInteger _taken;
    private int _highest;

    private NodePorts(int first, int last, Random random, bool isDryRun, BigInteger taken) =>
        (_first, _last, _random, _isDryRun, _taken) = (first, last, random, isDryRun, taken);

    /// <summary>The ports as they are now; that nobody changes them meanwhile becomes a condition of the attempt.</summary>
    public static async ValueTask<NodePorts> ReadAsync(ApiServerOptions options, WriteAttempt attempt, Random random, CancellationToken cancel)
    {
        var stored = await attempt.Transaction.ReadAsync(Key, cancel);
        return new(options.NodePortFirst, options.NodePortLast, random, attempt.Request.DryRun, stored is null ? BigInteger.Zero : Bits(stored.Value.Span));
    }

    /// <summary>Takes a port that somebody asked for; says what is wrong with it, or null.</summary>
    public string? Take(int port)
    {
        var isInRange = port >= _first && port <= _last;
        if (!isInRange && !_isDryRun)
            return $"provided port is not in the valid range. The range of valid ports is {_first}-{_last}";
        if (IsTaken(port))
            return "provided port is already allocated";
        _highest = Math.Max(_highest, port);
        if (isInRange)
            _taken |= Bit(port);
        return null;
    }

    /// <summary>Takes a port that nobody has; null when there is none.</summary>
    public int? TakeAny()
    {
        if (_isDryRun)
            return _highest = (_highest == 0 ? DryRunHighest : _highest) + 1;
        var count = _last - _first + 1;
        int start;
        lock (_random)
            start = _random.Next(count);
        for (var i = 0; i < count; i++)
        {
            var port = _first + ((start + i) % count);
            if (IsTaken(port))
                continue;
            _taken |= Bit(port);
            return port;
        }

        return null;
    }

    /// <summary>Frees a port.</summary>
    public void Release(int port)
    {
        if (port >= _first && port <= _last)
            _taken &= ~Bit(port);
    }

    /// <summary>Writes what has been taken and freed.</summary>
    public void Write(WriteAttempt attempt)
    {
        if (!_isDryRun)
            attempt.Transaction.Put(Key, Document());
    }

    private bool IsTaken(int port) => port >= _first && port <= _last && (_taken & Bit(port)) != 0;

    private BigInteger Bit(int port) => BigInteger.One << (port - _first);

    // core/v1 RangeAllocation {1: metadata, 2: range, 3: data: Go's big.Int, most significant byte first}
    private byte[] Document()
    {
        var message = new ProtobufWriter(1024);
        message.Bytes(_taken.ToByteArray(isUnsigned: true, isBigEndian: true));
        message.Tag((3 << 3) | 2);
        message.String($"{_first}-{_last}");
        message.Tag((2 << 3) | 2);
        message.Bytes(Protobuf.Encode(new ObjectMeta()));
        message.Tag((1 << 3) | 2);
        return Envelope.Write(new GroupVersionKind("", "v1", "RangeAllocation"), message.WrittenSpan);
    }

    private static BigInteger Bits(ReadOnlySpan<byte> stored)
    {
        var reader = new ProtobufReader(Envelope.Read(stored, out _));
        var bits = BigInteger.Zero;
        while (reader.NextField(out var tag))
        {
            if (tag == ((3 << 3) | 2))
                bits = new BigInteger(reader.Bytes(), isUnsigned: true, isBigEndian: true);
            else
                reader.Skip(tag);
        }

        return bits;
    }
}
