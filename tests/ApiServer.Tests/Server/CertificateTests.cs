using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Requests for certificates: who may approve and sign them, and what of them can change.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class CertificateTests
{
    private const string Requests = "apis/certificates.k8s.io/v1/certificatesigningrequests";
    private const string ApiServerClient = "kubernetes.io/kube-apiserver-client";

    [Test]
    public async Task Nobody_may_ask_for_the_group_that_may_do_everything()
    {
        var refused = await SendAsync(HttpMethod.Post, Requests, Body("masters", ApiServerClient, "O=system:masters, CN=jane"));
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((403,
            "certificatesigningrequests.certificates.k8s.io \"masters\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed")));
        await OkAsync(HttpMethod.Post, Requests, Body("other-signers-do-as-they-like", "example.com/signer", "O=system:masters, CN=jane"));
    }

    [Test]
    public async Task A_request_whose_signature_is_wrong_is_invalid()
    {
        var body = Body("forged", "example.com/signer", "CN=jane", forge: true);
        var refused = await SendAsync(HttpMethod.Post, Requests, body);
        Assert.That((int)refused.Code, Is.EqualTo(422));
        Assert.That(refused.Message, Does.StartWith("CertificateSigningRequest.certificates.k8s.io \"forged\" is invalid: spec.request: Invalid value: ").And.EndsWith(": x509: ECDSA verification failure"));
    }

    [Test]
    public async Task The_legacy_signer_takes_no_new_requests()
    {
        var refused = await SendAsync(HttpMethod.Post, Requests, Body("legacy", "kubernetes.io/legacy-unknown", "CN=jane"));
        Assert.That(refused.Message, Does.EndWith("spec.signerName: Invalid value: \"kubernetes.io/legacy-unknown\": the legacy signerName is not allowed via this API version"));
    }

    [Test]
    public async Task Who_may_write_approvals_may_still_not_approve_for_every_signer()
    {
        await OkAsync(HttpMethod.Post, "apis/rbac.authorization.k8s.io/v1/clusterroles", """
            {"metadata":{"name":"approve-some"},"rules":[
              {"apiGroups":["certificates.k8s.io"],"resources":["certificatesigningrequests/approval","certificatesigningrequests/status"],"verbs":["update"]},
              {"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["example.com/*"],"verbs":["approve"]}]}
            """);
        await OkAsync(HttpMethod.Post, "apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
            {"metadata":{"name":"approve-some"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"approve-some"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"approver"}]}
            """);
        var mine = await OkAsync(HttpMethod.Post, Requests, Body("mine", "example.com/signer", "CN=jane"));
        var others = await OkAsync(HttpMethod.Post, Requests, Body("others", "example.org/signer", "CN=jane"));
        using var approver = Fixture.ClientAs("approver");

        // The role takes a moment to be known.
        await TestKit.Eventually.TrueAsync(async () => (int)(await PutAsync(approver, "mine/approval", With(mine, "Approved"))).Code == 200);
        var refused = await PutAsync(approver, "others/approval", With(others, "Approved"));
        Assert.That(((int)refused.Code, refused.Message), Is.EqualTo((403,
            "certificatesigningrequests.certificates.k8s.io \"others\" is forbidden: user not permitted to approve requests with signerName \"example.org/signer\"")));
        var unsigned = await PutAsync(approver, "others/status", With(others, "Failed"));
        Assert.That(unsigned.Message, Does.EndWith("user not permitted to sign requests with signerName \"example.org/signer\""));
    }

    [Test]
    public async Task An_approval_cannot_be_taken_back_nor_given_with_the_status()
    {
        var made = await OkAsync(HttpMethod.Post, Requests, Body("final", "example.com/signer", "CN=jane"));
        var early = await SendAsync(HttpMethod.Put, $"{Requests}/final/status", With(made, "Approved").ToJsonString());
        Assert.That(early.Message, Does.EndWith("status.conditions: Forbidden: updates may not add a condition of type \"Approved\""));
        var approved = await OkAsync(HttpMethod.Put, $"{Requests}/final/approval", With(made, "Approved").ToJsonString());
        Assert.That(approved["status"]!["conditions"]![0]!["lastUpdateTime"]!.GetValue<string>(), Is.Not.Empty);
        var both = await SendAsync(HttpMethod.Put, $"{Requests}/final/approval", With(approved, "Approved", "Denied").ToJsonString());
        Assert.That(both.Message, Does.EndWith("status.conditions[1].type: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive"));
        var none = await SendAsync(HttpMethod.Put, $"{Requests}/final/approval", With(approved).ToJsonString());
        Assert.That(none.Message, Does.EndWith("status.conditions: Forbidden: updates may not remove a condition of type \"Approved\""));
    }

    [Test]
    public async Task A_certificate_is_set_once_and_is_one()
    {
        var made = await OkAsync(HttpMethod.Post, Requests, Body("once", "example.com/signer", "CN=jane"));
        var rubbish = await SendAsync(HttpMethod.Put, $"{Requests}/once/status", Certified(made, "rubbish").ToJsonString());
        Assert.That(rubbish.Message, Does.EndWith("status.certificate: Invalid value: \"<certificate data>\": must contain at least one CERTIFICATE PEM block"));
        var issued = await OkAsync(HttpMethod.Put, $"{Requests}/once/status", Certified(made, Fixture.Pki.Authority.Pem).ToJsonString());
        var again = await SendAsync(HttpMethod.Put, $"{Requests}/once/status", Certified(issued, Fixture.Pki.FrontProxyAuthority.Pem).ToJsonString());
        Assert.That(again.Message, Does.EndWith("status.certificate: Forbidden: updates may not modify existing certificate content"));
    }

    [Test]
    public async Task A_condition_must_say_its_status()
    {
        var made = await OkAsync(HttpMethod.Post, Requests, Body("mute", "example.com/signer", "CN=jane"));
        var mute = With(made, "Approved");
        mute["status"]!["conditions"]![0]!["status"] = "False";
        var refused = await SendAsync(HttpMethod.Put, $"{Requests}/mute/approval", mute.ToJsonString());
        Assert.That(refused.Message, Does.EndWith("status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\""));
    }

    [Test]
    public async Task Anybody_may_read_where_the_cluster_is_and_whom_to_trust()
    {
        using var anonymous = Fixture.Anonymous();
        var answer = await SendAsync(anonymous, HttpMethod.Get, "api/v1/namespaces/kube-public/configmaps/cluster-info");
        Assert.That((int)answer.Code, Is.EqualTo(200));
        var kubeconfig = JsonNode.Parse(answer.Text)!["data"]!["kubeconfig"]!.GetValue<string>();
        Assert.That(kubeconfig, Does.Contain($"server: https://192.0.2.1:{Fixture.Server.Port}\n").And.Contain(Convert.ToBase64String(Encoding.ASCII.GetBytes(Fixture.Pki.Authority.Pem))));
        Assert.That((int)(await SendAsync(anonymous, HttpMethod.Get, "api/v1/namespaces/kube-public/configmaps")).Code, Is.EqualTo(403));
    }

    private static Task<Answer> PutAsync(HttpClient client, string path, JsonNode body) =>
        SendAsync(client, HttpMethod.Put, $"{Requests}/{path}", Encoding.UTF8.GetBytes(body.ToJsonString()));

    private static JsonNode With(JsonNode request, params string[] conditions)
    {
        var copy = request.DeepClone();
        copy["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions.Select(type => (JsonNode)new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = "Test" })]) };
        return copy;
    }

    private static JsonNode Certified(JsonNode request, string pem)
    {
        var copy = request.DeepClone();
        copy["status"] = new JsonObject { ["certificate"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) };
        return copy;
    }

    private static string Body(string name, string signer, string subject, bool forge = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var der = new CertificateRequest(subject, key, HashAlgorithmName.SHA256).CreateSigningRequest();
        if (forge)
            der[^1] ^= 1;
        var pem = PemEncoding.WriteString("CERTIFICATE REQUEST", der);
        return $$"""{"metadata":{"name":"{{name}}"},"spec":{"signerName":"{{signer}}","usages":["client auth"],"request":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}"} }""";
    }
}
