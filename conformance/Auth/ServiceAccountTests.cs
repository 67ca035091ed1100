using System.Text;
using System.Text.Json;
using k8s;
using k8s.Models;

namespace ControlPlane.Conformance.Auth;

/// <summary>Service accounts, their tokens, and how pods come by them.</summary>
internal sealed class ServiceAccountTests
{
    private const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount";

    [Test, Conformance("[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount [Conformance]")]
    public async Task Service_accounts_have_all_operations()
    {
        await using var scratch = await Scratch.CreateAsync();
        await ApiOperations.WorkAsync(scratch.Of<V1ServiceAccount>(), static name => $$"""{metadata: {name: {{name}}}, automountServiceAccountToken: false}""");
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should update a ServiceAccount [Conformance]")]
    public async Task A_service_account_is_updated()
    {
        await using var scratch = await Scratch.CreateAsync();
        var accounts = scratch.Of<V1ServiceAccount>();
        var made = await accounts.CreateAsync("{metadata: {name: one}, automountServiceAccountToken: false}");
        var updated = await accounts.UpdateAsync("one", static account => account.AutomountServiceAccountToken = true);
        Assert.That((made.AutomountServiceAccountToken, updated.AutomountServiceAccountToken), Is.EqualTo(((bool?)false, (bool?)true)));
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should allow opting out of API token automount [Conformance]")]
    public async Task Pods_or_their_service_account_opt_out_of_a_token_and_the_pod_has_the_last_word()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ServiceAccount>().CreateAsync("{metadata: {name: mounts}, automountServiceAccountToken: true}");
        await scratch.Of<V1ServiceAccount>().CreateAsync("{metadata: {name: mounts-not}, automountServiceAccountToken: false}");
        foreach (var account in new[] { "default", "mounts", "mounts-not" })
        {
            foreach (var wish in new bool?[] { null, true, false })
            {
                var name = $"{account}-{wish?.ToString().ToLowerInvariant() ?? "unset"}";
                var pod = $"serviceAccountName: {account}, nodeSelector: {{none: here}}{(wish is { } said ? $", automountServiceAccountToken: {(said ? "true" : "false")}" : "")}";
                var made = await scratch.Pods.CreateAsync(PodRuns.Idle(name, pod: pod));
                var mounts = made.Spec.Containers[0].VolumeMounts?.Any(static mount => mount.MountPath == Mount) == true;
                Assert.That(mounts, Is.EqualTo(wish ?? account != "mounts-not"), name);
            }
        }
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should guarantee kube-root-ca.crt exist in any namespace [Conformance]")]
    public async Task The_root_certificate_is_put_back_into_a_namespace()
    {
        await using var scratch = await Scratch.CreateAsync();
        var maps = scratch.Of<V1ConfigMap>();
        var made = await maps.UntilAsync("kube-root-ca.crt", static map => map.Data["ca.crt"].StartsWith("-----BEGIN CERTIFICATE-----", StringComparison.Ordinal));
        await maps.DeleteAsync("kube-root-ca.crt");
        await maps.UntilAsync("kube-root-ca.crt", map => map.Metadata.Uid != made.Metadata.Uid && map.Data["ca.crt"] == made.Data["ca.crt"]);
        await maps.PatchAsync("kube-root-ca.crt", """{"data":{"ca.crt":""}}""");
        await maps.UntilAsync("kube-root-ca.crt", map => map.Data["ca.crt"] == made.Data["ca.crt"]);
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should create a serviceAccountToken and ensure a successful TokenReview [Conformance]")]
    public async Task A_requested_token_passes_a_review()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ServiceAccount>().CreateAsync("{metadata: {name: one}}");
        var token = await scratch.Client.CoreV1.CreateNamespacedServiceAccountTokenAsync(new Authenticationv1TokenRequest { Spec = new V1TokenRequestSpec { Audiences = [], ExpirationSeconds = 600 } }, "one", scratch.Name);
        var review = await scratch.Client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token.Status.Token } });
        Assert.That((review.Status.Authenticated, review.Status.User.Username), Is.EqualTo(((bool?)true, $"system:serviceaccount:{scratch.Name}:one")));
        Assert.That(review.Status.User.Groups, Does.Contain($"system:serviceaccounts:{scratch.Name}"));
        var forged = await scratch.Client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = token.Status.Token + "x" } });
        Assert.That(forged.Status.Authenticated, Is.Not.True);
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should mount an API token into pods [Conformance]")]
    public async Task A_pod_has_the_token_of_its_service_account()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ServiceAccount>().CreateAsync("{metadata: {name: mounts}}");
        var output = await scratch.OutputOfAsync($"cat {Mount}/namespace; echo; cat {Mount}/ca.crt; cat {Mount}/token", pod: "serviceAccountName: mounts");
        Assert.That(output, Does.StartWith(scratch.Name + "\n"));
        var root = (await scratch.Of<V1ConfigMap>().GetAsync("kube-root-ca.crt")).Data["ca.crt"];
        Assert.That(output, Does.Contain(root.TrimEnd()));
        var review = await scratch.Client.AuthenticationV1.CreateTokenReviewAsync(new V1TokenReview { Spec = new V1TokenReviewSpec { Token = output.Split('\n').Last() } });
        Assert.That(review.Status.User?.Username, Is.EqualTo($"system:serviceaccount:{scratch.Name}:mounts"));
    }

    [Test, Conformance("[sig-auth] ServiceAccounts should mount projected service account token [Conformance]")]
    public async Task A_token_for_an_audience_is_projected_into_a_pod()
    {
        await using var scratch = await Scratch.CreateAsync();
        var token = await scratch.OutputOfAsync(
            "cat /token/here", "volumeMounts: [{name: token, mountPath: /token}]",
            "volumes: [{name: token, projected: {sources: [{serviceAccountToken: {audience: vault, expirationSeconds: 3600, path: here}}]}}]");
        var claims = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        using var json = JsonDocument.Parse(claims);
        Assert.That(json.RootElement.GetProperty("aud").EnumerateArray().Select(static one => one.GetString()), Is.EqualTo(new[] { "vault" }));
        Assert.That(json.RootElement.GetProperty("sub").GetString(), Is.EqualTo($"system:serviceaccount:{scratch.Name}:default"));
        Assert.That(json.RootElement.GetProperty("kubernetes.io").GetProperty("pod").GetProperty("name").GetString(), Does.StartWith("run-"));
    }
}
