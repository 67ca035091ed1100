using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace ControlPlane.Machinery.Serialization;

/// <summary>
/// Reads one JSON document for the generated codecs, with the rules of Go's encoding/json as upstream uses it: names are case-sensitive, null leaves
/// the default, invalid text is replaced, unknown and duplicate fields are noted where somebody asks.
/// </summary>
/// <remarks>
/// Invariant: a value's reader is called with the decoder standing on the value's first token, and leaves it on the value's last token.
/// Nothing is tracked for the sake of messages: paths are found by a second look at the document (<see cref="JsonPath"/>).
/// </remarks>
public ref struct JsonDecoder
{
    /// <summary>How deep untyped JSON may nest (sigs.k8s.io/json: maxNestingDepth).</summary>
    public const int MaxNesting = 10_000;

    // Typed values recurse on the stack; only JSONSchemaProps can nest without end. Deeper than any schema that a server accepts.
    private const int MaxTypedNesting = 512;

    internal static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = MaxNesting };

    private readonly ReadOnlySpan<byte> _json;
    private DecodeDiagnostics? _diagnostics;
    private Utf8JsonReader _reader;
    private long _nameOffset;
    private int _depth;

    internal JsonDecoder(ReadOnlySpan<byte> json, DecodeDiagnostics? diagnostics)
    {
        _json = json;
        _diagnostics = diagnostics;
        _reader = new Utf8JsonReader(json, ReaderOptions);
    }

    /// <summary>Does it stand on null?</summary>
    public readonly bool IsNull => _reader.TokenType == JsonTokenType.Null;

    /// <summary>Does it stand on true or false?</summary>
    public readonly bool IsBoolean => _reader.TokenType is JsonTokenType.True or JsonTokenType.False;

    /// <summary>Does it stand on an array?</summary>
    public readonly bool IsArray => _reader.TokenType == JsonTokenType.StartArray;

    internal readonly JsonTokenType TokenType => _reader.TokenType;

    internal readonly bool IsStrict => _diagnostics is not null;

    /// <summary>Reads a value whose type upstream decodes by a method of its own (UnmarshalJSON): what is unknown or said twice in there is not told of.</summary>
    public T Leniently<T>(JsonReading<T> read)
    {
        ArgumentNullException.ThrowIfNull(read);
        var diagnostics = _diagnostics;
        _diagnostics = null;
        var value = read(ref this);
        _diagnostics = diagnostics;
        return value;
    }

    /// <summary>Moves to the document's first token.
    internal void Start()
    {
        if (!_reader.Read())
            throw new DecodeException("unexpected end of JSON input");
    }

    /// <summary>Makes sure that nothing follows the document's value.</summary>
    internal void Finish()
    {
        if (_reader.Read())
            throw new DecodeException("invalid character after top-level value");
        _diagnostics?.Finish(_json);
    }

    /// <summary>Enters an object; false (and stays) on null.</summary>
    /// <param name="type">What is read, for the message if it is no object.</param>
    public bool BeginObject(string type)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
            return IsNull ? false : throw Mismatch(type);
        Enter();
        return true;
    }

    /// <summary>Moves to the next field's value, or past the object.</summary>
    /// <param name="name">The field's name, without escapes.</param>
    public bool NextField(out ReadOnlySpan<byte> name)
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = default;
            _depth--;
            return false;
        }
        _nameOffset = _reader.TokenStartIndex;
        name = _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(TextOf(ref _reader)) : _reader.ValueSpan;
        _reader.Read();
        return true;
    }

    /// <summary>Notes that the field with this number was read, and whether it was before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Seen(ref ulong fields, int number)
    {
        if (_diagnostics is not null && (fields & (1UL << number)) != 0)
            _diagnostics.Duplicate(_nameOffset);
        fields |= 1UL << number;
    }

    /// <summary>Notes that the field is not known, and skips its value.</summary>
    public void SkipUnknown()
    {
        _diagnostics?.Unknown(_nameOffset);
        _reader.Skip();
    }

    /// <summary>Skips the value that it stands on.</summary>
    public void Skip() => _reader.Skip();

    internal void NoteDuplicate() => _diagnostics?.Duplicate(_nameOffset);

    /// <summary>Enters an array; false (and stays) on null.</summary>
    internal bool BeginArray(string type)
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
            return IsNull ? false : throw Mismatch(type);
        Enter();
        return true;
    }

    /// <summary>Moves to the next item, or past the array.</summary>
    internal bool NextItem()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.EndArray)
            return true;
        _depth--;
        return false;
    }

    internal string ReadString()
    {
        if (_reader.TokenType == JsonTokenType.String)
            return TextOf(ref _reader);
        return IsNull ? "" : throw Mismatch("string");
    }

    internal bool ReadBoolean() => _reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False or JsonTokenType.Null => false,
        _ => throw Mismatch("bool"),
    };

    internal int ReadInt32()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var value) && IsWhole(_reader.ValueSpan))
            return value;
        return IsNull ? 0 : throw Mismatch("int32");
    }

    internal long ReadInt64()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out var value) && IsWhole(_reader.ValueSpan))
            return value;
        return IsNull ? 0 : throw Mismatch("int64");
    }

    internal double ReadDouble()
    {
        if (_reader.TokenType == JsonTokenType.Number && _reader.TryGetDouble(out var value) && double.IsFinite(value))
            return value;
        return IsNull ? 0 : throw Mismatch("float64");
    }

    /// <summary>The value's text as it stands: a number's digits, a string without its quotes and escapes.</summary>
    internal ReadOnlySpan<byte> ReadScalarText(string type)
    {
        if (_reader.TokenType == JsonTokenType.Number)
            return _reader.ValueSpan;
        if (_reader.TokenType != JsonTokenType.String)
            throw Mismatch(type);
        return _reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(TextOf(ref _reader)) : _reader.ValueSpan;
    }

    /// <summary>The whole value as JSON text without white space.</summary>
    internal byte[] ReadRaw()
    {
        var start = (int)_reader.TokenStartIndex;
        _reader.Skip();
        return JsonText.Compact(_json[start..(int)_reader.BytesConsumed]);
    }

    /// <summary>The error of a value that has the wrong JSON type.</summary>
    public readonly DecodeException Mismatch(string type)
    {
        var found = _reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.True or JsonTokenType.False => "bool",
            JsonTokenType.Number => $"number {Encoding.UTF8.GetString(_reader.ValueSpan)}",
            _ => "null",
        };
        return Wrong($"cannot unmarshal {found} into Go value of type {type}");
    }

    /// <summary>An error at the value that it stands on.</summary>
    internal readonly DecodeException Wrong(string what)
    {
        var path = JsonPath.Locate(_json, _reader.TokenStartIndex);
        return new(path.Length == 0 ? $"json: {what}" : $"json: {what} at {path}");
    }

    /// <summary>The text of the string or name that the reader stands on. Invalid UTF-8 and lone surrogates become U+FFFD, as in Go.</summary>
    internal static string TextOf(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped ? JsonText.Unescape(reader.ValueSpan) : StringPool.Get(reader.ValueSpan);

    private void Enter()
    {
        if (++_depth > MaxTypedNesting)
            throw Wrong($"exceeded max depth {MaxTypedNesting}");
        if ((_depth & 31) == 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Wrong("exceeded max depth");
    }

    // Go refuses 1.0 and 1e3 for integers.
    private static bool IsWhole(ReadOnlySpan<byte> digits) => digits.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0;
}

/// <summary>Reads one value from where the decoder stands.</summary>
public delegate T JsonReading<T>(ref JsonDecoder json);
