using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server.Requests;

/// <summary>Bodies as HTTP carries them: their size, their encoding, their type, over both versions of the protocol.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BodyTests
{
    private const int BytesMax = 3 * 1024 * 1024;
    private static readonly Version[] Versions = [HttpVersion.Version11, HttpVersion.Version20];

    [Test]
    public async Task A_body_beyond_the_limit_is_413_however_it_comes([ValueSource(nameof(Versions))] Version version, [Values] bool isChunked)
    {
        var (maps, body) = ($"api/v1/namespaces/{await NamespaceAsync()}/configmaps", Encoding.UTF8.GetBytes(new string(' ', BytesMax) + "{"));
        using var content = isChunked ? (HttpContent)new StreamContent(new NoLength(body)) : new ByteArrayContent(body);
        var refused = await PostAsync(version, maps, content, "application/json");
        Assert.That(((int)refused.Code, refused.Reason, refused.Message), Is.EqualTo((413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")));
    }

    [Test]
    public async Task A_body_of_just_the_limit_is_read([ValueSource(nameof(Versions))] Version version)
    {
        const string Map = """{"metadata":{"name":"a"}}""";
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Map.PadRight(BytesMax)));
        var made = await PostAsync(version, maps, content, "application/json");
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
    }

    [Test]
    public async Task A_compressed_body_is_not_unpacked([ValueSource(nameof(Versions))] Version version, [Values(20, 50_000_000)] int length)
    {
        var maps = $"api/v1/namespaces/{await NamespaceAsync()}/configmaps";
        using var content = new ByteArrayContent(Packed($$$"""{"metadata":{"name":"a"},"data":{"k":"{{{new string('x', length)}}}"} }"""));
        content.Headers.ContentEncoding.Add("gzip");
        var refused = await PostAsync(version, maps, content, "application/json");
        Assert.That(((int)refused.Code, refused.Reason), Is.EqualTo((400, "BadRequest")), refused.Text);
        Assert.That((await OkAsync(HttpMethod.Get, maps))["items"]!.AsArray(), Is.Empty);
    }

    [TestCase("application/xml")]
    [TestCase("application/json-seq")]
    [TestCase("application/merge-patch+json")]
    [TestCase("multipart/form-data; boundary=x")]
    [TestCase(";")]
    public async Task A_type_that_objects_do_not_come_in_is_415(string type)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray());
        var refused = await PostAsync(HttpVersion.Version20, "api/v1/namespaces/default/configmaps", content, type);
        Assert.That((int)refused.Code, Is.EqualTo(type == ";" ? 422 : 415), refused.Text); // no type at all is JSON
    }

    [TestCase("application/json; charset=utf-8")]
    [TestCase("APPLICATION/JSON")]
    [TestCase("application/json;")]
    public async Task Parameters_and_case_of_a_type_do_not_matter(string type)
    {
        using var content = new ByteArrayContent("""{"metadata":{"name":"a"}}"""u8.ToArray());
        var made = await PostAsync(HttpVersion.Version20, $"api/v1/namespaces/{await NamespaceAsync()}/configmaps", content, type);
        Assert.That((int)made.Code, Is.EqualTo(201), made.Text);
    }

    private static async Task<Answer> PostAsync(Version version, string path, HttpContent content, string type)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/json"));
        using var response = await Fixture.Admin.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Content.Headers.ContentType?.ToString() ?? "", []);
    }

    private static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>Bytes whose number nobody tells.</summary>
    private sealed class NoLength(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
