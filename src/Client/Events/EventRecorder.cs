using System.Globalization;
using System.Threading.Channels;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client.Events;

/// <summary>Is it as it should be?</summary>
public enum EventKind
{
    /// <summary>For information.</summary>
    Normal,

    /// <summary>Something may be wrong.</summary>
    Warning,
}

/// <summary>Tells users what a component did with an object, as Events. Recording never waits and never fails; <see cref="RunAsync"/> sends.</summary>
/// <param name="api">Writes the events.</param>
/// <param name="component">Who tells: "deployment-controller"; asked for when something is told.</param>
/// <param name="host">Where it runs; may be empty.</param>
/// <param name="clock">Dates the events.</param>
/// <param name="log">For events that could not be sent.</param>
public sealed partial class EventRecorder(IApiClient api, Func<string> component, string host, TimeProvider clock, ILogger log)
{
    private const int MaxWaiting = 1000; // client-go: a watch.Broadcaster's queue; what does not fit is dropped
    private const int MaxAttempts = 12; // client-go: maxTriesPerEvent
    private const int MaxMessage = 1024; // core validation: an event's message

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10); // client-go: defaultSleepDuration

    private readonly EventCorrelator _correlator = new(clock);
    private long _lastName;
    private readonly Channel<Event> _waiting = Channel.CreateBounded<Event>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Tells as a component whose name is known.</summary>
    public EventRecorder(IApiClient api, string component, string host, TimeProvider clock, ILogger log)
        : this(api, () => component, host, clock, log)
    {
    }

    /// <summary>Tells something about an object.</summary>
    /// <param name="about">The object.</param>
    /// <param name="kind">Normal or Warning.</param>
    /// <param name="reason">One word in UpperCamelCase.</param>
    /// <param name="message">For people.</param>
    public void Record(IApiObject about, EventKind kind, string reason, string message) => Record(about.ToReference(), kind, reason, message);

    /// <summary>Tells something about what the reference names (a container has a fieldPath in it).</summary>
    /// <param name="about">The object.</param>
    /// <param name="kind">Normal or Warning.</param>
    /// <param name="reason">One word in UpperCamelCase.</param>
    /// <param name="message">For people.</param>
    /// <param name="action">What was done; "" where nothing.</param>
    /// <param name="related">A second object that it is about.</param>
    public void Record(ObjectReference about, EventKind kind, string reason, string message, string action = "", ObjectReference? related = null)
    {
        var now = clock.GetUtcNow();
        var at = Timestamp.From(now);
        var source = component();
        var @namespace = about.Namespace.Length > 0 ? about.Namespace : "default";
        _waiting.Writer.TryWrite(new Event
        {
            Metadata = new ObjectMeta { Namespace = @namespace, Name = NameOf(about, now) },
            InvolvedObject = about,
            Related = related,
            Type = kind == EventKind.Normal ? "Normal" : "Warning",
            Reason = reason,
            Action = action,
            Message = message.Length <= MaxMessage ? message : message[..MaxMessage],
            Count = 1,
            FirstTimestamp = at,
            LastTimestamp = at,
            Source = new EventSource { Component = source, Host = host },
            ReportingComponent = source,
            ReportingInstance = host,
        });
    }

    /// <summary>Sends what is recorded, until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var @event in _waiting.Reader.ReadAllAsync(cancel))
            {
                var correlated = _correlator.Correlate(@event);
                if (correlated.Event is not null)
                    await SendAsync(correlated.Event, correlated.IsRepeated, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    // client-go: the time in nanoseconds as hex, so that events of one object have different names.
    private string NameOf(ObjectReference about, DateTimeOffset now)
    {
        var nanoseconds = UniqueTime((now - DateTimeOffset.UnixEpoch).Ticks * 100);
        var suffix = nanoseconds.ToString("x", CultureInfo.InvariantCulture);
        var name = about.Name.Length + suffix.Length < 253 ? about.Name : about.Name[..(252 - suffix.Length)];
        return $"{name}.{suffix}";
    }

    // A clock may say the same time twice; a name may not be given twice.
    private long UniqueTime(long nanoseconds)
    {
        while (true)
        {
            var last = Interlocked.Read(ref _lastName);
            var unique = Math.Max(nanoseconds, last + 1);
            if (Interlocked.CompareExchange(ref _lastName, unique, last) == last)
                return unique;
        }
    }

    private async Task SendAsync(Event @event, bool isRepeated, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            try
            {
                _correlator.Told(@event, await WriteAsync(@event, isRepeated, cancel));
                return;
            }
            catch (ApiException refused)
            {
                Refused(log, refused.Message, @event.Reason, @event.InvolvedObject.Name); // A Status is an answer: it will not change.
                return;
            }
            catch (Exception unreachable) when (unreachable is HttpRequestException or IOException)
            {
                await Task.Delay(Pause, clock, cancel);
            }
        }
    }

    private async Task<Event> WriteAsync(Event @event, bool isRepeated, CancellationToken cancel)
    {
        if (!isRepeated)
            return await api.CreateAsync(@event, cancel);
        try
        {
            return await api.PatchAsync<Event>(@event.Key, CountPatch(@event), cancel);
        }
        catch (ApiException expired) when (expired.Code == 404)
        {
            // Its time to live has passed: it begins anew.
            return await api.CreateAsync(@event with { Metadata = new ObjectMeta { Namespace = @event.Metadata.Namespace, Name = @event.Metadata.Name } }, cancel);
        }
    }

    private static Patch CountPatch(Event @event)
    {
        var json = new JsonOutput();
        var start = json.Begin();
        json.Name("count");
        json.Integer(@event.Count);
        json.Name("lastTimestamp");
        json.String(@event.LastTimestamp.ToString());
        json.Name("message");
        json.String(@event.Message);
        json.EndObject(start);
        return Patch.Strategic(json.ToArray());
    }

    [LoggerMessage(LogLevel.Warning, "Event {Reason} about {Name} was refused: {Message}")]
    private static partial void Refused(ILogger log, string message, string reason, string name);
}
