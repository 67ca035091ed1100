using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Checking;

/// <summary>What a function does. Arguments are never failures; a method's receiver is the first. Failures are returned, not thrown.</summary>
public delegate CelValue CelImplementation(ReadOnlySpan<CelValue> arguments);

/// <summary>
/// One signature of a function, and what it does. Operators that the evaluator knows itself have no implementation. At run time
/// an overload is chosen by the arguments' kinds, so two of one function must differ in more than type parameters.
/// </summary>
public sealed class CelOverload
{
    private readonly (CelKind Kind, string? TypeName)?[] _accepted;

    /// <param name="id">Unique name; cost models go by it.</param>
    /// <param name="isMethod">Is it called on its first parameter?</param>
    /// <param name="parameters">The receiver, if any, and the parameters.</param>
    /// <param name="result">Type of what it gives.</param>
    /// <param name="implementation">What it does.</param>
    public CelOverload(string id, bool isMethod, IReadOnlyList<CelType> parameters, CelType result, CelImplementation? implementation)
    {
        Id = id;
        IsMethod = isMethod;
        Parameters = parameters;
        Result = result;
        Implementation = implementation;
        _accepted = [.. parameters.Select(Accepted)];
    }

    /// <summary>Unique name.</summary>
    public string Id { get; }

    /// <summary>Is it called on its first parameter?</summary>
    public bool IsMethod { get; }

    /// <summary>The receiver, if any, and the parameters.</summary>
    public IReadOnlyList<CelType> Parameters { get; }

    /// <summary>Type of what it gives.</summary>
    public CelType Result { get; }

    /// <summary>What it does; null for an operator of the evaluator.</summary>
    public CelImplementation? Implementation { get; }

    /// <summary>Is it meant for these values?</summary>
    internal bool Accepts(ReadOnlySpan<CelValue> arguments)
    {
        if (arguments.Length != _accepted.Length)
            return false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (_accepted[i] is { } accepted
                && (arguments[i].Kind != accepted.Kind || (accepted.TypeName is { } name && arguments[i].AsObject.Type.Name != name)))
                return false;
        }
        return true;
    }

    private static (CelKind Kind, string? TypeName)? Accepted(CelType type) =>
        type.ValueKind is { } kind ? (kind, kind == CelKind.Object ? type.Name : null) : null;
}
