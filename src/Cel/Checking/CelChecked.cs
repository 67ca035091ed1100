using ControlPlane.Cel.Ast;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Checking;

/// <summary>What the checker found: types by node, what names mean, and which overloads calls may reach.</summary>
internal sealed class CelChecked
{
    public Dictionary<int, CelType> Types { get; } = [];

    /// <summary>Full names of variables and types, by the node that names them; a comprehension's own variables are not here.</summary>
    public Dictionary<int, string> Names { get; } = [];

    public Dictionary<int, IReadOnlyList<CelOverload>> Calls { get; } = [];

    public List<(int Offset, string Message)> Issues { get; } = [];

    public CelType TypeOf(CelExpression expression) => Types[expression.Id];
}
