namespace ControlPlane.Conformance.Storage;

/// <summary>Facts of the pod in projected volumes.</summary>
internal sealed class ProjectedDownwardTests
{
    private static readonly DownwardFiles Files = new(true);

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide podname only [NodeConformance] [Conformance]")]
    public Task The_pods_name_is_a_file() => Files.TellTheNameAsync();

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide container's cpu limit [NodeConformance] [Conformance]")]
    public Task The_cpu_limit_is_a_file() => Files.TellResourceAsync("limits.cpu", "'1'", "2");

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide container's cpu request [NodeConformance] [Conformance]")]
    public Task The_cpu_request_is_a_file() => Files.TellResourceAsync("requests.cpu", "1m", "250");

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide container's memory limit [NodeConformance] [Conformance]")]
    public Task The_memory_limit_is_a_file() => Files.TellResourceAsync("limits.memory", "'1'", "67108864");

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide container's memory request [NodeConformance] [Conformance]")]
    public Task The_memory_request_is_a_file() => Files.TellResourceAsync("requests.memory", "1Mi", "32");

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide node allocatable (cpu) as default cpu limit if the limit is not set [NodeConformance] [Conformance]")]
    public Task Without_a_cpu_limit_it_is_the_nodes_cpu() => Files.TellAllocatableAsync("cpu");

    [Test, Conformance("[sig-storage] Projected downwardAPI should provide node allocatable (memory) as default memory limit if the limit is not set [NodeConformance] [Conformance]")]
    public Task Without_a_memory_limit_it_is_the_nodes_memory() => Files.TellAllocatableAsync("memory");

    [Test, Conformance("[sig-storage] Projected downwardAPI should set DefaultMode on files [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Files_have_the_volumes_mode() => Files.HaveModeAsync(", defaultMode: 0400", "");

    [Test, Conformance("[sig-storage] Projected downwardAPI should set mode on item file [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_file_has_its_items_mode() => Files.HaveModeAsync("", ", mode: 0400");

    [Test, Conformance("[sig-storage] Projected downwardAPI should update labels on modification [NodeConformance] [Conformance]")]
    public Task Changed_labels_are_seen_in_the_pod() => Files.FollowAsync("labels");

    [Test, Conformance("[sig-storage] Projected downwardAPI should update annotations on modification [NodeConformance] [Conformance]")]
    public Task Changed_annotations_are_seen_in_the_pod() => Files.FollowAsync("annotations");
}
