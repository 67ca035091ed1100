using System.Collections.Immutable;
using System.Text.Json;

namespace ControlPlane.ApiServer.Authentication.ServiceAccounts;

/// <summary>What a service account token says. Times are Unix seconds, as in the token.</summary>
/// <remarks>The claims are upstream's (pkg/serviceaccount/claims.go): RFC 7519's, and "kubernetes.io" with the objects that the token is bound to.</remarks>
internal sealed record ServiceAccountClaims
{
    /// <summary>iss</summary>
    public required string Issuer { get; init; }

    /// <summary>aud</summary>
    public required ImmutableArray<string> Audiences { get; init; }

    /// <summary>iat and nbf</summary>
    public required long IssuedAt { get; init; }

    /// <summary>nbf; equal to iat in tokens made here.</summary>
    public required long NotBefore { get; init; }

    /// <summary>exp</summary>
    public required long Expires { get; init; }

    /// <summary>jti</summary>
    public required string Id { get; init; }

    /// <summary>sub</summary>
    public required string Subject { get; init; }

    /// <summary>kubernetes.io/namespace</summary>
    public required string Namespace { get; init; }

    /// <summary>kubernetes.io/serviceaccount</summary>
    public required ClaimedObject ServiceAccount { get; init; }

    /// <summary>kubernetes.io/pod; null when the token is not bound to one.</summary>
    public ClaimedObject? Pod { get; init; }

    /// <summary>kubernetes.io/secret; null when the token is not bound to one.</summary>
    public ClaimedObject? Secret { get; init; }

    /// <summary>kubernetes.io/node: what the token is bound to, or where its pod runs; null otherwise.</summary>
    public ClaimedObject? Node { get; init; }

    /// <summary>kubernetes.io/warnafter: clients should have taken a new token by then; 0 for none.</summary>
    public long WarnAfter { get; init; }

    /// <summary>The token's payload.</summary>
    public byte[] Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("aud");
            foreach (var audience in Audiences)
                json.WriteStringValue(audience);
            json.WriteEndArray();
            json.WriteNumber("exp", Expires);
            json.WriteNumber("iat", IssuedAt);
            json.WriteString("iss", Issuer);
            json.WriteString("jti", Id);
            WriteBound(json);
            json.WriteNumber("nbf", NotBefore);
            json.WriteString("sub", Subject);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <summary>Reads a payload; null when it is no service account token's.</summary>
    public static ServiceAccountClaims? Read(ReadOnlyMemory<byte> payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null; // another issuer's token may have any form
        }
    }

    private void WriteBound(Utf8JsonWriter json)
    {
        json.WriteStartObject("kubernetes.io");
        json.WriteString("namespace", Namespace);
        Node?.Write(json, "node");
        Pod?.Write(json, "pod");
        Secret?.Write(json, "secret");
        ServiceAccount.Write(json, "serviceaccount");
        if (WarnAfter != 0)
            json.WriteNumber("warnafter", WarnAfter);
        json.WriteEndObject();
    }

    private static ServiceAccountClaims? Read(JsonElement root)
    {
        if (!root.TryGetProperty("kubernetes.io", out var bound) || ClaimedObject.Read(bound, "serviceaccount") is not { } account)
            return null;
        return new ServiceAccountClaims
        {
            Issuer = Text(root, "iss"),
            Audiences = ReadAudiences(root),
            IssuedAt = Number(root, "iat"),
            NotBefore = Number(root, "nbf"),
            Expires = Number(root, "exp"),
            Id = Text(root, "jti"),
            Subject = Text(root, "sub"),
            Namespace = Text(bound, "namespace"),
            ServiceAccount = account,
            Pod = ClaimedObject.Read(bound, "pod"),
            Secret = ClaimedObject.Read(bound, "secret"),
            Node = ClaimedObject.Read(bound, "node"),
            WarnAfter = Number(bound, "warnafter"),
        };
    }

    private static ImmutableArray<string> ReadAudiences(JsonElement root)
    {
        if (!root.TryGetProperty("aud", out var audiences))
            return [];
        return audiences.ValueKind == JsonValueKind.String
            ? [audiences.GetString()!]
            : [.. audiences.EnumerateArray().Select(audience => audience.GetString() ?? "")];
    }

    private static string Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    // Times may have fractions (RFC 7519, NumericDate)
    private static long Number(JsonElement from, string name) =>
        from.TryGetProperty(name, out var value) ? value.TryGetInt64(out var whole) ? whole : (long)value.GetDouble() : 0;
}

/// <summary>An object that a token names.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Uid">Its uid, so that a namesake made later is another.</param>
internal sealed record ClaimedObject(string Name, string Uid)
{
    internal void Write(Utf8JsonWriter json, string property)
    {
        json.WriteStartObject(property);
        json.WriteString("name", Name);
        json.WriteString("uid", Uid);
        json.WriteEndObject();
    }

    internal static ClaimedObject? Read(JsonElement from, string property) =>
        from.TryGetProperty(property, out var value)
            ? new ClaimedObject(
                value.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "",
                value.TryGetProperty("uid", out var uid) ? uid.GetString() ?? "" : "")
            : null;
}
