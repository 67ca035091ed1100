using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Responses;

/// <summary>Where an answer's bytes go: straight to Kestrel, or through gzip when they are many and the client likes it.</summary>
/// <remarks>
/// What is short is sent with its length; what is long begins to be sent when that is known, and is never held. What one answer may hold is the same
/// for any length, so that a thousand lists at once cost a thousand of these buffers and nothing more.
/// </remarks>
internal sealed class ResponseBody : IAsyncDisposable
{
    /// <summary>So long an answer is worth compressing.</summary>
    public const int GzipThresholdBytes = 128 * 1024; // apiserver: defaultGzipThresholdBytes, and level 1: for clients nearby, sending is cheaper than squeezing

    // What is longer is sent without its length.
    private const int HeldBytes = 16 * 1024;

    // Pieces of a long answer are gathered to this size before they are sent. When many are sent at once, each makes do with a frame of HTTP/2.
    private const int FlushBytes = 64 * 1024;
    private const int LeastFlushBytes = 16 * 1024;

    // A compressor has a quarter of a MiB of tables. When so many are at work others get their answers as they are, which every client takes.
    private const int CompressorsMax = 64;

    // So many long answers at once may gather much.
    private const int LargeMax = 64;

    private static int _compressors;
    private static int _long;

    private readonly HttpContext _http;
    private readonly ArrayBufferWriter<byte> _held = new(4096);
    private readonly bool _isLong;
    private readonly bool _acceptsGzip;
    private PipeWriter? _pipe;
    private GZipStream? _gzip;
    private int _flushBytes = FlushBytes;
    private bool _isComplete;

    /// <summary>A body of a length that is not known, but whether it is beyond <see cref="GzipThresholdBytes"/> may be.</summary>
    public ResponseBody(HttpContext http, bool isLong = false) => (_http, _isLong, _acceptsGzip) = (http, isLong, AcceptsGzip(http.Request));

    /// <summary>Sends an answer that is whole and in memory.</summary>
    public static async ValueTask WriteAsync(HttpContext http, ReadOnlyMemory<byte> whole, ReadOnlyMemory<byte> end, CancellationToken cancel)
    {
        if (whole.Length < GzipThresholdBytes)
        {
            http.Response.ContentLength = whole.Length + end.Length;
            var writer = http.Response.BodyWriter;
            writer.Write(whole.Span);
            writer.Write(end.Span);
            await writer.FlushAsync(cancel);
            return;
        }

        await using var body = new ResponseBody(http, isLong: true);
        body.Begin();
        body.Writer.Write(whole.Span);
        body.Writer.Write(end.Span);
        await body.CompleteAsync(cancel);
    }

    /// <summary>Takes the bytes. To be asked for anew after every flush.</summary>
    public IBufferWriter<byte> Writer => _pipe is null ? _held : _pipe;

    /// <summary>Sends what has been gathered when it is enough.</summary>
    /// <exception cref="OperationCanceledException">The client is gone.</exception>
    public ValueTask FlushIfFullAsync(CancellationToken cancel)
    {
        // Only where compression is still open is as much held as decides about it.
        var full = _pipe is not null ? _flushBytes : _acceptsGzip && !_isLong ? GzipThresholdBytes : HeldBytes;
        return (_pipe is null ? _held.WrittenCount : _pipe.UnflushedBytes) < full ? ValueTask.CompletedTask : FlushAsync(cancel);
    }

    /// <summary>Sends the rest. Not called after a failure: then the answer must not look whole.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancel)
    {
        if (_pipe is null && _held.WrittenCount < GzipThresholdBytes)
        {
            _http.Response.ContentLength = _held.WrittenCount;
            _http.Response.BodyWriter.Write(_held.WrittenSpan);
            await _http.Response.BodyWriter.FlushAsync(cancel);
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
        if (_pipe is not null)
            Interlocked.Decrement(ref _long);
        if (_gzip is null)
            return;
        Interlocked.Decrement(ref _compressors);
        if (_isComplete)
            return;
        // Half an answer: the connection is cut before the compressor's last words could make it look whole.
        _http.Abort();
        await _gzip.DisposeAsync();
    }

    private async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_pipe is null)
            Begin();
        var flushed = await _pipe!.FlushAsync(cancel);
        if (flushed.IsCompleted)
            throw new OperationCanceledException("the client has closed the connection");
    }

    private void Begin()
    {
        _http.Response.Headers.Vary = "Accept-Encoding";
        if (Interlocked.Increment(ref _long) > LargeMax)
            _flushBytes = LeastFlushBytes;
        if (_acceptsGzip && (_isLong || _held.WrittenCount >= GzipThresholdBytes) && TryTakeCompressor())
        {
            _http.Response.Headers.ContentEncoding = "gzip";
            _gzip = new GZipStream(_http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
            _pipe = PipeWriter.Create(_gzip, new StreamPipeWriterOptions(minimumBufferSize: _flushBytes, leaveOpen: true));
        }
        else
        {
            _pipe = _http.Response.BodyWriter;
        }

        _pipe.Write(_held.WrittenSpan);
        _held.ResetWrittenCount();
    }

    private static bool TryTakeCompressor()
    {
        if (Interlocked.Increment(ref _compressors) <= CompressorsMax)
            return true;
        Interlocked.Decrement(ref _compressors);
        return false;
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
