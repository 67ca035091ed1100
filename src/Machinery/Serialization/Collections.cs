using System.Runtime.CompilerServices;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Serialization;

/// <summary>Lists: in JSON arrays, in protobuf repeated fields (<see cref="ReadRepeated"/>), or, where a named list stands inside another collection, a message {1: repeated}.</summary>
public readonly struct ListCodec<T, TCodec> : ICodec<ValueList<T>>
    where TCodec : ICodec<T>
{
    /// <inheritdoc/>
    public static uint WireType => 2;

    private static uint ItemTag => 8 | TCodec.WireType;

    /// <inheritdoc/>
    public static ValueList<T> ReadJson(ref JsonDecoder json)
    {
        if (!json.BeginArray("list"))
            return default;
        var items = default(ItemBuffer<T>);
        while (json.NextItem())
            items.Add(TCodec.ReadJson(ref json));
        return items.ToList();
    }

    /// <inheritdoc/>
    public static void WriteJson(JsonOutput json, ValueList<T> value)
    {
        if (value.IsNil)
        {
            json.Null();
            return;
        }
        var start = json.Begin();
        foreach (var item in value)
        {
            json.Comma();
            TCodec.WriteJson(json, item);
        }
        json.EndArray(start);
    }

    /// <summary>Reads the message {1: repeated}; one without items is the empty list, not nil.</summary>
    public static ValueList<T> ReadProtobuf(ref ProtobufReader reader)
    {
        var items = ValueList<T>.Empty;
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            if (tag == ItemTag)
                items = ReadRepeated(ref reader, tag, items);
            else
                reader.Skip(tag);
        }
        reader.Leave(outer);
        return items;
    }

    /// <summary>Writes the message {1: repeated}.</summary>
    public static void WriteProtobuf(ProtobufWriter writer, ValueList<T> value)
    {
        var before = writer.Length;
        WriteRepeated(writer, ItemTag, value);
        writer.LengthSince(before);
    }

    /// <summary>Reads a run of a repeated field, whose first tag was read, behind the items that were read before.</summary>
    public static ValueList<T> ReadRepeated(ref ProtobufReader reader, uint tag, ValueList<T> before)
    {
        var items = default(ItemBuffer<T>);
        do
            items.Add(TCodec.ReadProtobuf(ref reader));
        while (reader.TryTag(tag));
        return before.IsEmpty ? items.ToList() : before.AddRange(items.ToList());
    }

    /// <summary>Reads a repeated number in its packed form, behind the items that were read before.</summary>
    public static ValueList<T> ReadPacked(ref ProtobufReader reader, ValueList<T> before)
    {
        var items = default(ItemBuffer<T>);
        var outer = reader.Enter();
        while (!reader.AtEnd)
            items.Add(TCodec.ReadProtobuf(ref reader));
        reader.Leave(outer);
        return before.IsEmpty ? items.ToList() : before.AddRange(items.ToList());
    }

    /// <summary>Writes a repeated field.</summary>
    public static void WriteRepeated(ProtobufWriter writer, uint tag, ValueList<T> value)
    {
        var items = value.AsSpan();
        for (var i = items.Length - 1; i >= 0; i--)
        {
            TCodec.WriteProtobuf(writer, items[i]);
            writer.Tag(tag);
        }
    }
}

/// <summary>Maps: in JSON objects, in protobuf repeated entries {1: key, 2: value}.</summary>
public readonly struct MapCodec<T, TCodec>
    where TCodec : ICodec<T>
{
    private static uint ValueTag => 16 | TCodec.WireType;

    /// <summary>Reads the map that the decoder stands on; null reads as nil.</summary>
    public static ValueMap<T> ReadJson(ref JsonDecoder json)
    {
        if (!json.BeginObject("map"))
            return default;
        var entries = default(ItemBuffer<KeyValuePair<string, T>>);
        var keys = json.IsStrict ? new HashSet<string>(StringComparer.Ordinal) : null;
        while (json.NextField(out var name))
        {
            var key = StringPool.Get(name);
            if (keys?.Add(key) == false)
                json.NoteDuplicate();
            entries.Add(new(key, TCodec.ReadJson(ref json)));
        }
        return ValueMap.Sorted(entries.ToArray());
    }

    /// <summary>Writes the map.</summary>
    public static void WriteJson(JsonOutput json, ValueMap<T> value)
    {
        if (value.IsNil)
        {
            json.Null();
            return;
        }
        var start = json.Begin();
        foreach (var (key, item) in value)
        {
            json.Name(key);
            TCodec.WriteJson(json, item);
        }
        json.EndObject(start);
    }

    /// <summary>Reads a run of entries, whose first tag was read, together with those that were read before.</summary>
    public static ValueMap<T> ReadEntries(ref ProtobufReader reader, uint tag, ValueMap<T> before, T absent)
    {
        var entries = default(ItemBuffer<KeyValuePair<string, T>>);
        do
            entries.Add(ReadEntry(ref reader, absent));
        while (reader.TryTag(tag));
        return before.IsEmpty ? ValueMap.Sorted(entries.ToArray()) : before.WithAll(entries.ToArray());
    }

    /// <summary>Writes the entries.</summary>
    public static void WriteEntries(ProtobufWriter writer, uint tag, ValueMap<T> value)
    {
        var entries = value.AsSpan();
        for (var i = entries.Length - 1; i >= 0; i--)
        {
            var before = writer.Length;
            TCodec.WriteProtobuf(writer, entries[i].Value);
            writer.Tag(ValueTag);
            writer.String(entries[i].Key);
            writer.Tag(10);
            writer.LengthSince(before);
            writer.Tag(tag);
        }
    }

    private static KeyValuePair<string, T> ReadEntry(ref ProtobufReader reader, T absent)
    {
        var key = "";
        var value = absent;
        var outer = reader.Enter();
        while (reader.NextField(out var tag))
        {
            if (tag == 10)
                key = StringCodec.ReadProtobuf(ref reader);
            else if (tag == ValueTag)
                value = TCodec.ReadProtobuf(ref reader);
            else
                reader.Skip(tag);
        }
        reader.Leave(outer);
        return new(key, value);
    }
}

/// <summary>Collects items whose number is not known, without garbage for the usual few.</summary>
internal struct ItemBuffer<T>
{
    private Few _few;
    private List<T>? _more;
    private int _count;

    public void Add(T item)
    {
        if (_count < Few.Size)
            _few[_count] = item;
        else
            (_more ??= []).Add(item);
        _count++;
    }

    public readonly ValueList<T> ToList() => new(ToArray());

    public readonly T[] ToArray()
    {
        var items = new T[_count];
        ((ReadOnlySpan<T>)_few)[..Math.Min(_count, Few.Size)].CopyTo(items);
        _more?.CopyTo(items, Few.Size);
        return items;
    }

    [InlineArray(Size)]
    private struct Few
    {
        public const int Size = 8;
        private T _first;
    }
}
