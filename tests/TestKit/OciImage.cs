namespace ControlPlane.TestKit;

/// <summary>An image in parts: configuration and layer by digest, and the manifest that names them.</summary>
public sealed record OciImage(IReadOnlyDictionary<string, byte[]> Blobs, byte[] Manifest, string ManifestDigest)
{
    /// <summary>The manifest's media type.</summary>
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
}
