using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Resources.Certificates;

namespace ControlPlane.ApiServer.Pki;

/// <summary>What a certificate shall say: whom it names, where it is valid, what it may be used for.</summary>
/// <remarks>The profiles of the files of a cluster are kubeadm's (cmd/kubeadm: app/phases/certs).</remarks>
public sealed record CertificateProfile
{
    /// <summary>CN: the user's name, or the server's.</summary>
    public required string CommonName { get; init; }

    /// <summary>O, each: the user's groups.</summary>
    public ImmutableArray<string> Organizations { get; init; } = [];

    /// <summary>The names under which the server is reached.</summary>
    public ImmutableArray<string> DnsNames { get; init; } = [];

    /// <summary>The addresses under which the server is reached.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    /// <summary>May it be shown by a server?</summary>
    public bool ForServer { get; init; }

    /// <summary>May it be shown by a client?</summary>
    public bool ForClient { get; init; }

    /// <summary>How long it lasts.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(365); // kubeadm: CertificateValidityPeriod

    /// <summary>A client's certificate: the user and the groups it stands for.</summary>
    public static CertificateProfile Client(string user, params ImmutableArray<string> groups) =>
        new() { CommonName = user, Organizations = groups, ForClient = true };

    /// <summary>A server's certificate.</summary>
    public static CertificateProfile Server(string commonName, ImmutableArray<string> dnsNames, ImmutableArray<IPAddress> addresses) =>
        new() { CommonName = commonName, DnsNames = dnsNames, Addresses = addresses, ForServer = true };

    /// <summary>Says the certificate what this profile asks for? Names beyond those asked for do no harm.</summary>
    public bool IsMetBy(X509Certificate2 certificate)
    {
        var subject = CertificateSubject.Of(certificate);
        if (subject.CommonName != CommonName || !subject.Organizations.Order(StringComparer.Ordinal).SequenceEqual(Organizations.Order(StringComparer.Ordinal)))
            return false;
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault();
        return DnsNames.All(name => names?.EnumerateDnsNames().Contains(name, StringComparer.OrdinalIgnoreCase) ?? false)
            && Addresses.All(address => names?.EnumerateIPAddresses().Contains(address) ?? false);
    }
}
