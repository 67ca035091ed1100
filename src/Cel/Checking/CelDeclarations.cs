using ControlPlane.Cel.Parsing;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Checking;

/// <summary>What a library adds to the language: functions, methods, macros and names of types.</summary>
public sealed class CelDeclarations
{
    internal Dictionary<string, List<CelOverload>> Functions { get; } = [];

    internal List<CelMacro> Macros { get; } = [];

    internal Dictionary<string, CelType> Types { get; } = [];

    /// <summary>Adds an overload <c>name(parameters)</c>. The name may have dots.</summary>
    /// <exception cref="ArgumentException">The id is taken.</exception>
    public CelDeclarations Function(string name, string id, IReadOnlyList<CelType> parameters, CelType result, CelImplementation? implementation) =>
        Add(name, new CelOverload(id, isMethod: false, parameters, result, implementation));

    /// <summary>Adds an overload <c>receiver.name(parameters)</c>.</summary>
    /// <exception cref="ArgumentException">The id is taken.</exception>
    public CelDeclarations Method(string name, string id, IReadOnlyList<CelType> receiverAndParameters, CelType result, CelImplementation? implementation) =>
        Add(name, new CelOverload(id, isMethod: true, receiverAndParameters, result, implementation));

    /// <summary>Adds a macro; among several that fit a call, the first that expands it wins.</summary>
    public CelDeclarations Macro(CelMacro macro)
    {
        Macros.Add(macro);
        return this;
    }

    /// <summary>Makes a type's name usable as a value: <c>type(x) == net.IP</c>.</summary>
    public CelDeclarations Type(CelType type)
    {
        Types[type.Name] = type;
        return this;
    }

    private CelDeclarations Add(string name, CelOverload overload)
    {
        if (!Functions.TryGetValue(name, out var overloads))
            Functions.Add(name, overloads = []);
        if (overloads.Any(other => other.Id == overload.Id))
            throw new ArgumentException($"Overload {overload.Id} of {name} is declared twice.");
        overloads.Add(overload);
        return this;
    }
}
