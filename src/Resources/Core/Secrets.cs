using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Confidential bytes under keys. Its type says which keys there must be.</summary>
internal sealed class Secrets : ResourceDefinition<Secret>
{
    private const int MaxBytes = 1024 * 1024; // upstream: core.MaxSecretSize
    private const string Opaque = "Opaque";
    private const string Tls = "kubernetes.io/tls";
    private const string ServiceAccountToken = "kubernetes.io/service-account-token";
    private const string ServiceAccountName = "kubernetes.io/service-account.name";

    protected override void Declare(Declaration<Secret> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Type", secret => secret.Type)
        .Column("Data", secret => secret.Data.Count)
        .AgeColumn()
        .Selectable("type", secret => secret.Type);

    protected override Secret Default(Secret value)
    {
        if (value.Type.Length == 0)
            value = value with { Type = Opaque };
        if (value.Data.Values.Any(bytes => bytes.IsNil))
            value = value with { Data = value.Data.Select(entry => KeyValuePair.Create(entry.Key, ByteString.CopyFrom(entry.Value.Span))).ToValueMap() };
        if (value.StringData.IsNil)
            return value;
        // Texts are a convenience of those who write: what is stored and read are bytes.
        var texts = value.StringData.Select(text => KeyValuePair.Create(text.Key, ByteString.FromText(text.Value)));
        return value with { Data = value.StringData.IsEmpty ? value.Data : value.Data.WithAll(texts), StringData = default };
    }

    protected override Secret PrepareForUpdate(Secret value, Secret old, WriteContext context) =>
        // An empty type means the one it has.
        value.Type.Length == 0 ? value with { Type = old.Type } : value;

    protected override void Validate(Secret value, FieldErrors errors)
    {
        var data = errors.At("data");
        long size = 0;
        foreach (var (key, bytes) in value.Data)
        {
            foreach (var complaint in Names.ConfigMapKey(key))
                data.Key(key).Invalid(key, complaint);
            size += bytes.Length;
        }

        if (size > MaxBytes)
            data.TooLong(MaxBytes);
        CheckType(value, errors, data);
    }

    protected override void ValidateUpdate(Secret value, Secret old, FieldErrors errors)
    {
        if (value.Type != old.Type)
            errors.At("type").Invalid(value.Type, "field is immutable");
        if (old.Immutable is true)
        {
            if (value.Immutable is not true)
                errors.At("immutable").Forbidden(ConfigMaps.IsImmutable);
            if (value.Data != old.Data)
                errors.At("data").Forbidden(ConfigMaps.IsImmutable);
        }

        Validate(value, errors);
    }

    protected override IEnumerable<string> Warnings(Secret value, Secret? old) =>
        value.Type == Tls && TlsProblem(value) is { } problem ? [problem] : [];

    private static void CheckType(Secret value, FieldErrors errors, FieldErrors data)
    {
        switch (value.Type)
        {
            case ServiceAccountToken:
                if (string.IsNullOrEmpty(value.Metadata.Annotations.Find(ServiceAccountName)))
                    errors.At("metadata").At("annotations").Key(ServiceAccountName).Required();
                break;
            case "kubernetes.io/dockercfg":
                CheckJson(value, ".dockercfg", data);
                break;
            case "kubernetes.io/dockerconfigjson":
                CheckJson(value, ".dockerconfigjson", data);
                break;
            case "kubernetes.io/basic-auth":
                // One of them is enough; upstream reports both when there is neither.
                if (!value.Data.ContainsKey("username") && !value.Data.ContainsKey("password"))
                {
                    data.Key("username").Required();
                    data.Key("password").Required();
                }

                break;
            case "kubernetes.io/ssh-auth":
                RequireContent(value, "ssh-privatekey", data);
                break;
            case Tls:
                RequireKey(value, "tls.crt", data);
                RequireKey(value, "tls.key", data);
                break;
        }
    }

    private static void RequireKey(Secret value, string key, FieldErrors data)
    {
        if (!value.Data.ContainsKey(key))
            data.Key(key).Required();
    }

    private static void RequireContent(Secret value, string key, FieldErrors data)
    {
        if (value.Data.Find(key).IsEmpty)
            data.Key(key).Required();
    }

    private static void CheckJson(Secret value, string key, FieldErrors data)
    {
        if (!value.Data.TryGetValue(key, out var bytes))
        {
            data.Key(key).Required();
            return;
        }

        if (JsonProblem(bytes.Span) is { } problem)
            data.Key(key).Invalid("<secret contents redacted>", problem);
    }

    // In the words of Go's decoder, as far as the first token goes.
    private static string? JsonProblem(ReadOnlySpan<byte> bytes)
    {
        var first = bytes.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0)
            return "unexpected end of JSON input";
        if (!"{[\"-0123456789tfn"u8.Contains(bytes[first]))
            return $"invalid character {Quoted((char)bytes[first])} looking for beginning of value";
        try
        {
            var reader = new Utf8JsonReader(bytes);
            reader.Read();
            var type = reader.TokenType;
            if (!reader.TrySkip() || reader.Read())
                return "unexpected end of JSON input";
            return type is JsonTokenType.StartObject or JsonTokenType.Null ? null : $"json: cannot unmarshal {NameOf(type)} into Go value of type map[string]interface {{}}";
        }
        catch (JsonException)
        {
            return "unexpected end of JSON input";
        }
    }

    private static string Quoted(char c) => c == '\'' ? @"'\''" : c == '"' ? "'\"'" : $"'{FieldErrors.Quote(c.ToString())[1..^1]}'";

    private static string NameOf(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        _ => "bool",
    };

    private static string? TlsProblem(Secret value)
    {
        var certificate = value.Data.Find("tls.crt").ToText();
        if (!certificate.Contains("-----BEGIN", StringComparison.Ordinal))
            return "tls: failed to find any PEM data in certificate input";
        var key = value.Data.Find("tls.key").ToText();
        if (!key.Contains("-----BEGIN", StringComparison.Ordinal))
            return "tls: failed to find any PEM data in key input";
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
            return null;
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            return "tls: " + problem.Message;
        }
    }
}
