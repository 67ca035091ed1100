using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Resources.Certificates;

namespace ControlPlane.Resources.Tests.Certificates;

internal sealed class SigningRequestTests
{
    [Test]
    public void A_request_tells_its_subject_and_names()
    {
        var asked = Parse(Pem(request =>
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName("a.example");
            names.AddIpAddress(System.Net.IPAddress.IPv6Loopback);
            request.CertificateExtensions.Add(names.Build());
        }));
        Assert.Multiple(() =>
        {
            Assert.That(asked.Subject.CommonName, Is.EqualTo("jane"));
            Assert.That(asked.Subject.Organizations, Is.EquivalentTo(new[] { "developers", "testers" }));
            Assert.That(asked.Names.DnsNames, Is.EqualTo(new[] { "a.example" }));
            Assert.That(asked.Names.Addresses, Is.EqualTo(new[] { System.Net.IPAddress.IPv6Loopback }));
        });
    }

    [Test]
    public void Text_before_the_request_does_no_harm() => Assert.That(Parse("a comment\n" + Pem()).Subject.CommonName, Is.EqualTo("jane"));

    [Test]
    public void An_rsa_request_is_read_too()
    {
        using var key = RSA.Create(2048);
        var pem = new CertificateRequest("CN=jane", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        Assert.That(Parse(pem).Subject.CommonName, Is.EqualTo("jane"));
    }

    [Test]
    public void A_request_signed_with_another_key_is_refused()
    {
        var der = Convert.FromBase64String(string.Concat(Pem().Split('\n')[1..^1]));
        der[^1] ^= 1;
        Assert.That(() => Parse(PemEncoding.WriteString("CERTIFICATE REQUEST", der)), Throws.TypeOf<FormatException>().With.Message.EqualTo("x509: ECDSA verification failure"));
    }

    [TestCase("")]
    [TestCase("nothing")]
    [TestCase("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void What_is_no_request_is_refused(string pem) =>
        Assert.That(() => Parse(pem), Throws.TypeOf<FormatException>().With.Message.EqualTo("PEM block type must be CERTIFICATE REQUEST"));

    [Test]
    public void Rubbish_within_the_block_is_refused() =>
        Assert.That(() => Parse("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"), Throws.TypeOf<FormatException>().With.Message.StartsWith("asn1: "));

    private static SigningRequest Parse(string pem) => SigningRequest.Parse(Encoding.ASCII.GetBytes(pem));

    private static string Pem(Action<CertificateRequest>? configure = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=developers, O=testers, CN=jane", key, HashAlgorithmName.SHA256);
        configure?.Invoke(request);
        return request.CreateSigningRequestPem();
    }
}
