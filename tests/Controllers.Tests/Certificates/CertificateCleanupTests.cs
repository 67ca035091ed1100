using ControlPlane.Controllers.Certificates;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Tests.Certificates;

internal sealed class CertificateCleanupTests
{
    private static readonly DateTimeOffset Made = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("", false, 24)]
    [TestCase("Denied", false, 1)]
    [TestCase("Failed", false, 1)]
    [TestCase("Approved", true, 1)]
    [TestCase("Approved", false, 24)]
    [TestCase("Approved,Failed", false, 1)]
    public void A_request_stays_for_so_many_hours(string conditions, bool isIssued, int hours) =>
        Assert.That(CertificateCleanup.Due(Request(conditions, isIssued, Made)), Is.EqualTo(Made.AddHours(hours)));

    [Test]
    public void The_time_of_the_condition_counts_rather_than_that_of_the_request() =>
        Assert.That(CertificateCleanup.Due(Request("Denied", false, Made.AddHours(30))), Is.EqualTo(Made.AddHours(31)));

    [Test]
    public void A_condition_of_another_type_is_no_answer_and_no_waiting() =>
        Assert.That(CertificateCleanup.Due(Request("Other", false, Made)), Is.Null);

    private static CertificateSigningRequest Request(string conditions, bool isIssued, DateTimeOffset answered) => new()
    {
        Metadata = new ObjectMeta { Name = "a", CreationTimestamp = Timestamp.From(Made) },
        Status = new CertificateSigningRequestStatus
        {
            Conditions = conditions.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(type => new CertificateSigningRequestCondition { Type = type, Status = "True", LastUpdateTime = Timestamp.From(answered) }).ToValueList(),
            Certificate = isIssued ? ByteString.FromText("not looked at") : default,
        },
    };
}
