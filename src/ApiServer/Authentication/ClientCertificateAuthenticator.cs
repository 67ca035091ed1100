using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Resources.Certificates;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Knows callers by the client certificate of their connection: CN is the name, each O a group (apiserver: pkg/authentication/request/x509).</summary>
/// <remarks>
/// The chain is checked once a connection (Kestrel keeps one certificate object for each), its end at every request: connections live for days.
/// Nothing is downloaded: neither intermediates nor revocation lists.
/// </remarks>
internal sealed class ClientCertificateAuthenticator(X509Certificate2Collection authorities, TimeProvider clock) : IAuthenticator
{
    private static readonly Oid ClientAuth = new("1.3.6.1.5.5.7.3.2");
    private readonly ConditionalWeakTable<X509Certificate2, Checked> _checked = [];

    /// <inheritdoc/>
    public ValueTask<Authentication> AuthenticateAsync(HttpContext http, CancellationToken cancel) =>
        new(http.Connection.ClientCertificate is { } certificate ? Authenticate(certificate) : Authentication.Unknown);

    /// <summary>Whose certificate it is.</summary>
    public Authentication Authenticate(X509Certificate2 certificate)
    {
        var known = _checked.GetValue(certificate, Check);
        return known.Result.User is not null && known.End < clock.GetUtcNow()
            ? Authentication.Refused("x509: certificate has expired")
            : known.Result;
    }

    private Checked Check(X509Certificate2 certificate) =>
        new(Verify(certificate) is { } why ? Authentication.Refused(why) : UserOf(certificate), certificate.NotAfter.ToUniversalTime());

    private string? Verify(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(ClientAuth);
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = clock.GetUtcNow().UtcDateTime;
        return chain.Build(certificate)
            ? null
            : $"x509: {string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.TrimEnd()))}";
    }

    private static Authentication UserOf(X509Certificate2 certificate)
    {
        var subject = CertificateSubject.Of(certificate);
        if (subject.CommonName.Length == 0)
            return Authentication.Unknown; // upstream: a certificate that names nobody is no credential
        if (subject.UidCount > 1)
            return Authentication.Refused("x509: expected 1 UID, but found multiple");
        return Authentication.Is(new UserInfo(
            subject.CommonName,
            subject.Uid,
            subject.Organizations,
            ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(
                UserInfo.CredentialIdKey, [$"X509SHA256={Convert.ToHexStringLower(SHA256.HashData(certificate.RawDataMemory.Span))}"])));
    }

    private sealed record Checked(Authentication Result, DateTimeOffset End);
}
