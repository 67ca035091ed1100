using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Where an answer's bytes go: straight to Kestrel, or through gzip when they are many and the client likes it.</summary>
/// <remarks>What is short is sent with its length; what is long begins to be sent when that is known, and is never held.</remarks>
internal sealed class ResponseBody(HttpContext http) : IAsyncDisposable
{
    // apiserver: defaultGzipThresholdBytes, and level 1: for clients nearby, sending is cheaper than squeezing.
    private const int GzipThresholdBytes = 128 * 1024;

    // Pieces of a long answer are gathered to this size before they are sent.
    private const int FlushBytes = 64 * 1024;

    private readonly ArrayBufferWriter<byte> _held = new(4096);
    private PipeWriter? _pipe;
    private GZipStream? _gzip;
    private bool _isComplete;

    /// <summary>Takes the bytes. To be asked for anew after every flush.</summary>
    public IBufferWriter<byte> Writer => _pipe is null ? _held : _pipe;

    /// <summary>Sends what has been gathered when it is enough.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public ValueTask FlushIfFullAsync(CancellationToken cancel)
    {
        if (_pipe is null ? _held.WrittenCount < GzipThresholdBytes : _pipe.UnflushedBytes < FlushBytes)
            return ValueTask.CompletedTask;
        return FlushAsync(cancel);
    }

    /// <summary>Sends the rest. Not called after a failure: then the answer must not look whole.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        if (_pipe is null && _held.WrittenCount < GzipThresholdBytes)
        {
            http.Response.ContentLength = _held.WrittenCount;
            http.Response.BodyWriter.Write(_held.WrittenSpan);
            await http.Response.BodyWriter.FlushAsync(cancel);
        }
        else
        {
            await FlushAsync(cancel);
        }

        _isComplete = true;
        if (_gzip is not null)
        {
            await _pipe!.CompleteAsync();
            await _gzip.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isComplete || _gzip is null)
            return;
        // Half an answer: the connection is cut before the compressor's last words could make it look whole.
        http.Abort();
        await _gzip.DisposeAsync();
    }

    private async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_pipe is null)
            BeginLong();
        var flushed = await _pipe!.FlushAsync(cancel);
        if (flushed.IsCompleted)
            throw new OperationCanceledException("the client has closed the connection");
    }

    private void BeginLong()
    {
        http.Response.Headers.Vary = "Accept-Encoding";
        if (AcceptsGzip(http.Request))
        {
            http.Response.Headers.ContentEncoding = "gzip";
            _gzip = new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            _pipe = PipeWriter.Create(_gzip, new StreamPipeWriterOptions(minimumBufferSize: FlushBytes, leaveOpen: true));
        }
        else
        {
            _pipe = http.Response.BodyWriter;
        }

        _pipe.Write(_held.WrittenSpan);
        _held.ResetWrittenCount();
    }

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
