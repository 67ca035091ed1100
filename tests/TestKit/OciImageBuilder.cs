using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace ControlPlane.TestKit;

/// <summary>Makes container images for tests, as OCI archives, from files of this machine: no registry is asked.</summary>
public sealed class OciImageBuilder
{
    private const string BusyboxPath = "/bin/busybox";

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly List<TarEntry> _entries = [];
    private readonly List<string> _environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
    private string[] _command = [];
    private string[] _entrypoint = [];
    private string _user = "";

    /// <summary>Debian's static busybox with a link for each of its applets, the usual directories, users root and nobody; runs a shell.</summary>
    /// <exception cref="FileNotFoundException">busybox-static isn't installed.</exception>
    public static OciImageBuilder Busybox()
    {
        var builder = new OciImageBuilder()
            .WithDirectories("bin", "dev", "etc", "proc", "root", "run", "sys", "tmp", "usr", "usr/bin", "var", "var/run")
            .WithFile("bin/busybox", File.ReadAllBytes(BusyboxPath), Executable)
            .WithFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"u8.ToArray())
            .WithFile("etc/group", "root:x:0:\nnobody:x:65534:\n"u8.ToArray())
            .WithCommand("sh");
        foreach (var applet in BusyboxApplets)
            builder._entries.Add(new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
        return builder;
    }

    // The applets that tests of this project call, of the some hundreds there are.
    private static readonly string[] BusyboxApplets =
    [
        "ash", "awk", "basename", "cat", "chmod", "chown", "cp", "cut", "date", "dd", "df", "dirname", "du", "echo", "env", "expr", "false", "find", "free", "grep",
        "gunzip", "gzip", "head", "hostname", "httpd", "id", "ifconfig", "ip", "kill", "killall", "ln", "ls", "md5sum", "mkdir", "mkfifo", "mknod", "mktemp", "mount",
        "mv", "nc", "netstat", "nslookup", "ping", "ping6", "pgrep", "pidof", "pkill", "printenv", "printf", "ps", "pwd", "readlink", "realpath", "rm", "rmdir", "sed",
        "seq", "sh", "sha256sum", "sleep", "sort", "stat", "stty", "sync", "tail", "tar", "tee", "telnet", "test", "time", "timeout", "top", "touch", "tr", "traceroute",
        "true", "tty", "umount", "uname", "uniq", "uptime", "usleep", "vi", "watch", "wc", "wget", "which", "whoami", "xargs", "yes",
    ];

    /// <summary>Adds empty directories.</summary>
    public OciImageBuilder WithDirectories(params string[] paths)
    {
        foreach (var path in paths)
            _entries.Add(new PaxTarEntry(TarEntryType.Directory, path + "/") { Mode = path == "tmp" ? Executable | UnixFileMode.StickyBit | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite : Executable });
        return this;
    }

    /// <summary>Adds a file; its directory must have been added.</summary>
    public OciImageBuilder WithFile(string path, byte[] content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead)
    {
        _entries.Add(new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(content) });
        return this;
    }

    /// <summary>Adds an environment variable.</summary>
    public OciImageBuilder WithEnvironment(string name, string value)
    {
        _environment.Add($"{name}={value}");
        return this;
    }

    /// <summary>Sets the command that runs where the pod names none.</summary>
    public OciImageBuilder WithCommand(params string[] command)
    {
        _command = command;
        return this;
    }

    /// <summary>Sets the program that the command's words are given to.</summary>
    public OciImageBuilder WithEntrypoint(params string[] entrypoint)
    {
        _entrypoint = entrypoint;
        return this;
    }

    /// <summary>Sets the user, by name or number.</summary>
    public OciImageBuilder WithUser(string user)
    {
        _user = user;
        return this;
    }

    /// <summary>Writes the archive. A builder builds once.</summary>
    /// <param name="path">The file to make.</param>
    /// <param name="name">The image's name in full ("docker.io/library/test:1").</param>
    public void Write(string path, string name)
    {
        var image = Build();
        var index = Json(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteStartArray("manifests");
            WriteDescriptor(json, OciImage.ManifestType, image.ManifestDigest, image.Manifest.Length, name);
            json.WriteEndArray();
        });
        File.WriteAllBytes(path, Tar(
        [
            Blob("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()),
            Blob("index.json", index),
            .. image.Blobs.Append(KeyValuePair.Create(image.ManifestDigest, image.Manifest)).Select(blob => Blob("blobs/" + blob.Key.Replace(':', '/'), blob.Value)),
        ]));

        static TarEntry Blob(string path, byte[] content) => new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) };
    }

    /// <summary>The image's parts, as registries store them. A builder builds once.</summary>
    public OciImage Build()
    {
        var blobs = new Dictionary<string, byte[]>();
        var layer = Tar(_entries);
        var layerDigest = Add(blobs, layer);
        var config = Json(json => WriteConfig(json, layerDigest));
        var configDigest = Add(blobs, config);
        var manifest = Json(json =>
        {
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", OciImage.ManifestType);
            json.WritePropertyName("config");
            WriteDescriptor(json, "application/vnd.oci.image.config.v1+json", configDigest, config.Length, null);
            json.WriteStartArray("layers");
            WriteDescriptor(json, "application/vnd.oci.image.layer.v1.tar", layerDigest, layer.Length, null);
            json.WriteEndArray();
        });
        return new OciImage(blobs, manifest, Digest(manifest));
    }

    private void WriteConfig(Utf8JsonWriter json, string layerDigest)
    {
        json.WriteString("architecture", RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64");
        json.WriteString("os", "linux");
        json.WriteStartObject("config");
        json.WriteString("User", _user);
        WriteArray(json, "Env", _environment);
        WriteArray(json, "Entrypoint", _entrypoint);
        WriteArray(json, "Cmd", _command);
        json.WriteEndObject();
        json.WriteStartObject("rootfs");
        json.WriteString("type", "layers");
        WriteArray(json, "diff_ids", [layerDigest]);
        json.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteDescriptor(Utf8JsonWriter json, string mediaType, string digest, long size, string? imageName)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", mediaType);
        json.WriteString("digest", digest);
        json.WriteNumber("size", size);
        if (imageName is not null)
        {
            json.WriteStartObject("annotations");
            json.WriteString("io.containerd.image.name", imageName);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static string Add(Dictionary<string, byte[]> blobs, byte[] blob)
    {
        var digest = Digest(blob);
        blobs[digest] = blob;
        return digest;
    }

    private static string Digest(byte[] blob) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(blob));

    private static byte[] Tar(IEnumerable<TarEntry> entries)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        }
        return bytes.ToArray();
    }
}
