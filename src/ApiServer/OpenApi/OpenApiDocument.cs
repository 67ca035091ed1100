using System.Text.Json;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>Writes one OpenAPI v3 document.</summary>
internal static class OpenApiDocument
{
    /// <summary>The document of some paths, with all types that they need.</summary>
    /// <param name="paths">In any order.</param>
    /// <param name="version">The group version that it is about; the default where it is about none.</param>
    /// <param name="descriptions">What types and fields mean.</param>
    public static byte[] Write(IEnumerable<OpenApiPath> paths, GroupVersion version, FieldDescriptions descriptions)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var schemas = new SchemaWriter(json, version, descriptions);
            var operations = new OperationWriter(json, schemas);
            json.WriteStartObject();
            json.WriteString("openapi", "3.0.0");
            WriteInfo(json);
            json.WriteStartObject("paths");
            foreach (var path in paths.OrderBy(path => path.Path, StringComparer.Ordinal))
                operations.Write(path);
            json.WriteEndObject();
            WriteComponents(json, schemas);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject("info");
        json.WriteString("title", "Kubernetes");
        json.WriteString("version", "1.36");
        json.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter json, SchemaWriter schemas)
    {
        json.WriteStartObject("components");
        if (schemas.ComponentsInUse.Count > 0)
        {
            json.WriteStartObject("schemas");
            foreach (var (name, type) in schemas.ComponentsInUse)
            {
                json.WritePropertyName(name);
                schemas.WriteComponent(type);
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("securitySchemes");
        json.WriteStartObject("BearerToken");
        json.WriteString("type", "apiKey");
        json.WriteString("name", "authorization");
        json.WriteString("in", "header");
        json.WriteString("description", "Bearer Token authentication");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
