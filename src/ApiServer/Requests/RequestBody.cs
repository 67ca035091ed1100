using System.Buffers;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Reads a request's body whole, up to upstream's limit.</summary>
internal static class RequestBody
{
    /// <summary>In bytes. apiserver: MaxRequestBodyBytes, 3 MiB: what etcd takes, with room for the envelope.</summary>
    public const int BytesMax = 3 * 1024 * 1024;

    /// <summary>The bytes.</summary>
    /// <exception cref="ApiException">413: there are more than <see cref="BytesMax"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(HttpContext http, CancellationToken cancel)
    {
        if (http.Request.ContentLength > BytesMax)
            throw TooLarge();
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancel);
            if (read.Buffer.Length > BytesMax)
                throw TooLarge();
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ApiException TooLarge() => ApiError.TooLarge($"Request entity too large: limit is {BytesMax}");
}
