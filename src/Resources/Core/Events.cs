using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;
using ModernEvent = ControlPlane.Types.Events.Event;

namespace ControlPlane.Resources.Core;

/// <summary>Something that happened to an object; forgotten after an hour. Served in two groups, with different names for the same things.</summary>
internal sealed class Events : ResourceDefinition<Event>
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1); // kube-apiserver: --event-ttl

    protected override void Declare(Declaration<Event> resource) => resource
        .ServedAs<ModernEvent>(ToModern, ToCore)
        .TimeToLive(_ => Kept)
        .CreateOnUpdate()
        .MetadataChecksOnUpdate(2, asNew: false)
        .Names(Names.PathSegment)
        .Column("Last Seen", LastSeen)
        .Column("Type", value => value.Type)
        .Column("Reason", value => value.Reason)
        .Column("Object", value => Target(value.InvolvedObject))
        .Column("Subobject", value => value.InvolvedObject.FieldPath, wide: true)
        .Column("Source", Source, wide: true)
        .Column("Message", value => value.Message.Trim())
        .Column("First Seen", FirstSeen, wide: true)
        .Column("Count", value => value.Series?.Count ?? Math.Max(value.Count, 1), wide: true)
        .Column("Name", value => value.Metadata.Name, format: "name", wide: true)
        .Selectable("involvedObject.kind", value => value.InvolvedObject.Kind)
        .Selectable("involvedObject.namespace", value => value.InvolvedObject.Namespace)
        .Selectable("involvedObject.name", value => value.InvolvedObject.Name)
        .Selectable("involvedObject.uid", value => value.InvolvedObject.Uid)
        .Selectable("involvedObject.apiVersion", value => value.InvolvedObject.ApiVersion)
        .Selectable("involvedObject.resourceVersion", value => value.InvolvedObject.ResourceVersion)
        .Selectable("involvedObject.fieldPath", value => value.InvolvedObject.FieldPath)
        .Selectable("regarding.kind", value => value.InvolvedObject.Kind)
        .Selectable("regarding.namespace", value => value.InvolvedObject.Namespace)
        .Selectable("regarding.name", value => value.InvolvedObject.Name)
        .Selectable("regarding.uid", value => value.InvolvedObject.Uid)
        .Selectable("regarding.apiVersion", value => value.InvolvedObject.ApiVersion)
        .Selectable("regarding.resourceVersion", value => value.InvolvedObject.ResourceVersion)
        .Selectable("regarding.fieldPath", value => value.InvolvedObject.FieldPath)
        .Selectable("reason", value => value.Reason)
        .Selectable("reportingComponent", value => value.ReportingComponent)
        .Selectable("reportingController", value => value.ReportingComponent)
        .Selectable("source", value => value.Source.Component.Length > 0 ? value.Source.Component : value.ReportingComponent)
        .Selectable("type", value => value.Type);

    /// <inheritdoc/>
    public override void Validate(IApiObject value, WriteContext context, FieldErrors errors) => EventChecks.Check((Event)value, IsStrict(context), errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(IApiObject value, IApiObject old, WriteContext context, FieldErrors errors)
    {
        if (IsStrict(context))
            ObjectMetaRules.CheckCommon(value.Metadata, errors);
        EventChecks.CheckUpdate((Event)value, (Event)old, IsStrict(context), errors);
    }

    private static bool IsStrict(WriteContext context) => context.Version.Group.Length > 0;

    private static ModernEvent ToModern(Event value) => new()
    {
        Metadata = value.Metadata,
        EventTime = value.EventTime,
        Series = value.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingController = value.ReportingComponent,
        ReportingInstance = value.ReportingInstance,
        Action = value.Action,
        Reason = value.Reason,
        Regarding = value.InvolvedObject,
        Related = value.Related,
        Note = value.Message,
        Type = value.Type,
        DeprecatedSource = value.Source,
        DeprecatedFirstTimestamp = value.FirstTimestamp,
        DeprecatedLastTimestamp = value.LastTimestamp,
        DeprecatedCount = value.Count,
    };

    private static Event ToCore(ModernEvent value) => new()
    {
        Metadata = value.Metadata,
        EventTime = value.EventTime,
        Series = value.Series is { } series ? new() { Count = series.Count, LastObservedTime = series.LastObservedTime } : null,
        ReportingComponent = value.ReportingController,
        ReportingInstance = value.ReportingInstance,
        Action = value.Action,
        Reason = value.Reason,
        InvolvedObject = value.Regarding,
        Related = value.Related,
        Message = value.Note,
        Type = value.Type,
        Source = value.DeprecatedSource,
        FirstTimestamp = value.DeprecatedFirstTimestamp,
        LastTimestamp = value.DeprecatedLastTimestamp,
        Count = value.DeprecatedCount,
    };

    private static TableCell FirstSeen(Event value) => value.FirstTimestamp.IsZero ? Age(value.EventTime) : TableCell.Age(value.FirstTimestamp.ToDateTimeOffset());

    private static TableCell LastSeen(Event value)
    {
        if (value.Series is { } series)
            return Age(series.LastObservedTime);
        return value.LastTimestamp.IsZero ? FirstSeen(value) : TableCell.Age(value.LastTimestamp.ToDateTimeOffset());
    }

    private static TableCell Age(MicroTimestamp time) => TableCell.Age(time.IsZero ? null : time.ToDateTimeOffset());

    private static string Target(ObjectReference involved)
    {
#pragma warning disable CA1308 // kubectl's word for a kind is in lower case
        var kind = involved.Kind.ToLowerInvariant();
#pragma warning restore CA1308
        return involved.Name.Length > 0 ? $"{kind}/{involved.Name}" : kind;
    }

    private static TableCell Source(Event value)
    {
        var (component, host) = value.Source.Component.Length > 0
            ? (value.Source.Component, value.Source.Host)
            : (value.ReportingComponent, value.ReportingInstance);
        return host.Length > 0 ? $"{component}, {host}" : component;
    }
}
