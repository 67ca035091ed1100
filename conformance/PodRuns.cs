using System.Text.Json;
using k8s;
using k8s.Models;

namespace ControlPlane.Conformance;

/// <summary>Pods of one container that runs a shell command, and what comes of them.</summary>
internal static class PodRuns
{
    /// <summary>A pod in YAML.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="command">For the shell.</param>
    /// <param name="container">Further fields of the container, in flow style.</param>
    /// <param name="pod">Further fields of the pod's spec, in flow style.</param>
    /// <param name="metadata">Further fields of the pod's metadata, in flow style.</param>
    /// <param name="restart">The restart policy.</param>
    /// <param name="image">The container's image.</param>
    public static string Yaml(
        string name, string command, string container = "", string pod = "", string metadata = "", string restart = "Never", string image = SharedCluster.Busybox) =>
        $$$"""
        {apiVersion: v1, kind: Pod, metadata: {name: {{{name}}}{{{Next(metadata)}}}}, spec: {restartPolicy: {{{restart}}}, terminationGracePeriodSeconds: 1,
          containers: [{name: main, image: {{{image}}}, command: [sh, -c, {{{JsonSerializer.Serialize(command)}}}]{{{Next(container)}}}}]{{{Next(pod)}}}}}
        """;

    /// <summary>A pod that runs until it is told to stop, which it does at once.</summary>
    public static string Idle(string name, string container = "", string pod = "", string metadata = "") =>
        Yaml(name, "trap 'exit 0' TERM; while true; do sleep 0.2; done", container, pod, metadata, "Always");

    /// <summary>Runs a command to its end and gives what it printed.</summary>
    /// <exception cref="AssertionException">It failed; the message has what it printed.</exception>
    public static async Task<string> OutputOfAsync(this Scratch scratch, string command, string container = "", string pod = "", string metadata = "")
    {
        var name = $"run-{Guid.NewGuid():N}"[..16];
        await scratch.Pods.CreateAsync(Yaml(name, command, container, pod, metadata));
        var ended = await scratch.EndedAsync(name);
        var output = await scratch.LogsAsync(name);
        Assert.That(ended.Status.Phase, Is.EqualTo("Succeeded"), output);
        return output;
    }

    /// <summary>Waits until a pod has come to its end.</summary>
    public static Task<V1Pod> EndedAsync(this Scratch scratch, string name) => scratch.Pods.UntilAsync(name, static pod => pod.Status.Phase is "Succeeded" or "Failed");

    /// <summary>Creates a pod and waits until it is ready.</summary>
    public static async Task<V1Pod> ReadyAsync(this Scratch scratch, string yaml)
    {
        var pod = await scratch.Pods.CreateAsync(yaml);
        return await scratch.Pods.UntilAsync(pod.Metadata.Name, IsReady);
    }

    /// <summary>Do all its containers serve?</summary>
    public static bool IsReady(this V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null && pod.Status.Conditions?.Any(static condition => condition is { Type: "Ready", Status: "True" }) == true;

    /// <summary>What a container printed.</summary>
    public static Task<string> LogsAsync(this Scratch scratch, string pod, string container = "main", string query = "") =>
        scratch.Client.ReadAsync($"api/v1/namespaces/{scratch.Name}/pods/{pod}/log?container={container}&{query}", "*/*");

    /// <summary>Waits until a container has printed a text.</summary>
    public static Task PrintsAsync(this Scratch scratch, string pod, string text, string container = "main") =>
        TestKit.Eventually.TrueAsync(
            async () =>
            {
                await Task.Delay(200); // kinder to the machine that all tests share
                return (await scratch.LogsAsync(pod, container)).Contains(text, StringComparison.Ordinal);
            },
            TimeSpan.FromSeconds(90), $"{pod} prints {text}");

    /// <summary>Runs a command in a container, over the official client's WebSocket.</summary>
    /// <returns>Its exit code and what it printed.</returns>
    public static async Task<(int Code, string Output)> ExecAsync(this Scratch scratch, string pod, string command, string container = "main")
    {
        var output = "";
        var code = await scratch.Client.NamespacedPodExecAsync(
            pod, scratch.Name, container, ["sh", "-c", command], false,
            async (_, standardOutput, standardError) =>
            {
                using var reader = new StreamReader(standardOutput);
                using var errors = new StreamReader(standardError);
                var texts = await Task.WhenAll(reader.ReadToEndAsync(), errors.ReadToEndAsync());
                output = string.Concat(texts);
            },
            CancellationToken.None);
        return (code, output);
    }

    private static string Next(string fields) => fields.Length == 0 ? "" : ", " + fields;
}
