using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;
using ControlPlane.Types.Storage;

namespace ControlPlane.Resources.Storage;

/// <summary>A kind of storage that claims can ask for, and how it is made.</summary>
internal sealed class StorageClasses : ResourceDefinition<StorageClass>
{
    private const int MaxParameterBytes = 256 * 1024; // upstream: maxProvisionerParameterSize
    private const int MaxParameters = 512; // upstream: maxProvisionerParameterLen
    private static readonly string[] DefaultAnnotations = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    protected override void Declare(Declaration<StorageClass> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .Column("Name", value => IsDefault(value) ? value.Metadata.Name + " (default)" : value.Metadata.Name, format: "name")
        .Column("Provisioner", value => value.Provisioner)
        .Column("ReclaimPolicy", value => value.ReclaimPolicy ?? "Delete")
        .Column("VolumeBindingMode", value => value.VolumeBindingMode ?? CellTexts.Unset)
        .Column("AllowVolumeExpansion", value => value.AllowVolumeExpansion ?? false)
        .AgeColumn();

    protected override StorageClass Default(StorageClass value) => value with
    {
        ReclaimPolicy = value.ReclaimPolicy ?? "Delete",
        VolumeBindingMode = value.VolumeBindingMode ?? "Immediate",
    };

    protected override void Validate(StorageClass value, FieldErrors errors)
    {
        StorageChecks.CheckProvisioner(value.Provisioner, errors.At("provisioner"));
        CheckParameters(value.Parameters, errors.At("parameters"));
        if (value.ReclaimPolicy is { Length: > 0 } policy)
            errors.At("reclaimPolicy").OneOf(policy, "Delete", "Retain");
        if (value.VolumeBindingMode is { } mode)
            errors.At("volumeBindingMode").OneOf(mode, "Immediate", "WaitForFirstConsumer");
        else
            errors.At("volumeBindingMode").Required();
        CheckTopologies(value.AllowedTopologies, errors.At("allowedTopologies"));
    }

    protected override void ValidateUpdate(StorageClass value, StorageClass old, FieldErrors errors)
    {
        Validate(value, errors);
        errors.At("parameters").Immutable(value.Parameters, old.Parameters, parameters => parameters.IsNil ? "null" : "{}");
        errors.At("provisioner").Immutable(value.Provisioner, old.Provisioner, FieldErrors.Quote);
        errors.At("reclaimPolicy").Immutable(value.ReclaimPolicy, old.ReclaimPolicy, FieldErrors.Quote);
        errors.At("volumeBindingMode").Immutable(value.VolumeBindingMode, old.VolumeBindingMode, FieldErrors.Quote);
    }

    private static bool IsDefault(StorageClass value) => DefaultAnnotations.Any(annotation => value.Metadata.Annotations.Find(annotation) == "true");

    internal static void CheckParameters(ValueMap<string> parameters, FieldErrors at)
    {
        if (parameters.Count > MaxParameters)
            at.At("Provisioner Parameters Length").TooLong(MaxParameters);
        long size = 0;
        foreach (var (key, value) in parameters)
        {
            if (key.Length == 0)
                at.Invalid(key, "field can not be empty.");
            size += key.Length + value.Length;
        }

        if (size > MaxParameterBytes)
            at.TooLong(MaxParameterBytes);
    }

    private static void CheckTopologies(ValueList<TopologySelectorTerm> terms, FieldErrors at)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            var keys = new HashSet<string>(StringComparer.Ordinal);
            var expressions = terms[i].MatchLabelExpressions;
            for (var j = 0; j < expressions.Count; j++)
            {
                var place = at.At(i).At("matchLabelExpressions", j);
                CheckExpression(expressions[j], place);
                if (!keys.Add(expressions[j].Key))
                    place.At("key").Duplicate(expressions[j].Key);
            }

            if (expressions.IsEmpty || terms.FindIndex(other => other == terms[i]) < i)
                at.At(i).At("matchLabelExpressions").Duplicate("");
        }
    }

    private static void CheckExpression(TopologySelectorLabelRequirement expression, FieldErrors at)
    {
        if (expression.Values.IsEmpty)
            at.At("values").Required();
        for (var i = 0; i < expression.Values.Count; i++)
        {
            if (expression.Values.FindIndex(other => other == expression.Values[i]) < i)
                at.At("values", i).Duplicate(expression.Values[i]);
        }

        at.At("key").Complain(expression.Key, Names.QualifiedName(expression.Key));
    }
}
