using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Node.Runtime.Cri;
using ControlPlane.Node.Runtime.Cri.Containerd;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Node.Images.Sandbox;

/// <summary>The image that sandboxes are made from, made here: nodes need no registry for it. Its bytes are the same at every build.</summary>
internal static partial class SandboxImage
{
    private const string Program = "pause";

    /// <summary>
    /// Imports the image under the name that containerd is configured with, unless an image of that name is present. A runtime other than containerd, or
    /// one that
    /// doesn't tell the name, gets its own image as it always did.
    /// </summary>
    /// <exception cref="Runtime.RuntimeException">The runtime doesn't answer, or refuses.</exception>
    public static async Task EnsureAsync(CriRuntime runtime, TimeProvider clock, ILogger log, CancellationToken cancel)
    {
        if ((await runtime.GetVersionAsync(cancel)).Name != "containerd")
            return;
        var details = await ContainerdDetails.ReadAsync(runtime, cancel);
        if (details.SandboxImage is not { } name || await runtime.FindImageAsync(name, cancel) is not null)
            return;
        using var archive = await OciArchive.OpenAsync(new MemoryStream(Build(RuntimeInformation.OSArchitecture)), cancel);
        await new OciImport(runtime, clock).ImportAsync(archive, name, pinned: true, cancel);
        Imported(log, name);
    }

    /// <summary>The image as an OCI archive.</summary>
    /// <exception cref="PlatformNotSupportedException">There is no program for this architecture.</exception>
    public static byte[] Build(Architecture architecture)
    {
        var blobs = new Dictionary<string, byte[]>();
        var layer = Tar([(Program, SandboxProgram.Build(architecture), UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead
            | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)]);
        var layerDigest = Add(blobs, layer);
        // Not root: the program needs no rights (upstream's sandbox image has the same user).
        var config = Encoding.UTF8.GetBytes($$$"""
            {"architecture":"{{{(architecture == Architecture.X64 ? "amd64" : "arm64")}}}","os":"linux",
            "config":{"User":"65535:65535","Entrypoint":["/{{{Program}}}"],"WorkingDir":"/"},
            "rootfs":{"type":"layers","diff_ids":["{{{layerDigest}}}"]}}
            """);
        var manifest = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{Add(blobs, config)}}}","size":{{{config.Length}}}},
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{{layerDigest}}}","size":{{{layer.Length}}}}]}
            """);
        var index = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,
            "manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{Add(blobs, manifest)}}}","size":{{{manifest.Length}}}}]}
            """);
        const UnixFileMode readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        return Tar([
            ("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), readable),
            ("index.json", index, readable),
            .. blobs.Select(blob => ("blobs/" + blob.Key.Replace(':', '/'), blob.Value, readable)),
        ]);
    }

    private static string Add(Dictionary<string, byte[]> blobs, byte[] blob)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));
        blobs[digest] = blob;
        return digest;
    }

    private static byte[] Tar(IEnumerable<(string Name, byte[] Content, UnixFileMode Mode)> files)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (name, content, mode) in files)
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
                {
                    Mode = mode,
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(content),
                });
            }
        }
        return bytes.ToArray();
    }

    [LoggerMessage(LogLevel.Information, "Made the sandbox image and imported it as {Name}")]
    private static partial void Imported(ILogger log, string name);
}
