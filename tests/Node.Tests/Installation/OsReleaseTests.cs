using ControlPlane.Node.Installation;

namespace ControlPlane.Node.Tests.Installation;

internal sealed class OsReleaseTests
{
    [Test]
    public void Names_are_read_with_and_without_quotes()
    {
        var system = OsRelease.Parse("""
            # a comment
            NAME='Linux Mint'
            ID=linuxmint
            ID_LIKE="ubuntu debian"
            PRETTY_NAME="Mint \"Wilma\""
            VERSION_ID="22"
            BROKEN LINE
            """);
        Assert.That((system.Id, system.PrettyName, system.VersionId, system.UsesApt), Is.EqualTo(("linuxmint", "Mint \"Wilma\"", "22", true)));
        Assert.That(OsRelease.Parse("ID=fedora\nID_LIKE=").UsesApt, Is.False);
        Assert.That(OsRelease.Parse("").PrettyName, Is.EqualTo("Linux"));
    }
}
