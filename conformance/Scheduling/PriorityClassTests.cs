using System.Net;
using k8s.Models;
using static ControlPlane.Conformance.ApiCalls;

namespace ControlPlane.Conformance.Scheduling;

/// <summary>Priority classes.</summary>
internal sealed class PriorityClassTests
{
    [Test, Conformance("[sig-scheduling] SchedulerPreemption [Serial] PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods [Conformance]")]
    public async Task Priority_classes_have_all_operations_and_a_value_for_good()
    {
        var classes = SharedCluster.Of<V1PriorityClass>();
        await ApiOperations.WorkAsync(classes, static name => $$"""{metadata: {name: {{name}}}, value: 7, description: first}""");

        var name = $"pc-{Guid.NewGuid():N}"[..16];
        await classes.CreateAsync($$"""{metadata: {name: {{name}}}, value: 7}""");
        try
        {
            var refusal = await RefusedAsync(HttpStatusCode.UnprocessableEntity, () => classes.PatchAsync(name, """{"value":8}"""));
            Assert.That(refusal.Message, Does.Contain("may not be changed in an update"));
            Assert.That((await classes.GetAsync(name)).Value, Is.EqualTo(7));
        }
        finally
        {
            await classes.DeleteAsync(name);
        }
    }
}
