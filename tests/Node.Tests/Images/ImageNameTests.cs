using ControlPlane.Node.Images;

namespace ControlPlane.Node.Tests.Images;

internal sealed class ImageNameTests
{
    [TestCase("busybox", "docker.io/library/busybox:latest")]
    [TestCase("busybox:1.36", "docker.io/library/busybox:1.36")]
    [TestCase("team/app", "docker.io/team/app:latest")]
    [TestCase("docker.io/busybox", "docker.io/library/busybox:latest")]
    [TestCase("index.docker.io/library/busybox:1", "docker.io/library/busybox:1")]
    [TestCase("localhost/app:1", "localhost/app:1")]
    [TestCase("localhost:5000/app", "localhost:5000/app:latest")]
    [TestCase("registry.example/a/b/c:2", "registry.example/a/b/c:2")]
    [TestCase("busybox@sha256:00", "docker.io/library/busybox@sha256:00")]
    public void A_name_is_completed_as_runtimes_store_it(string name, string full) => Assert.That(ImageName.Normalize(name), Is.EqualTo(full));
}
