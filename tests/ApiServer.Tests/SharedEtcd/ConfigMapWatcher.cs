using System.Text.Json.Nodes;
using ControlPlane.TestKit.Histories;

namespace ControlPlane.ApiServer.Tests.SharedEtcd;

/// <summary>One who watches what <see cref="ConfigMapClient"/>s do, never for long through one server, and notes what it was told.</summary>
internal sealed class ConfigMapWatcher(ServerChoice servers, int serverCount, string name, History history, Random random)
{
    private WatchRecord _record = history.Watch(name, ConfigMapClient.Prefix, 0);
    private int _lists;

    /// <summary>It was told of everything up to this revision.</summary>
    public long Through => Volatile.Read(ref _record).Through;

    /// <summary>How often it had to list, because a server did not know the way from where it was.</summary>
    public int Lists => Volatile.Read(ref _lists);

    /// <summary>Lists, then watches; goes on where it was, wherever it then is, until told to stop.</summary>
    public async Task FollowAsync(CancellationToken stop)
    {
        var knowsTheWay = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (knowsTheWay)
                    knowsTheWay = await WatchAsync(stop);
                else
                    knowsTheWay = await ListAsync(stop);
            }
            catch (Exception failed) when (failed is HttpRequestException or OperationCanceledException or ObjectDisposedException or IOException)
            {
                // It asks another, or is told to stop.
            }
        }
    }

    private async Task<bool> ListAsync(CancellationToken stop)
    {
        var invoked = History.Now;
        using var response = await servers.Any(random, serverCount).GetAsync(ConfigMapClient.Collection, stop);
        if (!response.IsSuccessStatusCode)
            return false;
        var list = JsonNode.Parse(await response.Content.ReadAsStringAsync(stop))!;
        var at = ConfigMapClient.RevisionOf(list);
        history.Add(new ClientOperation.List(new CallTime(invoked, History.Now), ConfigMapClient.Prefix, [.. ConfigMapClient.ItemsOf(list)], at));
        Volatile.Write(ref _record, history.Watch(name, ConfigMapClient.Prefix, at));
        Interlocked.Increment(ref _lists);
        return true;
    }

    // False: it must list.
    private async Task<bool> WatchAsync(CancellationToken stop)
    {
        var path = $"{ConfigMapClient.Collection}?watch=true&allowWatchBookmarks=true&timeoutSeconds={random.Next(1, 4)}&resourceVersion={Through}";
        using var response = await servers.Any(random, serverCount).GetAsync(path, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode)
            return true;
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            if (!Note(JsonNode.Parse(line)!))
                return false;
        }

        return true;
    }

    private bool Note(JsonNode item)
    {
        var of = item["object"]!;
        switch (item["type"]!.GetValue<string>())
        {
            case "BOOKMARK":
                _record.Reach(ConfigMapClient.RevisionOf(of));
                return true;
            case "ADDED" or "MODIFIED":
                _record.Add(ConfigMapClient.VersionOf(of), previous: null);
                return true;
            case "DELETED":
                var last = ConfigMapClient.VersionOf(of);
                _record.Add(last with { Value = null }, previous: last.Value);
                return true;
            default:
                Assert.That(of["code"]!.GetValue<int>(), Is.EqualTo(410), of.ToJsonString());
                return false;
        }
    }
}
