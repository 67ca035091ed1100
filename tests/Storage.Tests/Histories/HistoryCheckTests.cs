using ControlPlane.TestKit.Histories;

namespace ControlPlane.Storage.Tests.Histories;

/// <summary>The checker finds each kind of lie, and only lies: every story here but the first differs from a true one in one thing.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HistoryCheckTests
{
    private readonly History _history = new();
    private long _now;

    [Test]
    public void A_true_story_is_believed()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, Done(3));
        Write("/b", "3", 0, new WriteOutcome.Unknown()); // it happens, much later
        Write("/b", "4", 0, new WriteOutcome.Unknown()); // it never happens
        Write("/b", "5", 0, new WriteOutcome.Failed());
        Write("/a", "6", 2, new WriteOutcome.Refused(3));
        Read("/a", At("/a", 3, "2"), 3);
        Read("/b", null, null);
        Write("/a", null, 3, Done(null));
        Read("/a", null, null);
        List(5, At("/b", 5, "3"));
        Write("/a", "7", 3, new WriteOutcome.Refused(null));
        _history.Add(new ClientOperation.Position(Next(), 5));
        Watch(1, 5, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"), (At("/a", 4, null), "2"), (At("/b", 5, "3"), null));
        Watch(3, 5, (At("/a", 4, null), null), (At("/b", 5, "3"), null));
        Watch(4, 4);
        Assert.That(HistoryCheck.Problems(_history, isGapless: true), Is.Empty);
    }

    [Test]
    public void Reads_that_overlap_a_write_may_see_it_or_not()
    {
        Write("/a", "1", 0, Done(2));
        _history.Add(new ClientOperation.Write(new CallTime(10, 20), "/a", "2", 2, Done(3)));
        _history.Add(new ClientOperation.Read(new CallTime(11, 19), "/a", At("/a", 2, "1"), null));
        _history.Add(new ClientOperation.Read(new CallTime(11, 19), "/a", At("/a", 3, "2"), null));
        _history.Add(new ClientOperation.Read(new CallTime(12, 21), "/a", At("/a", 2, "1"), 2));
        Assert.That(HistoryCheck.Problems(_history), Is.Empty);
    }

    [Test]
    public void One_who_has_seen_a_write_leaves_no_way_back_for_who_comes_later()
    {
        Write("/a", "1", 0, Done(2));
        _history.Add(new ClientOperation.Write(new CallTime(10, 20), "/a", "2", 2, Done(3)));
        _history.Add(new ClientOperation.Read(new CallTime(11, 12), "/a", At("/a", 3, "2"), null));
        _history.Add(new ClientOperation.Read(new CallTime(13, 14), "/a", At("/a", 2, "1"), null));
        Expect("a stale read");
    }

    [Test]
    public void A_lost_write_is_missed_by_a_list()
    {
        Write("/a", "1", 0, Done(2));
        Write("/b", "2", 0, Done(3));
        List(3, At("/a", 2, "1"));
        Expect("a list at 3 has nothing of /b");
    }

    [Test]
    public void A_lost_write_is_missed_by_a_read()
    {
        Write("/a", "1", 0, Done(2));
        Read("/a", null, 2);
        Expect("read what was not there");
    }

    [Test]
    public void A_read_that_tells_no_revision_misses_a_lost_write_too()
    {
        Write("/a", "1", 0, Done(2));
        Read("/a", null, null);
        Expect("a stale read");
    }

    [Test]
    public void A_member_that_has_fallen_behind_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Write("/b", "2", 0, Done(3));
        Read("/a", At("/a", 2, "1"), 2); // right, but as of a revision from before the second write
        Expect("a stale read");
    }

    [Test]
    public void A_revision_from_the_past_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, Done(3));
        _history.Add(new ClientOperation.Position(Next(), 2));
        Expect("a stale read");
    }

    [Test]
    public void A_read_of_a_write_that_had_not_begun_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Read("/a", At("/a", 3, "2"), null);
        Write("/a", "2", 2, Done(3));
        Expect("a write took place in the past");
    }

    [Test]
    public void Writes_whose_revisions_go_against_time_are_found_out()
    {
        Write("/a", "1", 0, Done(3));
        Write("/b", "2", 0, Done(2));
        Expect("a write took place in the past");
    }

    [Test]
    public void A_write_of_unknown_outcome_cannot_have_happened_before_it_began()
    {
        Write("/a", "1", 0, Done(3));
        Write("/b", "2", 0, new WriteOutcome.Unknown());
        List(3, At("/a", 3, "1"), At("/b", 2, "2"));
        Expect("a write took place in the past");
    }

    [Test]
    public void Of_two_updates_of_one_version_one_is_lost()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, Done(3));
        Write("/a", "3", 2, Done(4));
        Expect("an update was lost");
    }

    [Test]
    public void What_was_refused_or_has_failed_must_not_be_there([Values] bool isRefused)
    {
        Write("/a", "1", 0, isRefused ? new WriteOutcome.Refused(2) : new WriteOutcome.Failed());
        List(2, At("/a", 2, "1"));
        Expect("refused, and happened all the same");
    }

    [Test]
    public void A_refusal_needs_a_reason([Values] bool tellsRevision)
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, new WriteOutcome.Refused(tellsRevision ? 2 : null));
        Expect("refused without a reason");
    }

    [Test]
    public void A_write_that_was_repeated_in_secret_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", null, 2, Done(3));
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 3, null), null), (At("/a", 4, "1"), null));
        Expect("written once and there twice");
    }

    [Test]
    public void An_acknowledged_deletion_must_be_there()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", null, 2, Done(null));
        Expect("acknowledged, but not there");
    }

    [Test]
    public void What_nobody_wrote_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Watch(1, 3, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"));
        Expect("nobody wrote this: /a@3 2");
    }

    [Test]
    public void What_nobody_deleted_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Watch(1, 3, (At("/a", 2, "1"), null), (At("/a", 3, null), "1"));
        Expect("nobody wrote this: /a@3 deleted");
    }

    [Test]
    public void A_revision_that_nobody_was_told_of_is_found_out()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, Done(4));
        Assert.That(HistoryCheck.Problems(_history, isGapless: true), Has.Exactly(1).StartsWith("nobody knows what happened between"));
    }

    [Test]
    public void A_watcher_who_misses_a_change_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 4, "3"), "2"));
        Expect("was not told: /a@3 2");
    }

    [Test]
    public void A_watcher_who_misses_the_last_change_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"));
        Expect("was not told: /a@4 3");
    }

    [Test]
    public void A_watcher_who_is_told_twice_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"), (At("/a", 3, "2"), "1"), (At("/a", 4, "3"), "2"));
        Expect("was told twice: /a@3 2");
    }

    [Test]
    public void A_watcher_who_is_told_what_it_knew_when_it_began_is_found_out()
    {
        WriteThree();
        Watch(2, 4, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"), (At("/a", 4, "3"), "2"));
        Expect("was told twice: /a@2 1");
    }

    [Test]
    public void A_watcher_who_is_told_out_of_order_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 4, "3"), "2"), (At("/a", 3, "2"), "1"));
        Expect("was told out of order, after 4: /a@3 2");
    }

    [Test]
    public void A_watcher_who_is_told_another_value_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 3, "3"), "1"), (At("/a", 4, "3"), null));
        Expect("two stories of one revision");
    }

    [Test]
    public void A_watcher_who_is_told_another_past_is_found_out()
    {
        WriteThree();
        Watch(1, 4, (At("/a", 2, "1"), null), (At("/a", 3, "2"), "1"), (At("/a", 4, "3"), "1"));
        Expect("was told a wrong past of /a@4 3");
    }

    [Test]
    public void A_watcher_who_is_told_of_other_keys_is_found_out()
    {
        WriteThree();
        var watch = _history.Watch("watcher", "/b", 1);
        watch.Add(At("/a", 2, "1"), null);
        Expect("was told of what it does not watch");
    }

    private static WriteOutcome.Done Done(long? revision) => new(revision);

    private static KeyVersion At(string key, long revision, string? value) => new(key, revision, value);

    // One after the other, unless a test says otherwise.
    private CallTime Next() => new(_now += 2, _now + 1);

    private void WriteThree()
    {
        Write("/a", "1", 0, Done(2));
        Write("/a", "2", 2, Done(3));
        Write("/a", "3", 3, Done(4));
    }

    private void Write(string key, string? value, long expected, WriteOutcome outcome) =>
        _history.Add(new ClientOperation.Write(Next(), key, value, expected, outcome));

    private void Read(string key, KeyVersion? found, long? at) => _history.Add(new ClientOperation.Read(Next(), key, found, at));

    private void List(long at, params KeyVersion[] found) => _history.Add(new ClientOperation.List(Next(), "/", found, at));

    private void Watch(long after, long through, params (KeyVersion Version, string? Previous)[] changes)
    {
        var watch = _history.Watch("watcher", "/", after);
        foreach (var (version, previous) in changes)
            watch.Add(version, previous);
        watch.Reach(through);
    }

    private void Expect(string problem) => Assert.That(HistoryCheck.Problems(_history), Has.Some.Contains(problem));
}
