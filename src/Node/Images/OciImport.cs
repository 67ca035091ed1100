using System.Text.Json;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Runtime.Cri.Containerd;
using ControlPlane.Node.Runtime.Cri.Containerd.Protocol;

namespace ControlPlane.Node.Images;

/// <summary>Brings the images of an OCI archive into containerd, where pods find them like pulled ones.</summary>
/// <remarks>
/// Blobs are written before those that point to them, all under a lease: an import that is interrupted leaves nothing that is named, and what it wrote
/// goes with
/// containerd's next collection.
/// </remarks>
internal sealed class OciImport(CriRuntime runtime, TimeProvider clock)
{
    private const int IndexDepthMax = 4;
    private static readonly TimeSpan Appears = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AppearsPause = TimeSpan.FromMilliseconds(5);

    private readonly ContainerdImages _images = runtime.ContainerdImages;

    /// <summary>Imports a file.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="name">What to call its one image; null for the names that the archive has.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>The names in full, as the runtime now shows them.</returns>
    /// <exception cref="InvalidDataException">The file is no OCI image archive, is damaged, or names no image.</exception>
    /// <exception cref="RuntimeException">containerd refused, or the runtime is no containerd.</exception>
    public async Task<IReadOnlyList<string>> ImportAsync(string path, string? name, CancellationToken cancel)
    {
        using var archive = await OciArchive.OpenAsync(File.OpenRead(path), cancel);
        return await ImportAsync(archive, name, pinned: false, cancel);
    }

    /// <summary>Imports an open archive; pinned images are never collected.</summary>
    public async Task<IReadOnlyList<string>> ImportAsync(OciArchive archive, string? name, bool pinned, CancellationToken cancel)
    {
        var named = archive.Images.Select(image => (Name: ImageName.Normalize(name ?? NameOf(image)), Image: image)).ToList();
        if (named.Count == 0 || (name is not null && named.Count > 1))
            throw new InvalidDataException($"the image archive has {named.Count} images");
        var lease = await _images.BorrowAsync(cancel);
        try
        {
            foreach (var (full, image) in named)
                await ImportAsync(archive, image, full, pinned, lease, cancel);
        }
        finally
        {
            await _images.ReturnAsync(lease, CancellationToken.None);
        }
        return [.. named.Select(image => image.Name)];
    }

    private async Task ImportAsync(OciArchive archive, OciDescriptor image, string name, bool pinned, string lease, CancellationToken cancel)
    {
        var configuration = await WriteTreeAsync(archive, image, lease, depth: 0, cancel);
        var labels = new Dictionary<string, string> { ["io.cri-containerd.image"] = "managed" };
        if (pinned)
            labels["io.cri-containerd.pinned"] = "pinned";
        var target = new ContentDescriptor { MediaType = image.MediaType, Digest = image.Digest, Size = image.Size };
        await _images.NameAsync(lease, name, target, labels, cancel);
        await UntilItAppearsAsync(name, configuration, cancel);
    }

    /// <summary>
    /// Writes a manifest or index after all it points to. Answers the configuration's digest, which is the image's id, where there is but one.
    /// </summary>
    private async Task<string?> WriteTreeAsync(OciArchive archive, OciDescriptor blob, string lease, int depth, CancellationToken cancel)
    {
        if (depth == IndexDepthMax)
            throw new InvalidDataException($"the image archive's indexes are nested more than {IndexDepthMax} deep");
        using var document = archive.ReadDocument(blob);
        return document.RootElement.TryGetProperty("manifests", out _)
            ? await WriteIndexAsync(archive, blob, document.RootElement, lease, depth, cancel)
            : await WriteManifestAsync(archive, blob, document.RootElement, lease, cancel);
    }

    private async Task<string?> WriteIndexAsync(OciArchive archive, OciDescriptor blob, JsonElement index, string lease, int depth, CancellationToken cancel)
    {
        var present = OciDescriptor.ParseList(index, "manifests").Where(archive.Has).ToList();
        var labels = new Dictionary<string, string>();
        string? configuration = null;
        foreach (var manifest in present)
        {
            configuration = await WriteTreeAsync(archive, manifest, lease, depth + 1, cancel);
            labels[$"containerd.io/gc.ref.content.m.{labels.Count}"] = manifest.Digest;
        }
        await WriteBlobAsync(archive, blob, lease, labels, cancel);
        return present.Count == 1 ? configuration : null;
    }

    private async Task<string?> WriteManifestAsync(OciArchive archive, OciDescriptor blob, JsonElement manifest, string lease, CancellationToken cancel)
    {
        if (!manifest.TryGetProperty("config", out var config))
            throw new InvalidDataException($"the image archive's {blob.Digest} is neither a manifest nor an index");
        var configuration = OciDescriptor.Parse(config);
        await WriteBlobAsync(archive, configuration, lease, new Dictionary<string, string>(), cancel);
        var labels = new Dictionary<string, string> { ["containerd.io/gc.ref.content.config"] = configuration.Digest };
        foreach (var (number, layer) in OciDescriptor.ParseList(manifest, "layers").Index())
        {
            await WriteBlobAsync(archive, layer, lease, new Dictionary<string, string>(), cancel);
            labels[$"containerd.io/gc.ref.content.l.{number}"] = layer.Digest;
        }
        await WriteBlobAsync(archive, blob, lease, labels, cancel);
        return configuration.Digest;
    }

    private async Task WriteBlobAsync(
        OciArchive archive, OciDescriptor blob, string lease, IReadOnlyDictionary<string, string> labels, CancellationToken cancel)
    {
        await using var content = archive.Open(blob);
        await _images.WriteAsync(lease, blob.Digest, content, blob.Size, labels, cancel);
    }

    /// <summary>containerd's CRI service hears of new records a moment later: whoever imported an image may use it at once.</summary>
    private async Task UntilItAppearsAsync(string name, string? id, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + Appears;
        while (await runtime.FindImageAsync(name, cancel) is not { } found || (id is not null && found.Id != id))
        {
            if (clock.GetUtcNow() >= until)
                throw new RuntimeException(RuntimeFailure.TimedOut, $"the container runtime doesn't show the imported image {name}");
            await Task.Delay(AppearsPause, clock, cancel);
        }
    }

    private static string NameOf(OciDescriptor image) =>
        image.Annotations.GetValueOrDefault("io.containerd.image.name") ?? image.Annotations.GetValueOrDefault("org.opencontainers.image.ref.name")
        ?? throw new InvalidDataException("the image archive names no image: give a name");
}
