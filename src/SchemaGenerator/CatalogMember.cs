using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;

namespace ControlPlane.SchemaGenerator;

/// <summary>A class that may stand in a catalog. All is text, so that two compilations can be compared.</summary>
/// <param name="Name">With its namespace.</param>
/// <param name="Bases">All it derives from, each between bars.</param>
/// <param name="Parameters">The types of the constructor's parameters, each between bars; of several constructors the one that asks for most.</param>
internal sealed record CatalogMember(string Name, string Bases, string Parameters)
{
    /// <summary>Null for what nobody can make.</summary>
    public static CatalogMember? Of(INamedTypeSymbol type)
    {
        if (type.IsAbstract || type.IsGenericType)
            return null;
        var constructor = type.InstanceConstructors
            .Where(one => one.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal)
            .OrderByDescending(one => one.Parameters.Length)
            .FirstOrDefault();
        return constructor is null ? null : new CatalogMember(type.FullName(), BasesOf(type), string.Concat(constructor.Parameters.Select(one => one.Type.FullName() + "|")));
    }

    private static string BasesOf(INamedTypeSymbol type)
    {
        var bases = new StringBuilder("|");
        for (var at = type.BaseType; at is not null; at = at.BaseType)
            bases.Append(at.FullName()).Append('|');
        return bases.ToString();
    }
}

/// <summary>How types are written in generated text.</summary>
internal static class TypeNames
{
    /// <summary>With global:: and all type arguments.</summary>
    public static string FullName(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
}
