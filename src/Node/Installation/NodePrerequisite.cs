namespace ControlPlane.Node.Installation;

/// <summary>Something that the agent needs of the machine.</summary>
/// <param name="Name">What is missing, for people.</param>
/// <param name="Purpose">What it is needed for, for people.</param>
/// <param name="Package">The package of Debian and its kin that has it.</param>
/// <param name="IsPresent">Is it there?</param>
internal sealed record NodePrerequisite(string Name, string Purpose, string Package, Func<bool> IsPresent)
{
    /// <summary>What a runtime of the agent's own needs; who brings a runtime brings these.</summary>
    public static IReadOnlyList<NodePrerequisite> OfOwnRuntime { get; } =
    [
        Program("containerd", "runs pods", "containerd"),
        Program("runc", "starts containers", "runc"),
    ];

    /// <summary>What every agent needs.</summary>
    public static IReadOnlyList<NodePrerequisite> OfEveryNode { get; } =
    [
        new("CNI plugins", "connect pods to the network", "containernetworking-plugins", () => ProgramSearch.FindCniPluginDirectory() is not null),
        Program("nft", "carries out Services", "nftables"),
        Program("iptables", "carries out host ports and masquerading", "iptables"),
        Program("conntrack", "forgets connections to pods that are gone", "conntrack"),
    ];

    private static NodePrerequisite Program(string name, string purpose, string package) =>
        new(name, purpose, package, () => ProgramSearch.Find(name) is not null);
}
