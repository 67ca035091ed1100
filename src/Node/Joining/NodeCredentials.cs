using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.Node.Joining;

/// <summary>
/// What a joined node keeps: its certificate with its key, and a kubeconfig that points to them, in kubelet's files (pki/kubelet-client-current.pem, kubelet.conf).
/// </summary>
/// <remarks>
/// Invariants: kubelet-client-current.pem is a link to a file that is whole; a certificate and its key are one file, so neither is ever there without the other;
/// the kubeconfig is written last, so where it is, the node has joined. Nobody but the owner reads any of them.
/// </remarks>
public sealed class NodeCredentials
{
    private const string Current = "kubelet-client-current.pem";
    private const string Pending = "kubelet-client.key.tmp"; // kubelet: the key of a request that is under way
    private readonly string _pki;

    /// <summary>Those below a data directory.</summary>
    public NodeCredentials(string dataDirectory)
    {
        KubeconfigPath = Path.Combine(Path.GetFullPath(dataDirectory), "kubelet.conf");
        _pki = Path.Combine(Path.GetFullPath(dataDirectory), "pki");
    }

    /// <summary>The node's kubeconfig.</summary>
    public string KubeconfigPath { get; }

    /// <summary>The file that always has the newest certificate and key.</summary>
    public string CertificatePath => Path.Combine(_pki, Current);

    /// <summary>Has this machine joined?</summary>
    public bool Exist => File.Exists(KubeconfigPath) && File.Exists(CertificatePath);

    /// <summary>The certificate with its key.</summary>
    /// <exception cref="CryptographicException">The file is damaged.</exception>
    public X509Certificate2 Load() => X509Certificate2.CreateFromPemFile(CertificatePath);

    /// <summary>Makes a certificate the current one.</summary>
    public void Save(X509Certificate2 certificate, DateTimeOffset now)
    {
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the node's key is not an elliptic curve's");
        var before = new FileInfo(CertificatePath).LinkTarget;
        var name = string.Create(CultureInfo.InvariantCulture, $"kubelet-client-{now.UtcDateTime:yyyy-MM-dd-HH-mm-ss}.pem");
        Write(Path.Combine(_pki, name), $"{certificate.ExportCertificatePem()}\n{key.ExportECPrivateKeyPem()}\n");
        var link = Path.Combine(_pki, Current + ".new");
        File.Delete(link);
        File.CreateSymbolicLink(link, name);
        File.Move(link, CertificatePath, overwrite: true);
        foreach (var old in Directory.EnumerateFiles(_pki, "kubelet-client-2*.pem").Where(path => Path.GetFileName(path) is var file && file != name && file != before))
            File.Delete(old);
        File.Delete(Path.Combine(_pki, Pending));
    }

    /// <summary>The key that a request is, or is to be, under way for: the same one again after a restart.</summary>
    public ECDsa PendingKey()
    {
        var path = Path.Combine(_pki, Pending);
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
            key.ImportFromPem(File.ReadAllText(path));
        else
            Write(path, key.ExportECPrivateKeyPem() + "\n");
        return key;
    }

    /// <summary>Forgets the key of a request that came to nothing.</summary>
    public void ForgetPendingKey() => File.Delete(Path.Combine(_pki, Pending));

    /// <summary>Says where the server is, and whom to trust.</summary>
    public void WriteKubeconfig(Uri server, string authorityPem) => Write(
        KubeconfigPath,
        $$"""
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: {{Convert.ToBase64String(Encoding.ASCII.GetBytes(authorityPem))}}
            server: {{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}}
          name: default-cluster
        contexts:
        - context:
            cluster: default-cluster
            namespace: default
            user: default-auth
          name: default-context
        current-context: default-context
        kind: Config
        users:
        - name: default-auth
          user:
            client-certificate: {{CertificatePath}}
            client-key: {{CertificatePath}}

        """);

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var beside = path + ".new";
        File.Delete(beside);
        using (var file = new FileStream(beside, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
