using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Registry.Writes;

/// <summary>
/// What a delete does to an object, decided without doing it (apiserver: pkg/registry/rest/delete.go and generic/registry/store.go).
/// </summary>
/// <param name="Step">What is to be done.</param>
/// <param name="Value">The object as it will be: marked, or in its last state.</param>
internal readonly record struct DeletionPlan(DeletionStep Step, IApiObject Value)
{
    private const string Orphan = "orphan";
    private const string ForegroundDeletion = "foregroundDeletion";

    /// <summary>Decides.</summary>
    public static DeletionPlan Decide(ResourceDefinition definition, IApiObject value, DeleteOptions options, DateTimeOffset now)
    {
        var metadata = value.Metadata;
        long? asked = options.GracePeriodSeconds is < 0 ? 1 : options.GracePeriodSeconds;
        var grace = Grace(definition.Traits.GracePeriodSeconds, value, asked, now, out var isPending);
        if (isPending)
            return new(DeletionStep.Nothing, value);
        var finalizers = Finalizers(definition.Traits.DefaultPropagation, metadata.Finalizers, options);
        if (definition.Traits.DeletionHold is { } hold && hold.Holds(value))
            return Marked(value, hold.Marked(value.WithMetadata(metadata with { DeletionTimestamp = metadata.DeletionTimestamp ?? Timestamp.From(now), Finalizers = finalizers })));
        if (grace is not null)
        {
            var graceful = value.WithMetadata(grace with { Finalizers = finalizers });
            return finalizers.IsEmpty && grace.DeletionGracePeriodSeconds is 0 ? new(DeletionStep.Remove, graceful) : Marked(value, graceful);
        }

        return finalizers.IsEmpty
            ? new(DeletionStep.Remove, value)
            : Marked(value, value.WithMetadata(AsDeleting(metadata, now) with { Finalizers = finalizers }));
    }

    /// <summary>Has an update taken away the last thing that kept a terminating object?</summary>
    public static bool IsFinished(ResourceDefinition definition, IApiObject value, ObjectMeta old) =>
        value.Metadata.Finalizers.IsEmpty
        && old is { DeletionTimestamp: not null, DeletionGracePeriodSeconds: null or 0 }
        && definition.Traits.DeletionHold?.Holds(value) is not true;

    /// <summary>Refuses options that contradict themselves.</summary>
    /// <exception cref="ApiException">422</exception>
    public static void Check(DeleteOptions options)
    {
        var errors = new FieldErrors();
        if (options is { OrphanDependents: not null, PropagationPolicy: { } policy })
            errors.At("propagationPolicy").Invalid(policy, "orphanDependents and deletionPropagation cannot be both set");
        if (options.PropagationPolicy is not (null or "Foreground" or "Background" or "Orphan"))
            errors.At("propagationPolicy").NotSupported(options.PropagationPolicy, "Foreground", "Background", "Orphan", "nil");
        if (!errors.IsEmpty)
            throw ApiError.Invalid(new GroupKind("meta.k8s.io", "DeleteOptions"), "", errors.All);
    }

    /// <summary>Refuses to delete another object than the client meant.</summary>
    /// <exception cref="ApiException">409</exception>
    public static void Check(Preconditions? preconditions, ResourceDefinition definition, ObjectMeta metadata)
    {
        // Upstream names the kind where it names the resource elsewhere.
        var named = new GroupResource(definition.Hub.Group, definition.Hub.Kind);
        if (preconditions?.Uid is { } uid && uid != metadata.Uid)
        {
            throw ApiError.Conflict(
                named,
                metadata.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({metadata.Uid}). The object might have been deleted and then recreated");
        }

        if (preconditions?.ResourceVersion is { } version && version != metadata.ResourceVersion)
        {
            throw ApiError.Conflict(
                named,
                metadata.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({metadata.ResourceVersion}). The object might have been modified");
        }
    }

    private static DeletionPlan Marked(IApiObject old, IApiObject marked) => new(marked.Equals(old) ? DeletionStep.Nothing : DeletionStep.Mark, marked);

    // The metadata with its grace period begun or shortened; null where there is none (left).
    private static ObjectMeta? Grace(Func<IApiObject, long?, long>? rule, IApiObject value, long? asked, DateTimeOffset now, out bool isPending)
    {
        var metadata = value.Metadata;
        isPending = false;
        if (rule is null)
            return null;
        if (metadata.DeletionTimestamp is not { } deleted)
            return Begun(metadata, rule(value, asked), now);
        if (metadata.DeletionGracePeriodSeconds is not (> 0 or < 0))
            return null;
        var seconds = Math.Max(1, metadata.DeletionGracePeriodSeconds.Value);
        // A grace period that runs can only be shortened.
        isPending = asked is null || asked >= seconds;
        return isPending ? null : metadata with
        {
            DeletionTimestamp = deleted.Add(TimeSpan.FromSeconds(asked!.Value - seconds)),
            DeletionGracePeriodSeconds = asked,
        };
    }

    private static ObjectMeta Begun(ObjectMeta metadata, long seconds, DateTimeOffset now) => metadata with
    {
        DeletionTimestamp = Timestamp.From(now + TimeSpan.FromSeconds(seconds)),
        DeletionGracePeriodSeconds = seconds,
        Generation = metadata.Generation > 0 ? metadata.Generation + 1 : 0,
    };

    private static ObjectMeta AsDeleting(ObjectMeta metadata, DateTimeOffset now)
    {
        var time = Timestamp.From(now);
        return metadata with
        {
            Generation = metadata is { DeletionTimestamp: null, Generation: > 0 } ? metadata.Generation + 1 : metadata.Generation,
            DeletionTimestamp = metadata.DeletionTimestamp is { } earlier && earlier <= time ? earlier : time,
            DeletionGracePeriodSeconds = 0,
        };
    }

    private static ValueList<string> Finalizers(string byDefault, ValueList<string> present, DeleteOptions options)
    {
        var policy = byDefault == "Unsupported" ? "" : Policy(byDefault, present, options);
        var wanted = present.RemoveAll(finalizer => finalizer is Orphan or ForegroundDeletion);
        wanted = policy switch
        {
            "Orphan" => wanted.Add(Orphan),
            "Foreground" => wanted.Add(ForegroundDeletion),
            _ => wanted,
        };
        return wanted.Count == present.Count && wanted.All(present.Contains) ? present : wanted;
    }

    // What the client says counts, then what the object has been told before, then what its kind does.
    private static string Policy(string byDefault, ValueList<string> present, DeleteOptions options)
    {
        if (options.OrphanDependents is { } orphan)
            return orphan ? "Orphan" : "Background";
        if (options.PropagationPolicy is { } asked)
            return asked;
        var told = present.FirstOrDefault(finalizer => finalizer is Orphan or ForegroundDeletion);
        return told switch
        {
            Orphan => "Orphan",
            ForegroundDeletion => "Foreground",
            _ => byDefault,
        };
    }
}

/// <summary>What a delete does.</summary>
internal enum DeletionStep
{
    /// <summary>The object is already going.</summary>
    Nothing,

    /// <summary>It is marked, and goes later.</summary>
    Mark,

    /// <summary>It goes.</summary>
    Remove,
}
