using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ControlPlane.Commands;

/// <summary>The program's command line: one executable, three ways to run it, and commands about one that runs.</summary>
internal static class Root
{
    /// <summary>All commands.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("A complete Kubernetes control plane, with a node agent that runs containers through containerd.")
        {
            UpCommand.Create(),
            ServerCommand.Create(),
            AgentCommand.Create(),
            TokenCommand.Create(),
            StorageCommand.Create(),
        };
        root.Action = new HelpText(); // nothing typed: what could be
        root.Options.OfType<HelpOption>().Single().Action = new HelpText();
        root.Options.OfType<VersionOption>().Single().Action = new VersionText();
        return root;
    }

    /// <summary>What was typed; what cannot be read is told without the whole help below it.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments)
    {
        var result = Create().Parse(arguments);
        if (result.Action is ParseErrorAction wrong)
            wrong.ShowHelp = false;
        return result;
    }

    private sealed class VersionText : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"Kubernetes {ApiServer.ApiServer.Version}"); // as kube-apiserver --version
            return 0;
        }
    }
}
