using System.Diagnostics;
using System.Globalization;
using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Embedded.Maintenance;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>
/// A process that writes is killed at random points, over and over on the same file. More kills than CI has time for:
/// <c>dotnet test --filter Name~killed -- 'TestRunParameters.Parameter(name="kills", value="500")'</c>.
/// </summary>
public sealed class EmbeddedKillTests
{
    [Test]
    public async Task A_writer_that_is_killed_at_any_point_has_lost_nothing_that_was_acknowledged_and_done_nothing_twice()
    {
        var kills = TestContext.Parameters.Get("kills", 25);
        using var directory = new TemporaryDirectory();
        var seed = TestContext.CurrentContext.Random.Next();
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var ledger = new SequenceLedger(directory["store.db"]);
        for (var kill = 1; kill <= kills; kill++)
        {
            await WriteUntilKilledAsync(directory["store.db"], random, ledger);
            // Else the next writer is the one that finds what the kill has left.
            if (random.Next(2) == 0 || kill == kills)
                await ledger.VerifyAsync();
        }

        Assert.That(ledger.Acknowledged, Is.GreaterThan(kills));
        TestContext.Out.WriteLine($"{kills} kills, {ledger.Acknowledged} acknowledged, {ledger.Open} were done without an acknowledgement, {ledger.Compactions} watches were too old");
        Assert.That(DatabaseCheck.Run(directory["store.db"], _ => null).Problems, Is.Empty);
    }

    private static async Task WriteUntilKilledAsync(string path, Random random, SequenceLedger ledger)
    {
        using var writer = Start(path);
        // Most are killed while they write, some while they start and open the file.
        if (random.Next(10) == 0)
        {
            await Task.Delay(random.Next(200));
        }
        else
        {
            for (var lines = random.Next(1, 500); lines > 0 && await writer.StandardOutput.ReadLineAsync() is { } line; lines--)
                ledger.Take(line);
        }

        writer.Kill();
        // The last line may be torn.
        foreach (var line in (await writer.StandardOutput.ReadToEndAsync()).Split('\n')[..^1])
            ledger.Take(line);
        await writer.WaitForExitAsync();
        Assert.That(await writer.StandardError.ReadToEndAsync(), Is.Empty);
    }

    private static Process Start(string path)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[typeof(SequenceWriter).Assembly.Location, path, "sequences"])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    /// <summary>What <see cref="SequenceWriter"/> was told, and whether the file agrees.</summary>
    private sealed class SequenceLedger(string path)
    {
        private readonly long[] _acknowledged = new long[SequenceWriter.Writers];
        private readonly Dictionary<(int Writer, long Number), long> _revisions = [];
        private readonly long[] _seen = new long[SequenceWriter.Writers];
        private Revision _verified = new(1);

        public long Acknowledged => _acknowledged.Sum();

        public int Open { get; private set; }

        public int Compactions { get; private set; }

        public void Take(string line)
        {
            if (line == "ready")
                return;
            var parts = line.Split(' ').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
            _acknowledged[parts[0]] = Math.Max(parts[1], _acknowledged[parts[0]]);
            Assert.That(_revisions.TryAdd(((int)parts[0], parts[1]), parts[2]), "no transaction is acknowledged twice");
        }

        public async Task VerifyAsync()
        {
            await using var store = await EmbeddedStore.OpenAsync(SequenceWriter.Options(path), default);
            var current = await store.CurrentRevisionAsync(default);
            Assert.That(current, Is.GreaterThanOrEqualTo(_verified));
            Assert.That(current.Value, Is.GreaterThanOrEqualTo(_revisions.Values.DefaultIfEmpty().Max()));
            for (var writer = 0; writer < SequenceWriter.Writers; writer++)
                await VerifyStateAsync(store, writer);
            await VerifyHistoryAsync(store, current);
            _verified = current;
        }

        private async Task VerifyStateAsync(EmbeddedStore store, int writer)
        {
            var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Prefix(SequenceWriter.Prefix(writer))), default);
            if (found.Items.Count == 0)
            {
                Assert.That(_acknowledged[writer], Is.Zero);
                return;
            }

            var (count, items) = (found.Items[0], found.Items.Skip(1).ToArray());
            var number = SequenceWriter.Number(count);
            // One more than acknowledged may have happened: the one under way when the process was killed.
            Assert.That(number, Is.InRange(_acknowledged[writer], _acknowledged[writer] + 1));
            Open += (int)(number - _acknowledged[writer]);
            var first = Math.Max(1, number - SequenceWriter.ItemsKept + 1);
            Assert.That(items.Select(item => item.Key), Is.EqualTo(Numbers(first, number).Select(item => SequenceWriter.ItemKey(writer, item))));
            Assert.That(items[^1].Modified, Is.EqualTo(count.Modified), "a transaction happens as a whole");
            foreach (var (item, at) in items.Zip(Numbers(first, number)))
            {
                Assert.That(item.Created, Is.EqualTo(item.Modified));
                if (_revisions.TryGetValue((writer, at), out var revision))
                    Assert.That(item.Modified.Value, Is.EqualTo(revision));
            }

            _acknowledged[writer] = number;
        }

        // From where the last look ended: every revision, once, in order; or the news that they are forgotten, and then all of them since.
        private async Task VerifyHistoryAsync(EmbeddedStore store, Revision current)
        {
            var (at, isComplete) = (_verified, true);
            while (at < current)
            {
                await using var watch = store.WatchAsync(new StoreWatchQuery("/", at), default).GetAsyncEnumerator();
                while (at < current && await watch.MoveNextAsync())
                {
                    if (watch.Current is StoreWatchMessage.Compacted compacted)
                    {
                        Assert.That(compacted.CompactRevision, Is.GreaterThan(at).And.LessThanOrEqualTo(current));
                        (at, isComplete) = (compacted.CompactRevision, false);
                        Compactions++;
                        break;
                    }

                    var changed = (StoreWatchMessage.Changed)watch.Current;
                    Assert.That(changed.Revision, Is.EqualTo(at.Next), "no revision is missing or told twice");
                    at = changed.Revision;
                    Follow(changed, isComplete);
                }
            }
        }

        private void Follow(StoreWatchMessage.Changed changed, bool isComplete)
        {
            var count = changed.Changes.Single(change => change.Key.EndsWith("/count", StringComparison.Ordinal)).Current!;
            var (writer, number) = (count.Key[1] - '0', SequenceWriter.Number(count));
            if (isComplete)
                Assert.That(number, Is.EqualTo(_seen[writer] + 1));
            else
                Assert.That(number, Is.GreaterThan(_seen[writer]));
            _seen[writer] = number;
        }

        private static IEnumerable<long> Numbers(long first, long last) => Enumerable.Range(0, (int)(last - first + 1)).Select(offset => first + offset);
    }
}
