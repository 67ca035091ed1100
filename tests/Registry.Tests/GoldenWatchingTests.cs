using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Machinery.Values;
using ControlPlane.Registry.Cache;
using ControlPlane.Registry.Reads;
using ControlPlane.TestKit;
using ControlPlane.Types.Core;

namespace ControlPlane.Registry.Tests;

/// <summary>Upstream's recorded answers to lists and watches after a fixed history of ten writes, asked of the registry.</summary>
public sealed partial class GoldenWatchingTests : RegistryTest
{
    private const string Space = "watching";

    private readonly Dictionary<string, string> _names = [];
    private readonly string[] _versions = new string[11];

    [Test]
    public async Task Lists_and_watches_answer_as_upstream_did()
    {
        if (Repository.Golden("watching") is not { } folder)
        {
            Assert.Ignore("there are no recorded answers beside this checkout");
            return;
        }

        await MakeHistoryAsync();
        var differences = new List<string>();
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "watching.jsonl"), Cancel);
        foreach (var line in lines)
        {
            var recorded = JsonNode.Parse(line)!;
            var name = (string)recorded["case"]!;
            if (await AnswerAsync(name) is not { } answer)
                continue;
            // The decoder's words are each language's own; upstream tells these to nobody.
            if (!JsonNode.DeepEquals(recorded["answer"], answer))
                differences.Add($"{name}\n  upstream {recorded["answer"]!.ToJsonString()}\n  here     {answer.ToJsonString()}");
        }

        Assert.That(differences, Is.Empty, string.Join('\n', differences));
    }

    private async Task MakeHistoryAsync()
    {
        await CreateAsync(Map("kube-root-ca.crt", ns: Space));
        // The server that was asked did not remember the beginning of its store.
        await RestartAsync();
        Note(0, (await ConfigMaps.ListAsync(new ListRequest(), Cancel)).ResourceVersion);
        Note(1, (await CreateAsync(Labelled("a", "red"))).ResourceVersion);
        Note(2, (await CreateAsync(Labelled("b", "blue"))).ResourceVersion);
        Note(3, (await CreateAsync(Labelled("c", "red"))).ResourceVersion);
        Note(4, (await LabelAsync("b", "red")).ResourceVersion);
        Note(5, (await LabelAsync("a", "blue")).ResourceVersion);
        Note(6, (await SetAsync("c", "2", Space)).ResourceVersion);
        Note(7, (await CreateAsync(Labelled("d", "blue"))).ResourceVersion);
        Note(8, (await DeleteAsync(ConfigMaps, Key("c", Space))).Object.ResourceVersion);
        // Changes nothing: the same version as that of the seventh.
        Note(9, (await SetAsync("d", "1", Space)).ResourceVersion);
        Note(10, (await CreateAsync(Labelled("e", "red"))).ResourceVersion);
        await ConfigMaps.GetAsync(Key("e", Space), "", Cancel);
    }

    private void Note(int write, string version)
    {
        _versions[write] = version;
        _names[version] = $"@{write}";
    }

    private static ConfigMap Labelled(string name, string color) => Map(name, "1", Space, ("app", "w"), ("c", color));

    private Task<StoredObject> LabelAsync(string name, string color) => ChangeAsync<ConfigMap>(
        ConfigMaps, Key(name, Space), map => map with { Metadata = map.Metadata with { Labels = map.Metadata.Labels.With("c", color) } });

    private async Task<JsonNode?> AnswerAsync(string name)
    {
        try
        {
            if (ListCase().Match(name) is { Success: true } list)
                return await AnswerListAsync(list);
            return WatchCase().Match(name) is { Success: true } watch ? await AnswerWatchAsync(watch) : null;
        }
        catch (ApiException refusal)
        {
            return Told(refusal.Status);
        }
    }

    private async Task<JsonNode> AnswerListAsync(Match asked)
    {
        var request = new ListRequest
        {
            Namespace = Space,
            ResourceVersion = Version(asked.Groups["rv"].Value),
            ResourceVersionMatch = Text(asked.Groups["match"].Value),
            Limit = asked.Groups["limit"].Value == "2" ? 2 : 0,
            Selection = Selection(asked),
        };
        var waiting = ConfigMaps.ListAsync(request, Cancel).AsTask();
        while (!waiting.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(waiting, Task.Delay(1));
        }

        var page = await waiting;
        if (!asked.Groups["page2"].Success)
            return new JsonObject { ["items"] = Items(page), ["continue"] = page.Continue.Length > 0, ["remaining"] = page.RemainingItemCount };
        var next = await ConfigMaps.ListAsync(new ListRequest { Namespace = Space, Limit = 2, Continue = page.Continue, Selection = request.Selection }, Cancel);
        return new JsonObject { ["items"] = Items(next), ["sameRv"] = next.ResourceVersion == page.ResourceVersion };
    }

    private async Task<JsonNode> AnswerWatchAsync(Match asked)
    {
        var request = new WatchRequest
        {
            Namespace = Space,
            ResourceVersion = Version(asked.Groups["rv"].Value),
            ResourceVersionMatch = Text(asked.Groups["match"].Value),
            SendInitialEvents = asked.Groups["initial"].Value switch { "true" => true, "false" => false, _ => null },
            AllowBookmarks = asked.Groups["bookmarks"].Value == "true",
            Selection = Selection(asked),
        };
        var told = new JsonArray();
        using var watch = await ConfigMaps.WatchAsync(request, Cancel);
        try
        {
            while (watch.TryRead(out var item))
                told.Add(Told(item));
        }
        catch (ApiException refusal)
        {
            told.Add(new JsonArray("ERROR", refusal.Code, refusal.Reason));
        }

        return told;
    }

    private JsonArray Told(WatchItem item)
    {
        if (item.Type == WatchEventType.Bookmark)
            return ["BOOKMARK", item.EndsInitialEvents ? new JsonArray(new JsonArray("k8s.io/initial-events-end", "true")) : new JsonArray()];
        var metadata = item.Object!.Record.Metadata;
        var version = item is { Type: WatchEventType.Deleted } && metadata.Name == "c" ? "@removed" : Symbol(metadata.ResourceVersion);
        return [item.Type.ToString().ToUpperInvariant(), metadata.Name, metadata.Labels.Find("c"), version];
    }

    private static JsonObject Told(Status status) => new()
    {
        ["code"] = status.Code,
        ["reason"] = status.Reason.Length == 0 ? null : status.Reason,
        ["causes"] = new JsonArray([.. (status.Details?.Causes ?? []).Select(cause => new JsonArray(
            cause.Reason, cause.Field.Length == 0 ? null : cause.Field, cause.Message))]),
    };

    private JsonArray Items(ObjectPage page) => [.. page.Items.Select(one => new JsonArray(one.Key.Name, Symbol(one.ResourceVersion)))];

    private string Symbol(string version) => _names.TryGetValue(version, out var name) ? name : "?";

    private string Version(string asked) => asked switch
    {
        "None" => "",
        ['@', .. var write] => _versions[int.Parse(write, CultureInfo.InvariantCulture)],
        _ => asked,
    };

    private static string Text(string asked) => asked == "None" ? "" : asked;

    private ObjectSelection Selection(Match asked) =>
        ObjectSelection.Parse(ConfigMapKind, asked.Groups["sel"].Value is "None" or "" ? "app=w" : asked.Groups["sel"].Value, "");

    [GeneratedRegex(@"^list rv=(?<rv>\S+) match=(?<match>\S+) limit=(?<limit>\S+) sel=(?<sel>\S+)(?<page2> page2)?$")]
    private static partial Regex ListCase();

    [GeneratedRegex(@"^watch rv=(?<rv>\S+) sel=(?<sel>\S+) initial=(?<initial>\S+) bookmarks=(?<bookmarks>\S+) match=(?<match>\S+)$")]
    private static partial Regex WatchCase();
}
