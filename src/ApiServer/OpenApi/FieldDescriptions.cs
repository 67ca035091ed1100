using System.Collections.Frozen;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>What types and fields mean, in words: for kubectl explain. Taken from the C# client's documentation when this is built (<c>Descriptions.xslt</c>).</summary>
/// <remarks>
/// The client calls types "V1Pod", and by group where that is not clear ("Rbacv1Subject"); its properties are in Pascal case, with "Property" behind
/// words that C# keeps for itself. Only open while documents are written: the text is a megabyte that nobody needs later.
/// </remarks>
internal sealed class FieldDescriptions
{
    private const string File = "ControlPlane.ApiServer.OpenApi.field-descriptions.txt";
    private readonly FrozenDictionary<string, string> _texts;

    private FieldDescriptions(FrozenDictionary<string, string> texts) => _texts = texts;

    /// <summary>Reads them all.</summary>
    public static FieldDescriptions Load()
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        using var stream = typeof(FieldDescriptions).Assembly.GetManifestResourceStream(File)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0 && tab < line.Length - 1)
                texts.TryAdd(line[..tab], line[(tab + 1)..]);
        }

        return new(texts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What a type is; null where nobody says.</summary>
    /// <param name="type">"io.k8s.api.core.v1.PodSpec"</param>
    public string? OfType(string type) => ModelOf(type) is { } model ? _texts.GetValueOrDefault(model) : null;

    /// <summary>What a field is; null where nobody says.</summary>
    public string? OfField(string type, string field)
    {
        if (ModelOf(type) is not { } model)
            return null;
        var name = $"{model}.{string.Concat(field.Where(char.IsLetterOrDigit))}";
        return _texts.GetValueOrDefault(name) ?? _texts.GetValueOrDefault(name + "Property");
    }

    private string? ModelOf(string type)
    {
        if (type.Split('.') is not [.., var group, var version, var name])
            return null;
        var byGroup = $"{group}{version}{name}";
        return _texts.ContainsKey(byGroup) ? byGroup : $"{version}{name}";
    }
}
