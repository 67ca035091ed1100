using System.Text;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Patching;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Trees;
using ControlPlane.Registry.Cache;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>A patch as it was sent, read once and applied as often as it takes.</summary>
internal sealed class PatchDocument
{
    private readonly PatchKind _kind;
    private readonly TreeValue _tree;
    private readonly JsonPatch? _operations;
    private readonly PatchReach? _reach;

    private PatchDocument(PatchKind kind, TreeValue tree)
    {
        (_kind, _tree, _operations) = (kind, tree, kind == PatchKind.Json ? JsonPatch.Parse(tree) : null);
        _reach = kind switch
        {
            PatchKind.Json => PatchReach.OfJsonPatch(tree),
            PatchKind.Merge => PatchReach.OfMerge(tree),
            PatchKind.StrategicMerge => PatchReach.OfStrategicMerge(tree),
            _ => null,
        };
    }

    /// <summary>The form that a content type names.</summary>
    /// <param name="contentType">The Content-Type header.</param>
    /// <param name="hasStrategicMerge">Custom resources have none.</param>
    /// <exception cref="ApiException">415: it is none.</exception>
    public static PatchKind KindOf(string? contentType, bool hasStrategicMerge) => MediaTypes.Bare(contentType) switch
    {
        MediaTypes.JsonPatch => PatchKind.Json,
        MediaTypes.MergePatch => PatchKind.Merge,
        MediaTypes.StrategicMergePatch when hasStrategicMerge => PatchKind.StrategicMerge,
        MediaTypes.ApplyPatch => PatchKind.Apply,
        _ => throw ApiError.UnsupportedMediaType(
            "the body of the request was in an unknown format - accepted media types include: "
            + string.Join(", ", hasStrategicMerge
                ? [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch, MediaTypes.ApplyPatch]
                : (string[])[MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.ApplyPatch])),
    };

    /// <summary>Reads a document.</summary>
    /// <exception cref="ApiException">400: it is no such document. 413: it is too big.</exception>
    public static PatchDocument Read(PatchKind kind, ReadOnlyMemory<byte> document, FieldValidation validation, Action<string> warn)
    {
        var duplicates = validation == FieldValidation.Ignore ? null : new List<string>();
        try
        {
            var tree = kind == PatchKind.Apply ? YamlReader.Read(document.Span, duplicates) : TreeReader.Read(document.Span, duplicates);
            foreach (var path in duplicates ?? [])
            {
                if (validation == FieldValidation.Strict)
                    throw ApiError.BadRequest($"strict decoding error: duplicate field \"{path}\"");
                warn($"duplicate field \"{path}\"");
            }

            return new(kind, tree);
        }
        catch (TreeFormatException malformed)
        {
            throw ApiError.BadRequest(kind == PatchKind.Apply ? $"error decoding YAML: {malformed.Message}" : $"error decoding patch: {malformed.Message}");
        }
        catch (PatchFormatException malformed)
        {
            throw ApiError.BadRequest(malformed.Message);
        }
        catch (PatchTooLargeException tooLarge)
        {
            throw ApiError.TooLarge($"Request entity too large: {tooLarge.Message}");
        }
    }

    /// <summary>The patched object, in the request's version, not yet defaulted. What the patch cannot reach is shared with the stored object's record.</summary>
    /// <exception cref="ApiException">400, 413, 422: the patch does not fit, or what comes out is no such object.</exception>
    public IApiObject ApplyTo(StoredObject current, Operation operation)
    {
        var version = operation.Resource.Version;
        var patched = version is { IsHub: true, HasProtobuf: true } && _reach is not null
            ? WithinReach(_reach, current.Record, version, operation)
            : null;
        return patched ?? (IApiObject)ApplyTo(current.JsonOf(version), BodyKind.Of(version), version.Schema, operation);
    }

    /// <summary>The patched document of some kind.</summary>
    /// <exception cref="ApiException">400, 413, 422: the patch does not fit, or what comes out is no such object.</exception>
    public IRuntimeObject ApplyTo(ReadOnlyMemory<byte> json, BodyKind kind, TypeDescriptor type, Operation operation) =>
        Decode(Patched(DocumentTree.Read(json.Span), type), kind, operation);

    /// <summary>The configuration of a server-side apply, with the name and namespace of the URL where it names none.</summary>
    /// <exception cref="ApiException">400: it is no object, or another one.</exception>
    public TreeObject Configuration(Operation operation)
    {
        if (_tree is not TreeObject configuration)
            throw ApiError.BadRequest("error decoding YAML: the document is no object");
        if (configuration.String("kind") is { Length: > 0 } kind && kind != operation.Resource.Version.Kind.Kind)
            throw ApiError.BadRequest($"expected objects of the same type, but got {operation.Resource.Version.Kind.Kind} and {kind}");
        var metadata = configuration.Object("metadata") ?? TreeObject.Empty;
        var name = metadata.String("name") ?? "";
        var @namespace = metadata.String("namespace") ?? "";
        if (name.Length > 0 && name != operation.Name)
            throw ApiError.BadRequest($"the name of the object ({name}) does not match the name on the URL ({operation.Name})");
        if (@namespace.Length > 0 && @namespace != operation.Namespace)
            throw ApiError.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        metadata = metadata.With("name", TreeString.Of(operation.Name));
        if (operation.Namespace.Length > 0)
            metadata = metadata.With("namespace", TreeString.Of(operation.Namespace));
        return configuration.With("metadata", metadata);
    }

    /// <summary>The object of a tree, in the request's version.</summary>
    /// <exception cref="ApiException">422: it is no such object.</exception>
    public static IApiObject Decode(TreeObject tree, Operation operation) =>
        (IApiObject)Decode(tree, BodyKind.Of(operation.Resource.Version), operation);

    private static IRuntimeObject Decode(TreeObject tree, BodyKind kind, Operation operation)
    {
        var json = TreeWriter.ToBytes(tree);
        var validation = operation.Parameters.FieldValidation;
        var diagnostics = validation == FieldValidation.Ignore ? null : new DecodeDiagnostics();
        try
        {
            var value = kind.ReadJson(json, diagnostics);
            if (diagnostics is { IsEmpty: false })
            {
                if (validation == FieldValidation.Strict)
                    throw NotAnObject(json, $"strict decoding error: {string.Join(", ", diagnostics.Messages)}");
                foreach (var problem in diagnostics.Messages)
                    operation.Warn(problem);
            }

            return value;
        }
        catch (DecodeException malformed)
        {
            throw NotAnObject(json, malformed.Message);
        }
    }

    // Null where what comes out is not quite such an object: then the whole is made, for its text belongs into the error.
    private IApiObject? WithinReach(PatchReach reach, IApiObject record, ServedVersion version, Operation operation)
    {
        var part = record.OnlyMembers(reach.Members);
        if (reach.SparesManagedFields)
            part = FieldManagement.With(part, ManagedFields.Empty);
        var patched = Patched(DocumentTree.Read(version.WriteJson(part)), version.Schema);
        var diagnostics = operation.Parameters.FieldValidation == FieldValidation.Ignore ? null : new DecodeDiagnostics();
        try
        {
            var value = version.ReadJson(TreeWriter.ToBytes(patched), diagnostics);
            if (diagnostics is { IsEmpty: false })
                return null;
            if (reach.SparesManagedFields)
                value = value.WithMetadata(value.Metadata with { ManagedFields = record.Metadata.ManagedFields });
            return record.WithMembersOf(value, reach.Members);
        }
        catch (DecodeException)
        {
            return null;
        }
    }

    private TreeObject Patched(TreeObject original, TypeDescriptor type)
    {
        try
        {
            return _kind switch
            {
                PatchKind.Json => _operations!.Apply(original, RequestBody.BytesMax) as TreeObject
                    ?? throw new PatchFormatException("the patched document is no object"),
                PatchKind.Merge => MergePatch.Apply(original, _tree),
                _ => StrategicMergePatch.Apply(original, _tree, type),
            };
        }
        catch (PatchFormatException contradiction)
        {
            throw ApiError.BadRequest(contradiction.Message);
        }
        catch (PatchTooLargeException tooLarge)
        {
            throw ApiError.TooLarge($"Request entity too large: {tooLarge.Message}");
        }
        catch (PatchNotApplicableException)
        {
            // apiserver: applyJSPatch, NewGenericServerResponse(422)
            throw new ApiException(ApiError.Failure(422, "Invalid", "the server rejected our request due to an error in our request", new StatusDetails()));
        }
    }

    // apiserver: patch.go, field.Invalid(field.NewPath("patch"), ...) of no kind in particular
    private static ApiException NotAnObject(byte[] json, string why)
    {
        var errors = new FieldErrors();
        errors.At("patch").Invalid(Encoding.UTF8.GetString(json), why);
        return ApiError.Invalid(new GroupKind("", ""), "", errors.All);
    }
}
