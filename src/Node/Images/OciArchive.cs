using System.Formats.Tar;
using System.Text.Json;

namespace ControlPlane.Node.Images;

/// <summary>
/// An OCI image layout in a tar file: <c>index.json</c>, and blobs by their digests. It is read in place: only small documents come into memory.
/// <c>docker save</c> (25 and later), <c>podman save --format oci-archive</c>, <c>buildah</c>, <c>skopeo</c> and <c>buildctl</c> write such files.
/// </summary>
internal sealed class OciArchive : IDisposable
{
    private const int EntriesMax = 100_000;
    private const int DocumentBytesMax = 8 * 1024 * 1024; // containerd: the largest manifest it reads

    private readonly Stream _file;
    private readonly Dictionary<string, (long Offset, long Size)> _entries;

    private OciArchive(Stream file, Dictionary<string, (long Offset, long Size)> entries)
    {
        _file = file;
        _entries = entries;
    }

    /// <summary>The images that the archive names, as its index lists them.</summary>
    public IReadOnlyList<OciDescriptor> Images { get; private set; } = [];

    /// <summary>Opens an archive; the file belongs to it from now on, also when opening fails.</summary>
    /// <param name="file">A stream that can seek.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="InvalidDataException">It is no OCI image archive, or not one that can be read in place.</exception>
    public static async Task<OciArchive> OpenAsync(Stream file, CancellationToken cancel)
    {
        try
        {
            var archive = new OciArchive(file, await ReadEntriesAsync(file, cancel));
            archive.RequireLayout();
            using var index = archive.ReadDocument("index.json");
            archive.Images = OciDescriptor.ParseList(index.RootElement, "manifests");
            return archive;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Is the blob in the archive? An index may list platforms that were left out.</summary>
    public bool Has(OciDescriptor blob) => _entries.ContainsKey(PathOf(blob));

    /// <summary>The blob's bytes; one at a time, since all read the same file.</summary>
    /// <exception cref="InvalidDataException">The archive doesn't have it, or not in that size.</exception>
    public Stream Open(OciDescriptor blob)
    {
        var (offset, size) = Locate(PathOf(blob));
        if (size != blob.Size)
            throw new InvalidDataException($"the image archive has {size} bytes for {blob.Digest}, which should have {blob.Size}");
        return new FilePart(_file, offset, size);
    }

    /// <summary>The blob as JSON.</summary>
    /// <exception cref="InvalidDataException">It isn't, or the archive doesn't have it.</exception>
    public JsonDocument ReadDocument(OciDescriptor blob) => ReadDocument(PathOf(blob));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string PathOf(OciDescriptor blob) => "blobs/" + blob.Digest.Replace(':', '/');

    private static async Task<Dictionary<string, (long, long)>> ReadEntriesAsync(Stream file, CancellationToken cancel)
    {
        var entries = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        await using var reader = new TarReader(file, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                continue;
            if (entries.Count == EntriesMax)
                throw new InvalidDataException($"the image archive has more than {EntriesMax} files");
            entries[entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name] = (entry.DataOffset, entry.Length);
        }
        return entries;
    }

    private void RequireLayout()
    {
        if (_entries.ContainsKey("index.json"))
            return;
        throw new InvalidDataException(_entries.ContainsKey("manifest.json")
            ? "the file is an image archive in Docker's old form: save it as an OCI archive (docker 25 or later, podman save --format oci-archive)"
            : "the file is no OCI image archive: it has no index.json");
    }

    private (long Offset, long Size) Locate(string path) =>
        _entries.TryGetValue(path, out var place) ? place : throw new InvalidDataException($"the image archive lacks {path}");

    private JsonDocument ReadDocument(string path)
    {
        var (offset, size) = Locate(path);
        if (size > DocumentBytesMax)
            throw new InvalidDataException($"{path} of the image archive has {size} bytes; at most {DocumentBytesMax} are read");
        try
        {
            return JsonDocument.Parse(new FilePart(_file, offset, size));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"{path} of the image archive is no JSON: {error.Message}", error);
        }
    }
}
