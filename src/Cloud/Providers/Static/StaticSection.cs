using ControlPlane.Machinery.Trees;

namespace ControlPlane.Cloud.Providers.Static;

/// <summary>An object of the operator's file, with the place it stands at for messages.</summary>
internal sealed class StaticSection
{
    private readonly TreeObject _members;
    private readonly string _path;

    /// <summary>Takes the value at that place.</summary>
    /// <exception cref="FormatException">It is no object, or has a member of another name.</exception>
    public StaticSection(TreeValue value, string path, params ReadOnlySpan<string> names)
    {
        _path = path;
        _members = value switch
        {
            TreeObject members => members,
            TreeNull => TreeObject.Empty, // an empty file, or a name with nothing behind it
            _ => throw Error("", "must be a mapping"),
        };
        foreach (var name in _members.Names)
        {
            if (!names.Contains(name))
                throw Error(name, "is not known");
        }
    }

    /// <summary>The text of that name; "" where it is absent.</summary>
    public string Text(string name) => _members[name] switch
    {
        null or TreeNull => "",
        TreeString text => text.Value,
        _ => throw Error(name, "must be a text"),
    };

    /// <summary>The truth of that name; false where it is absent.</summary>
    public bool Truth(string name) => _members[name] switch
    {
        null or TreeNull => false,
        TreeBoolean truth => truth.Value,
        _ => throw Error(name, "must be true or false"),
    };

    /// <summary>The texts of the list of that name.</summary>
    public IReadOnlyList<string> Texts(string name) =>
        [.. List(name).Select((item, index) => item.StringOrNull ?? throw Error($"{name}[{index}]", "must be a text"))];

    /// <summary>The object of that name, which has those members; null where it is absent.</summary>
    public StaticSection? Section(string name, params string[] names) =>
        _members[name] is { } value ? new StaticSection(value, At(name), names) : null;

    /// <summary>The objects of the list of that name, which have those members.</summary>
    public IEnumerable<StaticSection> Items(string name, params string[] names) =>
        List(name).Select((item, index) => new StaticSection(item, At($"{name}[{index}]"), names));

    /// <summary>What is wrong with a member.</summary>
    public FormatException Error(string name, string message) => new(At(name) is { Length: > 0 } place ? $"{place}: {message}" : message);

    private TreeList List(string name) => _members[name] switch
    {
        null or TreeNull => TreeList.Empty,
        TreeList list => list,
        _ => throw Error(name, "must be a list"),
    };

    private string At(string name) => _path.Length == 0 || name.Length == 0 ? _path + name : $"{_path}.{name}";
}
