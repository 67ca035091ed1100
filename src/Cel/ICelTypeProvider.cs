using ControlPlane.Cel.Values;

namespace ControlPlane.Cel;

/// <summary>Knows types with fields: a schema's objects.</summary>
public interface ICelTypeProvider
{
    /// <summary>A type by its full name; null when there is none.</summary>
    CelType? FindType(string name);

    /// <summary>A field's type; null when the type has no such field.</summary>
    CelType? FindField(CelType type, string field);

    /// <summary>The value of <c>Type{field: value, ...}</c>; an error value when the fields do not make one.</summary>
    CelValue Create(CelType type, IReadOnlyDictionary<string, CelValue> fields);
}
