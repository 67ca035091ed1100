using ControlPlane.Client;
using ControlPlane.Machinery.Trees;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Queue;

namespace ControlPlane.Scheduler.Profiles;

/// <summary>How the scheduler behaves: of KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1) what is not the process's own concern.</summary>
public sealed record SchedulerConfiguration
{
    private const string ApiVersion = "kubescheduler.config.k8s.io/v1";

    /// <summary>Upstream's defaults.</summary>
    public static SchedulerConfiguration Default { get; } = new();

    /// <summary>Threads that look at nodes at once; never more than the machine has cores.</summary>
    public int Parallelism { get; private init; } = 16; // KubeSchedulerConfiguration: parallelism

    /// <summary>Of the nodes, so many that fit are enough to choose among; 0: fewer the larger the cluster is.</summary>
    public int PercentageOfNodesToScore { get; private init; } // KubeSchedulerConfiguration: percentageOfNodesToScore

    internal BackOffLimits BackOff { get; private init; } = new(
        TimeSpan.FromSeconds(1), // KubeSchedulerConfiguration: podInitialBackoffSeconds
        TimeSpan.FromSeconds(10)); // KubeSchedulerConfiguration: podMaxBackoffSeconds

    internal IReadOnlyList<Profile> Profiles { get; private init; } = [new(DefaultProfile.SchedulerName, DefaultProfile.Plugins)];

    /// <summary>Reads the file that --config names, YAML or JSON.</summary>
    /// <exception cref="FormatException">It is no such configuration, or asks for what there is not.</exception>
    public static SchedulerConfiguration Parse(ReadOnlySpan<byte> utf8)
    {
        TreeObject file;
        try
        {
            file = YamlReader.Read(utf8) as TreeObject ?? throw new FormatException("the scheduler's configuration is no object");
        }
        catch (TreeFormatException malformed)
        {
            throw new FormatException(malformed.Message, malformed);
        }
        if (file.String("apiVersion") != ApiVersion || file.String("kind") != "KubeSchedulerConfiguration")
            throw new FormatException($"no kind \"{file.String("kind")}\" is registered for version \"{file.String("apiVersion")}\": the scheduler reads KubeSchedulerConfiguration of {ApiVersion}");
        var configuration = new SchedulerConfiguration
        {
            Parallelism = Number(file, "parallelism", 16, 1, int.MaxValue),
            PercentageOfNodesToScore = Number(file, "percentageOfNodesToScore", 0, 0, 100),
            BackOff = new(
                TimeSpan.FromSeconds(Number(file, "podInitialBackoffSeconds", 1, 1, int.MaxValue)),
                TimeSpan.FromSeconds(Number(file, "podMaxBackoffSeconds", 10, 1, int.MaxValue))),
        };
        return file.List("profiles") is { Count: > 0 } profiles ? configuration with { Profiles = Read(profiles) } : configuration;
    }

    internal static int Number(TreeObject from, string name, int missing, int least, int most) => from[name] switch
    {
        null or TreeNull => missing,
        TreeInteger number when number.Value >= least && number.Value <= most => (int)number.Value,
        var other => throw new FormatException($"{name}: Invalid value: {other}: not a number from {least} to {most}"),
    };

    private static Profile[] Read(TreeList profiles)
    {
        var read = profiles.Select(static (item, index) => Profile.Read(
            item as TreeObject ?? throw new FormatException($"profiles[{index}] is no object"), $"profiles[{index}]")).ToArray();
        if (read.GroupBy(static profile => profile.SchedulerName).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            throw new FormatException($"profiles: Duplicate value: \"{twice.Key}\"");
        return read;
    }
}

/// <summary>A way to schedule, which pods choose by spec.schedulerName.</summary>
/// <param name="SchedulerName">Its name.</param>
/// <param name="Plugins">In order.</param>
internal sealed record Profile(string SchedulerName, IReadOnlyList<PluginUse> Plugins)
{
    /// <summary>Makes the plugins.</summary>
    public PluginSet Make(IApiClient api) => new(SchedulerName, [.. Plugins.Select(use => (use.Make(api), use.Weight))]);

    /// <summary>The default profile with what the file takes away, adds again and weighs otherwise.</summary>
    /// <exception cref="FormatException">It asks for what there is not.</exception>
    public static Profile Read(TreeObject profile, string path)
    {
        var plugins = DefaultProfile.Plugins.ToList();
        foreach (var (point, value) in profile.Object("plugins") ?? TreeObject.Empty)
        {
            var at = $"{path}.plugins.{point}";
            if (point is not ("multiPoint" or "score"))
                throw new FormatException($"{at}: Unsupported value: plugins are chosen by multiPoint, their weights also by score");
            var set = value as TreeObject ?? throw new FormatException($"{at} is no object");
            foreach (var name in Names(set.List("disabled"), at))
                Disable(plugins, name, point == "score");
            foreach (var item in set.List("enabled") ?? TreeList.Empty)
                Enable(plugins, item as TreeObject ?? throw new FormatException($"{at}.enabled has an item that is no object"), at);
        }
        return new(profile.String("schedulerName") ?? DefaultProfile.SchedulerName, plugins);
    }

    private static IEnumerable<string> Names(TreeList? items, string at) =>
        (items ?? TreeList.Empty).Select(item => (item as TreeObject)?.String("name") ?? throw new FormatException($"{at}.disabled has an item without a name"));

    private static void Disable(List<PluginUse> plugins, string name, bool isScoreOnly)
    {
        for (var i = plugins.Count - 1; i >= 0; i--)
        {
            if (name != "*" && plugins[i].Name != name)
                continue;
            if (isScoreOnly)
                plugins[i] = plugins[i] with { Weight = 0 };
            else
                plugins.RemoveAt(i);
        }
    }

    private static void Enable(List<PluginUse> plugins, TreeObject item, string at)
    {
        var name = item.String("name");
        var known = DefaultProfile.Plugins.FirstOrDefault(use => use.Name == name) ?? throw new FormatException($"{at}.enabled: Not found: \"{name}\"");
        var weight = SchedulerConfiguration.Number(item, "weight", 0, 0, 100);
        var use = known with { Weight = weight > 0 ? weight : known.Weight };
        var place = plugins.FindIndex(other => other.Name == name);
        if (place >= 0)
            plugins[place] = use;
        else
            plugins.Add(use);
    }
}
