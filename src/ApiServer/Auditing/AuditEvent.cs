using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Auditing;

/// <summary>Spells an audit.k8s.io/v1 Event of level Metadata: who asked for what, when, and how it ended.</summary>
internal static class AuditEvent
{
    /// <summary>The event as JSON.</summary>
    /// <param name="context">The request.</param>
    /// <param name="stage">RequestReceived, ResponseStarted, ResponseComplete or Panic.</param>
    /// <param name="received">When the request came.</param>
    /// <param name="now">When the stage was reached.</param>
    /// <param name="refusal">Why it failed; null otherwise.</param>
    public static byte[] Write(ApiContext context, string stage, DateTimeOffset received, DateTimeOffset now, ApiException? refusal)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "Event");
            json.WriteString("apiVersion", "audit.k8s.io/v1");
            json.WriteString("level", "Metadata");
            json.WriteString("auditID", context.AuditId);
            json.WriteString("stage", stage);
            WriteRequest(json, context);
            if (stage != "RequestReceived")
                WriteResponse(json, context, refusal);
            json.WriteString("requestReceivedTimestamp", Time(received));
            json.WriteString("stageTimestamp", Time(now));
            if (stage != "RequestReceived")
                WriteAnnotations(json, context.AuditAnnotations);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteRequest(Utf8JsonWriter json, ApiContext context)
    {
        var request = context.Http.Request;
        json.WriteString("requestURI", $"{request.Path}{request.QueryString}");
        json.WriteString("verb", context.Info.Verb);
        WriteUser(json, "user", context.Impersonator ?? context.User);
        if (context.Impersonator is not null)
            WriteUser(json, "impersonatedUser", context.User);
        json.WriteStartArray("sourceIPs");
        foreach (var address in SourceAddresses(context))
            json.WriteStringValue(address);
        json.WriteEndArray();
        if (request.Headers.UserAgent.ToString() is { Length: > 0 } agent)
            json.WriteString("userAgent", agent);
        if (context.Info.IsResource)
            WriteReference(json, context.Info);
    }

    private static void WriteReference(Utf8JsonWriter json, RequestInfo info)
    {
        json.WriteStartObject("objectRef");
        WriteUnlessEmpty(json, "resource", info.Resource);
        WriteUnlessEmpty(json, "namespace", info.Namespace);
        WriteUnlessEmpty(json, "name", info.Name);
        WriteUnlessEmpty(json, "apiGroup", info.Group);
        WriteUnlessEmpty(json, "apiVersion", info.Version);
        WriteUnlessEmpty(json, "subresource", info.Subresource);
        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, ApiContext context, ApiException? refusal)
    {
        json.WriteStartObject("responseStatus");
        json.WriteStartObject("metadata");
        json.WriteEndObject();
        if (refusal is not null)
        {
            json.WriteString("status", "Failure");
            json.WriteString("message", refusal.Message);
            WriteUnlessEmpty(json, "reason", refusal.Reason);
        }

        json.WriteNumber("code", refusal?.Code ?? context.Http.Response.StatusCode);
        json.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter json, string property, UserInfo user)
    {
        json.WriteStartObject(property);
        WriteUnlessEmpty(json, "username", user.Name);
        WriteUnlessEmpty(json, "uid", user.Uid);
        WriteList(json, "groups", user.Groups);
        if (!user.Extra.IsEmpty)
        {
            json.WriteStartObject("extra");
            foreach (var (key, values) in user.Extra.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                WriteList(json, key, values);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string property, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
            return;
        json.WriteStartArray(property);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteAnnotations(Utf8JsonWriter json, Dictionary<string, string> annotations)
    {
        if (annotations.Count == 0)
            return;
        json.WriteStartObject("annotations");
        foreach (var (key, value) in annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            json.WriteString(key, value);
        json.WriteEndObject();
    }

    // apimachinery: utilnet.SourceIPs: what proxies say, in their order, then the connection's own
    private static IEnumerable<string> SourceAddresses(ApiContext context)
    {
        foreach (var forwarded in context.Http.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            yield return forwarded;
        if (context.Http.Connection.RemoteIpAddress is { } remote)
            yield return (remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote).ToString();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter json, string property, string value)
    {
        if (value.Length > 0)
            json.WriteString(property, value);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
