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
        var command = new FlagCommand(
            "create",
            "Make a bootstrap token and print it.",
            "controlplane token create --ttl 2h --print-join-command",
            TokenOptions.Section,
            TokenCreateOptions.Section) { token };
        command.SetAction((result, stop) =>
        {
            var options = TokenCreateOptions.From(result);
            var errors = new OptionErrors();
            options.Validate(errors);
            return TokenProcess.RunAsync(TokenOptions.From(result), errors, session => session.CreateAsync(result.GetValue(token)!, options, stop));
        });
        return command;
    }

    private static Command ListTokens()
    {
        var command = new FlagCommand("list", "List the bootstrap tokens.", "controlplane token list", TokenOptions.Section);
        command.SetAction((result, stop) => TokenProcess.RunAsync(TokenOptions.From(result), new OptionErrors(), session => session.ListAsync(stop)));
        return command;
    }

    private static Command DeleteTokens()
    {
        var tokens = new Argument<string[]>("token") { Description = "Tokens, or their ids (the part before the dot).", Arity = ArgumentArity.OneOrMore };
        var command = new FlagCommand(
            "delete", "Delete bootstrap tokens: nobody can join with them any more.", "controlplane token delete abcdef", TokenOptions.Section) { tokens };
        command.SetAction((result, stop) => TokenProcess.RunAsync(TokenOptions.From(result), new OptionErrors(), session => session.DeleteAsync(result.GetValue(tokens)!, stop)));
        return command;
    }
}
