using System.Diagnostics;
using System.Runtime.InteropServices;
using ControlPlane.Node.Images;
using ControlPlane.Node.Images.Sandbox;
using ControlPlane.TestKit;

namespace ControlPlane.Node.Tests.Images;

internal sealed class SandboxProgramTests
{
    private static CancellationToken Cancel => TestContext.CurrentContext.CancellationToken;

    [TestCase(15)]
    [TestCase(2)]
    public async Task It_waits_and_ends_with_code_0_when_asked(int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("the program is Linux's");
            return;
        }
        using var directory = new TemporaryDirectory();
        var path = directory["pause"];
        await File.WriteAllBytesAsync(path, SandboxProgram.Build(RuntimeInformation.OSArchitecture), Cancel);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Process.Start(path);
        try
        {
            var wait = RuntimeInformation.OSArchitecture == Architecture.X64 ? "128 " : "137 "; // rt_sigtimedwait
            await Eventually.TrueAsync(() => File.ReadAllText($"/proc/{process.Id}/syscall").StartsWith(wait, StringComparison.Ordinal));
            Signal(process.Id, 17);
            Assert.That(process.HasExited, Is.False);
            Signal(process.Id, signal);
            await process.WaitForExitAsync(Cancel);
            Assert.That(process.ExitCode, Is.Zero);
        }
        finally
        {
            process.Kill();
        }
    }

    [TestCase(Architecture.X64, 62)]
    [TestCase(Architecture.Arm64, 183)]
    public void It_is_a_small_static_executable_for_its_machine(Architecture architecture, byte machine)
    {
        var file = SandboxProgram.Build(architecture);
        Assert.That(file, Has.Length.LessThan(300));
        Assert.That(file[..5], Is.EqualTo(new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F', 2 }));
        Assert.That(file[18], Is.EqualTo(machine));
        Assert.That(file[^8..], Is.EqualTo(new byte[] { 0x02, 0x40, 0x01, 0, 0, 0, 0, 0 }), "the set of signals stands last, aligned");
        Assert.That(file.Length % 8, Is.Zero);
    }

    [Test]
    public void On_arm64_it_blocks_waits_reaps_until_none_is_left_and_exits()
    {
        var machine = new Arm64Machine(SandboxProgram.Build(Architecture.Arm64));
        var answers = new Queue<long>([0, -4, 17, 33, 34, 0, 17, -10, 15]); // blocked; interrupted; SIGCHLD, two children; SIGCHLD, none at all; SIGTERM
        var calls = new List<string>();
        machine.Run((number, arguments) =>
        {
            calls.Add(number switch
            {
                135 => $"sigprocmask({arguments[0]}, {machine.Read(arguments[1]):X}, {arguments[2]}, {arguments[3]})",
                137 => $"sigtimedwait({machine.Read(arguments[0]):X}, {arguments[1]}, {arguments[2]}, {arguments[3]})",
                260 => $"wait4({(long)arguments[0]}, {arguments[1]}, {arguments[2]}, {arguments[3]})",
                94 => $"exit_group({arguments[0]})",
                _ => $"{number}",
            });
            return number == 94 ? null : answers.Dequeue();
        });
        const string wait = "sigtimedwait(14002, 0, 0, 8)";
        const string reap = "wait4(-1, 0, 1, 0)";
        Assert.That(calls, Is.EqualTo(["sigprocmask(0, 14002, 0, 8)", wait, wait, reap, reap, reap, wait, reap, wait, "exit_group(0)"]));
    }

    [Test]
    public async Task The_image_is_an_archive_that_reads_back_and_is_always_the_same()
    {
        var first = SandboxImage.Build(Architecture.Arm64);
        Assert.That(SandboxImage.Build(Architecture.Arm64), Is.EqualTo(first));
        using var archive = await OciArchive.OpenAsync(new MemoryStream(first), Cancel);
        using var manifest = archive.ReadDocument(archive.Images.Single());
        var config = OciDescriptor.Parse(manifest.RootElement.GetProperty("config"));
        using var configuration = archive.ReadDocument(config);
        Assert.That(configuration.RootElement.GetProperty("architecture").GetString(), Is.EqualTo("arm64"));
        Assert.That(archive.Has(OciDescriptor.ParseList(manifest.RootElement, "layers").Single()), Is.True);
    }

    private static void Signal(int pid, int signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        kill.WaitForExit();
    }
}
