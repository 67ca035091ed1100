namespace ControlPlane.Scheduler.Framework;

/// <summary>The plugins of one profile, sorted by extension point, each point in the profile's order.</summary>
internal sealed class PluginSet
{
    /// <summary>No permit may take longer (upstream: maxTimeout of waiting pods).</summary>
    public static readonly TimeSpan MaxPermitWait = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, IReadOnlyList<WakeUp>> _wakeUps = new(StringComparer.Ordinal);

    /// <summary>Sorts the plugins.</summary>
    /// <exception cref="FormatException">There is not exactly one way to sort the queue, or no way to bind.</exception>
    public PluginSet(string schedulerName, IReadOnlyList<(IPlugin Plugin, int Weight)> plugins)
    {
        SchedulerName = schedulerName;
        PreEnqueue = Of<IPreEnqueue>(plugins);
        Filters = Of<IFilterPoint>(plugins);
        PostFilters = Of<IPostFilter>(plugins);
        Scores = [.. plugins.Where(static use => use is { Plugin: IScorePoint, Weight: > 0 }).Select(static use => ((IScorePoint)use.Plugin, use.Weight))];
        Reserve = Of<IReserve>(plugins);
        Permit = Of<IPermit>(plugins);
        PreBind = Of<IPreBind>(plugins);
        Bind = Of<IBind>(plugins);
        PostBind = Of<IPostBind>(plugins);
        foreach (var (plugin, _) in plugins)
            _wakeUps[plugin.Name] = plugin.WakesUpOn;
        if (Of<IQueueSort>(plugins) is not [var sort])
            throw new FormatException($"profile {schedulerName}: exactly one queue sort plugin is required");
        Sort = sort;
        if (Bind.Length == 0)
            throw new FormatException($"profile {schedulerName}: at least one bind plugin is needed");
    }

    /// <summary>The spec.schedulerName that it answers to.</summary>
    public string SchedulerName { get; }

    public IQueueSort Sort { get; }

    public IPreEnqueue[] PreEnqueue { get; }

    public IFilterPoint[] Filters { get; }

    public IPostFilter[] PostFilters { get; }

    public (IScorePoint Plugin, int Weight)[] Scores { get; }

    public IReserve[] Reserve { get; }

    public IPermit[] Permit { get; }

    public IPreBind[] PreBind { get; }

    public IBind[] Bind { get; }

    public IPostBind[] PostBind { get; }

    /// <summary>What a pod waits for after a no of that plugin.</summary>
    public IReadOnlyList<WakeUp> WakeUpsOf(string plugin) => _wakeUps.GetValueOrDefault(plugin, []);

    private static T[] Of<T>(IReadOnlyList<(IPlugin Plugin, int Weight)> plugins) => [.. plugins.Select(static use => use.Plugin).OfType<T>()];
}
