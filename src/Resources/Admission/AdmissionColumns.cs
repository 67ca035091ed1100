using ControlPlane.Machinery.Definitions;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Admission;

namespace ControlPlane.Resources.Admission;

/// <summary>Cells that policies and their bindings share.</summary>
internal static class AdmissionColumns
{
    internal static TableCell Of(ParamKind? kind) => kind is null ? CellTexts.Unset : $"{kind.ApiVersion}/{kind.Kind}";

    internal static TableCell Of(ParamRef? param) => param switch
    {
        null => CellTexts.Unset,
        { Name.Length: > 0, Namespace.Length: > 0 } => $"{param.Namespace}/{param.Name}",
        { Name.Length: > 0 } => $"*/{param.Name}",
        { Selector: not null } => CellTexts.Of(param.Selector),
        _ => CellTexts.Unset,
    };
}
