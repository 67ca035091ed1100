using System.Globalization;
using ControlPlane.Types.Core;

namespace ControlPlane.Client.Events;

/// <summary>What becomes of an event.</summary>
/// <param name="Event">To create, or to write over the one that is there; null: it is dropped as spam.</param>
/// <param name="IsRepeated">One of that name exists: raise its count.</param>
internal readonly record struct CorrelatedEvent(Event? Event, bool IsRepeated);

/// <summary>
/// Keeps events from flooding the server (client-go: tools/record/events_cache.go): many similar ones are told as one "(combined from similar events)",
/// equal ones raise a count, and one object gets so many a time and no more.
/// </summary>
/// <remarks>Used by one loop only. Each memory holds a bounded number of entries; the oldest leave first.</remarks>
internal sealed class EventCorrelator(TimeProvider clock)
{
    private const int MaxEntries = 4096; // client-go: maxLruCacheEntries
    private const int MaxSimilar = 10; // client-go: defaultAggregateMaxEvents
    private const int SpamBurst = 25; // client-go: defaultSpamBurst
    private const double SpamPerSecond = 1.0 / 300; // client-go: defaultSpamQPS
    private const int MaxMessage = 1024; // core validation: an event's message

    private static readonly TimeSpan SimilarWithin = TimeSpan.FromMinutes(10); // client-go: defaultAggregateIntervalInSeconds

    private readonly RecentMap<Similar> _similar = new(MaxEntries);
    private readonly RecentMap<Event> _told = new(MaxEntries);
    private readonly RecentMap<Bucket> _buckets = new(MaxEntries);

    public CorrelatedEvent Correlate(Event @event)
    {
        var (event_, key) = Aggregate(@event);
        if (IsSpam(@event))
            return new(null, false);
        if (_told.Find(key) is not { } before)
            return new(event_, false);
        return new(
            before with
            {
                Count = before.Count + 1,
                LastTimestamp = event_.LastTimestamp,
                Message = event_.Message,
            },
            true);
    }

    /// <summary>The server has it now.</summary>
    public void Told(Event sent, Event stored)
    {
        var message = sent.Message.StartsWith(CombinedPrefix, StringComparison.Ordinal) ? "" : sent.Message;
        _told.Set(KeyOf(sent, message), stored);
    }

    private const string CombinedPrefix = "(combined from similar events): ";

    private (Event Event, string Key) Aggregate(Event @event)
    {
        var key = KeyOf(@event, "");
        var now = clock.GetUtcNow();
        var similar = _similar.Find(key);
        if (similar is null || now - similar.Last > SimilarWithin)
            similar = new([], now);
        similar.Messages.Add(@event.Message);
        _similar.Set(key, similar with { Last = now });
        if (similar.Messages.Count < MaxSimilar)
            return (@event, KeyOf(@event, @event.Message));
        similar.Messages.Remove(similar.Messages.First());
        return (@event with { Message = Cut(CombinedPrefix + @event.Message) }, key);
    }

    private bool IsSpam(Event @event)
    {
        var key = $"{@event.Source.Component}\n{@event.Source.Host}\n{ObjectOf(@event)}";
        var now = clock.GetUtcNow();
        var bucket = _buckets.Find(key) ?? new(SpamBurst, now);
        var tokens = Math.Min(SpamBurst, bucket.Tokens + ((now - bucket.Filled).TotalSeconds * SpamPerSecond));
        var isSpam = tokens < 1;
        _buckets.Set(key, new(isSpam ? tokens : tokens - 1, now));
        return isSpam;
    }

    private static string KeyOf(Event @event, string message) =>
        $"{@event.Source.Component}\n{@event.Source.Host}\n{ObjectOf(@event)}\n{@event.Type}\n{@event.Reason}\n{@event.ReportingComponent}\n{message}";

    private static string ObjectOf(Event @event)
    {
        var about = @event.InvolvedObject;
        return string.Create(CultureInfo.InvariantCulture, $"{about.Kind}\n{about.Namespace}\n{about.Name}\n{about.Uid}\n{about.ApiVersion}\n{about.FieldPath}");
    }

    private static string Cut(string message) => message.Length <= MaxMessage ? message : message[..MaxMessage];

    private sealed record Similar(HashSet<string> Messages, DateTimeOffset Last);

    private sealed record Bucket(double Tokens, DateTimeOffset Filled);
}
