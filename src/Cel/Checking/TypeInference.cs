using System.Collections.Immutable;
using ControlPlane.Cel.Values;

namespace ControlPlane.Cel.Checking;

/// <summary>
/// Finds what type variables stand for while expressions are checked: unification with <c>dyn</c> as a wildcard, in which a variable
/// that has a type already moves to the more general of two that agree.
/// </summary>
internal sealed class TypeInference
{
    private ImmutableDictionary<string, CelType> _found = ImmutableDictionary<string, CelType>.Empty;
    private int _lastVariable;

    public CelType Fresh() => CelType.Parameter("_var" + _lastVariable++);

    /// <summary>May all of these stand where those are wanted? What is learnt is kept only if so.</summary>
    public bool AreAssignable(IReadOnlyList<CelType> actual, IReadOnlyList<CelType> wanted)
    {
        if (actual.Count != wanted.Count)
            return false;
        var before = _found;
        for (var i = 0; i < actual.Count; i++)
        {
            if (!Assign(actual[i], wanted[i]))
            {
                _found = before;
                return false;
            }
        }
        return true;
    }

    public bool IsAssignable(CelType actual, CelType wanted)
    {
        var before = _found;
        if (Assign(actual, wanted))
            return true;
        _found = before;
        return false;
    }

    /// <summary>The type with all that is known put in; at the end, what is not known is dyn.</summary>
    public CelType Resolve(CelType type, bool unknownIsDyn = false)
    {
        if (type.Kind == CelTypeKind.Parameter)
            return _found.TryGetValue(type.Name, out var found) ? Resolve(found, unknownIsDyn) : unknownIsDyn ? CelType.Dyn : type;
        return type.Parameters.IsEmpty ? type : type.With([.. type.Parameters.Select(parameter => Resolve(parameter, unknownIsDyn))]);
    }

    /// <summary>A signature's types with its own variables made new, so that each use is independent.</summary>
    public CelType Instantiate(CelType type, Dictionary<string, CelType> variables)
    {
        if (type.Kind == CelTypeKind.Parameter)
            return variables.TryGetValue(type.Name, out var variable) ? variable : variables[type.Name] = Fresh();
        return type.Parameters.IsEmpty ? type : type.With([.. type.Parameters.Select(parameter => Instantiate(parameter, variables))]);
    }

    /// <summary>The more general of two types that agree.</summary>
    public static CelType MostGeneral(CelType one, CelType other) => IsAsGeneral(one, other) ? one : other;

    private bool Assign(CelType actual, CelType wanted)
    {
        if (wanted.Kind == CelTypeKind.Parameter && Substitute(actual, wanted) is { } valid)
            return valid;
        if (actual.Kind == CelTypeKind.Parameter)
            return Substitute(wanted, actual) ?? false;
        if (actual.IsDyn || wanted.IsDyn)
            return true;
        if (actual.Kind == CelTypeKind.Null)
            return IsNullable(wanted);
        if (wanted.Kind == CelTypeKind.Null)
            return IsNullable(actual);
        if (actual.Kind != wanted.Kind || actual.Name != wanted.Name || actual.Parameters.Length != wanted.Parameters.Length)
            return false;
        if (actual.Kind == CelTypeKind.Type)
            return true;
        for (var i = 0; i < actual.Parameters.Length; i++)
        {
            if (!Assign(actual.Parameters[i], wanted.Parameters[i]))
                return false;
        }
        return true;
    }

    /// <returns>Null when the variable would stand for something that contains it.</returns>
    private bool? Substitute(CelType type, CelType variable)
    {
        if (type.Equals(variable))
            return true;
        if (!_found.TryGetValue(variable.Name, out var known))
        {
            if (Contains(type, variable))
                return null;
            _found = _found.SetItem(variable.Name, type);
            return true;
        }
        if (type.Equals(known))
            return true;
        if (!Assign(type, known))
            return false;
        var general = MostGeneral(type, known);
        if (!Contains(general, variable))
            _found = _found.SetItem(variable.Name, general);
        return true;
    }

    private bool Contains(CelType type, CelType variable)
    {
        if (type.Equals(variable))
            return true;
        if (type.Kind == CelTypeKind.Parameter)
            return _found.TryGetValue(type.Name, out var found) && Contains(found, variable);
        foreach (var parameter in type.Parameters)
        {
            if (Contains(parameter, variable))
                return true;
        }
        return false;
    }

    private static bool IsNullable(CelType type) =>
        type.Kind is CelTypeKind.Null or CelTypeKind.Object or CelTypeKind.Opaque or CelTypeKind.Timestamp or CelTypeKind.Duration;

    private static bool IsAsGeneral(CelType one, CelType other)
    {
        if (one.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter)
            return true;
        if (other.Kind == CelTypeKind.Null)
            return true;
        if (other.Kind is CelTypeKind.Dyn or CelTypeKind.Parameter || one.Kind != other.Kind || one.Name != other.Name)
            return false;
        if (one.Kind == CelTypeKind.Type)
            return true;
        for (var i = 0; i < one.Parameters.Length; i++)
        {
            if (!IsAsGeneral(one.Parameters[i], other.Parameters[i]))
                return false;
        }
        return true;
    }
}
