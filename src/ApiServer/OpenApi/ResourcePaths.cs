using System.Collections.Immutable;
using ControlPlane.ApiServer.Discovery;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>The paths of one resource and what can be done there: derived from its verbs and subresources (apiserver: pkg/endpoints/installer.go).</summary>
internal sealed class ResourcePaths(DiscoveryResource resource, Func<GroupVersionKind, TypeDescriptor?> schemaOf)
{
    private static readonly ImmutableArray<string> PatchForms =
        ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"];

    private static readonly ImmutableArray<string> ProxyMethods = ["delete", "get", "head", "options", "patch", "post", "put"];

    private readonly string _prefix = DiscoveryGroup.PathOf(resource.Kind.GroupVersion);
    private readonly string _names = OpenApiNames.GroupVersion(resource.Kind.GroupVersion);
    private readonly string _scope = resource.IsNamespaced ? "Namespaced" : "";
    private readonly bool _isBuiltIn = schemaOf(resource.Kind) is null or { Published: null };

    /// <summary>All of them.</summary>
    public IEnumerable<OpenApiPath> All()
    {
        var collection = resource.IsNamespaced ? $"{_prefix}/namespaces/{{namespace}}/{resource.Info.Plural}" : $"{_prefix}/{resource.Info.Plural}";
        if (resource.IsNamespaced && Has("list"))
            yield return new($"{_prefix}/{resource.Info.Plural}", [List($"list{_names}{resource.Kind.Kind}ForAllNamespaces", [])]);
        var onCollection = OnCollection().ToImmutableArray();
        if (!onCollection.IsEmpty)
            yield return new(collection, onCollection);
        var onObject = OnObject().ToImmutableArray();
        if (!onObject.IsEmpty)
            yield return new($"{collection}/{{name}}", onObject);
        foreach (var path in resource.Info.Subresources.SelectMany(subresource => OnSubresource($"{collection}/{{name}}/{subresource.Name}", subresource)))
            yield return path;
        foreach (var path in Watches())
            yield return path;
    }

    private ImmutableArray<OpenApiParameter> InNamespace => resource.IsNamespaced ? [OpenApiParameter.Namespace] : [];

    private ImmutableArray<OpenApiParameter> OfObject => [OpenApiParameter.ObjectName, .. InNamespace];

    private ImmutableArray<string> Forms => _isBuiltIn ? OpenApiContent.ObjectForms : OpenApiContent.CustomObjectForms;

    private ImmutableArray<string> StreamForms => [.. Forms.Concat(Forms.Where(form => !form.EndsWith("yaml", StringComparison.Ordinal)).Select(form => form + ";stream=watch")).Order(StringComparer.Ordinal)];

    private IEnumerable<OpenApiOperation> OnCollection()
    {
        if (Has("deletecollection"))
            yield return Delete($"delete{_names}Collection{_scope}{resource.Kind.Kind}", "deletecollection", [.. InNamespace, .. OpenApiParameter.DeleteCollection], [200], OpenApiTypes.Status);
        if (Has("list"))
            yield return List($"list{_names}{_scope}{resource.Kind.Kind}", InNamespace);
        if (Has("create"))
            yield return Post($"create{_names}{_scope}{resource.Kind.Kind}", resource.Kind, InNamespace);
    }

    private IEnumerable<OpenApiOperation> OnObject()
    {
        var answersWithObject = OpenApiTypes.AreReturnedWhenDeleted(resource.Kind.GroupKind);
        if (Has("delete"))
            yield return Delete($"delete{_names}{_scope}{resource.Kind.Kind}", "delete", [.. OfObject, .. OpenApiParameter.Delete], [200, 202], answersWithObject ? Schema(resource.Kind) : OpenApiTypes.Status);
        foreach (var operation in ReadAndWrite(resource.Info.Verbs.Contains, resource.Kind, ""))
            yield return operation;
    }

    private IEnumerable<OpenApiPath> OnSubresource(string path, SubresourceInfo subresource)
    {
        var name = OpenApiNames.Title(subresource.Name);
        var kind = resource.KindOf(subresource);
        if (IsConnect(subresource))
        {
            yield return new(path, [.. Methods(subresource).Select(method => Connect(method, name, subresource.Name, kind, []))]);
            if (subresource.Name == "proxy")
                yield return new($"{path}/{{path}}", [.. Methods(subresource).Select(method => Connect(method, name + "WithPath", subresource.Name, kind, [OpenApiParameter.ProxyPath]))]);
            yield break;
        }

        var operations = ReadAndWrite(subresource.Verbs.Contains, kind, name).ToList();
        if (subresource.Verbs.Contains("create"))
            operations.Add(Post($"create{_names}{_scope}{resource.Kind.Kind}{name}", kind, OfObject));
        yield return new(path, subresource.Name == "log" ? [Log(operations[0])] : [.. operations]);
    }

    private IEnumerable<OpenApiOperation> ReadAndWrite(Func<string, bool> has, GroupVersionKind kind, string part)
    {
        var suffix = $"{_names}{_scope}{resource.Kind.Kind}{part}";
        var answer = new OpenApiContent(Schema(kind), Forms);
        ImmutableArray<OpenApiParameter> own = [.. OfObject, .. OpenApiParameter.Pretty];
        if (has("get"))
            yield return Operation("get", "read" + suffix, "get", kind, answer) with { Parameters = own };
        if (has("patch"))
            yield return Operation("patch", "patch" + suffix, "patch", kind, answer) with
            {
                Parameters = [.. own, .. OpenApiParameter.Patch],
                Body = new(OpenApiTypes.Patch, _isBuiltIn ? PatchForms : PatchForms[..3]),
                IsBodyRequired = true,
                Codes = [200, 201],
            };
        if (has("update"))
            yield return Operation("put", "replace" + suffix, "put", kind, answer) with
            {
                Parameters = [.. own, .. OpenApiParameter.Write],
                Body = new(Schema(kind), ["*/*"]),
                IsBodyRequired = true,
                Codes = [200, 201],
            };
    }

    private IEnumerable<OpenApiPath> Watches()
    {
        if (!Has("watch"))
            yield break;
        var (prefix, kind, plural) = ($"{_prefix}/watch", resource.Kind.Kind, resource.Info.Plural);
        if (resource.IsNamespaced)
            yield return new($"{prefix}/{plural}", [Watch($"watch{_names}{kind}ListForAllNamespaces", "watchlist", [])]);
        var collection = resource.IsNamespaced ? $"{prefix}/namespaces/{{namespace}}/{plural}" : $"{prefix}/{plural}";
        yield return new(collection, [Watch($"watch{_names}{_scope}{kind}List", "watchlist", InNamespace)]);
        if (Has("get"))
            yield return new($"{collection}/{{name}}", [Watch($"watch{_names}{_scope}{kind}", "watch", OfObject)]);
    }

    private OpenApiOperation List(string id, ImmutableArray<OpenApiParameter> own) =>
        Operation("get", id, "list", resource.Kind, new(Schema(resource.Kind with { Kind = resource.Info.ListKind }), StreamForms)) with
        {
            Parameters = [.. own, .. OpenApiParameter.Pretty, .. OpenApiParameter.List],
        };

    private OpenApiOperation Watch(string id, string action, ImmutableArray<OpenApiParameter> own) =>
        Operation("get", id, action, resource.Kind, new(OpenApiTypes.WatchEvent, StreamForms)) with { Parameters = [.. own, .. OpenApiParameter.Pretty, .. OpenApiParameter.List] };

    private OpenApiOperation Post(string id, GroupVersionKind kind, ImmutableArray<OpenApiParameter> own) =>
        Operation("post", id, "post", kind, new(Schema(kind), Forms)) with
        {
            Parameters = [.. own, .. OpenApiParameter.Pretty, .. OpenApiParameter.Write],
            Body = new(Schema(kind), ["*/*"]),
            IsBodyRequired = true,
            Codes = [200, 201, 202],
        };

    private OpenApiOperation Delete(string id, string action, ImmutableArray<OpenApiParameter> parameters, ImmutableArray<int> codes, TypeDescriptor? answer) =>
        Operation("delete", id, action, resource.Kind, new(answer, Forms)) with
        {
            Parameters = [.. parameters, .. OpenApiParameter.Pretty],
            Body = new(OpenApiTypes.DeleteOptions, ["*/*"]),
            Codes = codes,
        };

    private OpenApiOperation Connect(string method, string part, string subresource, GroupVersionKind kind, ImmutableArray<OpenApiParameter> more) =>
        Operation(method, $"connect{_names}{OpenApiNames.Title(method)}{_scope}{resource.Kind.Kind}{part}", "connect", kind, new(null, ["*/*"])) with
        {
            Parameters = [.. OfObject, .. more, .. OpenApiParameter.OfSubresource(subresource)],
        };

    private static OpenApiOperation Log(OpenApiOperation read) => read with
    {
        Parameters = [.. read.Parameters, .. OpenApiParameter.OfSubresource("log")],
        Answer = new(null, [.. OpenApiContent.ObjectForms, "text/plain"]),
    };

    private OpenApiOperation Operation(string method, string id, string action, GroupVersionKind kind, OpenApiContent answer) => new()
    {
        Method = method,
        Id = id,
        Tag = OpenApiNames.Tag(resource.Kind.GroupVersion),
        Action = action,
        Kind = kind,
        Answer = answer,
    };

    private TypeDescriptor? Schema(GroupVersionKind kind) => schemaOf(kind);

    private bool Has(string verb) => resource.Info.Verbs.Contains(verb);

    private static bool IsConnect(SubresourceInfo subresource) => subresource.Name is "exec" or "attach" or "portforward" or "proxy";

    private static ImmutableArray<string> Methods(SubresourceInfo subresource) => subresource.Name == "proxy" ? ProxyMethods : ["get", "post"];
}
