using ControlPlane.Node.Installation;

namespace ControlPlane.Node.Tests.Installation;

internal sealed class NodePrerequisitesTests
{
    [Test]
    public void Without_leave_to_install_the_command_is_told()
    {
        var prerequisites = new NodePrerequisites(TimeProvider.System) { MayInstall = false };
        var error = Assert.Throws<PrerequisiteException>(() => prerequisites.RequireInstallable(OsRelease.Parse("ID=debian"), "nft (carries out Services)", ["nftables"]));
        if (ProgramSearch.Find("apt-get") is not null)
            Assert.That(error!.Message, Does.Contain("--no-install").And.Contains("apt-get install nftables"));
    }

    [Test]
    public void A_distribution_without_apt_is_told_by_name()
    {
        var prerequisites = new NodePrerequisites(TimeProvider.System);
        var error = Assert.Throws<PrerequisiteException>(
            () => prerequisites.RequireInstallable(OsRelease.Parse("ID=fedora\nPRETTY_NAME=\"Fedora Linux 44\""), "nft (carries out Services)", ["nftables"]));
        Assert.That(error!.Message, Does.Contain("Fedora Linux 44").And.Contains("nft"));
    }

    [Test]
    public async Task A_given_runtime_brings_its_own_programs()
    {
        var missing = await new NodePrerequisites(TimeProvider.System) { RuntimeEndpoint = "/somewhere.sock" }.FindMissingAsync(TestContext.CurrentContext.CancellationToken);
        Assert.That(missing.Select(one => one.Package), Has.None.EqualTo("containerd"));
    }
}
