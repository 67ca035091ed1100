using ControlPlane.Node.Images;

namespace ControlPlane.Node.Tests.Images;

internal sealed class RegistryPatternTests
{
    [TestCase("registry.example", "registry.example/a:1", ExpectedResult = true)]
    [TestCase("https://registry.example/v2/", "registry.example/a:1", ExpectedResult = true)]
    [TestCase("http://10.0.0.1:5000", "10.0.0.1:5000/a:1", ExpectedResult = true)]
    [TestCase("10.0.0.1", "10.0.0.1:5000/a:1", ExpectedResult = false)]
    [TestCase("registry.example/team", "registry.example/team/a:1", ExpectedResult = true)]
    [TestCase("registry.example/other", "registry.example/team/a:1", ExpectedResult = false)]
    [TestCase("*.example", "registry.example/a:1", ExpectedResult = true)]
    [TestCase("*.example", "a.registry.example/a:1", ExpectedResult = false)]
    [TestCase("re?istry.exa*", "registry.example/a:1", ExpectedResult = true)]
    [TestCase("*.example:5000", "registry.example:5001/a:1", ExpectedResult = false)]
    [TestCase("https://index.docker.io/v1/", "docker.io/library/busybox:1", ExpectedResult = true)]
    public bool Credentials_are_for_the_images_that_their_key_fits(string key, string image) => RegistryPattern.Matches(key, image);
}
