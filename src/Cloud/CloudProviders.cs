using ControlPlane.Cloud.Providers.Static;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Cloud;

/// <summary>The clouds that are built in.</summary>
public static class CloudProviders
{
    /// <summary>Opens the cloud of that name.</summary>
    /// <param name="name">Of --cloud-provider: "static"; "" and "external" (somebody else's cloud controllers) for none.</param>
    /// <param name="configurationFile">Of --cloud-config.</param>
    /// <param name="clock">Paces how often the file is looked at.</param>
    /// <param name="logs">Where the provider logs.</param>
    /// <returns>Null for none.</returns>
    /// <exception cref="CloudException">There is no provider of that name, or its file cannot be used.</exception>
    public static ICloud? Open(string name, string configurationFile, TimeProvider clock, ILoggerFactory logs) => name switch
    {
        "" or "external" => null,
        "static" when configurationFile.Length == 0 => throw new CloudException("cloud provider \"static\" needs a file that lists the machines (--cloud-config)"),
        "static" => StaticCloud.Open(configurationFile, clock, logs.CreateLogger<StaticCloud>()),
        _ => throw new CloudException($"unknown cloud provider \"{name}\"; built in: static"),
    };
}
