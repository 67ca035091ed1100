using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>Addresses from a first to a last one, both included, of one family.</summary>
internal readonly record struct AddressRange(AddressFamily Family, UInt128 First, UInt128 Last)
{
    /// <summary>Reads "192.0.2.0/28", "192.0.2.1-192.0.2.9" or "192.0.2.1". All addresses of a network count, the first and the last, too.</summary>
    /// <exception cref="FormatException">None of them, a network with host bits set, or a range that is empty or of two families.</exception>
    public static AddressRange Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return IPAddress.Parse(text.AsSpan(0, text.IndexOf('/', StringComparison.Ordinal))).Equals(network.BaseAddress)
                ? Of(network)
                : throw new FormatException($"loadBalancer.addresses: the network \"{text}\" has host bits set");
        var ends = text.Split('-', 2, StringSplitOptions.TrimEntries);
        if (!IPAddress.TryParse(ends[0], out var first) || !IPAddress.TryParse(ends[^1], out var last) || first.AddressFamily != last.AddressFamily)
            throw new FormatException($"loadBalancer.addresses: \"{text}\" is neither an address, nor a network such as 192.0.2.0/28, nor a range such as 192.0.2.1-192.0.2.9");
        var range = new AddressRange(first.AddressFamily, NumberOf(first), NumberOf(last));
        return range.First <= range.Last ? range : throw new FormatException($"loadBalancer.addresses: the range \"{text}\" is empty");
    }

    /// <summary>Is it one of them?</summary>
    public bool Contains(IPAddress address) => address.AddressFamily == Family && NumberOf(address) is var number && First <= number && number <= Last;

    /// <summary>All of them, lowest first. There may be very many: take what is needed.</summary>
    public IEnumerable<IPAddress> All()
    {
        for (var number = First; ; number++)
        {
            yield return AddressOf(number, Family);
            if (number == Last)
                yield break;
        }
    }

    private static AddressRange Of(IPNetwork network)
    {
        var first = NumberOf(network.BaseAddress);
        var hostBits = (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) - network.PrefixLength;
        var size = hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1;
        return new(network.BaseAddress.AddressFamily, first, first + size);
    }

    private static UInt128 NumberOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var size = address.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        address.TryWriteBytes(bytes[(16 - size)..], out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static IPAddress AddressOf(UInt128 number, AddressFamily family)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(family == AddressFamily.InterNetwork ? bytes[12..] : bytes);
    }
}
