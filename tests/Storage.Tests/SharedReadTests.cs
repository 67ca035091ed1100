using ControlPlane.Storage.Etcd;

namespace ControlPlane.Storage.Tests;

[Parallelizable(ParallelScope.All)]
[CancelAfter(20_000)]
public sealed class SharedReadTests
{
    [Test]
    public async Task Who_comes_while_a_read_is_under_way_shares_the_one_after_it()
    {
        var reads = new System.Collections.Concurrent.ConcurrentQueue<TaskCompletionSource<int>>();
        var begun = new SemaphoreSlim(0);
        var shared = new SharedRead<int>(() =>
        {
            var read = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            reads.Enqueue(read);
            begun.Release();
            return read.Task;
        });

        var first = shared.ReadAsync(default);
        await begun.WaitAsync();
        var late = Enumerable.Range(0, 50).Select(_ => shared.ReadAsync(default)).ToArray();
        Assert.That(reads.TryDequeue(out var one), Is.True);
        Assert.That(begun.CurrentCount, Is.Zero, "the second read waits for the first");
        one!.SetResult(1);
        await begun.WaitAsync();
        Assert.That(reads.TryDequeue(out var two), Is.True);
        two!.SetResult(2);
        Assert.That(await first, Is.EqualTo(1));
        Assert.That(await Task.WhenAll(late), Is.All.EqualTo(2));
        Assert.That(begun.CurrentCount, Is.Zero);
    }

    [Test]
    public async Task A_failed_read_fails_who_shared_it_and_nobody_after()
    {
        var number = 0;
        var shared = new SharedRead<int>(() => ++number == 1 ? Task.FromException<int>(new StoreUnavailableException("gone", false)) : Task.FromResult(number));
        Assert.That(() => shared.ReadAsync(default), Throws.InstanceOf<StoreUnavailableException>());
        Assert.That(await shared.ReadAsync(default), Is.EqualTo(2));
    }

    [Test]
    public async Task One_who_gives_up_waiting_does_not_end_the_read_of_the_others()
    {
        var read = new TaskCompletionSource<int>();
        var shared = new SharedRead<int>(() => read.Task);
        using var cancel = new CancellationTokenSource();
        var impatient = shared.ReadAsync(cancel.Token);
        var patient = shared.ReadAsync(default);
        await cancel.CancelAsync();
        Assert.That(async () => await impatient, Throws.InstanceOf<OperationCanceledException>());
        read.SetResult(7);
        Assert.That(await patient, Is.EqualTo(7));
    }
}
