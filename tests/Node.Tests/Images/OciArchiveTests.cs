using System.Formats.Tar;
using ControlPlane.Node.Images;
using ControlPlane.TestKit;

namespace ControlPlane.Node.Tests.Images;

internal sealed class OciArchiveTests
{
    private static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Names_and_blobs_are_read_in_place()
    {
        using var directory = new TemporaryDirectory();
        new OciImageBuilder().WithFile("hello", "hello"u8.ToArray()).Write(directory["image.tar"], "docker.io/library/hello:1");
        using var archive = await OciArchive.OpenAsync(File.OpenRead(directory["image.tar"]), Cancel);
        var image = archive.Images.Single();
        Assert.That(image.Annotations["io.containerd.image.name"], Is.EqualTo("docker.io/library/hello:1"));
        using var manifest = archive.ReadDocument(image);
        var layer = OciDescriptor.ParseList(manifest.RootElement, "layers").Single();
        await using var content = archive.Open(layer);
        using var tar = new TarReader(content);
        Assert.That((await tar.GetNextEntryAsync(cancellationToken: Cancel))!.Name, Is.EqualTo("hello"));
    }

    [TestCase("manifest.json", "Docker's old form")]
    [TestCase("something", "no index.json")]
    [TestCase("index.json", "no JSON")]
    public async Task What_is_no_OCI_archive_is_refused_with_its_reason(string file, string reason)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, leaveOpen: true))
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, file) { DataStream = new MemoryStream("{"u8.ToArray()) });
        bytes.Position = 0;
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => OciArchive.OpenAsync(bytes, Cancel));
        Assert.That(error!.Message, Does.Contain(reason));
    }
}
