using ControlPlane.Machinery.Definitions;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Whether the parts of the control plane are well; asked for, never stored.</summary>
internal sealed class ComponentStatuses : ResourceDefinition<ComponentStatus>
{
    protected override void Declare(Declaration<ComponentStatus> resource) => resource
        .Deprecated("v1 ComponentStatus is deprecated in v1.19+")
        .WriteOnly()
        .NameColumn()
        .Column("Status", Status)
        .Column("Message", component => Healthy(component)?.Message ?? "")
        .Column("Error", component => Healthy(component)?.Error ?? "");

    private static ComponentCondition? Healthy(ComponentStatus component) => component.Conditions.FirstOrDefault(condition => condition.Type == "Healthy");

    private static TableCell Status(ComponentStatus component) => Healthy(component)?.Status switch
    {
        "True" => "Healthy",
        "False" => "Unhealthy",
        _ => "Unknown",
    };
}
