using ControlPlane.Client;
using ControlPlane.Machinery.Transport;
using ControlPlane.Scheduler.Framework;
using ControlPlane.Scheduler.Profiles;
using ControlPlane.Scheduler.Queue;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Scheduler.Tests;

internal sealed class QueueTests
{
    private static readonly HashSet<string> NoRoom = ["NodeResourcesFit"];
    private readonly Dictionary<string, PluginSet> _profiles = SchedulerConfiguration.Default.Profiles
        .ToDictionary(profile => profile.SchedulerName, profile => profile.Make(new ApiClient(new NoTransport())));

    private FakeTimeProvider _clock = null!;
    private SchedulingQueue _queue = null!;

    [SetUp]
    public void Start()
    {
        _clock = new FakeTimeProvider();
        _queue = new SchedulingQueue(_profiles, new BackOffLimits(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)), _clock);
    }

    [TearDown]
    public void End() => _queue.Dispose();

    [Test]
    public void Higher_priority_comes_first_and_among_equals_the_older()
    {
        _queue.Add(Make.Pod("low", priority: 1));
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        _queue.Add(Make.Pod("later", priority: 1));
        _queue.Add(Make.Pod("high", priority: 9));
        Assert.That(new[] { TakeAndPlace(), TakeAndPlace(), TakeAndPlace() }, Is.EqualTo(new[] { "high", "low", "later" }));
    }

    [Test]
    public void A_rejected_pod_waits_for_a_change_that_may_help_it()
    {
        _queue.Add(Make.Pod("p", cpu: "2"));
        _queue.PutBack(Take(), NoRoom);
        _clock.Advance(TimeSpan.FromSeconds(30));

        _queue.Tell(ClusterChange.Of(Change.Added, null, Make.Node("small", cpu: "1")));
        Assert.That(_queue.Count(Place.Unschedulable), Is.EqualTo(1), "a node without room for it is of no help");
        _queue.Tell(ClusterChange.Of(Change.Taints, Make.Node("n"), Make.Node("n")));
        Assert.That(_queue.Count(Place.Unschedulable), Is.EqualTo(1), "taints are not what it waits for");
        _queue.Tell(ClusterChange.Of(Change.Added, null, Make.Node("large")));
        Assert.That(_queue.Count(Place.Active), Is.EqualTo(1));
    }

    [Test]
    public void A_change_during_the_attempt_is_not_lost()
    {
        _queue.Add(Make.Pod("p", cpu: "2"));
        var queued = Take();
        _queue.Tell(ClusterChange.Of(Change.Added, null, Make.Node("large")));
        _queue.PutBack(queued, NoRoom);
        Assert.That((_queue.Count(Place.BackOff), _queue.Count(Place.Unschedulable)), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Failed_attempts_are_held_back_for_one_second_doubling_up_to_ten()
    {
        _queue.Add(Make.Pod("p"));
        foreach (var seconds in new[] { 1, 2, 4, 8, 10, 10 })
        {
            _queue.PutBack(Take(), new HashSet<string>());
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.That(_queue.Count(Place.Active), Is.Zero, $"before {seconds} s");
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.That(_queue.Count(Place.Active), Is.EqualTo(1), $"after {seconds} s");
        }
    }

    [Test]
    public void An_idle_loop_takes_a_woken_pod_before_its_back_off_has_passed()
    {
        _queue.Add(Make.Pod("p", cpu: "1"));
        _queue.PutBack(Take(), NoRoom);
        _queue.Tell(ClusterChange.Of(Change.Deleted, Make.Pod("other", node: "n"), null));
        Assert.That(_queue.Count(Place.BackOff), Is.EqualTo(1));
        Assert.That(Take().Attempts, Is.EqualTo(2));
    }

    [Test]
    public void A_pod_that_nothing_wakes_is_tried_again_after_five_minutes()
    {
        _queue.Add(Make.Pod("p", cpu: "1"));
        _queue.PutBack(Take(), NoRoom);
        _clock.Advance(TimeSpan.FromMinutes(4));
        Assert.That(_queue.Count(Place.Unschedulable), Is.EqualTo(1));
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(_queue.Count(Place.Active), Is.EqualTo(1));
    }

    [Test]
    public void A_pod_without_nodes_is_woken_by_any_change()
    {
        _queue.Add(Make.Pod("p"));
        _queue.PutBack(Take(), new HashSet<string> { SchedulingQueue.Anything });
        _queue.Tell(ClusterChange.Of(Change.Added, null, Make.Node("first")));
        Assert.That(_queue.Count(Place.Unschedulable), Is.Zero);
    }

    [Test]
    public void A_gated_pod_enters_when_its_last_gate_goes()
    {
        var pod = Make.Pod("p");
        var gated = pod with { Spec = pod.Spec with { SchedulingGates = [new PodSchedulingGate { Name = "wait" }] } };
        _queue.Add(gated);
        Assert.That((_queue.Count(Place.Gated), _queue.Count(Place.Active)), Is.EqualTo((1, 0)));
        _queue.Update(gated, pod);
        Assert.That(TakeAndPlace(), Is.EqualTo("p"));
    }

    [Test]
    public void A_new_toleration_wakes_a_pod_that_taints_kept_off()
    {
        var pod = Make.Pod("p");
        _queue.Add(pod);
        _queue.PutBack(Take(), new HashSet<string> { "TaintToleration" });
        _clock.Advance(TimeSpan.FromSeconds(2));
        _queue.Update(pod, pod with { Spec = pod.Spec with { Tolerations = [new Toleration { Operator = "Exists" }] } });
        Assert.That(_queue.Count(Place.Active), Is.EqualTo(1));
    }

    [Test]
    public void A_pod_deleted_during_its_attempt_does_not_come_back()
    {
        _queue.Add(Make.Pod("p"));
        var queued = Take();
        _queue.Remove("uid-p");
        _queue.PutBack(queued, NoRoom);
        Assert.That(Enum.GetValues<Place>().Sum(_queue.Count), Is.Zero);
    }

    [Test]
    public void Pods_of_other_schedulers_are_left_alone()
    {
        var pod = Make.Pod("p");
        _queue.Add(pod with { Spec = pod.Spec with { SchedulerName = "mine" } });
        Assert.That(_queue.Count(Place.Active), Is.Zero);
    }

    private QueuedPod Take() => _queue.TryTake() ?? throw new AssertionException("no pod is ready");

    private string TakeAndPlace()
    {
        var queued = Take();
        _queue.Placed(queued);
        return queued.Info.Pod.Metadata.Name;
    }

    /// <summary>The queue asks nobody.</summary>
    private sealed class NoTransport : IApiTransport
    {
        public ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
            where TResult : class, Machinery.Meta.IApiObject<TResult> => throw new InvalidOperationException();

        public ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
            where T : class, Machinery.Meta.IApiObject<T> => throw new InvalidOperationException();

        public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, CancellationToken cancel)
            where T : class, Machinery.Meta.IApiObject<T> => throw new InvalidOperationException();

        public ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel) => throw new InvalidOperationException();

        public ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel) => throw new InvalidOperationException();
    }
}
