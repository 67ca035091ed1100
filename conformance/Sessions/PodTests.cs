namespace ControlPlane.Conformance.Sessions;

/// <summary>Logs, commands and the network of running pods.</summary>
internal sealed class PodTests
{
    [Test]
    public async Task Logs_are_told_and_followed_to_the_end()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("run", "talker", $"--image={SharedCluster.Busybox}", "--restart=Never", "--", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 1; done");
        await scratch.RunAsync("wait", "pod/talker", "--for=jsonpath={.status.containerStatuses[0].started}=true", "--timeout=60s");
        Assert.That(await scratch.RunAsync("logs", "-f", "talker"), Is.EqualTo("line 1\nline 2\nline 3\n"));
        Assert.That(await scratch.RunAsync("logs", "talker", "--tail=1"), Is.EqualTo("line 3\n"));
        await scratch.RunAsync("wait", "pod/talker", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
    }

    [Test]
    public async Task A_command_runs_in_a_container_and_its_exit_code_comes_back()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 1);
        Assert.That(await scratch.RunAsync("exec", "deployment/web", "--", "sh", "-c", "echo hello from $(hostname)"), Does.StartWith("hello from web-"));
        var (code, _, error) = await scratch.TryAsync("exec", "deployment/web", "--", "sh", "-c", "echo oops >&2; exit 7");
        Assert.That((code, error), Is.EqualTo((7, "oops\ncommand terminated with exit code 7\n")));
    }

    [Test]
    public async Task A_terminal_session_takes_input()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 1);
        var pod = (await scratch.RunAsync("get", "pods", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}")).Trim();
        // script(1) gives kubectl the terminal that -t asks for.
        var output = await scratch.InTerminalAsync("echo typed-$((40+2))\nexit\n", "exec", "-it", pod, "--", "sh");
        Assert.That(output, Does.Contain("typed-42"));
    }

    [Test]
    public async Task A_service_address_leads_to_its_pods()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("web", 2, "sh", "-c", "mkdir -p /www && hostname > /www/index.html && exec httpd -f -p 8080 -h /www");
        await scratch.RunAsync("expose", "deployment/web", "--port=80", "--target-port=8080");
        var address = await scratch.RunAsync("get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
        await scratch.DeployAsync("client", 1);
        // nc, not wget: Debian's static busybox cannot look up the names of services.
        var answers = await scratch.RunAsync("exec", "deployment/client", "--", "sh", "-c", $"for i in $(seq 20); do printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 5 {address} 80; done");
        Assert.That(answers.Split('\n').Where(line => line.StartsWith("web-", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(2), "both pods answer");
    }

    [Test]
    public async Task A_pod_reaches_the_api_server_at_its_service_address_and_has_a_token()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.DeployAsync("client", 1);
        const string Ask = "test -s /var/run/secrets/kubernetes.io/serviceaccount/token && nc -w 5 $KUBERNETES_SERVICE_HOST $KUBERNETES_SERVICE_PORT </dev/null && echo reached";
        Assert.That(await scratch.RunAsync("exec", "deployment/client", "--", "sh", "-c", Ask), Is.EqualTo("reached\n"));
    }

    [Test]
    public async Task A_failing_container_is_restarted_with_back_off()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("run", "crash", $"--image={SharedCluster.Busybox}", "--", "sh", "-c", "echo last words; exit 3");
        await scratch.RunAsync("wait", "pod/crash", "--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff", "--timeout=60s");
        Assert.That(await scratch.RunAsync("get", "pod", "crash", "-o", "jsonpath={.status.containerStatuses[0].lastState.terminated.exitCode}"), Is.EqualTo("3"));
        Assert.That(await scratch.RunAsync("logs", "crash", "--previous"), Is.EqualTo("last words\n"));
    }

    [Test]
    public async Task Configuration_reaches_containers_as_variables_and_files()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.RunAsync("create", "configmap", "settings", "--from-literal=color=green");
        await scratch.RunAsync("create", "secret", "generic", "password", "--from-literal=word=sesame");
        await scratch.WithInputAsync(
            $$$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: reader, labels: {tier: back}}
            spec:
              restartPolicy: Never
              containers:
              - name: main
                image: {{{{SharedCluster.Busybox}}}}
                command: [sh, -c, 'echo $(COLOR) $WORD $POD; cat /settings/color /secrets/word; cat /pod/labels; touch /scratch/x && ls /scratch']
                env:
                - {name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}
                - {name: WORD, valueFrom: {secretKeyRef: {name: password, key: word}}}
                - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                volumeMounts:
                - {name: settings, mountPath: /settings}
                - {name: secrets, mountPath: /secrets}
                - {name: pod, mountPath: /pod}
                - {name: scratch, mountPath: /scratch}
              volumes:
              - {name: settings, configMap: {name: settings}}
              - {name: secrets, secret: {secretName: password}}
              - {name: pod, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
              - {name: scratch, emptyDir: {}}
            """,
            "apply", "-f", "-");
        await scratch.RunAsync("wait", "pod/reader", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s");
        Assert.That(await scratch.RunAsync("logs", "reader"), Is.EqualTo("green sesame reader\ngreensesametier=\"back\"x\n"));
    }
}
