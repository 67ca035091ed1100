using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Trees;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.ApiServer.CustomResources;

/// <summary>/scale of custom resources: numbers and a selector, read and written at the paths that the definition names (apiextensions: pkg/registry/customresource/etcd.go).</summary>
internal static class ScalePaths
{
    /// <summary>What the engine needs for /scale.</summary>
    public static ScaleTrait Of(CustomResourceSubresourceScale scale)
    {
        var (spec, status) = (Parts(scale.SpecReplicasPath), Parts(scale.StatusReplicasPath));
        var selector = scale.LabelSelectorPath is { Length: > 0 } path ? Parts(path) : [];
        return new ScaleTrait(
            value => Integer(value, spec) ?? throw ApiError.Internal($"the spec replicas field {FieldErrors.Quote(scale.SpecReplicasPath)} does not exist"),
            value => Integer(value, status) ?? 0,
            value => selector.IsEmpty ? "" : Find(((DynamicObject)value).Content, selector)?.StringOrNull ?? "",
            (value, replicas) => ((DynamicObject)value).WithContent(Set(((DynamicObject)value).Content, spec.AsSpan(), TreeInteger.Of(replicas))),
            spec);
    }

    /// <summary>The members that a path of the simple form ".spec.replicas" leads through.</summary>
    public static ImmutableArray<string> Parts(string path) => [.. path.TrimStart('.').Split('.')];

    /// <summary>What stands there; null for nothing.</summary>
    public static TreeValue? Find(TreeObject content, ImmutableArray<string> path)
    {
        TreeValue? value = content;
        foreach (var name in path)
            value = (value as TreeObject)?[name];
        return value;
    }

    private static int? Integer(IApiObject value, ImmutableArray<string> path) => Find(((DynamicObject)value).Content, path) switch
    {
        TreeInteger integer => (int)Math.Clamp(integer.Value, int.MinValue, int.MaxValue),
        _ => null,
    };

    private static TreeObject Set(TreeObject members, ReadOnlySpan<string> path, TreeValue value) => path.Length == 1
        ? members.With(path[0], value)
        : members.With(path[0], Set(members.Object(path[0]) ?? TreeObject.Empty, path[1..], value));
}
