using ControlPlane.Cloud;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane;

/// <summary>What the cluster runs on. Names and defaults are those of upstream's cloud controller manager.</summary>
internal sealed partial record CloudOptions
{
    public const string Title = "Cloud";

    [Flag("--cloud-provider", "What the cluster runs on: static (a file lists the machines), external (the cloud has controllers of its own) or nothing.")]
    public string Provider { get; init; } = "";

    [Flag("--cloud-config", "The provider's own file.")]
    public string ConfigFile { get; init; } = "";

    [Flag("--cluster-name", "Tells clusters in one cloud apart.")]
    public string ClusterName { get; init; } = "kubernetes";

    [Flag("--configure-cloud-routes", "Make routes between the nodes' pods, where the cloud has them.")]
    public bool ConfigureRoutes { get; init; } = true;

    [Flag("--route-reconciliation-period", "How often routes are compared with the nodes.", Least = 1)]
    public TimeSpan RoutePeriod { get; init; } = TimeSpan.FromSeconds(10);

    [Flag("--node-status-update-frequency", "How often nodes' addresses are asked for.", Least = 1)]
    public TimeSpan NodeStatusPeriod { get; init; } = TimeSpan.FromMinutes(5);

    [Flag("--concurrent-node-syncs", "Nodes that are initialized at once.", Least = 1)]
    public int ConcurrentNodes { get; init; } = 1;

    [Flag("--concurrent-service-syncs", "Services at once that get their load balancers.", Least = 1)]
    public int ConcurrentServices { get; init; } = 1;

    partial void Check(OptionErrors errors)
    {
        errors.File("--cloud-config", ConfigFile);
        try
        {
            CloudProviders.Open(Provider, ConfigFile, TimeProvider.System, NullLoggerFactory.Instance);
        }
        catch (CloudException wrong)
        {
            errors.Add($"--cloud-provider: {wrong.Message}");
        }
    }
}
