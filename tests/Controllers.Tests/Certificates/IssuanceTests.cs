using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Controllers.Certificates;
using ControlPlane.Resources.Certificates;

namespace ControlPlane.Controllers.Tests.Certificates;

internal sealed class IssuanceTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(null, 8760, 8760 * 60 - 5, TestName = "Without_a_wish_the_longest_time_is_given_and_the_back_dating_is_part_of_it")]
    [TestCase(3600, 8760, 60, TestName = "A_short_wish_is_kept_from_now_on")]
    [TestCase(28_800, 8760, 475, TestName = "Eight_hours_are_not_short_any_more")]
    [TestCase(7200, 1, 60, TestName = "A_wish_is_capped_by_the_signing_duration")]
    [TestCase(60, 8760, 10, TestName = "Ten_minutes_are_the_shortest_wish")]
    public void Validity(int? seconds, int longestHours, int minutes)
    {
        var (start, end) = Issuance.Validity(seconds, TimeSpan.FromHours(longestHours), Now);
        Assert.That((start, end), Is.EqualTo((Now.AddMinutes(-5), Now.AddMinutes(minutes))));
    }

    [Test]
    public void A_signing_duration_below_ten_minutes_is_kept_where_nothing_else_is_asked_for() =>
        Assert.That(Issuance.Validity(null, TimeSpan.FromMinutes(1), Now).NotAfter, Is.EqualTo(Now.AddMinutes(1)));

    [TestCase(Requests.KubeletClient, "O=system:nodes, CN=system:node:a", "digital signature,client auth", null)]
    [TestCase(Requests.KubeletClient, "O=system:nodes, CN=system:node:a", "digital signature,key encipherment,client auth", null)]
    [TestCase(Requests.KubeletClient, "O=system:nodes, CN=a", "digital signature,client auth", "subject common name does not begin with system:node:")]
    [TestCase(Requests.KubeletClient, "O=others, CN=system:node:a", "digital signature,client auth", "subject organization is not system:nodes")]
    [TestCase(Requests.KubeletClient, "O=system:nodes, CN=system:node:a", "client auth", "usages did not match [client auth digital signature key encipherment]")]
    [TestCase(Requests.KubeletServing, "O=system:nodes, CN=system:node:a", "digital signature,server auth", "DNS or IP subjectAltName is required")]
    [TestCase(Requests.ApiServerClient, "CN=jane", "client auth", null)]
    [TestCase(Requests.ApiServerClient, "CN=jane", "client auth,server auth", "invalid usage for client certificate: server auth")]
    [TestCase(Requests.ApiServerClient, "CN=jane", "digital signature", "missing required usage for client certificate: client auth")]
    [TestCase("kubernetes.io/legacy-unknown", "CN=anything", "any", null)]
    public void A_signer_says_what_is_wrong_with_a_request(string signer, string subject, string usages, string? complaint)
    {
        var pem = Requests.Pem(subject);
        Assert.That(Issuance.Complaint(Requests.For(signer, pem, usages.Split(',')), Parse(pem)), Is.EqualTo(complaint));
    }

    [Test]
    public void A_node_as_a_server_may_have_names_and_as_a_client_may_not()
    {
        var pem = Requests.Pem("O=system:nodes, CN=system:node:a", names => names.AddDnsName("a"));
        Assert.Multiple(() =>
        {
            Assert.That(Issuance.Complaint(Requests.For(Requests.KubeletServing, pem, "digital signature", "server auth"), Parse(pem)), Is.Null);
            Assert.That(Issuance.Complaint(Requests.For(Requests.KubeletClient, pem, "digital signature", "client auth"), Parse(pem)), Is.EqualTo("DNS subjectAltNames are not allowed"));
        });
    }

    [Test]
    public void The_template_keeps_names_and_key_and_says_that_it_is_no_authority()
    {
        var asked = Parse(Requests.Pem("O=system:nodes, CN=system:node:a", names =>
        {
            names.AddDnsName("a.example");
            names.AddIpAddress(System.Net.IPAddress.Parse("10.0.0.1"));
            names.AddEmailAddress("a@example");
            names.AddUri(new Uri("spiffe://a/b"));
        }));
        var template = Issuance.Template(asked, ["digital signature", "server auth", "client auth"]);
        var extensions = template.CertificateExtensions;
        Assert.Multiple(() =>
        {
            Assert.That(template.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(asked.PublicKey.ExportSubjectPublicKeyInfo()));
            Assert.That(extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages, Is.EqualTo(X509KeyUsageFlags.DigitalSignature));
            Assert.That(
                extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Select(oid => oid.Value),
                Is.EqualTo(new[] { "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2" }));
            Assert.That(extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority, Is.False);
            Assert.That(
                AlternativeNames.Read(extensions.Single(extension => extension.Oid!.Value == AlternativeNames.Oid).RawData),
                Is.EqualTo(asked.Names).Using<AlternativeNames>((one, other) =>
                    one.DnsNames.SequenceEqual(other.DnsNames) && one.Addresses.SequenceEqual(other.Addresses) && one.Emails.SequenceEqual(other.Emails) && one.Uris.SequenceEqual(other.Uris)));
        });
    }

    [Test]
    public void Nobody_gets_a_uid_by_asking_for_one()
    {
        var asked = Parse(Requests.Pem("O=system:nodes, CN=system:node:a, OID.1.3.6.1.4.1.57683.2=root"));
        Assert.That(asked.Subject.Uid, Is.EqualTo("root"));
        var subject = CertificateSubject.Of(Issuance.Template(asked, ["client auth"]).SubjectName);
        Assert.Multiple(() =>
        {
            Assert.That((subject.CommonName, subject.Uid), Is.EqualTo(("system:node:a", "")));
            Assert.That(subject.Organizations, Is.EqualTo(new[] { "system:nodes" }));
        });
    }

    private static SigningRequest Parse(string pem) => SigningRequest.Parse(Encoding.ASCII.GetBytes(pem));
}
