using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using ControlPlane.ApiServer.Pki;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Authentication.ServiceAccounts;

/// <summary>Lets others check this cluster's service account tokens: the OpenID configuration and the key set, built once (pkg/serviceaccount/openidmetadata.go).</summary>
internal sealed class OpenIdDocuments : IPathHandler
{
    private const string ConfigurationPath = "/.well-known/openid-configuration";
    private const string KeySetPath = "/openid/v1/jwks";
    private readonly byte[] _configuration;
    private readonly byte[] _keySet;

    /// <summary>Builds both documents.</summary>
    /// <param name="issuer">kube-apiserver: --service-account-issuer</param>
    /// <param name="keySetUri">Where the key set is reached from outside: https://advertised-address:port/openid/v1/jwks</param>
    /// <param name="keys">The keys that tokens may be signed with.</param>
    public OpenIdDocuments(string issuer, Uri keySetUri, ImmutableArray<ServiceAccountKey> keys)
    {
        _configuration = Json(json => WriteConfiguration(json, issuer, keySetUri, keys));
        _keySet = Json(json => WriteKeySet(json, keys));
    }

    /// <inheritdoc/>
    public bool Serves(string path) => path.TrimEnd('/') is ConfigurationPath or KeySetPath;

    /// <inheritdoc/>
    public Task HandleAsync(ApiContext context)
    {
        var isKeySet = context.Info.Path.StartsWith(KeySetPath, StringComparison.Ordinal);
        var response = context.Http.Response;
        response.ContentType = isKeySet ? "application/jwk-set+json" : "application/json";
        response.Headers.CacheControl = "public, max-age=3600"; // upstream: openidmetadata.go
        var document = isKeySet ? _keySet : _configuration;
        response.ContentLength = document.Length;
        return HttpMethods.IsHead(context.Http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(document, context.Cancel).AsTask();
    }

    private static void WriteConfiguration(Utf8JsonWriter json, string issuer, Uri keySetUri, ImmutableArray<ServiceAccountKey> keys)
    {
        json.WriteString("issuer", issuer);
        json.WriteString("jwks_uri", keySetUri.AbsoluteUri);
        WriteList(json, "response_types_supported", ["id_token"]);
        WriteList(json, "subject_types_supported", ["public"]);
        WriteList(json, "id_token_signing_alg_values_supported", keys.Select(key => key.Algorithm).Distinct().Order(StringComparer.Ordinal));
    }

    private static void WriteKeySet(Utf8JsonWriter json, ImmutableArray<ServiceAccountKey> keys)
    {
        json.WriteStartArray("keys");
        foreach (var key in keys)
        {
            json.WriteStartObject();
            json.WriteString("use", "sig");
            json.WriteString("kty", key.Ec is null ? "RSA" : "EC");
            json.WriteString("kid", key.Id);
            json.WriteString("alg", key.Algorithm);
            if (key.Ec is { } ec)
                WriteEc(json, ec);
            else
                WriteRsa(json, key.Rsa!);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteEc(Utf8JsonWriter json, ECDsa key)
    {
        var parameters = key.ExportParameters(false);
        json.WriteString("crv", key.KeySize switch { 256 => "P-256", 384 => "P-384", _ => "P-521" });
        json.WriteString("x", ServiceAccountKey.Base64Url(parameters.Q.X));
        json.WriteString("y", ServiceAccountKey.Base64Url(parameters.Q.Y));
    }

    private static void WriteRsa(Utf8JsonWriter json, RSA key)
    {
        var parameters = key.ExportParameters(false);
        json.WriteString("n", ServiceAccountKey.Base64Url(parameters.Modulus));
        json.WriteString("e", ServiceAccountKey.Base64Url(parameters.Exponent));
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
