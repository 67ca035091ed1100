using System.Collections.Generic;
using System.Linq;

namespace ControlPlane.SchemaGenerator;

/// <summary>Writes a record's protobuf codec: reading forwards, writing backwards.</summary>
internal static class ProtobufEmitter
{
    public static void Emit(Source source, SchemaSet set, SchemaType type, List<Field> fields)
    {
        var byName = fields.ToDictionary(field => field.Json);
        source.Line("/// <inheritdoc/>");
        using (source.Block($"public static {type.Name} ReadProtobuf(ref ProtobufReader reader)"))
            source.Line($"var value = new {type.Name}();").Line("ReadFields(ref reader, value);").Line("return value;");
        EmitRead(source, set, type, type, byName, "ReadFields");
        source.Line("/// <inheritdoc/>");
        using (source.Block("public void WriteProtobuf(ProtobufWriter writer)"))
            EmitWrite(source, set, type, byName);
    }

    private static void EmitRead(Source source, SchemaSet set, SchemaType owner, SchemaType type, Dictionary<string, Field> fields, string method)
    {
        using (source.Block($"private static void {method}(ref ProtobufReader reader, {owner.Name} value)"))
        {
            using (source.Block("while (reader.NextField(out var tag))"))
            using (source.Block("switch (tag)"))
            {
                foreach (var member in type.Members)
                    EmitReadMember(source, member, fields);
                source.Line("default: reader.Skip(tag); break;");
            }
        }
        foreach (var member in type.Members.Where(member => member.IsInline))
            EmitRead(source, set, owner, set.Find(type.File, member.Type)!, fields, "Read" + member.Type.Name);
    }

    private static void EmitReadMember(Source source, Member member, Dictionary<string, Field> fields)
    {
        if (member.IsInline)
        {
            source.Line($"case {(member.Number << 3) | 2}: {{ var outer = reader.Enter(); Read{member.Type.Name}(ref reader, value); reader.Leave(outer); break; }}");
            return;
        }
        if (member.Number == 0)
            return;
        var field = fields[member.Name];
        var target = "value." + field.Backing;
        var read = field.Member.Type.Shape switch
        {
            TypeRef.Shapes.List => $"{field.ValueCodec}.ReadRepeated(ref reader, tag, {target})",
            TypeRef.Shapes.Map => $"{field.ValueCodec}.ReadEntries(ref reader, tag, {target}, {field.AbsentElement})",
            _ => $"{field.ValueCodec}.ReadProtobuf(ref reader)",
        };
        source.Line($"case {field.Tag}: {target} = {read}; break;");
        if (field.IsPackable)
            source.Line($"case {(member.Number << 3) | 2}: {target} = {field.ValueCodec}.ReadPacked(ref reader, {target}); break;");
    }

    private static void EmitWrite(Source source, SchemaSet set, SchemaType type, Dictionary<string, Field> fields)
    {
        foreach (var member in type.Members.Where(member => member.Number > 0).OrderByDescending(member => member.Number))
        {
            if (!member.IsInline)
            {
                source.Line(Write(fields[member.Name]));
                continue;
            }
            using (source.Block(""))
            {
                source.Line($"var before{member.Type.Name} = writer.Length;");
                EmitWrite(source, set, set.Find(type.File, member.Type)!, fields);
                source.Line($"writer.LengthSince(before{member.Type.Name}); writer.Tag({(member.Number << 3) | 2});");
            }
        }
    }

    private static string Write(Field field)
    {
        if (field.Member.Type.Shape == TypeRef.Shapes.List)
            return $"{field.ValueCodec}.WriteRepeated(writer, {field.Tag}, {field.Backing});";
        if (field.IsMap)
            return $"{field.ValueCodec}.WriteEntries(writer, {field.Tag}, {field.Backing});";
        var write = $"{field.ValueCodec}.WriteProtobuf(writer, {{0}}); writer.Tag({field.Tag});";
        if (field.Member.IsPointer)
            return $"if ({field.Backing} is {{ }} {field.Backing}Set) {{ {write.Replace("{0}", field.Backing + "Set")} }}";
        if (field.Member.Type.Name == "bytes" || field.Member.Type.Shape == TypeRef.Shapes.ListMessage)
            return $"if (!{field.Backing}.IsNil) {{ {write.Replace("{0}", field.Backing)} }}";
        return write.Replace("{0}", field.Backing);
    }
}
