using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s.Models;

namespace ControlPlane.Conformance.Auth;

/// <summary>Requests for certificates.</summary>
internal sealed class CertificateTests
{
    private const string Approval = """{"status":{"conditions":[{"type":"Approved","status":"True","reason":"Test","message":"approved"}]}}""";

    [Test, Conformance("[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations [Conformance]")]
    public async Task Certificate_requests_have_all_operations_and_are_approved()
    {
        var requests = SharedCluster.Of<V1CertificateSigningRequest>();
        await ApiOperations.WorkAsync(
            requests, Yaml,
            """{"status":{"conditions":[{"type":"Failed","status":"True","reason":"Test","message":"m"}]}}""",
            static request => request.Status.Conditions.Any(static condition => condition is { Type: "Failed", Status: "True" }));

        var name = $"csr-{Guid.NewGuid():N}"[..16];
        await requests.CreateAsync(Yaml(name));
        try
        {
            await requests.PatchAsync(name, Approval, subresource: "approval");
            var approved = await requests.GetAsync(name, "approval");
            Assert.That(approved.Status.Conditions.Single().Type, Is.EqualTo("Approved"));
            Assert.That(approved.Spec.Username, Is.Not.Empty);
            await requests.PatchAsync(name, $$$"""{"status":{"certificate":"{{{Convert.ToBase64String(Encoding.ASCII.GetBytes(Certificate()))}}}"}}""", subresource: "status");
            Assert.That(Encoding.ASCII.GetString((await requests.GetAsync(name)).Status.Certificate), Does.StartWith("-----BEGIN CERTIFICATE-----"));
        }
        finally
        {
            await requests.DeleteAsync(name);
        }
    }

    private static string Yaml(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest("CN=conformance", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        return $$$"""
            {metadata: {name: {{{name}}}}, spec: {request: {{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}}, signerName: conformance.example.com/none,
              expirationSeconds: 3600, usages: [digital signature, key encipherment, server auth]}}
            """;
    }

    private static string Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = new CertificateRequest("CN=conformance", key, HashAlgorithmName.SHA256).CreateSelfSigned(now, now.AddHours(1));
        return certificate.ExportCertificatePem();
    }
}
