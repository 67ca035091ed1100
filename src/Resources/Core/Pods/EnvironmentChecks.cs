using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>Environment variables and where their values come from.</summary>
internal static partial class EnvironmentChecks
{
    private const string NotAName = "a valid environment variable name must consist only of printable ASCII characters other than '='";
    private static readonly string[] Fields =
    [
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
        "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    internal static void Check(ValueList<EnvVar> variables, FieldErrors at)
    {
        for (var i = 0; i < variables.Count; i++)
        {
            if (variables[i].Name.Length == 0)
                at.At(i).At("name").Required();
            else
                CheckName(variables[i].Name, at.At(i).At("name"));
            if (variables[i].ValueFrom is { } source)
                Check(source, variables[i].Value, at.At(i).At("valueFrom"));
        }
    }

    internal static void Check(ValueList<EnvFromSource> sources, FieldErrors at)
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var (source, place) = (sources[i], at.At(i));
            if (source.Prefix.Length > 0)
                CheckName(source.Prefix, place.At("prefix"));
            CheckReference(source.ConfigMapRef?.Name, place.At("configMapRef").At("name"));
            CheckReference(source.SecretRef?.Name, place.At("secretRef").At("name"));
            if (source is { ConfigMapRef: null, SecretRef: null })
                at.Invalid("", "must specify one of: `configMapRef` or `secretRef`");
            else if (source is { ConfigMapRef: not null, SecretRef: not null })
                at.Invalid("", "may not have more than one field specified at a time");
        }
    }

    private static void Check(EnvVarSource source, string value, FieldErrors at)
    {
        var count = 0;
        if (source.FieldRef is { } field)
        {
            count++;
            DownwardChecks.Check(field, Fields, at.At("fieldRef"));
        }

        if (source.ResourceFieldRef is { } resource)
        {
            count++;
            DownwardChecks.Check(resource, isOfVolume: false, at.At("resourceFieldRef"));
        }

        if (source.ConfigMapKeyRef is { } map)
        {
            count++;
            CheckKey(map.Name, map.Key, at.At("configMapKeyRef"));
        }

        if (source.SecretKeyRef is { } secret)
        {
            count++;
            CheckKey(secret.Name, secret.Key, at.At("secretKeyRef"));
        }

        if (source.FileKeyRef is { } file)
        {
            count++;
            CheckFile(file, at.At("fileKeyRef"));
        }

        if (count == 0)
            at.Invalid("", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        else if (value.Length > 0)
            at.Invalid("", "may not be specified when `value` is not empty");
        else if (count > 1)
            at.Invalid("", "may not have more than one field specified at a time");
    }

    private static void CheckReference(string? name, FieldErrors at)
    {
        if (name is { Length: 0 })
            at.Required();
        else if (name is not null)
            at.Complain(name, Names.Subdomain(name));
    }

    private static void CheckKey(string name, string key, FieldErrors at)
    {
        at.At("name").Complain(name, Names.Subdomain(name));
        if (key.Length == 0)
            at.At("key").Required();
        else
            at.At("key").Complain(key, Names.ConfigMapKey(key));
    }

    private static void CheckFile(FileKeySelector file, FieldErrors at)
    {
        if (file.Key.Length == 0)
            at.At("key").Required();
        else
            CheckName(file.Key, at.At("key"));
        if (file.VolumeName.Length == 0)
            at.At("volumeName").Required();
        if (file.Path.Length == 0)
            at.At("path").Required();
        else
            PathChecks.OfFile(file.Path, at.At("path"));
    }

    private static void CheckName(string name, FieldErrors at)
    {
        if (!Name().IsMatch(name))
            at.Invalid(name, NotAName);
    }

    [GeneratedRegex("^[ -<>-~]+$")]
    private static partial Regex Name();
}
