using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client;

/// <summary>How an object is deleted: <c>Deletion.Foreground.OnlyIfUid(uid)</c>.</summary>
public sealed record Deletion
{
    private Deletion(DeleteOptions options) => Options = options;

    /// <summary>What is sent.</summary>
    public DeleteOptions Options { get; private init; }

    /// <summary>As the kind has it by default.</summary>
    public static Deletion Default { get; } = new(DeleteOptions.Empty);

    /// <summary>The object goes now, what it owns later.</summary>
    public static Deletion Background { get; } = new(new DeleteOptions { PropagationPolicy = "Background" });

    /// <summary>What it owns goes first.</summary>
    public static Deletion Foreground { get; } = new(new DeleteOptions { PropagationPolicy = "Foreground" });

    /// <summary>What it owns stays.</summary>
    public static Deletion Orphan { get; } = new(new DeleteOptions { PropagationPolicy = "Orphan" });

    /// <summary>At once, without waiting for the node.</summary>
    public static Deletion Immediate { get; } = Default.WithGracePeriod(0);

    /// <summary>Only the very object meant, not another of that name (409 otherwise).</summary>
    public Deletion OnlyIfUid(string uid) => With(Options with { Preconditions = Before with { Uid = uid } });

    /// <summary>Only in the state that was looked at (409 otherwise).</summary>
    public Deletion OnlyIfVersion(string resourceVersion) => With(Options with { Preconditions = Before with { ResourceVersion = resourceVersion } });

    /// <summary>Gives the object's owner so many seconds to end it.</summary>
    public Deletion WithGracePeriod(long seconds) => With(Options with { GracePeriodSeconds = seconds });

    private Preconditions Before => Options.Preconditions ?? Preconditions.Empty;

    private static Deletion With(DeleteOptions options) => new(options);
}
