using System.Globalization;
using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Definitions;

/// <summary>What is checked of every object's metadata, and of that of pod templates (apimachinery: pkg/api/validation/objectmeta.go).</summary>
public static class ObjectMetaRules
{
    /// <summary>All annotations of an object together, in bytes.</summary>
    public const int MaxAnnotationBytes = 256 * 1024; // apimachinery: TotalAnnotationSizeLimitB

    private const int MaxFieldManagerBytes = 128; // apimachinery: pkg/apis/meta/v1/validation, FieldManagerMaxLength
    private const int MaxSubresourceBytes = 256; // apimachinery: pkg/apis/meta/v1/validation, MaxSubresourceNameLength
    private const string Orphan = "orphan";
    private const string ForegroundDeletion = "foregroundDeletion";

    /// <summary>Checks a new object's metadata.</summary>
    /// <param name="metadata">With its name.</param>
    /// <param name="isNamespaced">Must it have a namespace (or must it have none)?</param>
    /// <param name="names">How the name is checked.</param>
    /// <param name="isBuiltIn">Finalizers of built-in kinds must be qualified names, or one of the standard ones.</param>
    /// <param name="errors">At the root of the object.</param>
    public static void CheckNew(ObjectMeta metadata, bool isNamespaced, NameRule names, bool isBuiltIn, FieldErrors errors)
    {
        var at = errors.At("metadata");
        CheckNames(metadata, isNamespaced, names, at);
        if (metadata.Generation < 0)
            at.At("generation").Invalid(metadata.Generation, "must be greater than or equal to 0");
        CheckCommon(metadata, errors);
        CheckFinalizers(metadata.Finalizers, isBuiltIn, at.At("finalizers"));
    }

    /// <summary>Checks what an update does to the metadata.</summary>
    /// <param name="metadata">As it shall be.</param>
    /// <param name="old">As it is.</param>
    /// <param name="traits">How often what is wrong is told, and whether it is checked as if it were new.</param>
    /// <param name="names">How the name is checked.</param>
    /// <param name="isBuiltIn">Finalizers of built-in kinds must be qualified names, or one of the standard ones.</param>
    /// <param name="errors">At the root of the object.</param>
    public static void CheckUpdate(ObjectMeta metadata, ObjectMeta old, ResourceTraits traits, NameRule names, bool isBuiltIn, FieldErrors errors)
    {
        CheckAlone(metadata, Names.PathSegment, isBuiltIn: false, errors);
        var changes = traits.MetadataChecksOnUpdate - (traits.ChecksMetadataAsNew ? 2 : 1);
        for (var i = 0; i < changes; i++)
            CheckChange(metadata, old, errors);
        if (traits.ChecksMetadataAsNew)
            CheckAlone(metadata, names, isBuiltIn, errors);
    }

    private static void CheckAlone(ObjectMeta metadata, NameRule names, bool isBuiltIn, FieldErrors errors)
    {
        var at = errors.At("metadata");
        if (metadata.GenerateName.Length > 0)
        {
            foreach (var complaint in names(metadata.GenerateName, true))
                at.At("generateName").Invalid(metadata.GenerateName, complaint);
        }

        if (metadata.Generation < 0)
            at.At("generation").Invalid(metadata.Generation, "must be greater than or equal to 0");
        CheckCommon(metadata, errors);
        CheckFinalizers(metadata.Finalizers, isBuiltIn, at.At("finalizers"));
    }

    private static void CheckChange(ObjectMeta metadata, ObjectMeta old, FieldErrors errors)
    {
        var at = errors.At("metadata");
        if (old.DeletionTimestamp is not null)
            CheckNoNewFinalizers(metadata.Finalizers, old.Finalizers, at.At("finalizers"));
        if (metadata.ResourceVersion.Length == 0)
            at.At("resourceVersion").Invalid(metadata.ResourceVersion, "must be specified for an update");
        if (metadata.Generation < old.Generation)
            at.At("generation").Invalid(metadata.Generation, "must not be decremented");
        CheckImmutable(metadata, old, at);
        CheckCommon(metadata, errors);
    }

    /// <summary>Checks labels, whosever they are.</summary>
    public static void CheckLabels(ValueMap<string> labels, FieldErrors at)
    {
        foreach (var (key, value) in labels)
        {
            foreach (var complaint in Names.QualifiedName(key))
                at.Invalid(key, complaint);
            foreach (var complaint in Names.LabelValue(value))
                at.Invalid(value, complaint);
        }
    }

    /// <summary>Checks annotations, whosever they are.</summary>
    public static void CheckAnnotations(ValueMap<string> annotations, FieldErrors at)
    {
        long size = 0;
        foreach (var (key, value) in annotations)
        {
            foreach (var complaint in Names.QualifiedName(key.ToLowerInvariant()))
                at.Invalid(key, complaint);
            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value);
        }

        if (size > MaxAnnotationBytes)
            at.TooLong(MaxAnnotationBytes);
    }

    private static void CheckNames(ObjectMeta metadata, bool isNamespaced, NameRule names, FieldErrors at)
    {
        if (metadata.GenerateName.Length > 0)
        {
            foreach (var complaint in names(metadata.GenerateName, true))
                at.At("generateName").Invalid(metadata.GenerateName, complaint);
        }

        if (metadata.Name.Length == 0)
            at.At("name").Required("name or generateName is required");
        else
        {
            foreach (var complaint in names(metadata.Name, false))
                at.At("name").Invalid(metadata.Name, complaint);
        }

        if (!isNamespaced && metadata.Namespace.Length > 0)
            at.At("namespace").Forbidden("not allowed on this type");
        else if (isNamespaced && metadata.Namespace.Length == 0)
            at.At("namespace").Required();
        else if (isNamespaced)
        {
            foreach (var complaint in Names.Label(metadata.Namespace))
                at.At("namespace").Invalid(metadata.Namespace, complaint);
        }
    }

    /// <summary>Checks what is checked of new and of changed metadata alike.</summary>
    /// <param name="metadata">Whose labels, annotations, owners and managers.</param>
    /// <param name="errors">At the root of the object.</param>
    public static void CheckCommon(ObjectMeta metadata, FieldErrors errors)
    {
        var at = errors.At("metadata");
        CheckLabels(metadata.Labels, at.At("labels"));
        CheckAnnotations(metadata.Annotations, at.At("annotations"));
        CheckOwners(metadata.OwnerReferences, at.At("ownerReferences"));
        for (var i = 0; i < metadata.ManagedFields.Count; i++)
            CheckManagedFields(metadata.ManagedFields[i], at.At("managedFields", i));
    }

    private static void CheckOwners(ValueList<OwnerReference> owners, FieldErrors at)
    {
        string? controller = null;
        foreach (var owner in owners)
        {
            CheckOwner(owner, at);
            if (owner.Controller is not true)
                continue;
            var name = $"{owner.Kind}/{owner.Name}";
            if (controller is not null)
            {
                at.InvalidPrinted(
                    $"[{string.Join(",", owners.Select(Print))}]",
                    $"Only one reference can have Controller set to true. Found \"true\" in references for {controller} and {name}");
            }

            controller ??= name;
        }
    }

    private static void CheckOwner(OwnerReference owner, FieldErrors at)
    {
        var isVersion = GroupVersion.TryParse(owner.ApiVersion, out var version);
        if (!isVersion || version.Version.Length == 0)
            at.At("apiVersion").Invalid(owner.ApiVersion, "version must not be empty");
        if (owner.Kind.Length == 0)
            at.At("kind").Invalid(owner.Kind, "must not be empty");
        if (owner.Name.Length == 0)
            at.At("name").Invalid(owner.Name, "must not be empty");
        if (owner.Uid.Length == 0)
            at.At("uid").Invalid(owner.Uid, "must not be empty");
        if (isVersion && version.WithKind(owner.Kind) is { Group: "", Version: "v1", Kind: "Event" } banned)
            at.InvalidPrinted(Print(owner), $"{banned} is disallowed from being an owner");
    }

    private static string Print(OwnerReference owner) => Encoding.UTF8.GetString(Json.EncodeMessage(owner));

    private static void CheckFinalizers(ValueList<string> finalizers, bool isBuiltIn, FieldErrors at)
    {
        foreach (var finalizer in finalizers)
        {
            foreach (var complaint in Names.QualifiedName(finalizer))
                at.Invalid(finalizer, complaint);
        }

        if (finalizers.Contains(Orphan) && finalizers.Contains(ForegroundDeletion))
        {
            at.InvalidPrinted(
                $"[{string.Join(",", finalizers.Select(FieldErrors.Quote))}]",
                $"finalizer {Orphan} and {ForegroundDeletion} cannot be both set");
        }

        for (var i = 0; isBuiltIn && i < finalizers.Count; i++)
        {
            if (!finalizers[i].Contains('/', StringComparison.Ordinal) && finalizers[i] is not ("kubernetes" or Orphan or ForegroundDeletion))
                at.At(i).Invalid(finalizers[i], "name is neither a standard finalizer name nor is it fully qualified");
        }
    }

    private static void CheckNoNewFinalizers(ValueList<string> finalizers, ValueList<string> old, FieldErrors at)
    {
        var added = finalizers.Where(finalizer => !old.Contains(finalizer)).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (added.Length > 0)
        {
            at.Forbidden(
                "no new finalizers can be added if the object is being deleted, found new finalizers "
                + $"[]string{{{string.Join(", ", added.Select(FieldErrors.Quote))}}}");
        }
    }

    private static void CheckImmutable(ObjectMeta metadata, ObjectMeta old, FieldErrors at)
    {
        const string Immutable = "field is immutable";
        if (metadata.Name != old.Name)
            at.At("name").Invalid(metadata.Name, Immutable);
        if (metadata.Namespace != old.Namespace)
            at.At("namespace").Invalid(metadata.Namespace, Immutable);
        if (metadata.Uid != old.Uid)
            at.At("uid").Invalid(metadata.Uid, Immutable);
        if (metadata.CreationTimestamp != old.CreationTimestamp)
            at.At("creationTimestamp").Invalid(metadata.CreationTimestamp.ToString(), Immutable);
        if (metadata.DeletionTimestamp != old.DeletionTimestamp)
            at.At("deletionTimestamp").Invalid(metadata.DeletionTimestamp?.ToString(), Immutable);
        if (metadata.DeletionGracePeriodSeconds != old.DeletionGracePeriodSeconds)
            at.At("deletionGracePeriodSeconds").InvalidPrinted(metadata.DeletionGracePeriodSeconds?.ToString(CultureInfo.InvariantCulture) ?? "null", Immutable);
    }

    private static void CheckManagedFields(ManagedFieldsEntry entry, FieldErrors at)
    {
        if (entry.Operation is not ("Apply" or "Update"))
            at.At("operation").Invalid(entry.Operation, "must be `Apply` or `Update`");
        if (entry.FieldsType is not ("" or "FieldsV1"))
            at.At("fieldsType").Invalid(entry.FieldsType, "must be `FieldsV1`");
        CheckFieldManager(entry.Manager, at.At("manager"));
        if (Encoding.UTF8.GetByteCount(entry.Subresource) > MaxSubresourceBytes)
            at.At("subresource").TooLong(MaxSubresourceBytes);
    }

    /// <summary>Checks a field manager's name, of a request or of managedFields.</summary>
    public static void CheckFieldManager(string manager, FieldErrors at)
    {
        if (Encoding.UTF8.GetByteCount(manager) > MaxFieldManagerBytes)
            at.TooLong(MaxFieldManagerBytes);
        var position = 0;
        foreach (var rune in manager.EnumerateRunes())
        {
            if (!IsPrintable(rune))
                at.Invalid(manager, string.Create(CultureInfo.InvariantCulture, $"invalid character U+{rune.Value:X4} (at position {position})"));
            position += rune.Utf8SequenceLength;
        }
    }

    // Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space.
    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
