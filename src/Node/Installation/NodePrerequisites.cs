
namespace ControlPlane.Node.Installation;

/// <summary>Sees to it that the machine has what the agent needs, before the agent starts.</summary>
public sealed class NodePrerequisites(TimeProvider clock)
{
    private const string SuperUser = "root";

    /// <summary>May packages be installed? Off by <c>--no-install</c>.</summary>
    public bool MayInstall { get; init; } = true;

    /// <summary>The socket given by <c>--container-runtime-endpoint</c>; null where none was.</summary>
    public string? RuntimeEndpoint { get; init; }

    /// <summary>Says what is missing and installs it. Nothing is said or done where all is there.</summary>
    /// <param name="progress">Gets lines for the terminal.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="PrerequisiteException">Something is missing and may not or can't be installed.</exception>
    public async Task EnsureAsync(Action<string> progress, CancellationToken cancel)
    {
        var missing = await FindMissingAsync(cancel);
        if (missing.Count == 0)
            return;
        var description = string.Join("; ", missing.Select(one => $"{one.Name} ({one.Purpose})"));
        progress($"This machine lacks {description}.");
        string[] packages = [.. missing.Select(one => one.Package).Distinct()];
        RequireInstallable(OsRelease.Read(), description, packages);

        progress($"Installing {string.Join(", ", packages)} ...");
        await PackageInstallation.InstallAsync(packages, progress, clock, cancel);
        if (await FindMissingAsync(cancel) is { Count: > 0 } still)
            throw new PrerequisiteException($"after the installation this machine still lacks {string.Join(", ", still.Select(one => one.Name))}");
    }

    /// <summary>A runtime that answers brings what it runs containers with: only where none does, the agent needs its own.</summary>
    internal async Task<IReadOnlyList<NodePrerequisite>> FindMissingAsync(CancellationToken cancel)
    {
        var hasRuntime = !string.IsNullOrEmpty(RuntimeEndpoint)
            || await Runtime.Cri.Containerd.RuntimeEndpoint.AnswersAsync(Runtime.Cri.Containerd.RuntimeEndpoint.WellKnown, clock, cancel);
        var needed = hasRuntime ? NodePrerequisite.OfEveryNode : [.. NodePrerequisite.OfOwnRuntime, .. NodePrerequisite.OfEveryNode];
        return [.. needed.Where(one => !one.IsPresent())];
    }

    /// <exception cref="PrerequisiteException">It may not or can't be installed here.</exception>
    internal void RequireInstallable(OsRelease system, string missing, IReadOnlyList<string> packages)
    {
        var command = $"apt-get install {string.Join(' ', packages)}";
        if (!system.UsesApt || ProgramSearch.Find("apt-get") is null)
        {
            throw new PrerequisiteException(
                $"this machine lacks {missing}. {system.PrettyName} has no apt-get: install them with its own package manager and start again");
        }
        if (!MayInstall)
            throw new PrerequisiteException($"this machine lacks {missing}, and --no-install forbids to install it. Run: {command}");
        if (Environment.UserName != SuperUser)
            throw new PrerequisiteException($"this machine lacks {missing}, and only root can install it. Run: sudo {command}");
    }
}
