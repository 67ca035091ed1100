using System;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ControlPlane.SchemaGenerator;

/// <summary>A property that is a flag. All is text, so that two compilations can be compared.</summary>
/// <param name="Namespace">Of the record.</param>
/// <param name="Record">It stands in.</param>
/// <param name="Order">Of its declaration.</param>
/// <param name="Property">Its name.</param>
/// <param name="Type">Its type, with global::.</param>
/// <param name="Name">The flag's, as a literal.</param>
/// <param name="Help">As a literal.</param>
/// <param name="Alias">As a literal; "" for none.</param>
/// <param name="Least">As a literal; "" for no bound.</param>
/// <param name="Most">As a literal; "" for no bound.</param>
internal sealed record Flag(string Namespace, string Record, int Order, string Property, string Type, string Name, string Help, string Alias, string Least, string Most)
{
    public bool IsList => Type.StartsWith("global::System.Collections.Immutable.ImmutableArray<", StringComparison.Ordinal);

    public bool IsSwitch => Type == "bool";

    /// <summary>The parser's own switches take true and false alone, and no other word of Go's: so it is given text.</summary>
    public string OptionType => IsList ? "string[]" : IsSwitch ? "string" : Type;

    /// <summary>Of FlagParsers.</summary>
    public string Parser => Type switch
    {
        "global::System.TimeSpan" => "Duration",
        "bool" => "Switch",
        "int" => "Integer",
        "long" => "LongInteger",
        "double" => "Number",
        "string" => "Text",
        _ when IsList => "List",
        _ => throw new NotSupportedException($"{Record}.{Property}: no flag can be a {Type}"),
    };

    /// <summary>What --help says it takes, in upstream's words.</summary>
    public string TypeWord => Parser switch
    {
        "Duration" => "duration",
        "Switch" => "",
        "Integer" or "LongInteger" => "int",
        "Number" => "float",
        "List" => "strings",
        _ => "string",
    };

    public static Flag Of(IPropertySymbol property, AttributeData attribute) => new(
        property.ContainingNamespace.ToDisplayString(),
        property.ContainingType.Name,
        property.Locations[0].SourceSpan.Start,
        property.Name,
        property.Type.FullName(),
        attribute.ConstructorArguments[0].ToCSharpString(),
        attribute.ConstructorArguments[1].ToCSharpString(),
        Named(attribute, "Alias"),
        Named(attribute, "Least"),
        Named(attribute, "Most"));

    public string ToOption(string value) => IsList ? $"[.. {value}]" : IsSwitch ? $"FlagText.Of({value})" : value;

    public string FromOption(string value) => IsList ? $"[.. {value} ?? []]" : Type == "string" ? value + "!" : value;

    private static string Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name) is { Key: not null } found ? found.Value.ToCSharpString() : "";
}
