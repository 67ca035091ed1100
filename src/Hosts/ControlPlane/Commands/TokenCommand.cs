using System.CommandLine;
using ControlPlane.Tokens;

namespace ControlPlane.Commands;

/// <summary><c>controlplane token</c>: the bootstrap tokens with which nodes join, as <c>kubeadm token</c> has them.</summary>
internal static class TokenCommand
{
    public static Command Create() => new("token", "Make, list and delete the bootstrap tokens with which nodes join.")
    {
        CreateToken(),
        ListTokens(),
        DeleteTokens(),
    };

    private static Command CreateToken()
    {
        var token = new Argument<string>("token") { Description = "The token, abcdef.0123456789abcdef; a random one where nothing is said.", DefaultValueFactory = _ => "" };
        var command = new Command("create", "Make a bootstrap token and print it.") { token };
        TokenOptions.AddTo(command);
        TokenCreateOptions.AddTo(command);
        command.SetAction((result, stop) =>
            TokenProcess.RunAsync(TokenOptions.From(result), session => session.CreateAsync(result.GetValue(token)!, TokenCreateOptions.From(result), stop)));
        return command;
    }

    private static Command ListTokens()
    {
        var command = new Command("list", "List the bootstrap tokens.");
        TokenOptions.AddTo(command);
        command.SetAction((result, stop) => TokenProcess.RunAsync(TokenOptions.From(result), session => session.ListAsync(stop)));
        return command;
    }

    private static Command DeleteTokens()
    {
        var tokens = new Argument<string[]>("token") { Description = "Tokens, or their ids (the part before the dot).", Arity = ArgumentArity.OneOrMore };
        var command = new Command("delete", "Delete bootstrap tokens: nobody can join with them any more.") { tokens };
        TokenOptions.AddTo(command);
        command.SetAction((result, stop) => TokenProcess.RunAsync(TokenOptions.From(result), session => session.DeleteAsync(result.GetValue(tokens)!, stop)));
        return command;
    }
}
