namespace ControlPlane.Conformance.Storage;

/// <summary>Empty directories that live as long as their pod.</summary>
internal sealed class EmptyDirTests
{
    private const string Default = "{}";
    private const string Memory = "{medium: Memory}";

    [Test, Conformance("[sig-storage] EmptyDir volumes pod should support shared volumes between containers [Conformance]")]
    public async Task Containers_of_a_pod_share_a_directory()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.ReadyAsync(
            $$$"""
            {metadata: {name: one}, spec: {terminationGracePeriodSeconds: 0, volumes: [{name: shared, emptyDir: {}}], containers: [
              {name: writer, image: {{{SharedCluster.Busybox}}}, command: [sh, -c, "echo hello > /w/file; sleep 1000"], volumeMounts: [{name: shared, mountPath: /w}]},
              {name: reader, image: {{{SharedCluster.Busybox}}}, command: [sleep, '1000'], volumeMounts: [{name: shared, mountPath: /r}]}]}}
            """);
        var (_, output) = await scratch.ExecAsync("one", "for i in $(seq 50); do [ -s /r/file ] && break; sleep 0.1; done; cat /r/file", "reader");
        Assert.That(output, Is.EqualTo("hello\n"));
    }

    [Test, Conformance("[sig-storage] EmptyDir volumes volume on default medium should have the correct mode [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_directory_is_open_to_all() => HasModeAsync(Default);

    [Test, Conformance("[sig-storage] EmptyDir volumes volume on tmpfs should have the correct mode [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_directory_in_memory_is_open_to_all() => HasModeAsync(Memory);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0644,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0644_on_disk() => KeepsModeAsync(Default, "644", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0644,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0644_in_memory() => KeepsModeAsync(Memory, "644", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0666,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0666_on_disk() => KeepsModeAsync(Default, "666", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0666,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0666_in_memory() => KeepsModeAsync(Memory, "666", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0777,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0777_on_disk() => KeepsModeAsync(Default, "777", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (root,0777,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Roots_file_of_mode_0777_in_memory() => KeepsModeAsync(Memory, "777", 0);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0644,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0644_on_disk() => KeepsModeAsync(Default, "644", 1001);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0644,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0644_in_memory() => KeepsModeAsync(Memory, "644", 1001);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0666,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0666_on_disk() => KeepsModeAsync(Default, "666", 1001);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0666,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0666_in_memory() => KeepsModeAsync(Memory, "666", 1001);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0777,default) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0777_on_disk() => KeepsModeAsync(Default, "777", 1001);

    [Test, Conformance("[sig-storage] EmptyDir volumes should support (non-root,0777,tmpfs) [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_users_file_of_mode_0777_in_memory() => KeepsModeAsync(Memory, "777", 1001);

    private static async Task KeepsModeAsync(string source, string mode, int user)
    {
        await using var scratch = await Scratch.CreateAsync();
        var output = await scratch.OutputOfAsync(
            $"echo content > /v/file && chmod {mode} /v/file && stat -c '%a %u' /v/file && cat /v/file; stat -f -c %T /v", "volumeMounts: [{name: v, mountPath: /v}]",
            $"securityContext: {{runAsUser: {user}}}, volumes: [{{name: v, emptyDir: {source}}}]");
        Assert.That(output, Does.StartWith($"{mode} {user}\ncontent\n"));
        Assert.That(output.Contains("tmpfs", StringComparison.Ordinal), Is.EqualTo(source == Memory));
    }

    private static async Task HasModeAsync(string source)
    {
        await using var scratch = await Scratch.CreateAsync();
        var output = await scratch.OutputOfAsync("stat -c '%a' /v; stat -f -c %T /v", "volumeMounts: [{name: v, mountPath: /v}]", $"volumes: [{{name: v, emptyDir: {source}}}]");
        Assert.That(output, Does.StartWith("777\n"));
        Assert.That(output.Contains("tmpfs", StringComparison.Ordinal), Is.EqualTo(source == Memory));
    }
}
