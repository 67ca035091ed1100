using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace ControlPlane.Conformance.Auth;

/// <summary>Others may check the tokens of service accounts by what the issuer publishes.</summary>
internal sealed class IssuerDiscoveryTests
{
    [Test, Conformance("[sig-auth] ServiceAccounts ServiceAccountIssuerDiscovery should support OIDC discovery of service account issuer [Conformance]")]
    public async Task A_pods_token_is_checked_by_the_issuers_published_keys()
    {
        await using var scratch = await Scratch.CreateAsync();
        var token = await scratch.OutputOfAsync(
            "cat /token/here", "volumeMounts: [{name: token, mountPath: /token}]",
            "volumes: [{name: token, projected: {sources: [{serviceAccountToken: {audience: oidc-discovery-test, expirationSeconds: 3600, path: here}}]}}]");
        // As a service account: any of them may read what the issuer publishes.
        var own = await scratch.Client.CoreV1.CreateNamespacedServiceAccountTokenAsync(new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = [] } }, "default", scratch.Name);
        var administrator = KubernetesClientConfiguration.BuildConfigFromConfigFile(SharedCluster.Cluster.Kubeconfig);
        using var client = new Kubernetes(new KubernetesClientConfiguration { Host = administrator.Host, SslCaCerts = administrator.SslCaCerts, AccessToken = own.Status.Token });

        using var configuration = JsonDocument.Parse(await ReadAsync(client, own.Status.Token, ".well-known/openid-configuration"));
        var claims = Part(token, 1);
        Assert.That(claims.GetProperty("iss").GetString(), Is.EqualTo(configuration.RootElement.GetProperty("issuer").GetString()));
        Assert.That(claims.GetProperty("aud")[0].GetString(), Is.EqualTo("oidc-discovery-test"));
        using var keys = JsonDocument.Parse(await ReadAsync(client, own.Status.Token, "openid/v1/jwks"));
        var key = keys.RootElement.GetProperty("keys").EnumerateArray().Single(one => one.GetProperty("kid").GetString() == Part(token, 0).GetProperty("kid").GetString());
        Assert.That(IsSigned(token, key), Is.True);
    }

    private static async Task<string> ReadAsync(Kubernetes client, string token, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseUri, path));
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", token);
        using var response = await client.HttpClient.SendAsync(request);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
    }

    private static bool IsSigned(string token, JsonElement key)
    {
        var parts = token.Split('.');
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        var signature = Base64Url.DecodeFromChars(parts[2]);
        if (key.GetProperty("kty").GetString() == "RSA")
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = Value("n"), Exponent = Value("e") });
            return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        using var curve = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = Value("x"), Y = Value("y") } });
        return curve.VerifyData(signed, signature, HashAlgorithmName.SHA256);

        byte[] Value(string name) => Base64Url.DecodeFromChars(key.GetProperty(name).GetString());
    }

    private static JsonElement Part(string token, int index)
    {
        using var document = JsonDocument.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[index])));
        return document.RootElement.Clone();
    }
}
