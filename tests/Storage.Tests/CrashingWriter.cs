using System.Text;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Tests;

/// <summary>
/// A process that writes to an embedded store and prints each acknowledgement, until it is killed or refused: <c>key revision</c> a line, and
/// <c>refused key unknown-outcome</c> for a refusal. With a second argument it is a <see cref="SequenceWriter"/>.
/// </summary>
internal static class CrashingWriter
{
    private const int Writers = 8;

    public static async Task Main(string[] arguments)
    {
        if (arguments is [var path, "sequences"])
        {
            await SequenceWriter.RunAsync(path);
            return;
        }

        var store = await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = arguments[0] }, default);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(store, writer))));
    }

    private static async Task WriteAsync(EmbeddedStore store, int writer)
    {
        for (var number = 0; ; number++)
        {
            var key = $"/{writer}/{number:D8}";
            try
            {
                var result = (CommitResult.Committed)await store.CommitAsync(StoreTransaction.Create(key, Encoding.UTF8.GetBytes(key + new string('x', 2000))), default);
                Console.WriteLine($"{key} {result.Revision}");
            }
            catch (StoreUnavailableException refusal)
            {
                Console.WriteLine($"refused {key} {refusal.OutcomeUnknown}");
                if (!refusal.OutcomeUnknown)
                    return;
            }
        }
    }
}
