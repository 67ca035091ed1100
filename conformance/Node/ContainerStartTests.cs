using k8s.Models;

namespace ControlPlane.Conformance.Node;

/// <summary>What a container runs, in what order, and what is told of its end.</summary>
internal sealed class ContainerStartTests
{
    [Test, Conformance("[sig-node] Containers should use the image defaults if command and args are blank [NodeConformance] [Conformance]")]
    public Task Without_either_the_images_words_run() => RunsAsync("", "of-image one two");

    [Test, Conformance("[sig-node] Containers should be able to override the image's default arguments (container cmd) [NodeConformance] [Conformance]")]
    public Task Arguments_replace_the_images_command() => RunsAsync("args: [mine]", "of-image mine");

    [Test, Conformance("[sig-node] Containers should be able to override the image's default command (container entrypoint) [NodeConformance] [Conformance]")]
    public Task A_command_replaces_all_of_the_images_words() => RunsAsync("command: [/bin/printf, 'over %s', it]", "over it");

    [Test, Conformance("[sig-node] Containers should be able to override the image's default command and arguments [NodeConformance] [Conformance]")]
    public Task Both_replace_both() => RunsAsync("command: [/bin/printf, '%s and %s'], args: [one, other]", "one and other");

    [Test, Conformance("[sig-node] InitContainer [NodeConformance] should invoke init containers on a RestartNever pod [Conformance]")]
    public async Task Init_containers_run_first_in_a_pod_that_ends()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(Initialized("one", "echo a >> /v/order", "echo b >> /v/order", "Never", "cat /v/order"));
        var ended = await scratch.EndedAsync("one");
        Assert.That((ended.Status.Phase, await scratch.LogsAsync("one")), Is.EqualTo(("Succeeded", "a\nb\n")));
        Assert.That(ended.Status.InitContainerStatuses.Select(static status => status.State.Terminated?.ExitCode), Is.EqualTo(new int?[] { 0, 0 }));
        Assert.That(ended.Status.Conditions.Single(static condition => condition.Type == "Initialized").Status, Is.EqualTo("True"));
    }

    [Test, Conformance("[sig-node] InitContainer [NodeConformance] should invoke init containers on a RestartAlways pod [Conformance]")]
    public async Task Init_containers_run_first_in_a_pod_that_stays()
    {
        await using var scratch = await Scratch.CreateAsync();
        var ready = await scratch.ReadyAsync(Initialized("one", "echo a >> /v/order", "echo b >> /v/order", "Always", "cat /v/order; sleep 1000"));
        Assert.That(ready.Status.InitContainerStatuses.Select(static status => (status.Ready, status.State.Terminated?.ExitCode)), Is.EqualTo(new[] { (true, (int?)0), (true, 0) }));
        await scratch.PrintsAsync("one", "a\nb\n");
    }

    [Test, Conformance("[sig-node] InitContainer [NodeConformance] should not start app containers if init containers fail on a RestartAlways pod [Conformance]")]
    public async Task A_failing_init_container_is_tried_again_and_nothing_else_starts()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(Initialized("one", "exit 1", "true", "Always", "sleep 1000"));
        var pod = await scratch.Pods.UntilAsync("one", static pod => pod.Status.InitContainerStatuses?[0].RestartCount >= 2);
        Assert.That((pod.Status.Phase, pod.Status.InitContainerStatuses[1].State.Waiting?.Reason, pod.Status.ContainerStatuses.Single().State.Waiting?.Reason), Is.EqualTo(("Pending", "PodInitializing", "PodInitializing")));
        Assert.That(pod.Status.Conditions.Single(static condition => condition.Type == "Initialized").Message, Is.EqualTo("containers with incomplete status: [first second]"));
    }

    [Test, Conformance("[sig-node] InitContainer [NodeConformance] should not start app containers and fail the pod if init containers fail on a RestartNever pod [Conformance]")]
    public async Task A_failing_init_container_fails_a_pod_that_is_not_restarted()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(Initialized("one", "true", "exit 1", "Never", "true"));
        var ended = await scratch.EndedAsync("one");
        Assert.That((ended.Status.Phase, ended.Status.InitContainerStatuses[1].State.Terminated?.ExitCode, ended.Status.ContainerStatuses.Single().State.Waiting?.Reason), Is.EqualTo(("Failed", (int?)1, "PodInitializing")));
    }

    [Test, Conformance("[sig-node] Kubelet when scheduling a busybox command in a pod should print the output to logs [NodeConformance] [Conformance]")]
    public async Task What_a_container_prints_is_its_log()
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.OutputOfAsync("echo Hello World"), Is.EqualTo("Hello World\n"));
    }

    [Test, Conformance("[sig-node] Kubelet when scheduling a busybox command that always fails in a pod should have an terminated reason [NodeConformance] [Conformance]")]
    public async Task A_failed_container_says_why_it_ended()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Yaml("one", "exit 1", restart: "Always"));
        await scratch.Pods.UntilAsync("one", static pod => (pod.Status.ContainerStatuses?.Single() is { } status ? status.State.Terminated ?? status.LastState?.Terminated : null) is { ExitCode: 1, Reason: "Error" });
    }

    [Test, Conformance("[sig-node] Kubelet when scheduling a busybox command that always fails in a pod should be possible to delete [NodeConformance] [Conformance]")]
    public async Task A_pod_that_always_fails_is_deleted()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Yaml("one", "exit 1", restart: "Always"));
        await scratch.Pods.UntilAsync("one", static pod => pod.Status.ContainerStatuses?.Single().LastState?.Terminated is not null);
        await scratch.Pods.DeleteAsync("one");
        await scratch.Pods.UntilGoneAsync("one");
    }

    [Test, Conformance("[sig-node] Container Runtime blackbox test when starting a container that exits should run with the expected status [NodeConformance] [Conformance]")]
    public async Task The_restart_policy_decides_what_becomes_of_a_container_that_fails_once()
    {
        await using var scratch = await Scratch.CreateAsync();
        // Fails at its first start and runs at its second, by a file in the pod's directory.
        const string Once = "[ -e /v/been ] && { sleep 1; exit 0; }; touch /v/been; exit 1";
        foreach (var policy in new[] { "Always", "OnFailure", "Never" })
            await scratch.Pods.CreateAsync(PodRuns.Yaml(policy.ToLowerInvariant(), policy == "Always" ? Once.Replace("sleep 1; exit 0", "sleep 1000", StringComparison.Ordinal) : Once, "volumeMounts: [{name: v, mountPath: /v}]", "volumes: [{name: v, emptyDir: {}}]", restart: policy));
        var always = await scratch.Pods.UntilAsync("always", static pod => pod.Status.ContainerStatuses?.Single() is { RestartCount: 1, Ready: true });
        var onFailure = await scratch.EndedAsync("onfailure");
        var never = await scratch.EndedAsync("never");
        Assert.That((always.Status.Phase, always.Status.ContainerStatuses[0].State.Running is not null), Is.EqualTo(("Running", true)));
        Assert.That((onFailure.Status.Phase, onFailure.Status.ContainerStatuses[0].RestartCount, onFailure.Status.ContainerStatuses[0].Ready), Is.EqualTo(("Succeeded", 1, false)));
        Assert.That((never.Status.Phase, never.Status.ContainerStatuses[0].RestartCount, never.Status.ContainerStatuses[0].State.Terminated?.ExitCode), Is.EqualTo(("Failed", 0, (int?)1)));
    }

    [Test, Conformance("[sig-node] Container Runtime blackbox test on terminated container should report termination message if TerminationMessagePath is set as non-root user and at a non-default path [NodeConformance] [Conformance]")]
    public Task Last_words_are_read_from_any_path() => SaysAsync("printf DONE > /dev/other", "terminationMessagePath: /dev/other, securityContext: {runAsUser: 1000}", 0, "DONE");

    [Test, Conformance("[sig-node] Container Runtime blackbox test on terminated container should report termination message from log output if TerminationMessagePolicy FallbackToLogsOnError is set [NodeConformance] [Conformance]")]
    public Task Last_words_of_a_failure_are_the_end_of_its_log() => SaysAsync("printf DONE; exit 1", "terminationMessagePolicy: FallbackToLogsOnError", 1, "DONE");

    [Test, Conformance("[sig-node] Container Runtime blackbox test on terminated container should report termination message as empty when pod succeeds and TerminationMessagePolicy FallbackToLogsOnError is set [NodeConformance] [Conformance]")]
    public Task A_success_has_no_last_words_in_its_log() => SaysAsync("printf DONE", "terminationMessagePolicy: FallbackToLogsOnError", 0, null);

    [Test, Conformance("[sig-node] Container Runtime blackbox test on terminated container should report termination message from file when pod succeeds and TerminationMessagePolicy FallbackToLogsOnError is set [NodeConformance] [Conformance]")]
    public Task Last_words_in_the_file_come_first() => SaysAsync("printf OK > /dev/termination-log; printf DONE", "terminationMessagePolicy: FallbackToLogsOnError", 0, "OK");

    private static async Task SaysAsync(string command, string fields, int code, string? words)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync(PodRuns.Yaml("one", command, fields));
        var ended = (await scratch.EndedAsync("one")).Status.ContainerStatuses.Single().State.Terminated;
        Assert.That((ended.ExitCode, string.IsNullOrEmpty(ended.Message) ? null : ended.Message), Is.EqualTo((code, words)));
    }

    private static async Task RunsAsync(string fields, string output)
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Pods.CreateAsync($"{{metadata: {{name: one}}, spec: {{restartPolicy: Never, containers: [{{name: main, image: {SharedCluster.Echo}{(fields.Length == 0 ? "" : ", " + fields)}}}]}}}}");
        await scratch.EndedAsync("one");
        Assert.That((await scratch.LogsAsync("one")).TrimEnd(), Is.EqualTo(output));
    }

    private static string Initialized(string name, string first, string second, string restart, string command) =>
        PodRuns.Yaml(
            name, command, "volumeMounts: [{name: v, mountPath: /v}]",
            $$$"""
            volumes: [{name: v, emptyDir: {}}], initContainers: [
              {name: first, image: {{{SharedCluster.Busybox}}}, command: [sh, -c, '{{{first}}}'], volumeMounts: [{name: v, mountPath: /v}]},
              {name: second, image: {{{SharedCluster.Busybox}}}, command: [sh, -c, '{{{second}}}'], volumeMounts: [{name: v, mountPath: /v}]}]
            """,
            restart: restart);
}
