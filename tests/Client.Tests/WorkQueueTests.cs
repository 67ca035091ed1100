using ControlPlane.Client.Queues;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Client.Tests;

public sealed class WorkQueueTests
{
    private readonly FakeTimeProvider _clock = new();

    [Test]
    public async Task A_key_added_twice_is_worked_on_once()
    {
        using var queue = New();
        queue.Add("a");
        queue.Add("a");
        Assert.That(await TakeAsync(queue), Is.EqualTo("a"));
        queue.Done("a");
        Assert.That(queue.Count, Is.Zero);
    }

    [Test]
    public async Task A_key_added_while_worked_on_comes_again_when_that_is_done()
    {
        using var queue = New();
        queue.Add("a");
        await TakeAsync(queue);
        queue.Add("a");
        Assert.That(queue.Count, Is.Zero, "two workers never have the same key");
        queue.Done("a");
        Assert.That(await TakeAsync(queue), Is.EqualTo("a"));
    }

    [Test]
    public void A_delayed_key_comes_at_its_earliest_time()
    {
        using var queue = New();
        queue.AddAfter("a", TimeSpan.FromSeconds(10));
        queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _clock.Advance(TimeSpan.FromSeconds(4));
        Assert.That(queue.Count, Is.Zero);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(queue.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task Failures_double_the_pause_until_forgotten()
    {
        using var queue = New();
        foreach (var expected in new[] { 5, 10, 20 })
        {
            queue.Retry("a");
            _clock.Advance(TimeSpan.FromMilliseconds(expected - 1));
            Assert.That(queue.Count, Is.Zero);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.That(await TakeAsync(queue), Is.EqualTo("a"));
            queue.Done("a");
        }
        queue.Forget("a");
        Assert.That(queue.Failures("a"), Is.Zero);
    }

    private WorkQueue<string> New() => new("test", _clock);

    private static async Task<string> TakeAsync(WorkQueue<string> queue)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        return await queue.TakeAsync(deadline.Token);
    }
}
