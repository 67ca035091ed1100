using System.Globalization;

namespace ControlPlane.Machinery.Trees;

/// <summary>RFC 6901 paths into a tree: "/spec/containers/0/image".</summary>
public static class JsonPointer
{
    /// <summary>The path's parts, unescaped ("~1" is "/", "~0" is "~"); null where it does not start with "/". The empty path has no parts.</summary>
    public static string[]? Parse(string path)
    {
        if (path.Length == 0)
            return [];
        if (path[0] != '/')
            return null;
        var parts = path[1..].Split('/');
        for (var index = 0; index < parts.Length; index++)
        {
            if (parts[index].Contains('~'))
                parts[index] = parts[index].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
        }

        return parts;
    }

    /// <summary>What stands at the path; null where nothing does.</summary>
    public static TreeValue? Find(TreeValue root, string path)
    {
        var value = root;
        foreach (var part in Parse(path) ?? [])
        {
            switch (value)
            {
                case TreeObject members:
                    value = members[part];
                    break;
                case TreeList items when Index(part) is { } index && index < items.Count:
                    value = items[index];
                    break;
                default:
                    return null;
            }

            if (value is null)
                return null;
        }

        return value;
    }

    /// <summary>A list index in RFC 6901's form (digits without leading zeros); null for anything else.</summary>
    public static int? Index(string part) =>
        (part.Length == 1 || !part.StartsWith('0')) && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
