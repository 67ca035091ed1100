using System;
using System.Collections.Generic;
using System.Linq;

namespace ControlPlane.SchemaGenerator;

/// <summary>All files that are known, and what their names mean in C#.</summary>
internal sealed class SchemaSet
{
    private readonly Dictionary<string, SchemaType> _types = new();
    private readonly Dictionary<string, string> _namespaces = new();

    public SchemaSet(IEnumerable<SchemaFile> files)
    {
        Files = files.OrderBy(file => file.Namespace, StringComparer.Ordinal).ToList();
        foreach (var file in Files)
        {
            _namespaces[file.Alias] = file.Namespace;
            foreach (var type in file.Types)
                _types[file.Alias + "." + type.Name] = type;
        }
    }

    public List<SchemaFile> Files { get; }

    /// <summary>The struct of that name; null for those that are written by hand.</summary>
    public SchemaType? Find(SchemaFile from, TypeRef reference) =>
        _types.TryGetValue((reference.Alias ?? from.Alias) + "." + reference.Name, out var type) ? type : null;

    /// <summary>The C# name of a struct.</summary>
    public string FullName(SchemaFile from, TypeRef reference)
    {
        var alias = reference.Alias ?? from.Alias;
        return _namespaces.TryGetValue(alias, out var space)
            ? "global::" + space + "." + reference.Name
            : throw new FormatException($"no schema has the alias {alias}");
    }

    /// <summary>All fields that stand in the struct's JSON, those of inline messages at their place.</summary>
    public IEnumerable<Field> Fields(SchemaType type) => Fields(type, type, "");

    private IEnumerable<Field> Fields(SchemaType type, SchemaType owner, string inline)
    {
        foreach (var member in type.Members)
        {
            if (!member.IsInline)
            {
                yield return new Field(this, owner, type.File, member, inline);
                continue;
            }
            var message = Find(type.File, member.Type) ?? throw new FormatException($"{type.Name} has no inline message {member.Type.Name}");
            foreach (var field in Fields(message, owner, message.File.OpenApi + "." + message.Name))
                yield return field;
        }
    }
}
