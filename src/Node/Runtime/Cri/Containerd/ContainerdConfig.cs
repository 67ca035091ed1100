using System.Globalization;
using System.Text;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>The configuration file of a containerd of the agent's own. Form 2 is read by 1.6, 1.7 and 2.x alike.</summary>
internal static class ContainerdConfig
{
    /// <summary>The text of the file.</summary>
    public static string Render(ContainerdOptions options) => $"""
        # Written by controlplane at every start of this containerd; changes are lost.
        version = 2
        root = {Quote(Path.Combine(options.Directory, "root"))}
        state = {Quote(Path.Combine(options.Directory, "state"))}
        oom_score = {(options.MayLowerOomScore ? -999 : 0)}
        # What a node doesn't use costs start time and log lines.
        disabled_plugins = [
          "io.containerd.internal.v1.opt",
          "io.containerd.internal.v1.tracing",
          "io.containerd.snapshotter.v1.aufs",
          "io.containerd.snapshotter.v1.blockfile",
          "io.containerd.snapshotter.v1.btrfs",
          "io.containerd.snapshotter.v1.devmapper",
          "io.containerd.snapshotter.v1.zfs",
          "io.containerd.tracing.processor.v1.otlp",
        ]

        [debug]
          level = "warn"

        [grpc]
          address = {Quote(options.Socket)}

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = {Quote(options.SandboxImage)}
          stream_server_address = "127.0.0.1"
          restrict_oom_score_adj = {(options.MayLowerOomScore ? "false" : "true")}
          tolerate_missing_hugetlb_controller = true
          # Sandboxes may listen below 1024 and ping without privileges, as everywhere.
          enable_unprivileged_ports = true
          enable_unprivileged_icmp = true
          device_ownership_from_security_context = true

        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = {Quote(options.CniPluginDirectory)}
          conf_dir = {Quote(options.CniConfigDirectory)}
          max_conf_num = 1

        [plugins."io.containerd.grpc.v1.cri".registry]
          config_path = {Quote(options.RegistryDirectory)}

        [plugins."io.containerd.grpc.v1.cri".containerd]
          snapshotter = {Quote(options.Snapshotter)}
          default_runtime_name = "runc"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
          SystemdCgroup = {(options.SystemdCgroup ? "true" : "false")}

        """;

    /// <summary>A TOML string.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            if (character is '"' or '\\')
                quoted.Append('\\').Append(character);
            else if (char.IsControl(character))
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
            else
                quoted.Append(character);
        }
        return quoted.Append('"').ToString();
    }
}
