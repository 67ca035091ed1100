using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>Gives out the addresses of a node's pod range, like host-local: round and round, so that one that was given back rests for a while.</summary>
/// <remarks>Not safe for several threads; its runtime's lock guards it.</remarks>
internal sealed class SimulatedAddresses
{
    private const int AddressesMax = 1 << 16; // a node has few hundred pods; a bit for each address stays small

    private readonly uint _first;
    private readonly System.Collections.BitArray _used;
    private int _next;

    /// <summary>The range's own address, the gateway's and the last one are not given out.</summary>
    /// <exception cref="ArgumentException">The range is no IPv4 one, or has no room for pods.</exception>
    public SimulatedAddresses(IPNetwork range)
    {
        if (range.BaseAddress.AddressFamily != AddressFamily.InterNetwork || range.PrefixLength > 29)
            throw new ArgumentException($"{range} can't be a simulated node's pod range: IPv4, /29 or larger", nameof(range));
        _first = BinaryPrimitives.ReadUInt32BigEndian(range.BaseAddress.GetAddressBytes()) + 2;
        _used = new System.Collections.BitArray((int)Math.Min(AddressesMax, (1L << (32 - range.PrefixLength)) - 3));
    }

    /// <summary>An address that no sandbox has; null when all are given out.</summary>
    public IPAddress? Take()
    {
        for (var tried = 0; tried < _used.Length; tried++)
        {
            var index = _next;
            _next = (_next + 1) % _used.Length;
            if (_used[index])
                continue;
            _used[index] = true;
            return ToAddress(_first + (uint)index);
        }
        return null;
    }

    /// <summary>Takes an address back.</summary>
    public void Return(IPAddress address) => _used[(int)(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) - _first)] = false;

    private static IPAddress ToAddress(uint number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
