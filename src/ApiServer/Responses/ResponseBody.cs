using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Where an answer's bytes go: straight to Kestrel, or through gzip when they are many and the client likes it.</summary>
internal sealed class ResponseBody : IAsyncDisposable
{
    // apiserver: defaultGzipThresholdBytes, and level 1: for clients nearby, sending is cheaper than squeezing.
    private const long GzipThresholdBytes = 128 * 1024;

    // Pieces of a list are gathered to this size before they are sent.
    private const int FlushBytes = 64 * 1024;

    private readonly GZipStream? _gzip;

    private ResponseBody(PipeWriter writer, GZipStream? gzip) => (Writer, _gzip) = (writer, gzip);

    /// <summary>Takes the bytes.</summary>
    public PipeWriter Writer { get; }

    /// <summary>Begins the body of a response whose other headers are set.</summary>
    /// <param name="http">The exchange.</param>
    /// <param name="length">How many bytes there will be; null where that is not known and the body is long.</param>
    public static ResponseBody Begin(HttpContext http, long? length)
    {
        if (length is null or > GzipThresholdBytes)
        {
            http.Response.Headers.Vary = "Accept-Encoding";
            if (AcceptsGzip(http.Request))
            {
                http.Response.Headers.ContentEncoding = "gzip";
                var gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
                return new(PipeWriter.Create(gzip, new StreamPipeWriterOptions(minimumBufferSize: FlushBytes, leaveOpen: true)), gzip);
            }
        }

        http.Response.ContentLength = length;
        return new(http.Response.BodyWriter, null);
    }

    /// <summary>Sends what has been gathered when it is enough.</summary>
    public ValueTask FlushIfFullAsync(CancellationToken cancel) =>
        Writer.UnflushedBytes < FlushBytes ? ValueTask.CompletedTask : FlushAsync(cancel);

    /// <summary>Sends what has been gathered.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        var flushed = await Writer.FlushAsync(cancel);
        if (flushed.IsCompleted)
            throw new OperationCanceledException("the client has closed the connection");
    }

    /// <summary>Sends the rest. Not called after a failure: then the stream must not look whole.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        await Writer.FlushAsync(cancel);
        if (_gzip is not null)
        {
            await Writer.CompleteAsync();
            await _gzip.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool AcceptsGzip(HttpRequest request)
    {
        foreach (var coding in request.Headers.AcceptEncoding.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (coding.Split(';')[0].Trim() == "gzip")
                return true;
        }

        return false;
    }
}
