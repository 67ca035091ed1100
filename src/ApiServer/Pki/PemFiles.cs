using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ControlPlane.ApiServer.Pki;

/// <summary>Keys and certificates as PEM files in one directory, under kubeadm's names ("ca.crt" and "ca.key").</summary>
/// <remarks>A file is there whole or not at all (written beside and renamed), and nobody but its owner reads it.</remarks>
internal sealed class PemFiles(string directory)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerDirectory = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Where a file stands.</summary>
    public string PathOf(string name) => Path.Combine(directory, name);

    /// <summary>The certificate and its key; null where one of both is not there.</summary>
    /// <exception cref="CryptographicException">The files are there and are no such thing, or don't belong together.</exception>
    public X509Certificate2? Load(string name)
    {
        var (certificate, key) = (PathOf(name + ".crt"), PathOf(name + ".key"));
        return File.Exists(certificate) && File.Exists(key) ? X509Certificate2.CreateFromPemFile(certificate, key) : null;
    }

    /// <summary>Stores a certificate and its key. The key goes first: a certificate without its key would look complete.</summary>
    public void Save(string name, X509Certificate2 certificate)
    {
        Write(name + ".key", KeyPem(certificate));
        Write(name + ".crt", certificate.ExportCertificatePem() + "\n");
    }

    /// <summary>Stores a file.</summary>
    public void Write(string name, string text)
    {
        var path = PathOf(name);
        CreateDirectory(Path.GetDirectoryName(path)!);
        var beside = path + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var file = new FileStream(beside, options))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }

    /// <summary>A certificate's key as PEM, in the form that Go's tools write.</summary>
    public static string KeyPem(X509Certificate2 certificate)
    {
        using var ec = certificate.GetECDsaPrivateKey();
        if (ec is not null)
            return ec.ExportECPrivateKeyPem() + "\n";
        using var rsa = certificate.GetRSAPrivateKey() ?? throw new CryptographicException($"The key of {certificate.Subject} is neither RSA nor elliptic curve.");
        return rsa.ExportRSAPrivateKeyPem() + "\n";
    }

    private static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnerDirectory);
    }
}
