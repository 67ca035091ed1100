using System.Globalization;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Errors;

/// <summary>A request's failure, carrying the <see cref="Status"/> that the client gets. One boundary writes it; nobody formats one twice.</summary>
public sealed class ApiException(Status status) : Exception(status.Message)
{
    /// <summary>What the client is told.</summary>
    public Status Status { get; } = status;

    /// <summary>The HTTP status code.</summary>
    public int Code => Status.Code;

    /// <summary>The machine-readable reason ("NotFound", "Conflict", ...).</summary>
    public string Reason => Status.Reason;
}

/// <summary>The API's errors by name, with upstream's codes, reasons and wording (apimachinery: pkg/api/errors).</summary>
public static class ApiError
{
    /// <summary>404: no object of that name.</summary>
    public static ApiException NotFound(GroupResource resource, string name) => Named(404, "NotFound", resource, name, $"{resource} \"{name}\" not found");

    /// <summary>404: the path leads nowhere.</summary>
    public static ApiException PathNotFound() => Plain(404, "NotFound", "the server could not find the requested resource", new StatusDetails());

    /// <summary>409: there is one of that name.</summary>
    public static ApiException AlreadyExists(GroupResource resource, string name) =>
        Named(409, "AlreadyExists", resource, name, $"{resource} \"{name}\" already exists");

    /// <summary>409: the object is not in the state that the request was made for.</summary>
    public static ApiException Conflict(GroupResource resource, string name, string detail) =>
        Named(409, "Conflict", resource, name, $"Operation cannot be fulfilled on {resource} \"{name}\": {detail}");

    /// <summary>409: another write came first.</summary>
    public static ApiException Modified(GroupResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>409: server-side apply found fields that belong to others.</summary>
    public static ApiException ApplyConflict(string message, IEnumerable<StatusCause> causes) =>
        new(Failure(409, "Conflict", message, new StatusDetails { Causes = [.. causes] }));

    /// <summary>422: the object breaks rules; all of them are told.</summary>
    public static ApiException Invalid(GroupKind kind, string name, IReadOnlyList<FieldError> errors)
    {
        var details = new StatusDetails
        {
            Group = kind.Group,
            Kind = kind.Kind,
            Name = name,
            Causes = [.. errors.Select(error => new StatusCause { Reason = error.Reason, Message = error.Message, Field = error.Field })],
        };
        return new(Failure(422, "Invalid", $"{(kind.Group.Length == 0 ? kind.Kind : $"{kind.Kind}.{kind.Group}")} \"{name}\" is invalid: {Joined(errors)}", details));
    }

    /// <summary>Errors as upstream joins them: what is said twice is shown once, and what stands alone has no brackets.</summary>
    public static string Joined(IReadOnlyList<FieldError> errors)
    {
        var told = errors.Select(error => error.ToString()).Distinct().ToArray();
        return told.Length == 1 ? told[0] : $"[{string.Join(", ", told)}]";
    }

    /// <summary>400: the request cannot be understood.</summary>
    public static ApiException BadRequest(string message) => Plain(400, "BadRequest", message, null);

    /// <summary>401: nobody vouches for the caller.</summary>
    public static ApiException Unauthorized() => Plain(401, "Unauthorized", "Unauthorized", null);

    /// <summary>403: the caller may not do this.</summary>
    public static ApiException Forbidden(GroupResource resource, string name, string reason) =>
        resource.Resource.Length == 0
            ? new(Failure(403, "Forbidden", $"forbidden: {reason}", Details(resource, name)))
            : Named(403, "Forbidden", resource, name, name.Length == 0 ? $"{resource} is forbidden: {reason}" : $"{resource} \"{name}\" is forbidden: {reason}");

    /// <summary>405: the resource has no such verb.</summary>
    public static ApiException MethodNotSupported(GroupResource resource, string verb) =>
        Named(405, "MethodNotAllowed", resource, "", $"{verb} is not supported on resources of kind \"{resource}\"");

    /// <summary>405: the path has no such method.</summary>
    public static ApiException MethodNotAllowed() => Plain(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new StatusDetails());

    /// <summary>406: none of the representations asked for exists.</summary>
    public static ApiException NotAcceptable(IEnumerable<string> accepted) => Plain(
        406,
        "NotAcceptable",
        $"only the following media types are accepted: {string.Join(", ", accepted)}",
        null);

    /// <summary>410: what was asked for is too old to be told.</summary>
    public static ApiException Expired(string message) => Plain(410, "Expired", message, null);

    /// <summary>413: the body is larger than the server reads.</summary>
    public static ApiException TooLarge(string message) => Plain(413, "RequestEntityTooLarge", message, null);

    /// <summary>415: the body's type is not understood.</summary>
    public static ApiException UnsupportedMediaType(string message) => Plain(415, "UnsupportedMediaType", message, null);

    /// <summary>429: try again later.</summary>
    public static ApiException TooManyRequests(string message, int retryAfterSeconds) =>
        new(Failure(429, "TooManyRequests", message, retryAfterSeconds > 0 ? new StatusDetails { RetryAfterSeconds = retryAfterSeconds } : null));

    /// <summary>500: something here is broken.</summary>
    public static ApiException Internal(string message) => new(Failure(
        500,
        "InternalError",
        $"Internal error occurred: {message}",
        new StatusDetails { Causes = [new StatusCause { Message = message }] }));

    /// <summary>500 without a reason: what upstream answers when its store does (ErrorToAPIStatus of an error that is no Status); the text is the store's own.</summary>
    public static ApiException StoreFailed(string message) => Plain(500, "", message, null);

    /// <summary>503: not now.</summary>
    public static ApiException ServiceUnavailable(string message) => Plain(503, "ServiceUnavailable", message, null);

    /// <summary>504: the deadline passed; whether the work was done is not known.</summary>
    public static ApiException Timeout(string message, int retryAfterSeconds = 0) =>
        new(Failure(504, "Timeout", $"Timeout: {message}", new StatusDetails { RetryAfterSeconds = retryAfterSeconds }));

    /// <summary>504: a resourceVersion was asked for that has not happened yet.</summary>
    public static ApiException TooLargeResourceVersion(long requested, long current) => new(Failure(
        504,
        "Timeout",
        string.Create(CultureInfo.InvariantCulture, $"Timeout: Too large resource version: {requested}, current: {current}"),
        new StatusDetails
        {
            RetryAfterSeconds = 1,
            Causes = [new StatusCause { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }],
        }));

    /// <summary>A failure status.</summary>
    public static Status Failure(int code, string reason, string message, StatusDetails? details) =>
        new() { Status_ = "Failure", Message = message, Reason = reason, Details = details, Code = code };

    private static ApiException Plain(int code, string reason, string message, StatusDetails? details) => new(Failure(code, reason, message, details));

    private static ApiException Named(int code, string reason, GroupResource resource, string name, string message) =>
        new(Failure(code, reason, message, Details(resource, name)));

    private static StatusDetails Details(GroupResource resource, string name) => new() { Name = name, Group = resource.Group, Kind = resource.Resource };
}
