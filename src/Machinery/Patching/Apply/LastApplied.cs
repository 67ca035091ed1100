using System.Text;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Patching.Apply;

/// <summary>kubectl's annotation of client-side apply, which its server-side apply takes over: both may be used on one object, one after the other.</summary>
internal static class LastApplied
{
    /// <summary>The manager of kubectl apply --server-side; others are not concerned.</summary>
    public const string Manager = "kubectl";

    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";

    // kube-apiserver: TotalAnnotationSizeLimitB.
    private const int AnnotationBytesMaximum = 256 * 1024;

    /// <summary>What the last client-side apply wrote and the live object still has so; null without that annotation.</summary>
    public static FieldSet? Unchanged(TypeDescriptor type, TreeObject live)
    {
        if (Read(live) is not { } last)
            return null;
        var compared = TypedComparison.Of(type, last, live);
        return OwnedFields.Of(type, last).Difference(compared.Written).Difference(compared.Removed);
    }

    /// <summary>Where the live object has the annotation, the merged one gets the applied configuration there.</summary>
    public static ApplyOutcome Record(ApplyOutcome.Merged merged, TreeObject live, TreeObject applied)
    {
        if (live.Object("metadata")?.Object("annotations")?.String(Annotation) is not { Length: > 0 })
            return merged;
        var metadata = merged.Object.Object("metadata") ?? TreeObject.Empty;
        var annotations = metadata.Object("annotations") ?? TreeObject.Empty;
        var text = TreeWriter.ToJsonString(applied) + "\n";
        var others = annotations.Without(Annotation);
        var size = others.Sum(member => Encoding.UTF8.GetByteCount(member.Name) + Encoding.UTF8.GetByteCount(member.Value.StringOrNull ?? ""));
        annotations = size + Annotation.Length + Encoding.UTF8.GetByteCount(text) > AnnotationBytesMaximum ? others : others.With(Annotation, TreeString.Of(text));
        var recorded = merged.Object.With("metadata", metadata.With("annotations", annotations));
        return merged with { Object = recorded, IsChanged = merged.IsChanged || !recorded.Equals(live) };
    }

    private static TreeObject? Read(TreeObject live)
    {
        if (live.Object("metadata")?.Object("annotations")?.String(Annotation) is not { Length: > 0 } text)
            return null;
        try
        {
            return TreeReader.ReadObject(Encoding.UTF8.GetBytes(text));
        }
        catch (TreeFormatException)
        {
            return null;
        }
    }
}
