using System.Text;
using System.Text.Json;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Machinery.Trees;

/// <summary>JSON text to trees.</summary>
public static class TreeReader
{
    /// <summary>How deep values may nest. Upstream's decoder stops at 10,000; no served kind nests past a few dozen, and recursion has to end before the stack does.</summary>
    public const int MaximumDepth = 1000;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaximumDepth };

    /// <summary>Reads one value that fills the whole text.</summary>
    /// <param name="utf8">JSON.</param>
    /// <param name="duplicates">Collects the paths ("spec.replicas", "spec.items[0].name") of names that stand twice in one object; the last one counts in any case.</param>
    /// <exception cref="TreeFormatException">Not JSON, too deep, or something follows the value.</exception>
    public static TreeValue Read(ReadOnlySpan<byte> utf8, List<string>? duplicates = null)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            if (!reader.Read())
                throw new TreeFormatException("unexpected end of JSON input");
            var value = Read(ref reader, duplicates);
            if (reader.Read())
                throw new TreeFormatException("unexpected data after top-level value");
            return value;
        }
        catch (JsonException malformed)
        {
            throw new TreeFormatException(malformed.Message, malformed);
        }
    }

    /// <summary>Reads one JSON object that fills the whole text.</summary>
    /// <exception cref="TreeFormatException">Not JSON, or not an object.</exception>
    public static TreeObject ReadObject(ReadOnlySpan<byte> utf8, List<string>? duplicates = null) =>
        Read(utf8, duplicates) as TreeObject ?? throw new TreeFormatException("the value is not a JSON object");

    /// <summary>Reads the value at which the reader stands, and leaves the reader at its last token.</summary>
    public static TreeValue Read(ref Utf8JsonReader reader, List<string>? duplicates = null)
    {
        var state = new State(duplicates);
        return Value(ref reader, ref state);
    }

    private static TreeValue Value(ref Utf8JsonReader reader, ref State state) => reader.TokenType switch
    {
        JsonTokenType.StartObject => Object(ref reader, ref state),
        JsonTokenType.StartArray => List(ref reader, ref state),
        JsonTokenType.String => TreeString.Of(JsonText.Of(reader.ValueSpan)),
        JsonTokenType.Number => Number(ref reader),
        JsonTokenType.True => TreeBoolean.True,
        JsonTokenType.False => TreeBoolean.False,
        JsonTokenType.Null => TreeNull.Instance,
        _ => throw new TreeFormatException("unexpected token"),
    };

    private static TreeObject Object(ref Utf8JsonReader reader, ref State state)
    {
        var start = state.Top;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped ? JsonText.Of(reader.ValueSpan) : NameCache.Get(reader.ValueSpan);
            reader.Read();
            var mark = state.Enter(name);
            var value = Value(ref reader, ref state);
            state.Leave(mark);
            state.Push(new TreeMember(name, value));
        }

        var made = TreeObject.FromMembers(state.From(start), state.Duplicate);
        state.Top = start;
        return made;
    }

    private static TreeList List(ref Utf8JsonReader reader, ref State state)
    {
        var start = state.Top;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var mark = state.Enter(state.Top - start);
            var value = Value(ref reader, ref state);
            state.Leave(mark);
            state.Push(new TreeMember("", value));
        }

        var members = state.From(start);
        var items = new TreeValue[members.Length];
        for (var index = 0; index < items.Length; index++)
            items[index] = members[index].Value;
        state.Top = start;
        return TreeList.Own(items);
    }

    /// <summary>An integer that fits 64 bits stays one; everything else becomes a float, as upstream decodes into untyped values.</summary>
    private static TreeValue Number(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer) && reader.ValueSpan.IndexOfAny(".eE"u8) < 0)
            return TreeInteger.Of(integer);
        var number = reader.GetDouble();
        return double.IsFinite(number) ? new TreeNumber(number) : throw new TreeFormatException($"number {Encoding.UTF8.GetString(reader.ValueSpan)} is out of range");
    }

    /// <summary>The members read so far of all open objects and lists on one stack, and the path to here where somebody wants to know it.</summary>
    private struct State
    {
        private readonly StringBuilder? _path;
        private TreeMember[] _stack = new TreeMember[32];

        public State(List<string>? duplicates)
        {
            if (duplicates is null)
                return;
            var path = _path = new StringBuilder();
            Duplicate = name => duplicates.Add(path.Length == 0 ? name : $"{path}.{name}");
        }

        public Action<string>? Duplicate { get; }

        public int Top { get; set; }

        public readonly Span<TreeMember> From(int start) => _stack.AsSpan(start, Top - start);

        public void Push(TreeMember member)
        {
            if (Top == _stack.Length)
                Array.Resize(ref _stack, Top * 2);
            _stack[Top++] = member;
        }

        public readonly int Enter(string name)
        {
            if (_path is null)
                return 0;
            var mark = _path.Length;
            if (mark > 0)
                _path.Append('.');
            _path.Append(name);
            return mark;
        }

        public readonly int Enter(int index)
        {
            if (_path is null)
                return 0;
            var mark = _path.Length;
            _path.Append('[').Append(index).Append(']');
            return mark;
        }

        public readonly void Leave(int mark)
        {
            if (_path is not null)
                _path.Length = mark;
        }
    }
}
