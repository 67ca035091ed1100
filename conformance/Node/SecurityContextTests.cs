namespace ControlPlane.Conformance.Node;

/// <summary>As whom containers run, and what they may do.</summary>
internal sealed class SecurityContextTests
{
    [Test, Conformance("[sig-node] Security Context When creating a container with runAsUser should run the container with uid 65534 [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_container_runs_as_the_user_it_names() => PrintsAsync("id -u", "securityContext: {runAsUser: 65534}", "", "65534\n");

    [Test, Conformance("[sig-node] Security Context should support container.SecurityContext.RunAsUser And container.SecurityContext.RunAsGroup [LinuxOnly] [Conformance]")]
    public Task A_container_runs_as_its_user_and_group() => PrintsAsync("id -u; id -g", "securityContext: {runAsUser: 1001, runAsGroup: 2002}", "", "1001\n2002\n");

    [Test, Conformance("[sig-node] Security Context should support pod.Spec.SecurityContext.RunAsUser And pod.Spec.SecurityContext.RunAsGroup [LinuxOnly] [Conformance]")]
    public Task A_container_runs_as_its_pods_user_and_group() => PrintsAsync("id -u; id -g", "", "securityContext: {runAsUser: 1001, runAsGroup: 2002}", "1001\n2002\n");

    [Test, Conformance("[sig-node] Security Context When creating a pod with privileged should run the container as unprivileged when false [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task An_unprivileged_container_makes_no_network_devices() => PrintsAsync("ip link add dummy1 type dummy 2>/dev/null || echo refused", "securityContext: {privileged: false}", "", "refused\n");

    [Test, Conformance("[sig-node] Security Context When creating a pod with readOnlyRootFilesystem should run the container with writable rootfs when readOnlyRootFilesystem=false [NodeConformance] [Conformance]")]
    public Task The_root_file_system_is_writable() => PrintsAsync("echo written > /file && cat /file", "securityContext: {readOnlyRootFilesystem: false}", "", "written\n");

    [Test, Conformance("[sig-node] Kubelet when scheduling a read only busybox container should not write to root filesystem [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task A_read_only_root_file_system_is_not_written_to() => PrintsAsync("(echo written > /file) 2>/dev/null || echo refused", "securityContext: {readOnlyRootFilesystem: true}", "", "refused\n");

    [Test, Conformance("[sig-node] Security Context when creating containers with AllowPrivilegeEscalation should not allow privilege escalation when false [LinuxOnly] [NodeConformance] [Conformance]")]
    public Task Privileges_do_not_grow() => PrintsAsync("grep NoNewPrivs /proc/self/status", "securityContext: {runAsUser: 1000, allowPrivilegeEscalation: false}", "", "NoNewPrivs:\t1\n");

    [Test, Conformance("[sig-node] Sysctls [LinuxOnly] [NodeConformance] should support sysctls [Environment:NotInUserNS] [Conformance]")]
    public Task A_kernel_parameter_is_the_pods_own() => PrintsAsync("cat /proc/sys/kernel/shm_rmid_forced", "", "securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: '1'}]}", "1\n");

    [Test, Conformance("[sig-node] Kubelet when scheduling an agnhost Pod with hostAliases should write entries to /etc/hosts [NodeConformance] [Conformance]")]
    public async Task Aliases_stand_in_the_hosts_file()
    {
        await using var scratch = await Scratch.CreateAsync();
        var hosts = await scratch.OutputOfAsync("cat /etc/hosts", pod: "hostAliases: [{ip: 123.45.67.89, hostnames: [foo, bar]}]");
        Assert.That(hosts, Does.Contain("123.45.67.89\tfoo\tbar\n"));
    }

    [Test, Conformance("[sig-node] KubeletManagedEtcHosts should test kubelet managed /etc/hosts file [NodeConformance] [Conformance]")]
    public async Task The_hosts_file_is_managed_but_for_containers_that_mount_their_own()
    {
        const string Managed = "# Kubernetes-managed hosts file.";
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.OutputOfAsync("cat /etc/hosts"), Does.StartWith(Managed));
        Assert.That(
            await scratch.OutputOfAsync("cat /etc/hosts", "volumeMounts: [{name: hosts, mountPath: /etc/hosts}]", "volumes: [{name: hosts, hostPath: {path: /etc/hosts}}]"),
            Does.Not.Contain("Kubernetes-managed"));
        Assert.That(await scratch.OutputOfAsync("cat /etc/hosts", pod: "hostNetwork: true"), Does.StartWith("# Kubernetes-managed hosts file (host network)."));
    }

    [Test, Conformance("[sig-network] DNS should provide /etc/hosts entries for the cluster [Conformance]")]
    public async Task A_pods_own_name_stands_in_its_hosts_file()
    {
        await using var scratch = await Scratch.CreateAsync();
        await scratch.Of<k8s.Models.V1Service>().CreateAsync("{metadata: {name: sub}, spec: {clusterIP: None, selector: {app: none}}}");
        var output = await scratch.OutputOfAsync("cat /etc/hosts; hostname", pod: "hostname: named, subdomain: sub");
        Assert.That(output, Does.Contain($"named.sub.{scratch.Name}.svc.cluster.local\tnamed\n").And.EndsWith("named\n"));
    }

    private static async Task PrintsAsync(string command, string container, string pod, string output)
    {
        await using var scratch = await Scratch.CreateAsync();
        Assert.That(await scratch.OutputOfAsync(command, container, pod), Is.EqualTo(output));
    }
}
