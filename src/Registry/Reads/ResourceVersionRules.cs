using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Storage;

namespace ControlPlane.Registry.Reads;

/// <summary>Which combinations of resourceVersion and its match a list and a watch may have (apimachinery: pkg/apis/meta/internalversion/validation).</summary>
internal static class ResourceVersionRules
{
    private const string Exact = "Exact";
    private const string NotOlderThan = "NotOlderThan";

    /// <summary>Refuses what a list may not ask for.</summary>
    /// <exception cref="ApiException">422</exception>
    public static void Check(ListRequest request)
    {
        var errors = new FieldErrors();
        var match = errors.At("resourceVersionMatch");
        if (request.ResourceVersionMatch.Length > 0)
        {
            if (request.ResourceVersion.Length == 0)
                match.Forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
            if (request.Continue.Length > 0)
                match.Forbidden("resourceVersionMatch is forbidden when continue is provided");
            if (request.ResourceVersionMatch is not (Exact or NotOlderThan))
                match.NotSupported(request.ResourceVersionMatch, Exact, NotOlderThan, "");
            if (request is { ResourceVersionMatch: Exact, ResourceVersion: "0" })
                match.Forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (request.HasSendInitialEvents)
            errors.At("sendInitialEvents").Forbidden("sendInitialEvents is forbidden for list");
        Refuse(errors);
    }

    /// <summary>Refuses what a watch may not ask for.</summary>
    /// <param name="request">The watch.</param>
    /// <param name="allowsInitialEvents">The feature gate WatchList.</param>
    /// <exception cref="ApiException">422</exception>
    public static void Check(WatchRequest request, bool allowsInitialEvents)
    {
        var errors = new FieldErrors();
        var match = errors.At("resourceVersionMatch");
        if (request.SendInitialEvents is not null && request.ResourceVersionMatch != NotOlderThan)
            match.Forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (request.SendInitialEvents is not null && !allowsInitialEvents)
            errors.At("sendInitialEvents").Forbidden("sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled");
        if (request.ResourceVersionMatch.Length > 0)
        {
            if (request.SendInitialEvents is null)
                match.Forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            if (request.ResourceVersionMatch != NotOlderThan)
                match.NotSupported(request.ResourceVersionMatch, NotOlderThan);
            if (request.Continue.Length > 0)
                match.Forbidden("resourceVersionMatch is forbidden when continue is provided");
        }

        Refuse(errors);
    }

    /// <summary>The revision that a list's or get's resourceVersion names; none for "" and "0".</summary>
    /// <exception cref="ApiException">400: it is no number.</exception>
    public static Revision Parse(string resourceVersion) => TryParse(resourceVersion, out var revision)
        ? revision
        : throw ApiError.BadRequest($"invalid resource version: {Problem(resourceVersion)}");

    /// <summary>The same for a watch, which upstream answers in another way.</summary>
    /// <exception cref="ApiException">500, without a reason: it is no number.</exception>
    public static Revision ParseForWatch(string resourceVersion) => TryParse(resourceVersion, out var revision)
        ? revision
        : throw new ApiException(ApiError.Failure(500, "", Problem(resourceVersion), null));

    private static bool TryParse(string text, out Revision revision)
    {
        // Upstream's are unsigned; what is beyond ours has not happened either way.
        var isNumber = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        revision = new Revision((long)Math.Min(value, long.MaxValue));
        return isNumber || text.Length == 0;
    }

    private static string Problem(string text)
    {
        var reason = text.All(char.IsAsciiDigit) ? "value out of range" : "invalid syntax";
        return $"resourceVersion: Invalid value: {FieldErrors.Quote(text)}: strconv.ParseUint: parsing {FieldErrors.Quote(text)}: {reason}";
    }

    private static void Refuse(FieldErrors errors)
    {
        if (!errors.IsEmpty)
            throw ApiError.Invalid(new GroupKind("meta.k8s.io", "ListOptions"), "", errors.All);
    }
}
