using System.Collections.Generic;
using System.Linq;

namespace ControlPlane.SchemaGenerator;

/// <summary>Writes a record's JSON codec.</summary>
internal static class JsonEmitter
{
    public static void Emit(Source source, SchemaType type, List<Field> fields)
    {
        EmitRead(source, type, fields);
        EmitIndex(source, type, fields);
        EmitWrite(source, type, fields);
    }

    private static void EmitRead(Source source, SchemaType type, List<Field> fields)
    {
        source.Line("/// <inheritdoc/>");
        using (source.Block($"public static {type.Name} ReadJson(ref JsonDecoder json)"))
        {
            source.Line($"if (!json.BeginObject({Field.Literal(type.File.Alias + "." + type.Name)})) return Empty;");
            source.Line($"var value = new {type.Name}();").Line("ulong seen = 0;");
            using (source.Block("while (json.NextField(out var name))"))
            {
                source.Line("var field = FieldNumber(name);");
                source.Line("if (field >= 0) json.Seen(ref seen, field);");
                using (source.Block("switch (field)"))
                {
                    for (var i = 0; i < fields.Count; i++)
                        source.Line($"case {i}: value.{fields[i].Backing} = {Read(fields[i])}; break;");
                    if (type.IsKind)
                        source.Line("case 62 or 63: json.Skip(); break;");
                    source.Line("default: json.SkipUnknown(); break;");
                }
            }
            source.Line("return value;");
        }
    }

    private static string Read(Field field)
    {
        var read = field.IsStruct ? $"{field.CsType.TrimEnd('?')}.ReadJson(ref json)" : $"{field.ValueCodec}.ReadJson(ref json)";
        return field.Member.IsPointer ? $"json.IsNull ? null : {read}" : read;
    }

    // By length first: names of one length rarely share a prefix that matters.
    private static void EmitIndex(Source source, SchemaType type, List<Field> fields)
    {
        var names = fields.Select((field, i) => (field.Json, Number: i)).ToList();
        if (type.IsKind)
            names.AddRange(new[] { ("kind", 62), ("apiVersion", 63) });
        if (names.Count == 0)
        {
            source.Line("private static int FieldNumber(ReadOnlySpan<byte> name) => -1;");
            return;
        }
        using (source.Block("private static int FieldNumber(ReadOnlySpan<byte> name)"))
        {
            using (source.Block("switch (name.Length)"))
            {
                foreach (var group in names.GroupBy(name => name.Json.Length).OrderBy(group => group.Key))
                {
                    source.Line($"case {group.Key}:");
                    using (source.Indent())
                    {
                        foreach (var (name, number) in group)
                            source.Line($"if (name.SequenceEqual({Field.Literal(name)}u8)) return {number};");
                        source.Line("break;");
                    }
                }
            }
            source.Line("return -1;");
        }
    }

    private static void EmitWrite(Source source, SchemaType type, List<Field> fields)
    {
        source.Line("/// <inheritdoc/>");
        using (source.Block("public void WriteJson(JsonOutput json)"))
            source.Line("var start = json.Begin();").Line("WriteFields(json);").Line("json.EndObject(start);");
        if (type.IsKind)
        {
            source.Line("/// <inheritdoc/>");
            using (source.Block("public void WriteDocument(JsonOutput json)"))
            {
                source.Line("var start = json.Begin();");
                source.Line($"json.Raw({Field.Literal($",\"kind\":\"{type.Name}\",\"apiVersion\":\"{type.ApiVersion}\"")}u8);");
                source.Line("WriteFields(json);").Line("json.EndObject(start);");
            }
        }
        using (source.Block("private void WriteFields(JsonOutput json)"))
        {
            foreach (var field in fields)
                EmitWriteField(source, field);
        }
    }

    private static void EmitWriteField(Source source, Field field)
    {
        var name = $"json.Raw({Field.Literal($",\"{field.Json}\":")}u8);";
        var nullable = field.Member.IsPointer && field.Member.IsAlways;
        var write = nullable ? $"if ({field.Backing} is null) json.Null(); else {Write(field)}" : Write(field);
        if (field.WrittenIf.Length == 0)
            source.Line($"{name} {write}");
        else
            source.Line($"if ({field.WrittenIf}) {{ {name} {write} }}");
    }

    private static string Write(Field field)
    {
        var isValueType = !field.IsStruct && field.Member.Type.Name != "string";
        var value = field.Member.IsPointer && isValueType ? field.Backing + ".Value" : field.Backing;
        if (field.IsStruct)
            return $"{value}.WriteJson(json);";
        if (field.Member.WritesTypeMeta)
            return $"ListCodec<{field.ElementType}, DocumentCodec<{field.ElementType}>>.WriteJson(json, {value});";
        return $"{field.ValueCodec}.WriteJson(json, {value});";
    }
}
