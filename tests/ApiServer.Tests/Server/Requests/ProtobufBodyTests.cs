using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Apps;
using ControlPlane.Types.Core;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Protobuf that is cut short, lies about lengths, or holds what does not belong there.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ProtobufBodyTests
{
    private const string MediaType = "application/vnd.kubernetes.protobuf";

    private static readonly byte[] Good = Envelope.Write(new ConfigMap { Metadata = new() { Name = "a" }, Data = ValueMap.Of("k", "v") });

    private static IEnumerable<TestCaseData> Broken()
    {
        yield return Case("nothing", []);
        yield return Case("a wrong magic", [(byte)'K', .. Good.AsSpan(1)]);
        yield return Case("no magic", Good[4..]);
        yield return Case("cut short in the middle", Good[..^20]);
        yield return Case("a length beyond the end", Message(0x0a, 0xff, 0xff, 0xff, 0x7f));
        yield return Case("a length beyond 32 bits", Message(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01));
        yield return Case("a number that never ends", Message(0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01));
        yield return Case("field number zero", Message(0x02, 0x00));
        yield return Case("a group that never ends", Message(0x7b, 0x7b));
        yield return Case("an end of no group", Message(0x7c));
        yield return Case("wire type seven", Message(0x7f));
        yield return Case("groups within groups without end", Message([.. Enumerable.Repeat((byte)0x7b, 100_000)]));
        yield return Case("another kind", Envelope.Write(new Secret { Metadata = new() { Name = "a" } }));
    }

    [TestCaseSource(nameof(Broken))]
    public async Task What_is_no_such_message_is_400_and_nothing_is_made(byte[] body)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, body, MediaType);
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That((await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray(), Is.Empty);
    }

    [Test]
    public async Task Unknown_fields_and_groups_are_skipped()
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        var message = Protobuf.Encode(new ConfigMap { Metadata = new() { Name = "a" } });
        byte[] unknown = [.. message, 0x9b, 0x06, 0x9b, 0x06, 0x08, 0x01, 0x9c, 0x06, 0x9c, 0x06, 0xfa, 0x06, 0x01, 0x00];
        var made = await SendAsync(Fixture.Admin, HttpMethod.Post, maps, Envelope.Write(new GroupVersionKind("", "v1", "ConfigMap"), unknown), MediaType);
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
    }

    [TestCase("not json")]
    [TestCase("1},\"metadata\":{\"uid\":\"forged\"")]
    [TestCase("{} {}")]
    [TestCase("\n")]
    public async Task A_field_of_JSON_that_holds_none_is_400(string json)
    {
        var revisions = $"apis/apps/v1/namespaces/{await NamespaceAsync()}/controllerrevisions";
        var revision = new ControllerRevision { Metadata = new() { Name = "a" }, Data = RawJson.FromText(json), Revision = 1 };
        var refused = await SendAsync(Fixture.Admin, HttpMethod.Post, revisions, Envelope.Write(revision), MediaType);
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That((await OkAsync(HttpMethod.Get, revisions))["items"]!.AsArray(), Is.Empty);
    }

    private static byte[] Message(params byte[] message) => Envelope.Write(new GroupVersionKind("", "v1", "ConfigMap"), message);

    private static TestCaseData Case(string what, byte[] body) => new TestCaseData(body).SetArgDisplayNames(what);
}
