using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Node;

/// <summary>Runtime classes and the pods that ask for one.</summary>
internal sealed class RuntimeClassTests
{
    private static Resource<V1RuntimeClass> Classes => SharedCluster.Of<V1RuntimeClass>();

    [Test, Conformance("[sig-node] RuntimeClass should support RuntimeClasses API operations [Conformance]")]
    public Task Runtime_classes_have_all_operations() => ApiOperations.WorkAsync(Classes, static name => $$"""{metadata: {name: {{name}}}, handler: runc}""");

    [Test, Conformance("[sig-node] RuntimeClass should reject a Pod requesting a non-existent RuntimeClass [NodeConformance] [Conformance]")]
    public async Task A_pod_of_a_runtime_class_that_does_not_exist_is_refused()
    {
        await using var scratch = await Scratch.CreateAsync();
        var refusal = await RefusedAsync(HttpStatusCode.Forbidden, () => scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: "runtimeClassName: there-is-none")));
        Assert.That(refusal.Message, Does.Contain("RuntimeClass \"there-is-none\" not found"));
    }

    [Test, Conformance("[sig-node] RuntimeClass should reject a Pod requesting a deleted RuntimeClass [NodeConformance] [Conformance]")]
    public async Task A_pod_of_a_deleted_runtime_class_is_refused()
    {
        await using var scratch = await Scratch.CreateAsync();
        await Classes.CreateAsync($$"""{metadata: {name: {{scratch.Name}}}, handler: runc}""");
        await Classes.DeleteAsync(scratch.Name);
        await Classes.UntilGoneAsync(scratch.Name);
        await RefusedAsync(HttpStatusCode.Forbidden, () => scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: $"runtimeClassName: {scratch.Name}")));
    }

    [Test, Conformance("[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass without PodOverhead [NodeConformance] [Conformance]")]
    public async Task A_pod_of_a_runtime_class_is_scheduled()
    {
        var pod = await ScheduledAsync("");
        Assert.That(pod.Spec.Overhead, Is.Null.Or.Empty);
    }

    [Test, Conformance("[sig-node] RuntimeClass should schedule a Pod requesting a RuntimeClass and initialize its Overhead [NodeConformance] [Conformance]")]
    public async Task A_pod_of_a_runtime_class_gets_its_overhead()
    {
        var pod = await ScheduledAsync(", overhead: {podFixed: {cpu: 10m, memory: 1Mi}}");
        Assert.That((pod.Spec.Overhead["cpu"].ToString(), pod.Spec.Overhead["memory"].ToString()), Is.EqualTo(("10m", "1Mi")));
    }

    private static async Task<V1Pod> ScheduledAsync(string fields)
    {
        await using var scratch = await Scratch.CreateAsync();
        await Classes.CreateAsync($"{{metadata: {{name: {scratch.Name}}}, handler: runc{fields}}}");
        try
        {
            await scratch.Pods.CreateAsync(PodRuns.Idle("one", pod: $"runtimeClassName: {scratch.Name}"));
            return await scratch.Pods.UntilAsync("one", static pod => pod.Spec.NodeName is not null);
        }
        finally
        {
            await Classes.DeleteAsync(scratch.Name);
        }
    }
}
