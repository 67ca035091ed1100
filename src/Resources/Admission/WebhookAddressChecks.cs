using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.Resources.Admission;

/// <summary>Where a webhook is reached (apiserver: pkg/util/webhook/validation.go).</summary>
internal static class WebhookAddressChecks
{
    private const string UrlForm = "; desired format: https://host[:port]/path";

    internal static void CheckUrl(string url, FieldErrors at)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            at.Required($"url must be a valid URL: parse {FieldErrors.Quote(url)}: invalid URI for request{UrlForm}");
            return;
        }

        if (parsed.Scheme != "https")
            at.Invalid(parsed.Scheme, "'https' is the only allowed URL scheme" + UrlForm);
        if (parsed.Host.Length == 0)
            at.Invalid(parsed.Host, "host must be specified" + UrlForm);
        if (parsed.UserInfo.Length > 0)
            at.Invalid(parsed.UserInfo, "user information is not permitted in the URL");
        if (parsed.Fragment.Length > 0)
            at.Invalid(parsed.Fragment[1..], "fragments are not permitted in the URL");
        if (parsed.Query.Length > 0)
            at.Invalid(parsed.Query[1..], "query parameters are not permitted in the URL");
    }

    internal static void CheckService(string name, string namespaceName, string? path, int port, FieldErrors at)
    {
        // Upstream tells of the one under the name of the other.
        if (namespaceName.Length == 0)
            at.At("name").Required();
        if (name.Length == 0)
            at.At("namespace").Required();
        if (port is < 1 or > 65535)
            at.At("port").Invalid(port, "port is not valid: must be between 1 and 65535, inclusive");
        if (path is { Length: > 0 } and not "/")
            CheckPath(path, at.At("path"));
    }

    private static void CheckPath(string path, FieldErrors at)
    {
        if (path == "//")
        {
            at.Invalid(path, "segment[0] may not be empty");
            return;
        }

        if (path[0] != '/')
            at.Invalid(path, "must start with a '/'");
        var steps = (path.EndsWith('/') ? path[1..^1] : path[1..]).Split('/');
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Length == 0)
            {
                at.Invalid(path, FormattableString.Invariant($"segment[{i}] may not be empty"));
                continue;
            }

            foreach (var complaint in Names.Subdomain(steps[i]))
                at.Invalid(path, FormattableString.Invariant($"segment[{i}]: {complaint}"));
        }
    }
}
