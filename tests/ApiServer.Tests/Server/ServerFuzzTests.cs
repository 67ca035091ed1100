using ControlPlane.ApiServer.Tests.Fuzzing;
using ControlPlane.TestKit.Fuzzing;
using static ControlPlane.ApiServer.Tests.Server.SharedServer;

namespace ControlPlane.ApiServer.Tests.Server;

/// <summary>Random objects and requests for a whole server. For longer, as <see cref="DecoderFuzzTests"/>.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ServerFuzzTests
{
    private const int Cases = 150;
    private const long GrowthMax = 256 * 1024 * 1024;

    [Test]
    public async Task Random_objects_never_make_the_server_fail_and_what_it_accepts_it_keeps()
    {
        var @namespace = await NamespaceAsync();
        var run = new FuzzRun(Cases, TestContext.Parameters.Get("seed", 1), TestContext.Parameters.Get("minutes", 0.0));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var tried = await run.RunAsync(random => new ServerCase(random, @namespace).RunAsync());
        var after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Out.WriteLine($"{tried} cases; memory {before >> 20} MiB before, {after >> 20} MiB after");
        // In the short form other tests run beside it, with memory of their own.
        if (run.Minutes > 0)
            Assert.That(after - before, Is.LessThan(GrowthMax), "what is deleted is forgotten");
    }
}
