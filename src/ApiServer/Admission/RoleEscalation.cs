using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.Types.Rbac;

namespace ControlPlane.ApiServer.Admission;

/// <summary>Lets nobody give away rights that they do not have: see <see cref="EscalationCheck"/>. Not a plugin that can be switched off; upstream has it in the storage of these kinds.</summary>
internal sealed class RoleEscalation(EscalationCheck check) : IValidatingAdmission
{
    /// <inheritdoc/>
    public string Name => "RoleEscalation";

    /// <inheritdoc/>
    public bool Handles(AdmissionRequest request) =>
        request is { Operation: AdmissionOperation.Create or AdmissionOperation.Update, Subresource: "", Definition.Info.Group: RbacRecords.Group };

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var now = request.Object!;
        if (RbacRecords.RoleOf(now) is { } role)
        {
            var old = request.Old is null ? [] : RbacRecords.RoleOf(request.Old)!.Rules;
            var becomesAggregated = now is ClusterRole { AggregationRule: { } aggregation } && aggregation != (request.Old as ClusterRole)?.AggregationRule;
            await check.CheckRoleAsync(request.User, role, old, becomesAggregated, cancel);
        }
        else if (RbacRecords.BindingOf(now) is { } binding && (request.Old is null || !IsSame(binding, RbacRecords.BindingOf(request.Old)!)))
        {
            await check.CheckBindingAsync(request.User, binding, cancel);
        }
    }

    private static bool IsSame(RbacBinding now, RbacBinding old) => now.Role == old.Role && now.Subjects.SequenceEqual(old.Subjects);
}
