using System.Globalization;
using ControlPlane.Resources.Batch;

namespace ControlPlane.Resources.Tests.Batch;

public sealed class CronScheduleTests
{
    [TestCase("*/5 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z")]
    [TestCase("30 2 1 * *", "2026-01-01T02:30:00Z", "2026-02-01T02:30:00Z")]
    [TestCase("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [TestCase("0 12 * * mon-fri", "2026-01-02T12:00:00Z", "2026-01-05T12:00:00Z")]
    [TestCase("0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [TestCase("@hourly", "2026-01-01T10:59:59Z", "2026-01-01T11:00:00Z")]
    [TestCase("@every 1h30m", "2026-01-01T00:00:00Z", "2026-01-01T01:30:00Z")]
    public void The_next_time_is_the_first_that_all_fields_allow(string schedule, string after, string next)
    {
        var parsed = CronSchedule.TryParse(schedule, out var complaint);

        Assert.That(complaint, Is.Null);
        Assert.That(parsed!.Next(Time(after)), Is.EqualTo(Time(next)));
    }

    [Test]
    public void A_day_that_never_comes_is_never_next() =>
        Assert.That(CronSchedule.TryParse("0 0 30 2 *", out _)!.Next(Time("2026-01-01T00:00:00Z")), Is.Null);

    [TestCase("* * * *", "expected exactly 5 fields, found 4: [* * * *]")]
    [TestCase("60 * * * *", "end of range (60) above maximum (59): 60")]
    [TestCase("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1")]
    [TestCase("*/0 * * * *", "step of range should be a positive number: */0")]
    [TestCase("@sometimes", "unrecognized descriptor: @sometimes")]
    public void What_is_no_schedule_is_told_in_the_parsers_words(string schedule, string wanted)
    {
        Assert.That(CronSchedule.TryParse(schedule, out var complaint), Is.Null);
        Assert.That(complaint, Is.EqualTo(wanted));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
