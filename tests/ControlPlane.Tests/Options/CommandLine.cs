using System.CommandLine;
using ControlPlane.Commands;

namespace ControlPlane.Host.Tests.Options;

/// <summary>What is typed, as tests need it.</summary>
internal static class CommandLine
{
    /// <summary>The options of <c>controlplane server</c> with these flags, which must be readable.</summary>
    public static ClusterOptions Server(params string[] flags)
    {
        var result = Root.Parse(["server", .. flags]);
        Assert.That(result.Errors.Select(error => error.Message), Is.Empty);
        return ClusterOptions.From(result);
    }

    /// <summary>What cannot be read of them.</summary>
    public static string[] Unreadable(params string[] flags) => [.. Root.Parse(["server", .. flags]).Errors.Select(error => error.Message)];

    /// <summary>What is read and cannot be.</summary>
    public static IReadOnlyList<string> Wrong(params string[] flags) => Server(flags).Validate().Messages;

    /// <summary>Every command with flags.</summary>
    public static IEnumerable<FlagCommand> Commands => Below(Root.Create()).OfType<FlagCommand>();

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(sub => Below(sub).Prepend(sub));
}
