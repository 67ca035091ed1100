using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Client.Https;

/// <summary>Where the server is and who speaks.</summary>
public sealed record HttpsTransportOptions
{
    /// <summary>https://host:port, with a path where the server stands behind one.</summary>
    public required Uri Server { get; init; }

    /// <summary>Who may have signed the server's certificate; empty for the system's.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    /// <summary>The name the server's certificate must be for; "" for the address's own.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>Trust any server: for tests, and for reading what is proved otherwise (the signed cluster-info).</summary>
    public bool SkipVerification { get; init; }

    /// <summary>Who speaks, by certificate: asked for at every connection, so that renewed ones are taken up; null for none.</summary>
    public Func<X509Certificate2?>? ClientCertificate { get; init; }

    /// <summary>Who speaks, by token: asked for at every request; null for none.</summary>
    public Func<CancellationToken, ValueTask<string>>? BearerToken { get; init; }

    /// <summary>What the server logs, and the field manager where none is named.</summary>
    public string UserAgent { get; init; } = "controlplane";

    /// <summary>Speak protobuf for built-in kinds (--kube-api-content-type); custom resources speak JSON always.</summary>
    public bool UseProtobuf { get; init; } = true;

    /// <summary>The largest body that is read (client-go has no limit; upstream's largest answers are lists of some hundred MB).</summary>
    public long MaxResponseBytes { get; init; } = 1L << 30;

    /// <summary>The largest frame of a watch (apiserver: objects are at most 3 MiB, with managed fields and both encodings below this).</summary>
    public int MaxFrameBytes { get; init; } = 16 << 20;

    /// <summary>How often a request is repeated that the server answered with 429 or 503 and Retry-After (client-go: maxRetries).</summary>
    public int MaxRetries { get; init; } = 10;

    /// <summary>An answer to anything but a watch must begin within this.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(65); // kube-apiserver: --request-timeout, and the way there and back
}
