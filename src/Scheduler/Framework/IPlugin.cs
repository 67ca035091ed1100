namespace ControlPlane.Scheduler.Framework;

/// <summary>Something that takes part in scheduling at one or more extension points. Its class says at which, by the interfaces that it has.</summary>
internal interface IPlugin
{
    /// <summary>As in the configuration file, and as upstream names it.</summary>
    string Name { get; }

    /// <summary>After a no of this plugin, a pod waits for one of these; without any it waits for the regular flush.</summary>
    IReadOnlyList<WakeUp> WakesUpOn => [];
}
