using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Resources.Certificates;

/// <summary>The subjectAltName extension, as far as Go reads and writes it: DNS names, e-mail addresses, IP addresses and URIs. Others are left out.</summary>
/// <param name="DnsNames">Names of hosts.</param>
/// <param name="Emails">E-mail addresses.</param>
/// <param name="Addresses">IP addresses.</param>
/// <param name="Uris">URIs.</param>
public sealed record AlternativeNames(ImmutableArray<string> DnsNames, ImmutableArray<string> Emails, ImmutableArray<IPAddress> Addresses, ImmutableArray<string> Uris)
{
    /// <summary>The extension's object identifier.</summary>
    public const string Oid = "2.5.29.17";

    // RFC 5280, 4.2.1.6: GeneralName
    private static readonly Asn1Tag Email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag Dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag Uri = new(TagClass.ContextSpecific, 6);
    private static readonly Asn1Tag Address = new(TagClass.ContextSpecific, 7);

    /// <summary>No names.</summary>
    public static AlternativeNames None { get; } = new([], [], [], []);

    /// <summary>Are there none?</summary>
    public bool IsEmpty => DnsNames.IsEmpty && Emails.IsEmpty && Addresses.IsEmpty && Uris.IsEmpty;

    /// <summary>Reads the extension's value.</summary>
    /// <exception cref="AsnContentException">It is no such thing.</exception>
    public static AlternativeNames Read(ReadOnlyMemory<byte> value)
    {
        var (dns, emails, uris) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<string>());
        var addresses = ImmutableArray.CreateBuilder<IPAddress>();
        var names = new AsnReader(value, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag.HasSameClassAndValue(Dns))
                dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Dns));
            else if (tag.HasSameClassAndValue(Email))
                emails.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Email));
            else if (tag.HasSameClassAndValue(Uri))
                uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, Uri));
            else if (tag.HasSameClassAndValue(Address))
                addresses.Add(ReadAddress(names));
            else
                names.ReadEncodedValue();
        }

        return new(dns.ToImmutable(), emails.ToImmutable(), addresses.ToImmutable(), uris.ToImmutable());
    }

    /// <summary>Writes the extension.</summary>
    /// <param name="isCritical">RFC 5280, 4.2.1.6: where the subject is empty.</param>
    public X509Extension ToExtension(bool isCritical)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var name in DnsNames)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, Dns);
            foreach (var email in Emails)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, email, Email);
            foreach (var address in Addresses)
                writer.WriteOctetString(address.GetAddressBytes(), Address);
            foreach (var uri in Uris)
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, Uri);
        }

        return new X509Extension(Oid, writer.Encode(), isCritical);
    }

    private static IPAddress ReadAddress(AsnReader names)
    {
        var bytes = names.ReadOctetString(Address);
        return bytes.Length is 4 or 16 ? new IPAddress(bytes) : throw new AsnContentException($"x509: cannot parse IP address of length {bytes.Length}");
    }
}
