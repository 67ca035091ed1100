using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.ApiServer.Allocation;

/// <summary>
/// The addresses that Services can have, by number: 0 is the network's own, which nobody gets. Addresses that the server chooses come from the upper part
/// as long as that has some, so that those which people choose can come from the lower one (KEP-3070).
/// </summary>
internal sealed class ServiceRange
{
    // pkg/registry/core/service/ipallocator: calculateRangeOffset
    private const int LowerMin = 16;
    private const int LowerMax = 256;
    private const int LowerStep = 16;

    private readonly uint _base;

    /// <summary>The addresses of a network.</summary>
    /// <exception cref="ArgumentException">It is no IPv4 network, or too small.</exception>
    public ServiceRange(IPNetwork network)
    {
        if (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.PrefixLength > 29)
            throw new ArgumentException($"{network} cannot be the range of Services: it must be an IPv4 network of at least eight addresses", nameof(network));
        Network = network;
        _base = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes());
        // Without the network's own address and the one for broadcasts.
        Last = (uint)((1UL << (32 - network.PrefixLength)) - 2);
        var lower = (int)Math.Min(Last / LowerStep, LowerMax);
        Lower = lower < LowerMin ? 0 : (uint)lower;
    }

    /// <summary>The network.</summary>
    public IPNetwork Network { get; }

    /// <summary>The highest number.</summary>
    public uint Last { get; }

    /// <summary>Numbers up to this are for people to choose.</summary>
    public uint Lower { get; }

    /// <summary>The address of a number.</summary>
    public IPAddress this[uint number]
    {
        get
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(bytes, _base + number);
            return new IPAddress(bytes);
        }
    }

    /// <summary>Can a Service have it?</summary>
    public bool Contains(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && Network.Contains(address)
        && BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes()) - _base is > 0 and var number && number <= Last;

    /// <summary>Numbers in the order in which they are tried: the upper part from a random place on, then the lower.</summary>
    public IEnumerable<uint> Choices(Random random)
    {
        uint start;
        lock (random)
            start = (uint)random.NextInt64(Last - Lower);
        for (var i = 0u; i < Last - Lower; i++)
            yield return Lower + 1 + ((start + i) % (Last - Lower));
        for (var number = 1u; number <= Lower; number++)
            yield return number;
    }
}
