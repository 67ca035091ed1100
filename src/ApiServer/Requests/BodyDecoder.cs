using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Bytes that a client sent, to the object that they are expected to be.</summary>
internal static class BodyDecoder
{
    /// <summary>Reads a body of any content type.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="contentType">The Content-Type header; JSON where there is none.</param>
    /// <param name="expected">What it shall be. A body that does not say what it is, is that.</param>
    /// <param name="validation">What to do about unknown and duplicate fields.</param>
    /// <param name="warn">Takes the warnings.</param>
    /// <exception cref="ApiException">415: not a content type that is understood. 400: not such an object.</exception>
    public static IRuntimeObject Decode(ReadOnlyMemory<byte> body, string? contentType, BodyKind expected, FieldValidation validation, Action<string> warn)
    {
        switch (MediaTypes.Bare(contentType))
        {
            case "" or MediaTypes.Json:
                return DecodeJson(body, [], expected, validation, warn);
            case MediaTypes.Yaml:
                var duplicates = new List<string>();
                return DecodeJson(JsonOf(body, expected, duplicates), duplicates, expected, validation, warn);
            case MediaTypes.Protobuf when expected.HasProtobuf:
                return DecodeProtobuf(body, expected);
            default:
                var accepted = expected.HasProtobuf ? MediaTypes.Objects : MediaTypes.ObjectsWithoutProtobuf;
                throw ApiError.UnsupportedMediaType(
                    $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", accepted)}");
        }
    }

    /// <summary>Reads JSON.</summary>
    /// <param name="json">The document.</param>
    /// <param name="duplicates">Fields that were found to stand twice while the JSON was made from something else.</param>
    /// <param name="expected">What it shall be.</param>
    /// <param name="validation">What to do about unknown and duplicate fields.</param>
    /// <param name="warn">Takes the warnings.</param>
    /// <exception cref="ApiException">400: not such an object.</exception>
    public static IRuntimeObject DecodeJson(
        ReadOnlyMemory<byte> json, IReadOnlyList<string> duplicates, BodyKind expected, FieldValidation validation, Action<string> warn)
    {
        var kind = KindOf(json.Span, expected);
        Check(kind, expected);
        try
        {
            var diagnostics = validation == FieldValidation.Ignore ? null : new DecodeDiagnostics();
            var value = expected.ReadJson(json.Span, diagnostics);
            if (diagnostics is not null)
                Tell([.. duplicates.Select(path => $"duplicate field \"{path}\""), .. diagnostics.Messages], kind, expected, validation, warn);
            return value;
        }
        catch (DecodeException malformed)
        {
            throw CannotBeHandled(kind, expected, malformed.Message);
        }
    }

    private static IRuntimeObject DecodeProtobuf(ReadOnlyMemory<byte> body, BodyKind expected)
    {
        try
        {
            var message = Envelope.Read(body.Span, out var said);
            var kind = Completed(said, expected);
            Check(kind, expected);
            return expected.ReadProtobuf(message);
        }
        catch (DecodeException malformed)
        {
            throw ApiError.BadRequest($"the object provided is unrecognized (must be of type {expected.Kind.Kind}): {malformed.Message}");
        }
    }

    private static ReadOnlyMemory<byte> JsonOf(ReadOnlyMemory<byte> yaml, BodyKind expected, List<string> duplicates)
    {
        try
        {
            return TreeWriter.ToBytes(YamlReader.Read(yaml.Span, duplicates));
        }
        catch (TreeFormatException malformed)
        {
            throw Unrecognized(yaml.Span, expected, malformed.Message);
        }
    }

    private static GroupVersionKind KindOf(ReadOnlySpan<byte> json, BodyKind expected)
    {
        try
        {
            var said = TypeMetaReader.Read(json);
            if (expected.MustSayKind && said.Kind.Length == 0)
                throw new DecodeException($"Object 'Kind' is missing in '{Encoding.UTF8.GetString(json)}'");
            return Completed(said, expected);
        }
        catch (DecodeException malformed)
        {
            throw Unrecognized(json, expected, malformed.Message);
        }
    }

    private static GroupVersionKind Completed(GroupVersionKind said, BodyKind expected) => new(
        said.Version.Length == 0 ? expected.Kind.Group : said.Group,
        said.Version.Length == 0 ? expected.Kind.Version : said.Version,
        said.Kind.Length == 0 ? expected.Kind.Kind : said.Kind);

    private static void Check(GroupVersionKind kind, BodyKind expected)
    {
        if (kind == expected.Kind || (kind.Kind == "DeleteOptions" && expected.Kind.Kind == kind.Kind && kind.GroupVersion == new GroupVersion("", "v1")))
            return;
        var isKnown = Types.BuiltInTypes.Find(kind) is not null || kind.Kind == expected.Kind.Kind;
        if (isKnown && kind.GroupVersion != expected.Kind.GroupVersion)
        {
            throw ApiError.BadRequest(
                $"the API version in the data ({kind.ApiVersion}) does not match the expected API version ({expected.Kind.ApiVersion})");
        }

        throw CannotBeHandled(kind, expected, isKnown
            ? $"unable to convert {kind} to {expected.Kind}"
            : $"no kind \"{kind.Kind}\" is registered for version \"{kind.ApiVersion}\"");
    }

    private static void Tell(
        IReadOnlyList<string> problems, GroupVersionKind kind, BodyKind expected, FieldValidation validation, Action<string> warn)
    {
        if (problems.Count == 0)
            return;
        if (validation == FieldValidation.Strict)
            throw CannotBeHandled(kind, expected, $"strict decoding error: {string.Join(", ", problems)}");
        foreach (var problem in problems)
            warn(problem);
    }

    private static ApiException CannotBeHandled(GroupVersionKind kind, BodyKind expected, string why) =>
        ApiError.BadRequest($"{kind.Kind} in version \"{kind.Version}\" cannot be handled as a {expected.Kind.Kind}: {why}");

    private static ApiException Unrecognized(ReadOnlySpan<byte> body, BodyKind expected, string why) => ApiError.BadRequest(
        $"the object provided is unrecognized (must be of type {expected.Kind.Kind}): couldn't get version/kind; json parse error: {why} ({Summary(body)})");

    // apiserver: summarizeData(body, 30)
    private static string Summary(ReadOnlySpan<byte> body) => body.Length switch
    {
        0 => "<empty>",
        > 30 => $"{Encoding.UTF8.GetString(body[..30])} ...",
        _ => Encoding.UTF8.GetString(body),
    };
}
