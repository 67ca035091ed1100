using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ControlPlane.Machinery.Trees;

/// <summary>Trees to compact JSON text.</summary>
public static class TreeWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the value where the writer stands.</summary>
    public static void Write(TreeValue value, Utf8JsonWriter writer)
    {
        switch (value)
        {
            case TreeObject members:
                Write(members, writer);
                break;
            case TreeList items:
                writer.WriteStartArray();
                foreach (var item in items.Items)
                    Write(item, writer);
                writer.WriteEndArray();
                break;
            case TreeString text:
                writer.WriteStringValue(text.Value);
                break;
            case TreeInteger integer:
                writer.WriteNumberValue(integer.Value);
                break;
            case TreeNumber number:
                Write(number, writer);
                break;
            case TreeBoolean boolean:
                writer.WriteBooleanValue(boolean.Value);
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    /// <summary>Writes the value into the buffer.</summary>
    public static void Write(TreeValue value, IBufferWriter<byte> buffer)
    {
        using var writer = new Utf8JsonWriter(buffer, Options);
        Write(value, writer);
    }

    /// <summary>The value's JSON as bytes.</summary>
    public static byte[] ToBytes(TreeValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The value's JSON as a string, for messages.</summary>
    public static string ToJsonString(TreeValue value)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(value, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(TreeObject members, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        var values = members.Values;
        var names = members.Names;
        for (var index = 0; index < names.Length; index++)
        {
            writer.WritePropertyName(names[index]);
            Write(values[index], writer);
        }

        writer.WriteEndObject();
    }

    private static void Write(TreeNumber number, Utf8JsonWriter writer)
    {
        Span<byte> text = stackalloc byte[GoNumber.MaximumLength];
        writer.WriteRawValue(text[..GoNumber.Format(number.Value, text)], skipInputValidation: true);
    }
}
