using System.Globalization;
using k8s.Models;

namespace ControlPlane.Conformance.Node;

/// <summary>What containers find in their environment, and what is made of it.</summary>
internal sealed class ContainerEnvironmentTests
{
    [Test, Conformance("[sig-node] ConfigMap should be consumable via environment variable [NodeConformance] [Conformance]")]
    public Task A_key_of_a_config_map_is_a_variable() => IsAsync("env: [{name: COLOR, valueFrom: {configMapKeyRef: {name: settings, key: color}}}]", "COLOR=green");

    [Test, Conformance("[sig-node] ConfigMap should be consumable via the environment [NodeConformance] [Conformance]")]
    public Task The_keys_of_a_config_map_are_variables() => IsAsync("envFrom: [{configMapRef: {name: settings}}, {prefix: p_, configMapRef: {name: settings}}]", "color=green", "p_color=green", "p_size=large", "size=large");

    [Test, Conformance("[sig-node] ConfigMap should be consumable as environment variable names with various prefixes [Conformance]")]
    public Task Any_prefix_stands_before_the_keys_of_a_config_map() => IsAsync(
        "envFrom: [{prefix: 'p-', configMapRef: {name: settings}}, {prefix: '1.', configMapRef: {name: settings}}]", "1.color=green", "1.size=large", "p-color=green", "p-size=large");

    [Test, Conformance("[sig-node] Secrets should be consumable from pods in env vars [NodeConformance] [Conformance]")]
    public Task A_key_of_a_secret_is_a_variable() => IsAsync("env: [{name: WORD, valueFrom: {secretKeyRef: {name: password, key: word}}}]", "WORD=sesame");

    [Test, Conformance("[sig-node] Secrets should be consumable via the environment [NodeConformance] [Conformance]")]
    public Task The_keys_of_a_secret_are_variables() => IsAsync("envFrom: [{secretRef: {name: password}}, {prefix: p_, secretRef: {name: password}}]", "p_word=sesame", "word=sesame");

    [Test, Conformance("[sig-node] Secrets should be consumable as environment variable names variable names with various prefixes [Conformance]")]
    public Task Any_prefix_stands_before_the_keys_of_a_secret() => IsAsync("envFrom: [{prefix: 'p-', secretRef: {name: password}}, {prefix: '1.', secretRef: {name: password}}]", "1.word=sesame", "p-word=sesame");

    [Test, Conformance("[sig-node] Variable Expansion should allow composing env vars into new env vars [NodeConformance] [Conformance]")]
    public Task Variables_are_made_of_others() => IsAsync("env: [{name: FOO, value: foo-value}, {name: BAR, value: bar-value}, {name: FOOBAR, value: $(FOO);;$(BAR)}]", "BAR=bar-value", "FOO=foo-value", "FOOBAR=foo-value;;bar-value");

    [Test, Conformance("[sig-node] Variable Expansion should allow substituting values in a container's command [NodeConformance] [Conformance]")]
    public async Task Variables_are_put_into_the_command()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.OutputOfAsync("TEST_VAR=wrong; echo \"$(TEST_VAR)\"", "env: [{name: TEST_VAR, value: test-value}]"), Is.EqualTo("test-value\n"));
    }

    [Test, Conformance("[sig-node] Variable Expansion should allow substituting values in a container's args [NodeConformance] [Conformance]")]
    public async Task Variables_are_put_into_the_arguments()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.OutputOfAsync("echo $0 $1", "args: [$(TEST_VAR), $$(TEST_VAR)], env: [{name: TEST_VAR, value: test-value}]"), Is.EqualTo("test-value $(TEST_VAR)\n"));
    }

    [Test, Conformance("[sig-node] Downward API should provide container's limits.cpu/memory and requests.cpu/memory as env vars [NodeConformance] [Conformance]")]
    public Task Limits_and_requests_are_variables() => IsAsync(
        """
        resources: {requests: {cpu: 250m, memory: 32Mi}, limits: {cpu: 1250m, memory: 64Mi}}, env: [{name: CL, valueFrom: {resourceFieldRef: {resource: limits.cpu}}},
        {name: ML, valueFrom: {resourceFieldRef: {resource: limits.memory}}}, {name: CR, valueFrom: {resourceFieldRef: {resource: requests.cpu, divisor: 1m}}}, {name: MR, valueFrom: {resourceFieldRef: {resource: requests.memory}}}]
        """,
        "CL=2", "CR=250", "ML=67108864", "MR=33554432");

    [Test, Conformance("[sig-node] Downward API should provide default limits.cpu/memory from node allocatable [NodeConformance] [Conformance]")]
    public async Task Without_limits_they_are_what_the_node_has()
    {
        var node = await SharedCluster.Of<V1Node>().GetAsync("node-a");
        await IsAsync(
            "env: [{name: CL, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}, {name: ML, valueFrom: {resourceFieldRef: {resource: limits.memory}}}]",
            "CL=" + Whole("cpu"), "ML=" + Whole("memory"));

        string Whole(string resource) => Math.Ceiling(node.Status.Allocatable[resource].ToDecimal()).ToString(CultureInfo.InvariantCulture);
    }

    [Test, Conformance("[sig-node] Downward API should provide pod name, namespace and IP address as env vars [NodeConformance] [Conformance]")]
    public async Task Name_namespace_and_address_are_variables()
    {
        var (pod, output) = await OfPodAsync("metadata.name", "metadata.namespace", "status.podIP");
        Assert.That(output, Is.EqualTo($"{pod.Metadata.Name} {pod.Metadata.NamespaceProperty} {pod.Status.PodIP}\n"));
    }

    [Test, Conformance("[sig-node] Downward API should provide host IP as an env var [NodeConformance] [Conformance]")]
    public async Task The_nodes_address_is_a_variable()
    {
        var (pod, output) = await OfPodAsync("status.hostIP");
        Assert.That(output, Is.EqualTo(pod.Status.HostIP + "\n").And.Not.EqualTo("\n"));
    }

    [Test, Conformance("[sig-node] Downward API should provide hostIPs as an env var [NodeConformance] [Conformance]")]
    public async Task The_nodes_addresses_are_a_variable()
    {
        var (pod, output) = await OfPodAsync("status.hostIPs");
        Assert.That(output, Is.EqualTo(string.Join(',', pod.Status.HostIPs.Select(static one => one.Ip)) + "\n"));
    }

    [Test, Conformance("[sig-node] Downward API should provide pod UID as env vars [NodeConformance] [Conformance]")]
    public async Task The_uid_is_a_variable()
    {
        var (pod, output) = await OfPodAsync("metadata.uid");
        Assert.That(output, Is.EqualTo(pod.Metadata.Uid + "\n"));
    }

    [Test, Conformance("[sig-node] Pods should contain environment variables for services [NodeConformance] [Conformance]")]
    public async Task Services_of_the_namespace_are_variables()
    {
        await using var scratch = await Scratch.CreateAsync();
        var service = await scratch.Of<V1Service>().CreateAsync("{metadata: {name: foo-service}, spec: {ports: [{port: 8765, targetPort: 8080}]}}");
        var address = service.Spec.ClusterIP;
        string[] names = ["FOO_SERVICE_SERVICE_HOST", "FOO_SERVICE_SERVICE_PORT", "FOO_SERVICE_PORT", "FOO_SERVICE_PORT_8765_TCP", "FOO_SERVICE_PORT_8765_TCP_PORT", "FOO_SERVICE_PORT_8765_TCP_PROTO", "FOO_SERVICE_PORT_8765_TCP_ADDR"];
        string[] values = [address, "8765", $"tcp://{address}:8765", $"tcp://{address}:8765", "8765", "tcp", address];
        await TestKit.Eventually.TrueAsync(
            async () => (await scratch.OutputOfAsync("echo " + string.Join(' ', names.Select(static name => $"${name}")))) == string.Join(' ', values) + "\n", TimeSpan.FromSeconds(30));
    }

    [Test, Conformance("[sig-node] Variable Expansion should allow substituting values in a volume subpath [Conformance]")]
    public async Task Variables_are_put_into_a_sub_path()
    {
        await using var scratch = await Scratch.CreateAsync();
        var output = await scratch.OutputOfAsync(
            "touch /logs/made && ls /all", "env: [{name: POD, value: foo}], volumeMounts: [{name: v, mountPath: /logs, subPathExpr: $(POD)}, {name: v, mountPath: /all}]", "volumes: [{name: v, emptyDir: {}}]");
        Assert.That(output, Is.EqualTo("foo\n"));
    }

    [Test, Conformance("[sig-node] Variable Expansion should succeed in writing subpaths in container [Conformance]")]
    public async Task What_is_written_to_a_sub_path_stands_in_the_volume()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(PodRuns.Idle(
            "one", "env: [{name: POD, valueFrom: {fieldRef: {fieldPath: \"metadata.annotations['mysubpath']\"}}}], volumeMounts: [{name: v, mountPath: /sub, subPathExpr: $(POD)}, {name: v, mountPath: /all}]",
            "volumes: [{name: v, emptyDir: {}}]", "annotations: {mysubpath: mypath}"));
        Assert.That((await scratch.ExecAsync("one", "touch /all/mypath/test.log && test -f /sub/test.log && echo seen")).Output, Is.EqualTo("seen\n"));
        await scratch.Pods.PatchAsync("one", """{"metadata":{"annotations":{"mysubpath":"mynewpath"}}}""");
        Assert.That((await scratch.ExecAsync("one", "ls /all")).Output, Is.EqualTo("mypath\n"), "the path is that of the container's start");
    }

    [Test, Conformance("[sig-node] Variable Expansion should fail substituting values in a volume subpath with absolute path [Conformance]")]
    public Task An_absolute_sub_path_keeps_the_container_from_starting() => DoesNotStartAsync("/tmp");

    [Test, Conformance("[sig-node] Variable Expansion should fail substituting values in a volume subpath with backticks [Conformance]")]
    public Task A_sub_path_out_of_the_volume_keeps_the_container_from_starting() => DoesNotStartAsync("..");

    [Test, Conformance("[sig-node] Variable Expansion should verify that a failing subpath expansion can be modified during the lifecycle of a container [Slow] [Conformance]")]
    public async Task A_sub_path_that_failed_works_when_its_source_is_mended()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Idle(
            "one", "env: [{name: POD, valueFrom: {fieldRef: {fieldPath: \"metadata.annotations['notmysubpath']\"}}}, {name: OTHER, valueFrom: {fieldRef: {fieldPath: \"metadata.annotations['mysubpath']\"}}}], volumeMounts: [{name: v, mountPath: /sub, subPathExpr: $(OTHER)}]",
            "volumes: [{name: v, emptyDir: {}}]", "annotations: {notmysubpath: mypath, mysubpath: /absolute}"));
        await scratch.Pods.UntilAsync("one", ConfigIsWrong);
        await scratch.Pods.PatchAsync("one", """{"metadata":{"annotations":{"mysubpath":"mypath"}}}""");
        await scratch.Pods.UntilAsync("one", static pod => pod.IsReady());
    }

    private static bool ConfigIsWrong(V1Pod pod) => pod.Status.ContainerStatuses?.Single().State.Waiting?.Reason == "CreateContainerConfigError";

    private static async Task DoesNotStartAsync(string value)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Idle("one", $"env: [{{name: POD, value: {value}}}], volumeMounts: [{{name: v, mountPath: /sub, subPathExpr: $(POD)}}]", "volumes: [{name: v, emptyDir: {}}]"));
        await scratch.Pods.UntilAsync("one", ConfigIsWrong);
    }

    private static async Task<(V1Pod Pod, string Output)> OfPodAsync(params string[] fields)
    {
        await using var scratch = await Scratch.CreateAsync();
        var variables = string.Join(", ", fields.Select(static (field, index) => $"{{name: V{index}, valueFrom: {{fieldRef: {{fieldPath: {field}}}}}}}"));
        await scratch.Pods.CreateAsync(PodRuns.Yaml("one", "echo " + string.Join(' ', fields.Select(static (_, index) => $"$V{index}")), $"env: [{variables}]"));
        var pod = await scratch.EndedAsync("one");
        return (pod, await scratch.LogsAsync("one"));
    }

    /// <summary>Passes if the environment has those variables, of all that the container's fields name.</summary>
    private static async Task IsAsync(string fields, params string[] variables)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<V1ConfigMap>().CreateAsync("{metadata: {name: settings}, data: {color: green, size: large}}");
        await scratch.Of<V1Secret>().CreateAsync("{metadata: {name: password}, stringData: {word: sesame}}");
        // No shell: it does not pass on what it can't name.
        await scratch.Pods.CreateAsync($"{{metadata: {{name: one}}, spec: {{restartPolicy: Never, containers: [{{name: main, image: {SharedCluster.Busybox}, command: [env], {fields}}}]}}}}");
        await scratch.EndedAsync("one");
        var all = (await scratch.LogsAsync("one")).Split('\n');
        Assert.That(all, Is.SupersetOf(variables));
    }
}
