using System.Collections.Generic;

namespace ControlPlane.SchemaGenerator;

/// <summary>Writes what an object can do with a few of its members alone, so that a change of one costs nothing for the others.</summary>
internal static class MembersEmitter
{
    public static void Emit(Source source, SchemaType type, List<Field> fields)
    {
        source.Line("/// <inheritdoc/>");
        using (source.Block("public ImmutableArray<string> MembersUnlike(IApiObject another)"))
        {
            source.Line($"var other = ({type.Name})another;");
            source.Line("var names = ImmutableArray.CreateBuilder<string>();");
            foreach (var field in fields)
                source.Line($"if (!({RecordEmitter.Equal(field)})) names.Add({Field.Literal(field.Json)});");
            source.Line("return names.DrainToImmutable();");
        }

        source.Line("/// <inheritdoc/>");
        using (source.Block("public IApiObject WithMembersOf(IApiObject another, ImmutableArray<string> names)"))
        {
            source.Line($"var other = ({type.Name})another;").Line($"var value = this with {{ }};");
            using (source.Block("foreach (var name in names)"))
            using (source.Block("switch (name)"))
            {
                foreach (var field in fields)
                    source.Line($"case {Field.Literal(field.Json)}: value.{field.Backing} = other.{field.Backing}; break;");
            }

            source.Line("return value;");
        }

        source.Line("/// <inheritdoc/>");
        using (source.Block("public IApiObject OnlyMembers(ImmutableArray<string> names)"))
            source.Line("return Empty.WithMembersOf(this, names);");
    }
}
