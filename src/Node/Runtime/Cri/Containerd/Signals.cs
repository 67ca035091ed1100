using System.Runtime.InteropServices;

namespace ControlPlane.Node.Runtime.Cri.Containerd;

/// <summary>Signals to processes; .NET itself can only kill.</summary>
internal static partial class Signals
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end. One that is gone is no error.</summary>
    public static void Terminate(int pid) => _ = Kill(pid, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
