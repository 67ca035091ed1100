using System.Buffers.Binary;
using System.Collections;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Controllers.Nodes.Ipam;

/// <summary>One network cut into parts of equal size, one a node. Parts are given out in turn, so that one that was given back rests as long as others are free.</summary>
/// <remarks>Not safe for use by several threads.</remarks>
internal sealed class CidrPool
{
    private const int MaxExtraBits = 16; // cidrset: clusterSubnetMaxDiff, so at most 65536 parts

    private readonly UInt128 _first;
    private readonly int _addressBits;
    private readonly int _prefix;
    private readonly AddressFamily _family;
    private readonly BitArray _used;
    private int _next;

    /// <summary>All parts are free.</summary>
    /// <param name="network">Is cut up.</param>
    /// <param name="partPrefix">The prefix length of a part.</param>
    /// <exception cref="ArgumentException">The parts are larger than the network, or there would be too many.</exception>
    public CidrPool(IPNetwork network, int partPrefix)
    {
        var extraBits = partPrefix - network.PrefixLength;
        if (extraBits < 0)
            throw new ArgumentException($"--node-cidr-mask-size {partPrefix} is larger than the cluster network {network}", nameof(partPrefix));
        if (extraBits > MaxExtraBits)
            throw new ArgumentException("New CIDR set failed; the node CIDR size is too big", nameof(partPrefix));
        _family = network.BaseAddress.AddressFamily;
        _addressBits = _family == AddressFamily.InterNetwork ? 32 : 128;
        _first = NumberOf(network.BaseAddress);
        _prefix = partPrefix;
        _used = new(1 << extraBits);
    }

    private UInt128 PartSize => UInt128.One << (_addressBits - _prefix);

    /// <summary>Gives a part out; null when all are.</summary>
    public string? Take()
    {
        for (var tried = 0; tried < _used.Length; tried++)
        {
            var part = (_next + tried) % _used.Length;
            if (_used[part])
                continue;
            _used[part] = true;
            _next = (part + 1) % _used.Length;
            return new IPNetwork(AddressOf(_first + ((UInt128)part * PartSize)), _prefix).ToString();
        }
        return null;
    }

    /// <summary>Those parts that overlap the network are not to be given out.</summary>
    public void Occupy(IPNetwork network) => Mark(network, true);

    /// <summary>Those parts that overlap the network may be given out again.</summary>
    public void Release(IPNetwork network) => Mark(network, false);

    private void Mark(IPNetwork network, bool isUsed)
    {
        if (network.BaseAddress.AddressFamily != _family)
            return;
        var low = NumberOf(network.BaseAddress);
        // A whole family in one network (prefix 0 of IPv6) has more addresses than the number can say: the mask of its host bits cannot overflow.
        var high = low | (network.PrefixLength == 0 ? UInt128.MaxValue >> (128 - _addressBits) : (UInt128.One << (_addressBits - network.PrefixLength)) - 1);
        var last = _first + ((UInt128)_used.Length * PartSize) - 1;
        if (high < _first || low > last)
            return;
        var from = low <= _first ? 0 : (int)((low - _first) / PartSize);
        var to = high >= last ? _used.Length - 1 : (int)((high - _first) / PartSize);
        for (var part = from; part <= to; part++)
            _used[part] = isUsed;
    }

    private static UInt128 NumberOf(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private IPAddress AddressOf(UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new(bytes[(16 - (_addressBits / 8))..]);
    }
}
