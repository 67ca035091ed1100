using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>
/// Checks of events (upstream: pkg/apis/core/validation/events.go). There are events of old, with first and last times and counts, of which little is
/// asked, and events that say when, who and what. Of what comes in the new group everything is asked, and it doesn't change.
/// </summary>
internal static class EventChecks
{
    private const int MaxLength = 128; // upstream: ReportingInstanceLengthLimit, ActionLengthLimit, ReasonLengthLimit
    private const int MaxNoteLength = 1024; // upstream: NoteLengthLimit
    private const string Mismatch = "does not match event.namespace";
    private const string Immutable = "field is immutable";

    /// <param name="isStrict">Did it come in the new group? Of the old one less is asked.</param>
    internal static void Check(Event value, bool isStrict, FieldErrors errors)
    {
        CheckLegacy(value, isStrict, errors);
        if (!isStrict)
            return;
        errors.At("metadata").At("name").Complain(value.Metadata.Name, value.Metadata.Name.Length == 0 ? [] : Names.Subdomain(value.Metadata.Name));
        CheckSeries(value, errors);
        if (value.EventTime.IsZero)
            errors.At("eventTime").Required();
        if (value.Type is not ("Normal" or "Warning"))
            errors.At("type").Invalid("", $"has invalid value: {value.Type}");
        const string Unset = "needs to be unset";
        if (!value.FirstTimestamp.IsZero)
            errors.At("firstTimestamp").Invalid("", Unset);
        if (!value.LastTimestamp.IsZero)
            errors.At("lastTimestamp").Invalid("", Unset);
        if (value.Count != 0)
            errors.At("count").Invalid("", Unset);
        if (value.Source.Component.Length > 0 || value.Source.Host.Length > 0)
            errors.At("source").Invalid("", Unset);
    }

    internal static void CheckUpdate(Event value, Event old, bool isStrict, FieldErrors errors)
    {
        CheckLegacy(value, isStrict, errors);
        if (!isStrict)
            return;
        if (value.Series != old.Series)
            CheckSeries(value, errors);
        CheckKept(value, old, errors);
    }

    private static void CheckLegacy(Event value, bool isStrict, FieldErrors errors)
    {
        if (value.EventTime.IsZero)
            CheckOldNamespace(value, errors);
        else
            CheckModern(value, errors.At(isStrict ? "reportingController" : "reportingComponent"), errors);
        errors.At("namespace").Complain(value.Metadata.Namespace, Names.Subdomain(value.Metadata.Namespace));
    }

    private static void CheckSeries(Event value, FieldErrors errors)
    {
        if (value.Series is not { } series)
            return;
        if (series.Count < 2)
            errors.At("series.count").Invalid("", "should be at least 2");
        if (series.LastObservedTime.IsZero)
            errors.At("series.lastObservedTime").Required();
    }

    private static void CheckOldNamespace(Event value, FieldErrors errors)
    {
        var involved = value.InvolvedObject.Namespace;
        var agrees = involved.Length == 0 ? value.Metadata.Namespace is "" or "default" : involved == value.Metadata.Namespace;
        if (!agrees)
            errors.At("involvedObject").At("namespace").Invalid(involved, Mismatch);
    }

    private static void CheckModern(Event value, FieldErrors controller, FieldErrors errors)
    {
        if (value.InvolvedObject.Namespace.Length == 0 && value.Metadata.Namespace is not ("default" or "kube-system"))
            errors.At("involvedObject").At("namespace").Invalid("", Mismatch);
        if (value.ReportingComponent.Length == 0)
            controller.Required();
        controller.Complain(value.ReportingComponent, Names.QualifiedName(value.ReportingComponent));
        CheckText(value.ReportingInstance, errors.At("reportingInstance"));
        CheckText(value.Action, errors.At("action"));
        CheckText(value.Reason, errors.At("reason"));
        if (Encoding.UTF8.GetByteCount(value.Message) > MaxNoteLength)
            errors.At("message").Invalid("", FormattableString.Invariant($"can have at most {MaxNoteLength} characters"));
    }

    private static void CheckText(string text, FieldErrors at)
    {
        if (text.Length == 0)
            at.Required();
        if (Encoding.UTF8.GetByteCount(text) > MaxLength)
            at.Invalid("", FormattableString.Invariant($"can have at most {MaxLength} characters"));
    }

    private static void CheckKept(Event value, Event old, FieldErrors errors)
    {
        CheckKept(value.InvolvedObject, old.InvolvedObject, errors.At("involvedObject"));
        CheckKept(value.Reason, old.Reason, errors.At("reason"));
        CheckKept(value.Message, old.Message, errors.At("message"));
        CheckKept(value.Source, old.Source, errors.At("source"));
        if (value.FirstTimestamp != old.FirstTimestamp)
            errors.At("firstTimestamp").Invalid(value.FirstTimestamp.ToString(), Immutable);
        if (value.LastTimestamp != old.LastTimestamp)
            errors.At("lastTimestamp").Invalid(value.LastTimestamp.ToString(), Immutable);
        if (value.Count != old.Count)
            errors.At("count").Invalid(value.Count, Immutable);
        CheckKept(value.Reason, old.Reason, errors.At("reason"));
        CheckKept(value.Type, old.Type, errors.At("type"));
        if (value.EventTime != old.EventTime)
            errors.At("eventTime").Invalid(value.EventTime.ToString(), Immutable);
        CheckKept(value.Action, old.Action, errors.At("action"));
        CheckKept(value.Related, old.Related, errors.At("related"));
        CheckKept(value.ReportingComponent, old.ReportingComponent, errors.At("reportingController"));
        CheckKept(value.ReportingInstance, old.ReportingInstance, errors.At("reportingInstance"));
    }

    private static void CheckKept(string value, string old, FieldErrors at)
    {
        if (value != old)
            at.Invalid(value, Immutable);
    }

    private static void CheckKept<T>(T? value, T? old, FieldErrors at)
        where T : class, IMessage
    {
        if (!Equals(value, old))
            at.InvalidPrinted(value is null ? "null" : Encoding.UTF8.GetString(Json.EncodeMessage(value)), Immutable);
    }
}
