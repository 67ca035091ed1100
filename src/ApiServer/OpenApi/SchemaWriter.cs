using System.Text.Json;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>Writes types as OpenAPI v3 schemas: those with a name as components, all others in place. Remembers which components are still to be written.</summary>
internal sealed class SchemaWriter(Utf8JsonWriter json, GroupVersion document, FieldDescriptions descriptions)
{
    private const string Components = "#/components/schemas/";
    private readonly SortedDictionary<string, TypeDescriptor> _components = new(StringComparer.Ordinal);

    /// <summary>All types that are referred to, directly or through others, by name.</summary>
    public IReadOnlyDictionary<string, TypeDescriptor> ComponentsInUse => _components;

    /// <summary>The type is referred to: it and what it refers to become components.</summary>
    public void Use(TypeDescriptor? type)
    {
        switch (type)
        {
            case null: return;
            case { Name: null, Shape: ValueShape.List }: Use(type.Items); return;
            case { Name: null, Shape: ValueShape.Map }: Use(type.Values); return;
            case { Name: null }: return;
        }

        if (_components.TryGetValue(type.Name, out var known))
        {
            // The same type at a position that is treated otherwise: the component tells of the type itself, which is the stricter.
            if (type.IsAtomic && !known.IsAtomic)
                _components[type.Name] = type;
            return;
        }

        _components.Add(type.Name, type);
        foreach (var field in type.Fields.All)
            Use(field.Type);
    }

    /// <summary>The schema of a component.</summary>
    public void WriteComponent(TypeDescriptor type)
    {
        if (type.Published is { } published)
        {
            json.WriteRawValue(published());
            return;
        }

        json.WriteStartObject();
        WriteDescription(descriptions.OfType(type.Name!));
        if (type.Shape == ValueShape.Struct)
            WriteStruct(type);
        else
            WriteShape(type);
        WriteKinds(type.Name!);
        if (OpenApiTypes.UnionsOf(type.Name!) is { } unions)
        {
            json.WritePropertyName("x-kubernetes-unions");
            json.WriteRawValue(unions);
        }

        json.WriteEndObject();
    }

    /// <summary>A reference to a named type, or the schema of an unnamed one.</summary>
    public void WriteReference(TypeDescriptor? type)
    {
        json.WriteStartObject();
        if (type is null)
            json.WriteString("type", "string");
        else if (type.Name is { } name)
            json.WriteString("$ref", Components + name);
        else
            WriteShape(type);
        json.WriteEndObject();
    }

    private void WriteStruct(TypeDescriptor type)
    {
        json.WriteString("type", "object");
        var required = type.Fields.All.Where(field => field.IsRequired).Select(field => field.Name).ToArray();
        if (required.Length > 0)
        {
            json.WriteStartArray("required");
            foreach (var name in required)
                json.WriteStringValue(name);
            json.WriteEndArray();
        }

        if (type.Fields.Count > 0)
        {
            json.WriteStartObject("properties");
            foreach (var field in type.Fields.All.OrderBy(field => field.Name, StringComparer.Ordinal))
            {
                json.WritePropertyName(field.Name);
                WriteField(type.Name ?? "", field);
            }

            json.WriteEndObject();
        }

        if (type.IsAtomic)
            json.WriteString("x-kubernetes-map-type", "atomic");
    }

    private void WriteField(string owner, FieldDescriptor field)
    {
        var type = field.Type;
        json.WriteStartObject();
        if (type.Name is { } name && OpenApiTypes.IsBareReference(owner, field.Name))
        {
            json.WriteString("$ref", Components + name);
            json.WriteEndObject();
            return;
        }

        WriteDescription(descriptions.OfField(owner, field.Name));
        if (type.Name is { } wrapped)
            WriteWrappedReference(wrapped, type, field);
        else
            WriteShape(type);
        if ((field.Default ?? type.Default) is { } value)
        {
            json.WritePropertyName("default");
            json.WriteRawValue(value);
        }

        if (type.Shape == ValueShape.List && !OpenApiTypes.IsUnmerged(owner, field.Name))
            WriteTopology(type);
        else if (OpenApiTypes.IsListOfBytes(owner, field.Name))
            json.WriteString("x-kubernetes-list-type", "atomic");
        if (OpenApiTypes.IsExplicitlyGranular(owner, field.Name))
            json.WriteString("x-kubernetes-map-type", "granular");
        WritePatchStrategy(type);
        json.WriteEndObject();
    }

    private void WriteDescription(string? text)
    {
        if (text is not null)
            json.WriteString("description", text);
    }

    // A struct that is no pointer is always there, so that its default is the empty one.
    private void WriteWrappedReference(string name, TypeDescriptor type, FieldDescriptor field)
    {
        json.WriteStartArray("allOf");
        json.WriteStartObject();
        json.WriteString("$ref", Components + name);
        json.WriteEndObject();
        json.WriteEndArray();
        if (type.Shape == ValueShape.Struct && !field.IsPointer && field.Default is null)
        {
            json.WriteStartObject("default");
            json.WriteEndObject();
        }
    }

    private void WriteShape(TypeDescriptor type)
    {
        switch (type.Shape)
        {
            case ValueShape.Scalar: WriteScalar(type); break;
            case ValueShape.Struct: WriteStruct(type); break;
            case ValueShape.List: WriteList(type); break;
            case ValueShape.Map:
                json.WriteString("type", "object");
                json.WritePropertyName("additionalProperties");
                WriteReference(type.Values);
                if (type.IsAtomic)
                    json.WriteString("x-kubernetes-map-type", "atomic");
                break;
            case ValueShape.Untyped when type.Name is { } name && !name.EndsWith(".JSON", StringComparison.Ordinal) && !name.Contains("JSONSchemaPropsOr", StringComparison.Ordinal):
                json.WriteString("type", "object"); // RawExtension, FieldsV1, Patch; apiextensions' JSON may be anything
                break;
        }
    }

    private void WriteScalar(TypeDescriptor type)
    {
        switch (type.Scalar)
        {
            case ScalarType.Quantity:
                WriteOneOf("string", "number");
                return;
            case ScalarType.IntOrString:
                json.WriteString("format", "int-or-string");
                WriteOneOf("integer", "string");
                return;
        }

        json.WriteString("type", type.Scalar switch
        {
            ScalarType.Integer => "integer",
            ScalarType.Number => "number",
            ScalarType.Boolean => "boolean",
            _ => "string",
        });
        if (type.Format is { } format)
            json.WriteString("format", format == "micro-time" ? "date-time" : format);
        if (type.Enum.IsEmpty)
            return;
        json.WriteStartArray("enum");
        foreach (var value in type.Enum)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private void WriteOneOf(params ReadOnlySpan<string> types)
    {
        json.WriteStartArray("oneOf");
        foreach (var type in types)
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteList(TypeDescriptor type)
    {
        json.WriteString("type", "array");
        json.WritePropertyName("items");
        WriteReference(type.Items);
    }

    private void WriteTopology(TypeDescriptor type)
    {
        json.WriteString("x-kubernetes-list-type", type.Topology switch { ListTopology.Set => "set", ListTopology.Map => "map", _ => "atomic" });
        if (type.MapKeys.IsEmpty)
            return;
        json.WriteStartArray("x-kubernetes-list-map-keys");
        foreach (var key in type.MapKeys)
            json.WriteStringValue(key);
        json.WriteEndArray();
    }

    private void WritePatchStrategy(TypeDescriptor type)
    {
        if (type.PatchMergeKey is { } key)
            json.WriteString("x-kubernetes-patch-merge-key", key);
        if (type.PatchStrategy == PatchStrategies.None)
            return;
        json.WriteString("x-kubernetes-patch-strategy", string.Join(',', Names()));

        IEnumerable<string> Names()
        {
            if (type.PatchStrategy.HasFlag(PatchStrategies.Merge))
                yield return "merge";
            if (type.PatchStrategy.HasFlag(PatchStrategies.Replace))
                yield return "replace";
            if (type.PatchStrategy.HasFlag(PatchStrategies.RetainKeys))
                yield return "retainKeys";
        }
    }

    private void WriteKinds(string type)
    {
        var kinds = OpenApiTypes.KindsOf(type, document).ToArray();
        if (kinds.Length == 0)
            return;
        json.WriteStartArray("x-kubernetes-group-version-kind");
        foreach (var kind in kinds)
            OperationWriter.WriteKind(json, kind);
        json.WriteEndArray();
    }
}
