using System.Globalization;
using System.Text;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Tests;

/// <summary>
/// A process that writes numbered transactions from several writers, going on where the file says that each is, and prints each acknowledgement:
/// <c>writer number revision</c>. Each transaction raises the writer's count, creates an item of that number and deletes the one that is too old: so
/// what is there tells exactly which transactions have happened. Its store compacts and carries over its log all the time.
/// </summary>
internal static class SequenceWriter
{
    public const int Writers = 6;
    public const int ItemsKept = 20;

    public static EmbeddedStoreOptions Options(string path) => new() { Path = path, CheckpointBytes = 128 << 10, HistoryBytes = 128 << 10 };

    public static string Prefix(int writer) => $"/{writer}/";

    public static string CountKey(int writer) => $"/{writer}/count";

    public static string ItemKey(int writer, long number) => $"/{writer}/items/{number:D8}";

    public static async Task RunAsync(string path)
    {
        try
        {
            var store = await EmbeddedStore.OpenAsync(Options(path), default);
            Console.WriteLine("ready");
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(store, writer))));
        }
        catch (StoreUnavailableException refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
        }
    }

    private static async Task WriteAsync(EmbeddedStore store, int writer)
    {
        var found = (RangeResult.Found)await store.RangeAsync(new RangeQuery(KeyInterval.Single(CountKey(writer))), default);
        var (number, modified) = found.Items is [var count] ? (Number(count), count.Modified) : (0, Revision.None);
        while (true)
        {
            number++;
            var padding = new byte[number * 7919 % 4000];
            List<StoreWrite> writes =
            [
                new StoreWrite.Put(CountKey(writer), Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture))),
                new StoreWrite.Put(ItemKey(writer, number), padding),
            ];
            if (number > ItemsKept)
                writes.Add(new StoreWrite.Delete(ItemKey(writer, number - ItemsKept)));
            modified = ((CommitResult.Committed)await store.CommitAsync(new StoreTransaction([new StoreCondition(CountKey(writer), modified)], writes), default)).Revision;
            Console.WriteLine($"{writer} {number} {modified}");
        }
    }

    public static long Number(KeyValue count) => long.Parse(Encoding.UTF8.GetString(count.Value.Span), CultureInfo.InvariantCulture);
}
