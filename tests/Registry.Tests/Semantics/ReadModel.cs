namespace ControlPlane.Registry.Tests.Semantics;

/// <summary>
/// The documented rules of resourceVersion, resourceVersionMatch, limit and sendInitialEvents, told once more and plainly, over a history that was written
/// down: what the engine answers must be what this says.
/// </summary>
internal sealed class ReadModel(RecordedHistory history, Func<Version, string> textOf, long windowBase, long compacted)
{
    /// <summary>What a list answers: a refusal, or the items, the version, whether more follows and how much is said to.</summary>
    public string List(ListCase asked)
    {
        if (ListCauses(asked) is { Count: > 0 } causes)
            return Refused(422, "Invalid", string.Join("; ", causes));
        if (asked.Version is Version.Malformed or Version.TooLong)
            return Refused(400, "BadRequest", $"invalid resource version: {NotANumber(asked.Version)}");
        var limit = asked.Space.IsOneObject || asked.Version == Version.Zero ? 0 : Math.Max(0, asked.Limit);
        var isExact = asked.Match == "Exact" || (asked.Match.Length == 0 && limit > 0 && asked.Version is not (Version.Unset or Version.Zero));
        if (asked.Version is Version.Future or Version.Huge)
            return TooLarge(asked.Version);
        if (!isExact)
            return Page(history.Current, asked.Space, limit);
        var revision = Number(asked.Version);
        return revision < compacted
            ? Refused(410, "Expired", "The resourceVersion for the provided list is too old.")
            : Page(revision, asked.Space, limit);
    }

    /// <summary>All that a list selects at a revision: what its pages come to.</summary>
    public IEnumerable<string> Selected(long revision, SpaceCase space) => history.At(revision).Where(space.Selects).Select(one => one.ToString());

    /// <summary>What a watch tells before anything new happens, or how it is refused.</summary>
    public IEnumerable<string> Watch(WatchCase asked)
    {
        if (WatchCauses(asked) is { Count: > 0 } causes)
            return [Refused(422, "Invalid", string.Join("; ", causes))];
        if (asked.Version is Version.Malformed or Version.TooLong)
            return [Refused(500, "", NotANumber(asked.Version))];
        var hasNoVersion = asked.Version is Version.Unset or Version.Zero;
        if (asked.SendInitialEvents ?? hasNoVersion)
            return asked.Version is Version.Future or Version.Huge ? ["ERROR " + TooLarge(asked.Version)] : Initial(asked);
        if (hasNoVersion || asked.Version is Version.Future or Version.Huge)
            return [];
        var revision = Number(asked.Version);
        return revision < windowBase
            ? ["ERROR " + Refused(410, "Expired", $"too old resource version: {revision} ({windowBase})")]
            : history.After(revision).Select(moment => Told(moment, asked.Space)).OfType<string>();
    }

    private static List<string> ListCauses(ListCase asked)
    {
        List<string> causes = [];
        if (asked.Match.Length > 0 && asked.Version == Version.Unset)
            causes.Add("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
        if (asked.Match is not ("" or "Exact" or "NotOlderThan"))
            causes.Add($"resourceVersionMatch: Unsupported value: \"{asked.Match}\": supported values: \"Exact\", \"NotOlderThan\", \"\"");
        if (asked is { Match: "Exact", Version: Version.Zero })
            causes.Add("resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        if (asked.HasSendInitialEvents)
            causes.Add("sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list");
        return causes;
    }

    private static List<string> WatchCauses(WatchCase asked)
    {
        List<string> causes = [];
        if (asked.SendInitialEvents is not null && asked.Match != "NotOlderThan")
            causes.Add("resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (asked.Match.Length > 0 && asked.SendInitialEvents is null)
            causes.Add("resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (asked.Match is not ("" or "NotOlderThan"))
            causes.Add($"resourceVersionMatch: Unsupported value: \"{asked.Match}\": supported values: \"NotOlderThan\"");
        return causes;
    }

    private string Page(long revision, SpaceCase space, long limit)
    {
        var objects = history.At(revision).ToList();
        var selected = objects.Where(space.Selects).ToList();
        if (limit == 0 || selected.Count < limit)
            return $"[{string.Join(' ', selected)}] at {revision}";
        var page = selected[..(int)limit];
        var rest = objects.Skip(objects.IndexOf(page[^1]) + 1).Count(space.Contains);
        return $"[{string.Join(' ', page)}] at {revision}" + (rest == 0 ? "" : space.Selection.IsEverything ? $" and {rest} more" : " and more");
    }

    private IEnumerable<string> Initial(WatchCase asked)
    {
        var present = history.At(history.Current).Where(asked.Space.Selects).Select(one => $"Added {one}");
        return asked.AllowBookmarks ? present.Append($"Bookmark@{history.Current} ends the initial events") : present;
    }

    private static string? Told(Moment moment, SpaceCase space)
    {
        var was = moment.Before is { } before && space.Selects(before);
        var isNow = moment.After is { } after && space.Selects(after);
        return (was, isNow) switch
        {
            (false, true) => $"Added {moment.After}",
            (true, true) => $"Modified {moment.After}",
            // The last state that was selected, with the version of what ended it.
            (true, false) => $"Deleted {moment.Before! with { Revision = moment.Revision }}",
            _ => null,
        };
    }

    private string TooLarge(Version version) =>
        Refused(504, "Timeout", $"Timeout: Too large resource version: {Math.Min(ulong.Parse(textOf(version), null), long.MaxValue)}, current: {history.Current}");

    private string NotANumber(Version version) =>
        $"resourceVersion: Invalid value: \"{textOf(version)}\": strconv.ParseUint: parsing \"{textOf(version)}\": "
        + (version == Version.TooLong ? "value out of range" : "invalid syntax");

    private long Number(Version version) => long.Parse(textOf(version), null);

    private static string Refused(int code, string reason, string message) => $"{code} {reason}: {message}";
}
