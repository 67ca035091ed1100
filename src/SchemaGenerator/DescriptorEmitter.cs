using System.Collections.Generic;

namespace ControlPlane.SchemaGenerator;

/// <summary>Writes a record's descriptor, which is made when first asked for.</summary>
internal static class DescriptorEmitter
{
    public static void Emit(Source source, SchemaType type, List<Field> fields)
    {
        source.Line("private static TypeDescriptor? s_descriptor;");
        source.Line("/// <inheritdoc/>");
        source.Line("public static TypeDescriptor Descriptor => s_descriptor ?? KnownDescriptors.Publish(ref s_descriptor, Describe());");
        source.Line("TypeDescriptor IMessage.TypeDescriptor => Descriptor;");
        source.Line("private static TypeDescriptor Describe() => new()").Line("{");
        using (source.Indent("};"))
        {
            source.Line($"Name = {Field.Literal(type.File.OpenApi + "." + type.Name)},");
            source.Line("Shape = ValueShape.Struct,");
            if (type.IsAtomic)
                source.Line("IsAtomic = true,");
            source.Line("Fields = new FieldTable([");
            using (source.Indent("]),"))
            {
                if (type.IsKind)
                {
                    source.Line("new(\"apiVersion\", KnownDescriptors.String) { OmitsEmpty = true },");
                    source.Line("new(\"kind\", KnownDescriptors.String) { OmitsEmpty = true },");
                }
                foreach (var field in fields)
                    source.Line($"new({Field.Literal(field.Json)}, static () => {field.Descriptor}) {{ {Traits(field)} }},");
            }
        }
    }

    private static string Traits(Field field)
    {
        var member = field.Member;
        var traits = new List<string>();
        if (member.IsRequired)
            traits.Add("IsRequired = true");
        if (member.Default is not null)
            traits.Add("Default = " + Field.Literal(member.Default));
        if (!member.IsAlways)
            traits.Add("OmitsEmpty = true");
        if (member.IsPointer)
            traits.Add("IsPointer = true");
        if (member.IsAlways && (member.IsPointer || field.IsList || field.IsMap || member.Type.Name == "bytes"))
            traits.Add("IsNullWhenAbsent = true");
        if (field.InlineMessage.Length > 0)
            traits.Add("InlineMessage = " + Field.Literal(field.InlineMessage));
        else
            traits.Add($"ProtobufNumber = {member.Number}");
        return string.Join(", ", traits);
    }
}
