using System.CommandLine;
using ControlPlane.Commands;

// One executable, three ways to run it, and commands about one that runs. Each command says in its own file which parts it starts, and in which order they need each other.
var root = new RootCommand("A complete Kubernetes control plane, with a node agent that runs containers through containerd.")
{
    UpCommand.Create(),
    ServerCommand.Create(),
    AgentCommand.Create(),
    TokenCommand.Create(),
};

// SIGTERM and SIGINT cancel the command, which drains and returns 0; a second one ends it hard.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
return await root.Parse(args).InvokeAsync(invocation);
