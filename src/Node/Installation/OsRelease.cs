namespace ControlPlane.Node.Installation;

/// <summary>Which distribution this is, as <c>/etc/os-release</c> tells (freedesktop.org: os-release).</summary>
/// <param name="Id">"debian", "ubuntu", "fedora"; "linux" where it isn't told.</param>
/// <param name="IdLike">The distributions that it is derived from, nearest first.</param>
/// <param name="PrettyName">Its name for people; also a node's <c>osImage</c>.</param>
/// <param name="VersionId">"12"; empty for a rolling distribution.</param>
internal sealed record OsRelease(string Id, IReadOnlyList<string> IdLike, string PrettyName, string VersionId)
{
    /// <summary>Does it install packages with apt-get?</summary>
    public bool UsesApt => Id is "debian" or "ubuntu" || IdLike.Contains("debian") || IdLike.Contains("ubuntu");

    /// <summary>This machine's.</summary>
    public static OsRelease Read()
    {
        var path = ((string[])["/etc/os-release", "/usr/lib/os-release"]).FirstOrDefault(File.Exists);
        return Parse(path is null ? "" : File.ReadAllText(path));
    }

    /// <summary>Reads the text of the file; lines that are none are passed over.</summary>
    public static OsRelease Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = line.IndexOf('=');
            if (equals > 0 && line[0] != '#')
                values[line[..equals]] = Unquote(line[(equals + 1)..]);
        }
        var id = values.GetValueOrDefault("ID", "linux");
        return new OsRelease(
            id,
            values.GetValueOrDefault("ID_LIKE", "").Split(' ', StringSplitOptions.RemoveEmptyEntries),
            values.GetValueOrDefault("PRETTY_NAME", "Linux"),
            values.GetValueOrDefault("VERSION_ID", ""));
    }

    /// <summary>A shell's word: in double quotes a backslash frees the next character, in single quotes nothing does.</summary>
    private static string Unquote(string value)
    {
        if (value is not ['"' or '\'', _, ..] || value[^1] != value[0])
            return value;
        var inner = value[1..^1];
        if (value[0] == '\'')
            return inner;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
                i++;
            text.Append(inner[i]);
        }
        return text.ToString();
    }
}
