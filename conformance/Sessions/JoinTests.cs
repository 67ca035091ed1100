using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.Conformance.Sessions;

/// <summary>A second machine joins a control plane by a bootstrap token.</summary>
[NonParallelizable]
internal sealed class JoinTests
{
    private Cluster _cluster = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _cluster = await Cluster.StartAsync("--no-agent");

    [OneTimeTearDown]
    public async Task StopAsync() => await _cluster.DisposeAsync();

    [Test]
    public async Task A_machine_joins_by_a_token_runs_pods_and_needs_no_token_again()
    {
        await using var machine = await Machine.CreateAsync(_cluster, "node-b");
        var words = (await TokenAsync("create", "--print-join-command", "--description", "for node-b")).Trim().Split(' ');
        Assert.That(words[..2], Is.EqualTo(new[] { "controlplane", "agent" }));
        await machine.StartAsync(words[2..]);
        await TestImages.GiveAsync(machine.ImportImageAsync);
        await _cluster.Kubectl.RunAsync("wait", "--for=condition=Ready", "node/node-b", "--timeout=60s");
        Assert.That(
            await _cluster.Kubectl.RunAsync("get", "csr", "-o", "jsonpath={range .items[*]}{.spec.username} {.status.conditions[0].reason}{'\\n'}{end}"),
            Does.Contain($"system:bootstrap:{words[Array.IndexOf(words, "--token") + 1][..6]} AutoApproved\n"));

        await using var scratch = await Scratch.CreateAsync(_cluster);
        await scratch.RunAsync("run", "talker", $"--image={SharedCluster.Busybox}", "--", "sh", "-c", "echo told; exec sleep 100000");
        await scratch.RunAsync("wait", "pod/talker", "--for=condition=Ready", "--timeout=60s");
        Assert.That(await scratch.RunAsync("get", "pod", "talker", "-o", "jsonpath={.spec.nodeName}"), Is.EqualTo("node-b"));
        Assert.That(await scratch.RunAsync("logs", "talker"), Is.EqualTo("told\n"));
        Assert.That(await scratch.RunAsync("exec", "talker", "--", "echo", "heard"), Is.EqualTo("heard\n"));
        const string Ask = "nc -w 5 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null && echo reached";
        Assert.That(await scratch.RunAsync("exec", "talker", "--", "sh", "-c", Ask), Is.EqualTo("reached\n"), "services lead from the joined node's pods to the server");

        await machine.KillAsync();
        await machine.StartAsync();

        Assert.That(await scratch.RunAsync("exec", "talker", "--", "echo", "heard again"), Is.EqualTo("heard again\n"));
        Assert.That(await scratch.RunAsync("get", "pod", "talker", "-o", "jsonpath={.status.containerStatuses[0].restartCount}"), Is.EqualTo("0"));
        await scratch.RunAsync("run", "later", $"--image={SharedCluster.Busybox}", "--restart=Never", "--", "true");
        await scratch.RunAsync("wait", "pod/later", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
    }

    [Test]
    public async Task A_machine_that_may_not_join_is_told_why()
    {
        await using var machine = await Machine.CreateAsync(_cluster, "node-c");
        var token = (await TokenAsync("create")).Trim();
        Assert.That(await WhyAsync(machine), Does.Contain("has not joined a cluster yet"));
        Assert.That(await WhyAsync(machine, "--server", _cluster.Server, "--token", "short"), Does.Contain("not of the form abcdef.0123456789abcdef"));
        Assert.That(await WhyAsync(machine, "--server", _cluster.Server, "--token", token[..7] + "0000000000000000"), Does.Contain("cannot prove that it knows token"));
        Assert.That(
            await WhyAsync(machine, "--server", _cluster.Server, "--token", token, "--ca-cert-hash", "sha256:" + new string('0', 64)),
            Does.Contain("does not match --ca-cert-hash"));
    }

    [Test]
    public async Task Tokens_are_made_listed_and_deleted()
    {
        Assert.That(await TokenAsync("create", "aaaaaa.0123456789abcdef", "--ttl", "2h", "--description", "two hours"), Is.EqualTo("aaaaaa.0123456789abcdef\n"));
        Assert.That(await TokenAsync("create", "bbbbbb.0123456789abcdef", "--ttl", "0"), Is.EqualTo("bbbbbb.0123456789abcdef\n"));
        var lines = (await TokenAsync("list")).Split('\n');
        Assert.That(lines[0], Does.Match("^TOKEN +TTL +EXPIRES +USAGES +DESCRIPTION +EXTRA GROUPS$"));
        const string Groups = "system:bootstrappers:kubeadm:default-node-token";
        Assert.That(lines, Has.One.Matches($"^aaaaaa\\.0123456789abcdef +1h +20.+Z +authentication,signing +two hours +{Groups}$"));
        Assert.That(lines, Has.One.Matches($"^bbbbbb\\.0123456789abcdef +<forever> +<never> +authentication,signing +<none> +{Groups}$"));
        Assert.That(await TokenAsync("delete", "aaaaaa", "bbbbbb.0123456789abcdef"), Is.EqualTo("bootstrap token \"aaaaaa\" deleted\nbootstrap token \"bbbbbb\" deleted\n"));
        Assert.That(await TokenAsync("list"), Does.Not.Contain("aaaaaa").And.Not.Contain("bbbbbb"));
        var (code, _, error) = await Product.RunAsync(_cluster.Network, "token", "delete", "aaaaaa", "--data-dir", _cluster.Data);
        Assert.That((code, error), Is.EqualTo((1, "controlplane: secrets \"bootstrap-token-aaaaaa\" not found\n")));
    }

    [Test]
    public async Task A_person_gets_a_certificate_that_somebody_approves_and_none_that_is_denied()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RequestAsync("jane", key);
        await RequestAsync("joe", key);
        Assert.That(await _cluster.Kubectl.RunAsync("certificate", "approve", "jane"), Is.EqualTo("certificatesigningrequest.certificates.k8s.io/jane approved\n"));
        Assert.That(await _cluster.Kubectl.RunAsync("certificate", "deny", "joe"), Is.EqualTo("certificatesigningrequest.certificates.k8s.io/joe denied\n"));
        await _cluster.Kubectl.RunAsync("wait", "csr/jane", "--for=jsonpath={.status.certificate}", "--timeout=30s");
        Assert.That(await _cluster.Kubectl.RunAsync("get", "csr", "jane", "joe", "--no-headers", "-o", "custom-columns=n:.metadata.name,c:.status.conditions[0].reason"), Does.Match("jane +KubectlApprove\njoe +KubectlDeny\n"));
        Assert.That(await _cluster.Kubectl.RunAsync("get", "csr", "joe", "-o", "jsonpath={.status.certificate}"), Is.Empty);
        await WriteUserAsync(key, await _cluster.Kubectl.RunAsync("get", "csr", "jane", "-o", "jsonpath={.status.certificate}"));
        Assert.That(await _cluster.Kubectl.RunAsync("auth", "whoami", "--user=jane", "-o", "jsonpath={.status.userInfo.username}"), Is.EqualTo("jane"));
    }

    private async Task<string> TokenAsync(string verb, params string[] arguments)
    {
        var (code, output, error) = await Product.RunAsync(_cluster.Network, ["token", verb, .. arguments, "--data-dir", _cluster.Data]);
        Assert.That(code, Is.Zero, error);
        return output;
    }

    private static async Task<string> WhyAsync(Machine machine, params string[] flags)
    {
        var (code, _, error) = await machine.RunAsync(flags);
        Assert.That(code, Is.EqualTo(1), error);
        return error;
    }

    private async Task RequestAsync(string name, ECDsa key)
    {
        var pem = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        await _cluster.Kubectl.RunWithInputAsync(
            $$"""{"apiVersion":"certificates.k8s.io/v1","kind":"CertificateSigningRequest","metadata":{"name":"{{name}}"},"spec":{"signerName":"kubernetes.io/kube-apiserver-client","usages":["client auth"],"request":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}"} }""",
            "create", "-f", "-");
    }

    private async Task WriteUserAsync(ECDsa key, string certificate)
    {
        var (crt, pem) = (Path.Combine(_cluster.Data, "jane.crt"), Path.Combine(_cluster.Data, "jane.key"));
        await File.WriteAllBytesAsync(crt, Convert.FromBase64String(certificate));
        await File.WriteAllTextAsync(pem, key.ExportPkcs8PrivateKeyPem());
        await _cluster.Kubectl.RunAsync("config", "set-credentials", "jane", $"--client-certificate={crt}", $"--client-key={pem}");
    }
}
