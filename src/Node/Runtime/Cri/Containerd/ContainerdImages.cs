using System.Buffers;
using System.Globalization;
using ControlPlane.Node.Runtime.Cri.Containerd.Protocol;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>
/// containerd's own image store, beside CRI, which can only pull: content is written, and an image record names it. CRI's service hears of records and
/// shows them
/// as images.
/// </summary>
internal sealed class ContainerdImages(GrpcChannel channel, CriLimits limits, TimeProvider clock)
{
    private const string Namespace = "k8s.io"; // where containerd's CRI service keeps its objects
    private const int ChunkBytes = 1024 * 1024; // containerd takes messages of up to 16 MiB
    private static readonly TimeSpan LeaseLifetime = TimeSpan.FromHours(1); // an import that was interrupted leaves nothing for longer

    private readonly Content.ContentClient _content = new(channel);
    private readonly Protocol.Images.ImagesClient _images = new(channel);
    private readonly Leases.LeasesClient _leases = new(channel);

    /// <summary>Protects what is written under the lease from containerd's garbage collector until the lease is given back.</summary>
    public async Task<string> BorrowAsync(CancellationToken cancel)
    {
        var request = new CreateRequest { Id = "controlplane-" + Guid.NewGuid().ToString("N") };
        var expiry = clock.GetUtcNow() + LeaseLifetime;
        request.Labels["containerd.io/gc.expire"] = expiry.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return (await TranslatedAsync(_leases.CreateAsync(request, Options(null, cancel)).ResponseAsync, cancel)).Lease.Id;
    }

    /// <summary>Gives the lease back.</summary>
    public async Task ReturnAsync(string lease, CancellationToken cancel) =>
        await TranslatedAsync(_leases.DeleteAsync(new DeleteRequest { Id = lease }, Options(null, cancel)).ResponseAsync, cancel);

    /// <summary>Writes one blob, verified by containerd against its digest. A blob that is there already is left as it is.</summary>
    /// <param name="lease">The lease to write under.</param>
    /// <param name="digest">"sha256:...".</param>
    /// <param name="content">The bytes, read to their end.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="labels">References to other blobs, which containerd's garbage collector follows.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RuntimeException">containerd refused: the digest or the size is wrong, or its disk is full.</exception>
    public async Task WriteAsync(string lease, string digest, Stream content, long size, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            using var call = _content.Write(Options(lease, cancel));
            await WriteAsync(call, lease, digest, content, size, labels, buffer, cancel);
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            // The same bytes under the same name.
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes <paramref name="name"/> stand for the blob, whatever it stood for before.</summary>
    public async Task NameAsync(string lease, string name, ContentDescriptor target, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        var image = new Protocol.Image { Name = name, Target = target };
        CriValues.Copy(labels, image.Labels);
        try
        {
            await _images.CreateAsync(new CreateImageRequest { Image = image }, Options(lease, cancel));
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.AlreadyExists)
        {
            await TranslatedAsync(_images.UpdateAsync(new UpdateImageRequest { Image = image }, Options(lease, cancel)).ResponseAsync, cancel);
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    private static async Task WriteAsync(
        AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, string lease, string digest, Stream content, long size,
        IReadOnlyDictionary<string, string> labels, byte[] buffer, CancellationToken cancel)
    {
        var reference = $"{lease}-{digest}";
        long offset = 0;
        int read;
        while ((read = await content.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancel)) > 0)
        {
            var chunk = UnsafeByteOperations.UnsafeWrap(buffer.AsMemory(0, read)); // sent before the buffer is filled again: each chunk is answered
            var write = new WriteContentRequest { Action = WriteAction.Write, Ref = reference, Total = size, Expected = digest, Offset = offset, Data = chunk };
            await ExchangeAsync(call, write, cancel);
            offset += read;
        }
        var commit = new WriteContentRequest { Action = WriteAction.Commit, Ref = reference, Total = size, Expected = digest, Offset = offset };
        CriValues.Copy(labels, commit.Labels);
        await ExchangeAsync(call, commit, cancel);
        await call.RequestStream.CompleteAsync();
    }

    private static async Task ExchangeAsync(
        AsyncDuplexStreamingCall<WriteContentRequest, WriteContentResponse> call, WriteContentRequest request, CancellationToken cancel)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancel);
        }
        catch (Exception error) when (error is InvalidOperationException or RpcException)
        {
            // The other side ended the call; why is in the answer.
        }
        if (!await call.ResponseStream.MoveNext(cancel))
            throw new RuntimeException(RuntimeFailure.Failed, $"containerd ended the writing of {request.Expected}");
    }

    private CallOptions Options(string? lease, CancellationToken cancel)
    {
        var headers = new Metadata { { "containerd-namespace", Namespace } };
        if (lease is not null)
            headers.Add("containerd-lease", lease);
        return new CallOptions(headers, clock.GetUtcNow().UtcDateTime + limits.PullImage, cancel);
    }

    private static async Task<TAnswer> TranslatedAsync<TAnswer>(Task<TAnswer> answer, CancellationToken cancel)
    {
        try
        {
            return await answer;
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }
}
