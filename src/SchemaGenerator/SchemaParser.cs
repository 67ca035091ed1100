using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace ControlPlane.SchemaGenerator;

/// <summary>Reads the line form of api-schemas. Refuses what it does not know, so that a misspelled word cannot be lost.</summary>
internal static class SchemaParser
{
    private static readonly string[] StandardVerbs = { "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch" };

    private static readonly HashSet<string> Scalars = new()
    {
        "string", "int32", "int64", "bool", "double", "bytes", "time", "microtime", "quantity", "intorstring", "raw", "json", "fieldsv1",
    };

    public static SchemaFile Parse(string text)
    {
        var file = new SchemaFile();
        SchemaType? type = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var words = Words(line);
            if (words.Count == 0)
                continue;
            try
            {
                if (line[0] != ' ')
                    type = ParseHead(file, words) ?? type;
                else
                    ParseLine(type ?? throw new FormatException("a line of no type"), words);
            }
            catch (Exception wrong) when (wrong is FormatException or ArgumentException or IndexOutOfRangeException)
            {
                throw new FormatException($"line {number}: {wrong.Message}");
            }
        }
        foreach (var kind in file.Types.Where(t => t.HasList).ToList())
            file.Types.Add(ListOf(kind));
        return file;
    }

    // Splits at spaces that stand neither in quotes nor in parentheses; a # begins a comment.
    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quoted, depth) = (false, 0);
        foreach (var c in line)
        {
            if (c == '#' && !quoted)
                break;
            quoted ^= c == '"';
            if (!quoted)
                depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (char.IsWhiteSpace(c) && !quoted && depth == 0)
                Flush();
            else
                word.Append(c);
        }
        Flush();
        return words;

        void Flush()
        {
            if (word.Length > 0)
                words.Add(word.ToString());
            word.Clear();
        }
    }

    private static SchemaType? ParseHead(SchemaFile file, List<string> words)
    {
        var value = words[1].Trim('"');
        switch (words[0])
        {
            case "group":
                file.Group = value;
                return null;
            case "version":
                file.Version = value;
                return null;
            case "alias":
                file.Alias = value;
                return null;
            case "openapi":
                file.OpenApi = value;
                return null;
            case "namespace":
                file.Namespace = value;
                return null;
        }
        var type = new SchemaType(file, value) { IsKind = words[0] == "kind", IsInline = words[0] == "inline" };
        if (!type.IsKind && !type.IsInline && words[0] != "type")
            throw new FormatException($"unknown word {words[0]}");
        foreach (var word in words.Skip(2))
            ParseTypeWord(type, word);
        file.Types.Add(type);
        return type;
    }

    private static void ParseTypeWord(SchemaType type, string word)
    {
        var (key, value) = Pair(word);
        switch (key)
        {
            case "+list":
                type.HasList = true;
                break;
            case "map":
                type.IsAtomic = value == "atomic";
                break;
            case "interface":
                type.InterfaceName = value;
                break;
            case "like":
                type.Like = value;
                break;
            case "gv":
                type.GroupVersion = value;
                break;
            default:
                throw new FormatException($"unknown word {word}");
        }
    }

    private static void ParseLine(SchemaType type, List<string> words)
    {
        if (char.IsDigit(words[0][0]))
            type.Members.Add(ParseMember(words));
        else if (words[0] == "resource")
            type.Resource = ParseResource(type, words);
        else if (words[0] == "subresource")
            type.Resource!.Subresources.Add(ParseSubresource(words));
        else if (words[0] == "storage")
            ParseStorage(type.Resource!, words);
        else if (words[0] != "union") // unions are checked by code; the line is documentation
            throw new FormatException($"unknown word {words[0]}");
    }

    private static Member ParseMember(List<string> words)
    {
        var member = new Member { Number = int.Parse(words[0]), IsInline = words[1] == "inline", Name = words[1] };
        member.IsPointer = words[2].EndsWith("?", StringComparison.Ordinal);
        member.Type = ParseType(words[2].TrimEnd('?'));
        foreach (var word in words.Skip(3))
            ParseAttribute(member, word);
        return member;
    }

    private static TypeRef ParseType(string text)
    {
        if (text.StartsWith("[]", StringComparison.Ordinal))
            return new TypeRef { Shape = TypeRef.Shapes.List, Item = ParseType(text.Substring(2)) };
        if (text.StartsWith("message[]", StringComparison.Ordinal))
            return new TypeRef { Shape = TypeRef.Shapes.ListMessage, Item = ParseType(text.Substring(9)) };
        if (text.StartsWith("map[", StringComparison.Ordinal) && text.EndsWith("]", StringComparison.Ordinal))
            return new TypeRef { Shape = TypeRef.Shapes.Map, Item = ParseType(text.Substring(4, text.Length - 5)) };
        if (Scalars.Contains(text))
            return new TypeRef { Shape = TypeRef.Shapes.Scalar, Name = text };
        var dot = text.LastIndexOf('.');
        return new TypeRef { Shape = TypeRef.Shapes.Struct, Name = text.Substring(dot + 1), Alias = dot < 0 ? null : text.Substring(0, dot) };
    }

    private static void ParseAttribute(Member member, string word)
    {
        if (word.StartsWith("enum(", StringComparison.Ordinal))
        {
            member.Enum = Arguments(word).Select(value => value.Trim('"')).ToArray();
            return;
        }
        var (key, value) = Pair(word);
        switch (key)
        {
            case "required":
                member.IsRequired = true;
                break;
            case "always":
            case "null":
                member.IsAlways = true;
                break;
            case "omitzero":
                member.OmitsZero = true;
                break;
            case "typemeta":
                member.WritesTypeMeta = true;
                break;
            case "default":
                member.Default = value;
                break;
            case "list":
                member.Topology = value.Split('(')[0];
                member.MapKeys = Arguments(value);
                break;
            case "map":
                member.MapType = value;
                break;
            case "patch":
                member.Patch = value.Split('(')[0];
                member.MergeKey = Arguments(value).FirstOrDefault();
                break;
            default:
                throw new FormatException($"unknown attribute {word}");
        }
    }

    private static ResourceEntry ParseResource(SchemaType type, List<string> words)
    {
        var resource = new ResourceEntry { Plural = words[1], IsNamespaced = words[2] == "namespaced", Singular = type.Name.ToLowerInvariant() };
        foreach (var word in words.Skip(3))
        {
            var (key, value) = Pair(word);
            if (key == "short")
                resource.ShortNames = value.Split(',');
            else if (key == "categories")
                resource.Categories = value.Split(',');
            else if (key == "singular")
                resource.Singular = value;
            else if (key == "verbs")
                resource.Verbs = value == "standard" ? StandardVerbs : value.Split(',');
            else
                throw new FormatException($"unknown attribute {word}");
        }
        return resource;
    }

    private static SubresourceEntry ParseSubresource(List<string> words)
    {
        var subresource = new SubresourceEntry { Name = words[1] };
        foreach (var word in words.Skip(2))
        {
            var (key, value) = Pair(word);
            if (key == "verbs")
                subresource.Verbs = value.Split(',');
            else if (key == "kind")
                subresource.Kind = value;
            else
                throw new FormatException($"unknown attribute {word}");
        }
        return subresource;
    }

    private static void ParseStorage(ResourceEntry resource, List<string> words)
    {
        foreach (var word in words.Skip(1))
        {
            var (key, value) = Pair(word);
            if (key == "key")
                resource.StorageKey = value;
            else if (key == "version")
                resource.StorageVersion = value;
            else if (key == "json")
                resource.IsStoredAsJson = true;
            else
                throw new FormatException($"unknown attribute {word}");
        }
    }

    private static SchemaType ListOf(SchemaType kind)
    {
        var list = new SchemaType(kind.File, kind.Name + "List") { IsKind = true, ListOf = kind.Name, GroupVersion = kind.GroupVersion };
        var alias = kind.File.Alias == "meta" ? null : "meta";
        list.Members.Add(new Member { Number = 1, Name = "metadata", Type = new TypeRef { Shape = TypeRef.Shapes.Struct, Name = "ListMeta", Alias = alias } });
        var item = new TypeRef { Shape = TypeRef.Shapes.Struct, Name = kind.Name };
        list.Members.Add(new Member { Number = 2, Name = "items", Type = new TypeRef { Shape = TypeRef.Shapes.List, Item = item }, IsAlways = true, IsRequired = true });
        return list;
    }

    private static (string Key, string Value) Pair(string word)
    {
        var at = word.IndexOf('=');
        return at < 0 ? (word, "") : (word.Substring(0, at), word.Substring(at + 1));
    }

    private static string[] Arguments(string word)
    {
        var open = word.IndexOf('(');
        return open < 0 ? new string[0] : word.Substring(open + 1).TrimEnd(')').Split(',');
    }
}
