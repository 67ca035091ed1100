using System.Globalization;

namespace ControlPlane.Node.Runtime.Simulated;

/// <summary>What a simulated container is told to do, beside running for ever.</summary>
/// <remarks>
/// <para>By annotations of the pod, for all its containers or, with the container's name after a dot, for one; or by environment variables of the
/// container, which
/// come first:</para>
/// <list type="table">
/// <item><term><c>simulated.controlplane.io/exit-after</c>, <c>SIMULATED_EXIT_AFTER</c></term><description>seconds ("0", "2.5") after which it ends by
/// itself</description></item>
/// <item><term><c>simulated.controlplane.io/exit-code</c>, <c>SIMULATED_EXIT_CODE</c></term><description>its exit code then; 0 if not
/// given</description></item>
/// <item><term><c>simulated.controlplane.io/create-error</c>, <c>SIMULATED_CREATE_ERROR</c></term><description>creating it fails with this
/// text</description></item>
/// <item><term><c>simulated.controlplane.io/start-error</c>, <c>SIMULATED_START_ERROR</c></term><description>starting it fails with this text, exit code
/// 128</description></item>
/// <item><term><c>simulated.controlplane.io/sandbox-error</c></term><description>running the pod's sandbox fails with this text</description></item>
/// <item><term><c>simulated.controlplane.io/pull-error</c></term><description>pulling images for the pod fails with this text</description></item>
/// </list>
/// <para>A number that is none is taken as not given: a pod's author gets no harm done to a node by a typing error.</para>
/// </remarks>
internal static class SimulatedScript
{
    private const string Prefix = "simulated.controlplane.io/";

    /// <summary>When it ends by itself; null for never. At most a year.</summary>
    public static TimeSpan? ExitAfter(ContainerSpec container, SandboxSpec sandbox) =>
        double.TryParse(Find(container, sandbox, "exit-after"), CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= 366 * 86400
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>Its exit code when it ends by itself.</summary>
    public static int ExitCode(ContainerSpec container, SandboxSpec sandbox) =>
        int.TryParse(Find(container, sandbox, "exit-code"), CultureInfo.InvariantCulture, out var code) ? code : 0;

    /// <summary>Why it can't be created; null if it can.</summary>
    public static string? CreateError(ContainerSpec container, SandboxSpec sandbox) => Find(container, sandbox, "create-error");

    /// <summary>Why it can't be started; null if it can.</summary>
    public static string? StartError(ContainerSpec container, SandboxSpec sandbox) => Find(container, sandbox, "start-error");

    /// <summary>Why the sandbox can't be run; null if it can.</summary>
    public static string? SandboxError(SandboxSpec sandbox) => sandbox.Annotations.GetValueOrDefault(Prefix + "sandbox-error");

    /// <summary>Why its images can't be pulled; null if they can.</summary>
    public static string? PullError(SandboxSpec sandbox) => sandbox.Annotations.GetValueOrDefault(Prefix + "pull-error");

    private static string? Find(ContainerSpec container, SandboxSpec sandbox, string word)
    {
        // Most pods have none of it: look cheaply first.
        foreach (var variable in container.Environment)
        {
            if (variable.Name.StartsWith("SIMULATED_", StringComparison.Ordinal) && variable.Name == "SIMULATED_" + word.ToUpperInvariant().Replace('-', '_'))
                return variable.Value;
        }
        if (sandbox.Annotations.Count == 0)
            return null;
        return sandbox.Annotations.GetValueOrDefault($"{Prefix}{word}.{container.Name}") ?? sandbox.Annotations.GetValueOrDefault(Prefix + word);
    }
}
