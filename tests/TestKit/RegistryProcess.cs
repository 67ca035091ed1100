using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace ControlPlane.TestKit;

/// <summary>A real image registry (Debian's docker-registry) on a free port, over plain HTTP, with its data in a temporary directory; ended when disposed of.</summary>
public sealed class RegistryProcess : IAsyncDisposable
{
    /// <summary>Who is let in where not everybody is.</summary>
    public const string User = "reader", Password = "sesame";

    // bcrypt of the password, at the least cost
    private const string PasswordHash = "$2b$05$abcdefghijklmnopqrstuuKcS.CYWVYVaLiiCKrrc0A5s3mGesJ9O";

    private readonly TemporaryDirectory _data = new();
    private readonly HttpClient _http;
    private readonly Process _process;

    private RegistryProcess(string address, bool isClosed)
    {
        Name = $"{address}:{FreePort.Take(1)[0]}";
        _http = new HttpClient { BaseAddress = new Uri($"http://{Name}/v2/") };
        if (isClosed)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{User}:{Password}")));
        File.WriteAllText(_data["htpasswd"], $"{User}:{PasswordHash}\n");
        string[] configuration =
        [
            "version: 0.1",
            "log: {level: error}",
            $"storage: {{filesystem: {{rootdirectory: {_data["data"]}}}}}",
            $"http: {{addr: \"{Name}\"}}",
            isClosed ? $"auth: {{htpasswd: {{realm: test, path: {_data["htpasswd"]}}}}}" : "",
        ];
        File.WriteAllLines(_data["config.yml"], configuration);
        _process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", _data["config.yml"]]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Address and port, as at the beginning of an image's name.</summary>
    public string Name { get; }

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="address">An address of this machine.</param>
    /// <param name="isClosed">Must one be <see cref="User"/> to read?</param>
    public static async Task<RegistryProcess> StartAsync(string address, bool isClosed = false)
    {
        var registry = new RegistryProcess(address, isClosed);
        try
        {
            await Eventually.TrueAsync(registry.AnswersAsync);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stores an image under a tag.</summary>
    /// <exception cref="HttpRequestException">The registry refuses.</exception>
    public async Task PushAsync(OciImage image, string repository, string tag)
    {
        foreach (var (digest, blob) in image.Blobs)
            await PushBlobAsync(repository, digest, blob);
        using var manifest = new ByteArrayContent(image.Manifest) { Headers = { ContentType = new MediaTypeHeaderValue(OciImage.ManifestType) } };
        using var answer = await _http.PutAsync(new Uri($"{repository}/manifests/{tag}", UriKind.Relative), manifest);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Ends it; <see cref="DisposeAsync"/> clears up.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
        _http.Dispose();
        _data.Dispose();
    }

    private async Task PushBlobAsync(string repository, string digest, byte[] blob)
    {
        using var begun = await _http.PostAsync(new Uri($"{repository}/blobs/uploads/", UriKind.Relative), null);
        begun.EnsureSuccessStatusCode();
        var place = new UriBuilder(new Uri(_http.BaseAddress!, begun.Headers.Location!));
        place.Query += (place.Query.Length > 0 ? "&" : "") + "digest=" + Uri.EscapeDataString(digest);
        using var content = new ByteArrayContent(blob) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var stored = await _http.PutAsync(place.Uri, content);
        stored.EnsureSuccessStatusCode();
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited)
            throw new InvalidOperationException($"the registry has ended with {_process.ExitCode}");
        try
        {
            using var answer = await _http.GetAsync(new Uri("", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or SocketException)
        {
            return false;
        }
    }
}
