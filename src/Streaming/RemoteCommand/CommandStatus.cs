using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ControlPlane.Streaming.RemoteCommand;

/// <summary>
/// How a remote command ended: the last message, on the error channel. As JSON it is a <c>metav1.Status</c>; before v4 a failure
/// is its plain message and success is nothing. The texts are kubelet's.
/// </summary>
public sealed record CommandStatus
{
    private const string NonZeroExitCode = "NonZeroExitCode";
    private const string ExitCodeCause = "ExitCode";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private CommandStatus()
    {
    }

    /// <summary>The command ended with exit code 0.</summary>
    public static CommandStatus Success { get; } = new() { ExitCode = 0 };

    /// <summary>The exit code, or null when the command could not be run at all.</summary>
    public int? ExitCode { get; private init; }

    /// <summary>What went wrong; empty on success.</summary>
    public string Message { get; private init; } = "";

    /// <summary>The machine-readable reason; empty on success.</summary>
    public string Reason { get; private init; } = "";

    /// <summary>The HTTP-like code of a failure that is no exit code; 0 for none.</summary>
    public int Code { get; private init; }

    /// <summary>The one cause that an internal error names.</summary>
    public string Cause { get; private init; } = "";

    /// <summary>The command ran and ended with this code; 0 is <see cref="Success"/>.</summary>
    public static CommandStatus Exited(int exitCode, IReadOnlyList<string> command) => exitCode == 0
        ? Success
        : new()
        {
            ExitCode = exitCode,
            Reason = NonZeroExitCode,
            Message = $"command terminated with non-zero exit code: error executing command [{string.Join(' ', command)}], exit code {exitCode}",
        };

    /// <summary>The command could not be run, or was lost: an internal error.</summary>
    public static CommandStatus Failed(string message) =>
        new() { Reason = "InternalError", Code = 500, Message = "Internal error occurred: " + message, Cause = message };

    /// <summary>What stands on the error channel; empty for success before v4.</summary>
    public byte[] Encode(bool asJson)
    {
        if (!asJson)
            return Encoding.UTF8.GetBytes(Message);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            Write(json);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads either form; something that is no Status is a failure with that text.</summary>
    public static CommandStatus Decode(ReadOnlySpan<byte> message, bool asJson)
    {
        if (message.IsEmpty)
            return Success;
        if (!asJson)
            return new() { Message = Encoding.UTF8.GetString(message) };
        try
        {
            var reader = new Utf8JsonReader(message);
            using var document = JsonDocument.ParseValue(ref reader);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Failed("error stream protocol error: " + error.Message);
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        json.WriteString("status", ExitCode == 0 ? "Success" : "Failure");
        if (Message.Length > 0)
            json.WriteString("message", Message);
        if (Reason.Length > 0)
            json.WriteString("reason", Reason);
        if (ExitCode is > 0 or < 0)
            WriteCause(json, ExitCodeCause, ExitCode.Value.ToString(CultureInfo.InvariantCulture));
        else if (Cause.Length > 0)
            WriteCause(json, reason: null, Cause);
        if (Code != 0)
            json.WriteNumber("code", Code);
        json.WriteEndObject();
    }

    private static void WriteCause(Utf8JsonWriter json, string? reason, string message)
    {
        json.WriteStartObject("details");
        json.WriteStartArray("causes");
        json.WriteStartObject();
        if (reason is not null)
            json.WriteString("reason", reason);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static CommandStatus Read(JsonElement status)
    {
        if (Text(status, "status") == "Success")
            return Success;
        var (exitCode, cause) = ReadCauses(status);
        return new()
        {
            ExitCode = exitCode,
            Cause = cause,
            Message = Text(status, "message"),
            Reason = Text(status, "reason"),
            Code = status.TryGetProperty("code", out var code) && code.TryGetInt32(out var number) ? number : 0,
        };
    }

    private static (int? ExitCode, string Cause) ReadCauses(JsonElement status)
    {
        if (!status.TryGetProperty("details", out var details) || !details.TryGetProperty("causes", out var causes))
            return (null, "");
        foreach (var cause in causes.EnumerateArray())
        {
            var message = Text(cause, "message");
            if (Text(cause, "reason") != ExitCodeCause)
                return (null, message);
            if (int.TryParse(message, NumberStyles.Integer, CultureInfo.InvariantCulture, out var code))
                return (code, "");
        }
        return (null, "");
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
