using System.Linq;
using System.Text;

namespace ControlPlane.SchemaGenerator;

/// <summary>A field of a record, and how it is said in C#.</summary>
internal sealed class Field
{
    private readonly SchemaSet _set;
    private readonly SchemaFile _file;

    public Field(SchemaSet set, SchemaType owner, SchemaFile file, Member member, string inline)
    {
        (_set, _file, Member, InlineMessage) = (set, file, member, inline);
        var name = Pascal(member.Name);
        // A member cannot have its type's name.
        Property = name == owner.Name ? name + "_" : name;
        Backing = "_" + char.ToLowerInvariant(name[0]) + name.Substring(1);
    }

    public Member Member { get; }

    public string InlineMessage { get; }

    public string Property { get; }

    public string Backing { get; }

    public string Json => Member.Name;

    public bool IsList => Member.Type.Shape is TypeRef.Shapes.List or TypeRef.Shapes.ListMessage;

    public bool IsMap => Member.Type.Shape == TypeRef.Shapes.Map;

    public bool IsStruct => Member.Type.Shape == TypeRef.Shapes.Struct;

    /// <summary>The property's type.</summary>
    public string CsType => Cs(Member.Type) + (Member.IsPointer ? "?" : "");

    /// <summary>What follows the backing field's name.</summary>
    public string Initializer => Member.IsPointer ? "" : IsStruct ? " = " + Cs(Member.Type) + ".Empty" : IsString(Member.Type) ? " = \"\"" : "";

    public string ElementType => Cs(Member.Type.Item!);

    public string ElementCodec => Codec(Member.Type.Item!);

    /// <summary>What reads and writes one value (for a map its MapCodec).</summary>
    public string ValueCodec => Codec(Member.Type);

    /// <summary>Protobuf's tag: number and wire type.</summary>
    public uint Tag => ((uint)Member.Number << 3) | Wire(Member.Type);

    /// <summary>A map's value where an entry has none.</summary>
    public string AbsentElement => Member.Type.Item!.Shape == TypeRef.Shapes.Struct ? ElementType + ".Empty" : IsString(Member.Type.Item) ? "\"\"" : "default";

    /// <summary>Are its elements numbers, which others may have packed?</summary>
    public bool IsPackable => Member.Type.Shape == TypeRef.Shapes.List && Wire(Member.Type.Item!) != 2;

    /// <summary>The condition under which Go's omitempty writes it; empty for always.</summary>
    public string WrittenIf
    {
        get
        {
            if (Member.OmitsZero)
                return "!" + Backing + ".IsZero";
            if (Member.IsAlways)
                return "";
            if (Member.IsPointer)
                return Backing + " is not null";
            if (IsList || IsMap)
                return $"!{Backing}.IsEmpty || (json.KeepsEmpty && !{Backing}.IsNil)";
            if (IsStruct)
                return "";
            return Member.Type.Name switch
            {
                "string" => Backing + ".Length > 0",
                "int32" or "int64" or "double" => Backing + " != 0",
                "bool" => Backing,
                "bytes" => "!" + Backing + ".IsEmpty",
                _ => "",
            };
        }
    }

    public string? Shape => _set.Find(_file, Member.Type)?.Name;

    public SchemaType? Struct => _set.Find(_file, Member.Type);

    /// <summary>The expression of its descriptor.</summary>
    public string Descriptor
    {
        get
        {
            var type = Describe(Member.Type);
            if (!IsStruct || (Member.MapType.Length == 0 && Member.Patch.Length == 0))
                return type;
            return $"KnownDescriptors.At({type}, {Literal(IsAtomicHere)}, {Patch})";
        }
    }

    private bool IsAtomicHere => Member.MapType == "atomic" || (Member.MapType.Length == 0 && Struct?.IsAtomic == true);

    private string Patch => Member.Patch.Length == 0
        ? "PatchStrategies.None"
        : string.Join(" | ", Member.Patch.Split(',').Select(word => "PatchStrategies." + Pascal(word)));

    public static string Literal(bool value) => value ? "true" : "false";

    public static string Literal(string value) => "\"" + value.Replace("\\", "\\\\").Replace("\"", "\\\"") + "\"";

    private static bool IsString(TypeRef type) => type is { Shape: TypeRef.Shapes.Scalar, Name: "string" };

    private static string Pascal(string json)
    {
        var name = new StringBuilder();
        var upper = true;
        foreach (var c in json)
        {
            if (!char.IsLetterOrDigit(c))
            {
                upper = true;
                continue;
            }
            name.Append(upper ? char.ToUpperInvariant(c) : c);
            upper = false;
        }
        return name.ToString();
    }

    private static uint Wire(TypeRef type) => type switch
    {
        { Shape: TypeRef.Shapes.List } => Wire(type.Item!),
        { Shape: TypeRef.Shapes.Scalar, Name: "int32" or "int64" or "bool" } => 0,
        { Shape: TypeRef.Shapes.Scalar, Name: "double" } => 1,
        _ => 2,
    };

    private string Cs(TypeRef type) => type.Shape switch
    {
        TypeRef.Shapes.List or TypeRef.Shapes.ListMessage => $"ValueList<{Cs(type.Item!)}>",
        TypeRef.Shapes.Map => $"ValueMap<{Cs(type.Item!)}>",
        TypeRef.Shapes.Struct => _set.FullName(_file, type),
        _ => type.Name switch
        {
            "int32" => "int",
            "int64" => "long",
            "bytes" => "ByteString",
            "time" => "Timestamp",
            "microtime" => "MicroTimestamp",
            "quantity" => "Quantity",
            "intorstring" => "IntOrString",
            "raw" or "json" => "RawJson",
            "fieldsv1" => "FieldsV1",
            var same => same,
        },
    };

    private string Codec(TypeRef type) => type.Shape switch
    {
        TypeRef.Shapes.List or TypeRef.Shapes.ListMessage => $"ListCodec<{Cs(type.Item!)}, {Codec(type.Item!)}>",
        TypeRef.Shapes.Map => $"MapCodec<{Cs(type.Item!)}, {Codec(type.Item!)}>",
        TypeRef.Shapes.Struct => $"MessageCodec<{Cs(type)}>",
        _ => type.Name switch
        {
            "string" => "StringCodec",
            "bool" => "BooleanCodec",
            "int32" => "Int32Codec",
            "int64" => "Int64Codec",
            "double" => "DoubleCodec",
            _ => Cs(type).Replace("ByteString", "Bytes") + "Codec",
        },
    };

    private string Describe(TypeRef type)
    {
        switch (type.Shape)
        {
            case TypeRef.Shapes.Struct:
                return Cs(type) + ".Descriptor";
            case TypeRef.Shapes.Map:
                return $"KnownDescriptors.Map({Describe(type.Item!)}, {Literal(Member.MapType == "atomic")})";
            case TypeRef.Shapes.ListMessage when type != Member.Type:
                return $"KnownDescriptors.List({Describe(type.Item!)})";
            case TypeRef.Shapes.List or TypeRef.Shapes.ListMessage:
                var topology = Member.Topology.Length == 0 ? "Atomic" : Pascal(Member.Topology);
                var keys = string.Join(", ", Member.MapKeys.Select(Literal));
                var merge = Member.MergeKey is null ? "null" : Literal(Member.MergeKey);
                return $"KnownDescriptors.List({Describe(type.Item!)}, ListTopology.{topology}, [{keys}], {Patch}, {merge})";
        }
        if (type.Name == "string" && Member.Enum.Length > 0)
            return $"KnownDescriptors.StringOf({string.Join(", ", Member.Enum.Select(Literal))})";
        return "KnownDescriptors." + type.Name switch
        {
            "bool" => "Boolean",
            "time" => "Time",
            "microtime" => "MicroTime",
            "intorstring" => "IntOrString",
            "raw" => "RawExtension",
            "fieldsv1" => "FieldsV1",
            var name => Pascal(name),
        };
    }
}
