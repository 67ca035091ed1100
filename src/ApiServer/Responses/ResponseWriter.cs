using System.Buffers;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Writes an answer that is whole and in memory: one object, a Status.</summary>
internal static class ResponseWriter
{
    private static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <summary>Writes a Status with its own code, in the form that the client accepts, or JSON where it accepts nothing that there is.</summary>
    public static Task WriteStatusAsync(ApiContext context, Status status, CancellationToken cancel)
    {
        if (status.Details?.RetryAfterSeconds is > 0 and var seconds)
            context.Http.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return WriteAsync(context, status.Code, status, ForStatus(context.Http.Request), cancel);
    }

    /// <summary>Writes something that says of itself what it is.</summary>
    public static Task WriteAsync(ApiContext context, int code, IRuntimeObject value, Representation form, CancellationToken cancel) =>
        WriteAsync(context, code, form.MediaType == MediaTypes.Protobuf ? Envelope.Write(value) : Json.Encode(value), form, cancel);

    /// <summary>Writes bytes: protobuf as it is, JSON in the form asked for.</summary>
    public static async Task WriteAsync(ApiContext context, int code, ReadOnlyMemory<byte> bytes, Representation form, CancellationToken cancel)
    {
        var shown = form.MediaType switch
        {
            MediaTypes.Yaml => YamlWriter.Of(new ReadOnlySequence<byte>(bytes)),
            MediaTypes.Json when form.Pretty => JsonIndenter.Indent(new ReadOnlySequence<byte>(bytes)),
            _ => bytes,
        };
        // encoding/json's Encoder ends each document with a line break.
        var endsLine = form.MediaType == MediaTypes.Json && !form.Pretty;
        Head(context, code, form.MediaType);
        await ResponseBody.WriteAsync(context.Http, shown, endsLine ? LineEnd : default, cancel);
    }

    /// <summary>Sets the status code and the headers.</summary>
    public static void Head(ApiContext context, int code, string contentType)
    {
        var response = context.Http.Response;
        response.StatusCode = code;
        response.ContentType = contentType;
        WarningHeaders.Write(context);
    }

    private static Representation ForStatus(HttpRequest request)
    {
        try
        {
            var form = Negotiation.Choose(request, MediaTypes.Objects, Negotiation.Views.Table | Negotiation.Views.Metadata | Negotiation.Views.MetadataList);
            return form with { Shape = ObjectShape.Whole };
        }
        catch (ApiException)
        {
            return Representation.Json;
        }
    }
}
