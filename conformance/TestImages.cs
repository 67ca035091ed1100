using System.Diagnostics;
using ControlPlane.TestKit;

namespace ControlPlane.Conformance;

/// <summary>The images that tests run: built here, and given to a node as an administrator without a registry does.</summary>
internal static class TestImages
{
    /// <summary>Builds them and hands each over as an OCI archive.</summary>
    public static async Task GiveAsync(Func<string, Task> importAsync)
    {
        using var images = new TemporaryDirectory();
        foreach (var name in new[] { SharedCluster.Busybox, SharedCluster.NextBusybox })
        {
            var archive = images[$"{name.Replace('/', '_').Replace(':', '_')}.tar"];
            OciImageBuilder.Busybox().Write(archive, name);
            await importAsync(archive);
        }

        OciImageBuilder.Busybox().WithEntrypoint("/bin/echo", "of-image").WithCommand("one", "two").Write(images["echo.tar"], SharedCluster.Echo);
        await importAsync(images["echo.tar"]);
        ServerImage.Write(images["server.tar"]);
        await importAsync(images["server.tar"]);
    }

    /// <summary>Imports an OCI archive into a node's containerd.</summary>
    public static async Task ImportAsync(string containerdSocket, string archive)
    {
        using var ctr = Process.Start(new ProcessStartInfo("ctr", ["--address", containerdSocket, "--namespace", "k8s.io", "images", "import", archive])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = await ctr.StandardError.ReadToEndAsync();
        await ctr.WaitForExitAsync();
        Assert.That(ctr.ExitCode, Is.Zero, error);
    }
}
