using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Settings for pods: texts and bytes under keys.</summary>
internal sealed class ConfigMaps : ResourceDefinition<ConfigMap>
{
    private const int MaxBytes = 1024 * 1024; // upstream: core.MaxSecretSize, which holds for both kinds

    /// <summary>What immutable objects of both kinds refuse.</summary>
    internal const string IsImmutable = "field is immutable when `immutable` is set";

    protected override void Declare(Declaration<ConfigMap> resource) => resource
        .MetadataChecksOnUpdate(4, asNew: true)
        .NameColumn()
        .Column("Data", map => map.Data.Count + map.BinaryData.Count)
        .AgeColumn();

    protected override void Validate(ConfigMap value, FieldErrors errors)
    {
        long size = 0;
        foreach (var (key, text) in value.Data)
        {
            CheckKey(key, errors.At("data"));
            if (value.BinaryData.ContainsKey(key))
                errors.At("data").Key(key).Invalid(key, "duplicate of key present in binaryData");
            size += Encoding.UTF8.GetByteCount(text);
        }

        foreach (var (key, bytes) in value.BinaryData)
        {
            CheckKey(key, errors.At("binaryData"));
            size += bytes.Length;
        }

        if (size > MaxBytes)
            errors.At("").TooLong(MaxBytes);
    }

    protected override void ValidateUpdate(ConfigMap value, ConfigMap old, FieldErrors errors)
    {
        if (old.Immutable is true)
        {
            if (value.Immutable is not true)
                errors.At("immutable").Forbidden(IsImmutable);
            if (value.Data != old.Data)
                errors.At("data").Forbidden(IsImmutable);
            if (value.BinaryData != old.BinaryData)
                errors.At("binaryData").Forbidden(IsImmutable);
        }

        Validate(value, errors);
    }

    private static void CheckKey(string key, FieldErrors at)
    {
        foreach (var complaint in Names.ConfigMapKey(key))
            at.Key(key).Invalid(key, complaint);
    }
}
