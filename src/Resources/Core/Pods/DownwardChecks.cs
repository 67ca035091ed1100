using System.Text.RegularExpressions;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What containers are told of their own pod: its fields and resources.</summary>
internal static partial class DownwardChecks
{
    private static readonly string[] Known =
    [
        "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.restartPolicy",
        "spec.serviceAccountName", "spec.schedulerName", "status.phase", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
    ];

    private static readonly string[] Resources =
    [
        "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory",
    ];

    private static readonly string[] Sizes = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

    internal static void Check(ObjectFieldSelector field, string[] supported, FieldErrors at)
    {
        if (field.ApiVersion.Length == 0)
            at.At("apiVersion").Required();
        else if (field.FieldPath.Length == 0)
            at.At("fieldPath").Required();
        else if (field.ApiVersion != "v1")
            at.At("fieldPath").Invalid(field.FieldPath, $"error converting fieldPath: unsupported pod version: {field.ApiVersion}");
        else
            CheckPath(field.FieldPath == "spec.host" ? "spec.nodeName" : field.FieldPath, supported, at);
    }

    internal static void Check(ResourceFieldSelector field, bool isOfVolume, FieldErrors at)
    {
        if (isOfVolume && field.ContainerName.Length == 0)
            at.At("containerName").Required();
        else if (field.Resource.Length == 0)
            at.At("resource").Required();
        else if (!Resources.Contains(field.Resource) && !HugePages().IsMatch(field.Resource))
            at.At("resource").NotSupported(field.Resource, Resources);
        if (!field.Divisor.IsZero)
            CheckDivisor(field.Resource, field.Divisor.ToString(), at.At("divisor"));
    }

    private static void CheckPath(string path, string[] supported, FieldErrors at)
    {
        if (Subscripted().Match(path) is { Success: true } parts)
        {
            var (map, key) = (parts.Groups[1].Value, parts.Groups[2].Value);
            if (map is not ("metadata.annotations" or "metadata.labels"))
                at.At("fieldPath").Invalid(path, $"error converting fieldPath: field label does not support subscript: {path}");
            else
                at.Complain(key, Names.QualifiedName(map == "metadata.annotations" ? key.ToLowerInvariant() : key));
        }
        else if (!Known.Contains(path))
        {
            at.At("fieldPath").Invalid(path, $"error converting fieldPath: field label not supported: {path}");
        }
        else if (!supported.Contains(path))
        {
            at.At("fieldPath").NotSupported(path, supported);
        }
    }

    private static void CheckDivisor(string resource, string divisor, FieldErrors at)
    {
        var what = resource[(resource.IndexOf('.', StringComparison.Ordinal) + 1)..];
        if (what == "cpu" && divisor is not ("1m" or "1"))
            at.Invalid(resource, "only divisor's values 1m and 1 are supported with the cpu resource");
        else if (what == "memory" && !Sizes.Contains(divisor))
            at.Invalid(resource, $"only divisor's values {string.Join(", ", Sizes)} are supported with the memory resource");
        else if (what == "ephemeral-storage" && !Sizes.Contains(divisor))
            at.Invalid(resource, $"only divisor's values {string.Join(", ", Sizes)} are supported with the local ephemeral storage resource");
        else if (what.StartsWith("hugepages-", StringComparison.Ordinal) && !Sizes.Contains(divisor))
            at.Invalid(resource, $"only divisor's values {string.Join(", ", Sizes)} are supported with the hugepages resource");
    }

    [GeneratedRegex(@"^(.*)\['(.*)'\]$")]
    private static partial Regex Subscripted();

    [GeneratedRegex("^(requests|limits).hugepages-")]
    private static partial Regex HugePages();
}
