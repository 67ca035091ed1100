using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>Field sets in the FieldsV1 form: {"f:spec":{"f:ports":{"k:{\"port\":80}":{".":{},"f:name":{}}}}}.</summary>
public static class FieldsCodec
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = TreeReader.MaximumDepth };

    /// <summary>Reads a set.</summary>
    /// <exception cref="ManagedFieldsException">Not of this form.</exception>
    public static FieldSet Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, ReaderOptions);
        try
        {
            reader.Read();
            return reader.TokenType switch
            {
                JsonTokenType.StartObject => Node(ref reader, out _),
                JsonTokenType.Null => FieldSet.Empty,
                _ => throw new ManagedFieldsException("fieldsV1 is not an object"),
            };
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            // The reader says the latter of names that are no text, which no field's is.
            throw new ManagedFieldsException(malformed.Message);
        }
    }

    /// <summary>Reads a set and keeps its text with it, so that a set nobody changes is never encoded again.</summary>
    /// <exception cref="ManagedFieldsException">Not of this form.</exception>
    public static FieldSet Read(FieldsV1 fields) => KnownFieldSets.Of(fields);

    /// <summary>The set's text, made once.</summary>
    public static FieldsV1 Encode(FieldSet set) => set.Encoded is { IsNil: false } known ? known : set.Encoded = new FieldsV1(ToBytes(set));

    /// <summary>Reads a set from its tree.</summary>
    /// <exception cref="ManagedFieldsException">Not of this form.</exception>
    public static FieldSet Read(TreeObject fields) => Read(TreeWriter.ToBytes(fields));

    /// <summary>Writes the set where the writer stands.</summary>
    public static void Write(FieldSet set, Utf8JsonWriter writer) => Node(set, isMember: false, writer);

    /// <summary>The set's JSON.</summary>
    public static byte[] ToBytes(FieldSet set)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
            Write(set, writer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Node(FieldSet? set, bool isMember, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (set is not null)
        {
            if (isMember)
            {
                writer.WriteStartObject("."u8);
                writer.WriteEndObject();
            }

            foreach (var entry in set.Entries)
            {
                entry.Element.WriteName(writer);
                Node(entry.Children, entry.IsMember, writer);
            }
        }

        writer.WriteEndObject();
    }

    private static FieldSet Node(ref Utf8JsonReader reader, out bool isMember)
    {
        isMember = false;
        var entries = new List<FieldSetEntry>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSelf = reader.ValueTextEquals("."u8);
            var element = default(PathElement);
            var isKnown = !isSelf && Element(ref reader, out element);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new ManagedFieldsException("the value of a path element is not an object");
            var below = Node(ref reader, out var hasSelf);
            isMember |= isSelf;
            if (isKnown)
                entries.Add(new FieldSetEntry(element, hasSelf || below.IsEmpty, below.IsEmpty ? null : below));
        }

        return Ordered(entries);
    }

    private static bool Element(ref Utf8JsonReader reader, out PathElement element)
    {
        if (!reader.ValueIsEscaped)
            return PathElement.TryParse(reader.ValueSpan, out element);
        Span<byte> text = reader.ValueSpan.Length <= 512 ? stackalloc byte[512] : new byte[reader.ValueSpan.Length];
        return PathElement.TryParse(text[..reader.CopyString(text)], out element);
    }

    /// <summary>What others wrote may be out of order, or name an element twice.</summary>
    private static FieldSet Ordered(List<FieldSetEntry> entries)
    {
        for (var index = 1; index < entries.Count; index++)
        {
            if (entries[index - 1].Element.CompareTo(entries[index].Element) >= 0)
                return FieldSet.Make(Joined(entries));
        }

        return FieldSet.Make(entries);
    }

    private static List<FieldSetEntry> Joined(List<FieldSetEntry> entries)
    {
        entries.Sort(static (one, other) => one.Element.CompareTo(other.Element));
        var joined = new List<FieldSetEntry>(entries.Count);
        foreach (var entry in entries)
        {
            if (joined.Count > 0 && joined[^1].Element.Equals(entry.Element))
                joined[^1] = FieldSet.Own([joined[^1]]).Union(FieldSet.Own([entry])).Entries[0];
            else
                joined.Add(entry);
        }

        return joined;
    }
}
