using System.Collections.Immutable;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>A path into an object; prints as conflicts name it: <c>.spec.ports[port=80,protocol="TCP"].name</c>.</summary>
public readonly record struct FieldPath(ImmutableArray<PathElement> Elements)
{
    /// <summary>A path of field names.</summary>
    public static FieldPath Of(params ReadOnlySpan<string> names)
    {
        var elements = ImmutableArray.CreateBuilder<PathElement>(names.Length);
        foreach (var name in names)
            elements.Add(PathElement.Field(name));
        return new FieldPath(elements.MoveToImmutable());
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Elements.Select(element => element.ToString()));
}
