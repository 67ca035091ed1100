using System.CommandLine;
using ControlPlane;
using ControlPlane.Commands;

NativeMemory.ReturnEarly();
// Each command says in its own file which flags it has and which parts it starts; the parts say in which order they need each other.
// SIGTERM and SIGINT cancel the command, which drains and returns 0; a second one ends it hard.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
return await Root.Parse(args).InvokeAsync(invocation);
