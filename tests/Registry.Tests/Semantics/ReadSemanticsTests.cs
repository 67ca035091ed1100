using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.Storage;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests.Semantics;

/// <summary>Every combination of what a list or a watch can be asked, on a history part of which only the store remembers and part of which is forgotten.</summary>
public sealed class ReadSemanticsTests : RegistryTest
{
    private static readonly string[] Matches = ["", "Exact", "NotOlderThan", "Bogus"];

    private readonly RecordedHistory _history = new();
    private readonly Dictionary<Version, string> _versions = new()
    {
        [Version.Unset] = "",
        [Version.Zero] = "0",
        [Version.Future] = "99999999999",
        [Version.Huge] = "18446744073709551615",
        [Version.Malformed] = "x1",
        [Version.TooLong] = "99999999999999999999",
    };

    private ReadModel? _model;

    private protected override RegistryOptions Options => new()
    {
        CompactionInterval = TimeSpan.Zero,
        Window = new WindowLimits { MinChanges = 128, MaxChanges = 256 },
    };

    private ReadModel Model => _model!;

    [SetUp]
    public async Task MakeHistoryAsync()
    {
        await PutAsync("one", "a", "blue");
        _versions[Version.Compacted] = Now;
        await PutAsync("one", "a", "red");
        await PutAsync("one", "b", "blue");
        await PutAsync("two", "a", "red");
        var compacted = _history.Current;
        await PutAsync("one", "c", "red");
        _versions[Version.OutOfWindow] = Now;
        await PutAsync("two", "d", "blue");
        // Takes the window's first changes out of memory.
        for (var i = 0; i < 400; i++)
            await PutAsync("two", "noise", i % 2 == 0 ? "red" : "blue");
        _versions[Version.Recent] = Now;
        await PutAsync("one", "e", "red");
        await PutAsync("one", "a", "blue");
        await PutAsync("one", "a", "green");
        await RemoveAsync("one", "c");
        await PutAsync("two", "a", "blue");
        await RemoveAsync("two", "d");
        await PutAsync("two", "d", "red");
        _versions[Version.Current] = Now;
        await Store.CompactAsync(new Revision(compacted), Cancel);
        await ConfigMaps.ListAsync(new ListRequest(), Cancel);
        var windowBase = ConfigMaps.Cache.State.Window.BaseRevision.Value;
        Assert.That(windowBase, Is.InRange(long.Parse(_versions[Version.OutOfWindow], null) + 1, long.Parse(_versions[Version.Recent], null) - 1));
        _model = new ReadModel(_history, version => _versions[version], windowBase, compacted);
    }

    [Test]
    public async Task Every_list_answers_as_the_documented_rules_say()
    {
        var cases = from version in Enum.GetValues<Version>()
                    from match in Matches
                    from limit in new long[] { -1, 0, 1, 2 }
                    from selection in SelectionCase.All
                    from ns in new[] { "", "one", "none" }
                    select new ListCase(version, match, limit, new SpaceCase(ns, selection));
        await CompareAsync(cases, asked => Model.List(asked), async asked => await ListAsync(asked));
    }

    [Test]
    public async Task A_list_refuses_what_only_watches_have()
    {
        var cases = from version in Enum.GetValues<Version>()
                    from match in Matches
                    select new ListCase(version, match, 0, new SpaceCase("", SelectionCase.All[0]), HasSendInitialEvents: true);
        await CompareAsync(cases, asked => Model.List(asked), async asked => await ListAsync(asked));
    }

    [Test]
    public async Task All_pages_of_a_list_come_to_what_there_was_at_its_version()
    {
        var cases = from version in new[] { Version.Unset, Version.Current, Version.Recent, Version.OutOfWindow }
                    from match in new[] { "", "Exact", "NotOlderThan" }
                    where version != Version.Unset || match.Length == 0
                    from limit in new long[] { 1, 2, 3 }
                    from selection in SelectionCase.All
                    from ns in new[] { "", "one" }
                    select new ListCase(version, match, limit, new SpaceCase(ns, selection));
        await CompareAsync(cases, ExpectedPages, PagesAsync);

        string ExpectedPages(ListCase asked)
        {
            var isNotOlder = asked.Match == "NotOlderThan" || asked.Version == Version.Unset || (asked.Match.Length == 0 && asked.Space.IsOneObject);
            return string.Join(' ', Model.Selected(isNotOlder ? _history.Current : long.Parse(_versions[asked.Version], null), asked.Space));
        }
    }

    [Test]
    public async Task Every_watch_tells_what_the_documented_rules_say()
    {
        var cases = from version in Enum.GetValues<Version>()
                    from match in Matches
                    from initial in new bool?[] { null, true, false }
                    from bookmarks in new[] { false, true }
                    from selection in SelectionCase.All
                    from ns in new[] { "", "one", "two", "none" }
                    select new WatchCase(version, match, initial, bookmarks, new SpaceCase(ns, selection));
        await CompareAsync(cases, asked => string.Join('\n', Model.Watch(asked)), WatchAsync);
    }

    private string Now => _history.Current.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private async Task CompareAsync<T>(IEnumerable<T> cases, Func<T, string> expected, Func<T, Task<string>> answerAsync)
    {
        var differences = new List<string>();
        var count = 0;
        foreach (var asked in cases)
        {
            count++;
            var (want, got) = (expected(asked), await answerAsync(asked));
            if (want != got)
                differences.Add($"{asked}\n  want {want}\n  got  {got}");
        }

        Assert.That(count, Is.GreaterThan(30));
        Assert.That(differences, Is.Empty, $"{differences.Count} of {count} differ:\n{string.Join('\n', differences.Take(20))}");
    }

    private async Task<string> ListAsync(ListCase asked)
    {
        try
        {
            return Told(await AdvancedAsync(ConfigMaps.ListAsync(RequestOf(asked), Cancel).AsTask()));
        }
        catch (ApiException refusal)
        {
            return Told(refusal);
        }
    }

    private async Task<string> PagesAsync(ListCase asked)
    {
        var page = await ConfigMaps.ListAsync(RequestOf(asked), Cancel);
        var (revision, items) = (page.Revision, page.Items.ToList());
        while (page.Continue.Length > 0)
        {
            page = await ConfigMaps.ListAsync(
                new ListRequest { Namespace = asked.Space.Namespace, Selection = SelectionOf(asked.Space), Limit = asked.Limit, Continue = page.Continue }, Cancel);
            Assert.That(page.Revision, Is.EqualTo(revision), "pages are of one moment");
            items.AddRange(page.Items);
        }

        return string.Join(' ', items.Select(Seen.Of));
    }

    private async Task<string> WatchAsync(WatchCase asked)
    {
        var told = new List<string>();
        try
        {
            var request = new WatchRequest
            {
                Namespace = asked.Space.Namespace,
                Selection = SelectionOf(asked.Space),
                ResourceVersion = _versions[asked.Version],
                ResourceVersionMatch = asked.Match,
                SendInitialEvents = asked.SendInitialEvents,
                AllowBookmarks = asked.AllowBookmarks,
                Timeout = TimeSpan.FromDays(1),
            };
            using var watch = await AdvancedAsync(ConfigMaps.WatchAsync(request, Cancel).AsTask());
            try
            {
                while (watch.TryRead(out var item))
                    told.Add(Told(item));
            }
            catch (ApiException ending)
            {
                told.Add("ERROR " + Told(ending));
            }
        }
        catch (ApiException refusal)
        {
            told.Add(Told(refusal));
        }

        return string.Join('\n', told);
    }

    private ListRequest RequestOf(ListCase asked) => new()
    {
        Namespace = asked.Space.Namespace,
        Selection = SelectionOf(asked.Space),
        ResourceVersion = _versions[asked.Version],
        ResourceVersionMatch = asked.Match,
        Limit = asked.Limit,
        HasSendInitialEvents = asked.HasSendInitialEvents,
    };

    private ObjectSelection SelectionOf(SpaceCase space) => ObjectSelection.Parse(ConfigMapKind, space.Selection.Labels, space.Selection.Fields);

    // What waits for a version that never comes is helped by the clock.
    private async Task<T> AdvancedAsync<T>(Task<T> waiting)
    {
        while (!waiting.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(waiting, Task.Delay(1));
        }

        return await waiting;
    }

    private static string Told(ObjectPage page)
    {
        var told = $"[{string.Join(' ', page.Items.Select(Seen.Of))}] at {page.Revision}";
        return (page.Continue.Length, page.RemainingItemCount) switch
        {
            (0, null) => told,
            ( > 0, { } rest) => $"{told} and {rest} more",
            ( > 0, null) => told + " and more",
            _ => told + " with a count but no more",
        };
    }

    private static string Told(WatchItem item) => item.Type == WatchEventType.Bookmark
        ? $"Bookmark@{item.Revision}{(item.EndsInitialEvents ? " ends the initial events" : "")}"
        : $"{item.Type} {Seen.Of(item.Object!)}";

    private static string Told(ApiException refusal) => refusal.Code == 422
        ? $"422 Invalid: {string.Join("; ", refusal.Status.Details!.Causes.Select(cause => $"{cause.Field}: {cause.Message}"))}"
        : $"{refusal.Code} {refusal.Reason}: {refusal.Message}";

    private async Task PutAsync(string ns, string name, string color)
    {
        var labels = ValueMap.Of("c", color);
        _history.Put(ConfigMaps.FindCached(Key(name, ns)) is null
            ? await CreateAsync(Map(name, ns: ns, labels: ("c", color)))
            : await ChangeAsync<ConfigMap>(ConfigMaps, Key(name, ns), map => map with { Metadata = map.Metadata with { Labels = labels } }));
        await ConfigMaps.FindAsync(Key(name, ns), Cancel);
    }

    private async Task RemoveAsync(string ns, string name)
    {
        var gone = await DeleteAsync(ConfigMaps, Key(name, ns));
        await ConfigMaps.FindAsync(Key(name, ns), Cancel);
        _history.Removed(Key(name, ns), (await Store.CurrentRevisionAsync(Cancel)).Value);
        Assert.That(gone.Object.Record.Metadata.Name, Is.EqualTo(name));
    }
}
