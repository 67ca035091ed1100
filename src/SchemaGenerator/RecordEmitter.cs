using System.Collections.Generic;
using System.Linq;

namespace ControlPlane.SchemaGenerator;

/// <summary>Writes one record: its properties, equality, what it says of itself, and its codecs.</summary>
internal static class RecordEmitter
{
    public static void Emit(Source source, SchemaSet set, SchemaType type)
    {
        var fields = set.Fields(type).ToList();
        if (fields.Count > 64)
            throw new System.FormatException($"{type.Name} has more than the 64 fields that duplicates are found among");
        var interfaces = string.Join(", ", Interfaces(set, type));
        source.Line($"/// <summary>{type.File.OpenApi}.{type.Name}</summary>");
        using (source.Block($"public sealed partial record {type.Name} : {interfaces}"))
        {
            EmitProperties(source, fields);
            source.Line("/// <summary>The value without any field set.</summary>");
            source.Line($"public static {type.Name} Empty {{ get; }} = new();");
            if (type.IsKind)
                EmitKind(source, type);
            EmitEquality(source, type, fields);
            if (IsObject(type))
                MembersEmitter.Emit(source, type, fields);
            JsonEmitter.Emit(source, type, fields);
            ProtobufEmitter.Emit(source, set, type, fields);
            DescriptorEmitter.Emit(source, type, fields);
        }
    }

    /// <summary>The interface of an inline message: read-only properties that all records have which carry its fields.</summary>
    public static void EmitInterface(Source source, SchemaSet set, SchemaType type)
    {
        source.Line($"/// <summary>What carries the fields of {type.File.OpenApi}.{type.Name}.</summary>");
        using (source.Block($"public interface {InterfaceName(type)}"))
        {
            foreach (var field in set.Fields(type))
                source.Line($"/// <summary>{field.Json}</summary>").Line($"{field.CsType} {field.Property} {{ get; }}");
        }
    }

    public static bool IsObject(SchemaType type) => type.IsKind && MetadataType(type) == "ObjectMeta";

    /// <summary>The comparison of one field with that of "other".</summary>
    public static string Equal(Field field)
    {
        var (mine, theirs) = (field.Backing, "other." + field.Backing);
        if (field.IsStruct)
            return field.Member.IsPointer ? $"{mine} == {theirs}" : $"{mine}.Equals({theirs})";
        if (field.Member.Type is { Shape: TypeRef.Shapes.Scalar, Name: "double" })
            return $"{mine}.Equals({theirs})";
        return $"{mine} == {theirs}";
    }

    private static string MetadataType(SchemaType type) => type.Members.FirstOrDefault(member => member.Name == "metadata")?.Type.Name ?? "";

    private static string InterfaceName(SchemaType type) => type.InterfaceName ?? "I" + type.Name;

    private static IEnumerable<string> Interfaces(SchemaSet set, SchemaType type)
    {
        if (IsObject(type))
            yield return $"IApiObject<{type.Name}>";
        else if (type.ListOf is not null)
            yield return $"IListObject<{type.Name}, {type.ListOf}>";
        else if (type.IsKind)
            yield return $"IRuntimeObject<{type.Name}>";
        else
            yield return $"IMessage<{type.Name}>";
        foreach (var member in type.Members.Where(member => member.IsInline))
            yield return InterfaceName(set.Find(type.File, member.Type)!);
        if (type.Like is not null)
            yield return InterfaceName(set.Find(type.File, new TypeRef { Name = type.Like })!);
    }

    private static void EmitProperties(Source source, List<Field> fields)
    {
        foreach (var field in fields)
        {
            source.Line($"private {field.CsType} {field.Backing}{field.Initializer};");
            source.Line($"/// <summary>{field.Json}</summary>");
            source.Line($"public {field.CsType} {field.Property} {{ get => {field.Backing}; init => {field.Backing} = value; }}");
        }
    }

    private static void EmitKind(Source source, SchemaType type)
    {
        source.Line("/// <inheritdoc/>");
        source.Line($"public static GroupVersionKind Kind {{ get; }} = new({Field.Literal(type.Group)}, {Field.Literal(type.Version)}, {Field.Literal(type.Name)});");
        source.Line("GroupVersionKind IRuntimeObject.GroupVersionKind => Kind;");
        if (!IsObject(type))
            return;
        source.Line("/// <inheritdoc cref=\"IApiObject.WithMetadata\"/>");
        source.Line($"public {type.Name} WithMetadata(ObjectMeta metadata) => ReferenceEquals(metadata, _metadata) ? this : this with {{ Metadata = metadata }};");
        source.Line("IApiObject IApiObject.WithMetadata(ObjectMeta metadata) => WithMetadata(metadata);");
        source.Line("/// <inheritdoc/>");
        source.Line("public static ResourceInfo Resource => ServedAs.Info;");
        using (source.Block("private static class ServedAs"))
            source.Line($"internal static readonly ResourceInfo Info = {ResourceEmitter.Expression(type)};");
    }

    private static void EmitEquality(Source source, SchemaType type, List<Field> fields)
    {
        source.Line("/// <summary>Deep, and as upstream's semantic equality has it: nil and empty are the same, quantities compare by value.</summary>");
        using (source.Block($"public bool Equals({type.Name}? other)"))
        {
            source.Line("if (ReferenceEquals(this, other)) return true;");
            source.Line("return other is not null");
            using (source.Indent())
            {
                foreach (var field in fields)
                    source.Line($"&& {Equal(field)}");
                source.Line(";");
            }
        }
        source.Line("/// <summary>Cheap: looks at a few fields only.</summary>");
        source.Line($"public override int GetHashCode() => {Hash(fields)};");
        source.Line("/// <summary>Names no content: it may be secret.</summary>");
        source.Line(IsObject(type)
            ? $"public override string ToString() => \"{type.Name} \" + new ObjectKey(_metadata.Namespace, _metadata.Name).ToString();"
            : $"public override string ToString() => \"{type.Name}\";");
        source.Line("private bool PrintMembers(System.Text.StringBuilder text) => false;");
    }

    private static string Hash(List<Field> fields)
    {
        var telling = fields.Where(field => field.Member.Type.Shape == TypeRef.Shapes.Scalar && field.Member.Type.Name is not ("bytes" or "raw" or "json" or "fieldsv1")).Take(5).ToList();
        if (telling.Count == 0)
            telling = fields.Take(2).ToList();
        return telling.Count == 0 ? "0" : $"HashCode.Combine({string.Join(", ", telling.Select(field => field.Backing))})";
    }
}
