using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>Writes paths and their operations. Parameters that all operations of a path have stand at the path, as kube-openapi puts them.</summary>
internal sealed class OperationWriter(Utf8JsonWriter json, SchemaWriter schemas)
{
    /// <summary>One path.</summary>
    public void Write(OpenApiPath path)
    {
        var common = path.Operations[0].Parameters.Where(parameter => path.Operations.All(operation => operation.Parameters.Contains(parameter))).ToImmutableHashSet();
        json.WriteStartObject(path.Path);
        foreach (var operation in path.Operations.OrderBy(operation => operation.Method, StringComparer.Ordinal))
        {
            json.WriteStartObject(operation.Method);
            WriteOperation(operation, common);
            json.WriteEndObject();
        }

        WriteParameters(common);
        json.WriteEndObject();
    }

    /// <summary>{group, version, kind}</summary>
    public static void WriteKind(Utf8JsonWriter json, GroupVersionKind kind)
    {
        json.WriteStartObject();
        json.WriteString("group", kind.Group);
        json.WriteString("version", kind.Version);
        json.WriteString("kind", kind.Kind);
        json.WriteEndObject();
    }

    private void WriteOperation(OpenApiOperation operation, ImmutableHashSet<OpenApiParameter> common)
    {
        json.WriteStartArray("tags");
        json.WriteStringValue(operation.Tag);
        json.WriteEndArray();
        json.WriteString("operationId", operation.Id);
        WriteParameters(operation.Parameters.Where(parameter => !common.Contains(parameter)));
        if (operation.Body is { } body)
        {
            json.WriteStartObject("requestBody");
            WriteContent(body);
            if (operation.IsBodyRequired)
                json.WriteBoolean("required", true);
            json.WriteEndObject();
        }

        WriteResponses(operation);
        if (operation.Action.Length > 0)
            json.WriteString("x-kubernetes-action", operation.Action);
        if (operation.Kind is { } kind)
        {
            json.WritePropertyName("x-kubernetes-group-version-kind");
            WriteKind(json, kind);
        }
    }

    private void WriteResponses(OpenApiOperation operation)
    {
        json.WriteStartObject("responses");
        foreach (var code in operation.Codes)
        {
            json.WriteStartObject(code.ToString(CultureInfo.InvariantCulture));
            json.WriteString("description", code switch { 201 => "Created", 202 => "Accepted", _ => "OK" });
            WriteContent(operation.Answer);
            json.WriteEndObject();
        }

        json.WriteStartObject("401");
        json.WriteString("description", "Unauthorized");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteContent(OpenApiContent content)
    {
        schemas.Use(content.Type);
        json.WriteStartObject("content");
        foreach (var form in content.MediaTypes)
        {
            json.WriteStartObject(form);
            json.WritePropertyName("schema");
            schemas.WriteReference(content.Type);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteParameters(IEnumerable<OpenApiParameter> parameters)
    {
        var sorted = parameters.OrderBy(parameter => parameter.Name, StringComparer.Ordinal).ThenBy(parameter => parameter.In, StringComparer.Ordinal).ToArray();
        if (sorted.Length == 0)
            return;
        json.WriteStartArray("parameters");
        foreach (var parameter in sorted)
        {
            json.WriteStartObject();
            json.WriteString("name", parameter.Name);
            json.WriteString("in", parameter.In);
            if (parameter.In == "path")
                json.WriteBoolean("required", true);
            json.WriteStartObject("schema");
            json.WriteString("type", parameter.Type);
            json.WriteBoolean("uniqueItems", true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
