using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Meta;
using ControlPlane.Node.Joining;
using ControlPlane.Resources.Core.BootstrapTokens;
using ControlPlane.Types.Core;

namespace ControlPlane.Tokens;

/// <summary>What can be done with bootstrap tokens: they are Secrets of the API.</summary>
/// <param name="api">As somebody who may write Secrets in kube-system.</param>
/// <param name="server">Where that API is, and whom to trust: for the command that joins.</param>
/// <param name="clock">Time.</param>
/// <param name="output">Where to print.</param>
internal sealed class TokenSession(IApiClient api, HttpsTransportOptions server, TimeProvider clock, TextWriter output)
{
    /// <summary>Makes a token and prints it.</summary>
    /// <param name="wanted">The token; "" for a random one.</param>
    /// <param name="options">What it is for.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="FormatException">The token or an option has a wrong form, or a token of that id is there already.</exception>
    public async Task CreateAsync(string wanted, TokenCreateOptions options, CancellationToken cancel)
    {
        var token = wanted.Length == 0 ? BootstrapToken.Create()
            : BootstrapToken.TryParse(wanted, out var parsed) ? parsed.Value
            : throw new FormatException("the bootstrap token is not of the form abcdef.0123456789abcdef (lower-case letters and digits)");
        Check(options);
        var expires = options.TimeToLive > TimeSpan.Zero ? clock.GetUtcNow() + options.TimeToLive : (DateTimeOffset?)null;
        var secret = BootstrapTokenSecret.Of(token, expires, options.Usages, options.Groups, options.Description);
        if (await api.TryCreateAsync(secret, cancel) is null)
            throw new FormatException($"a token with id \"{token.Id}\" already exists");
        await output.WriteLineAsync(options.PrintJoinCommand ? JoinCommand(token) : token.ToText());
    }

    /// <summary>Prints all tokens.</summary>
    public async Task ListAsync(CancellationToken cancel)
    {
        var query = ObjectQuery.In(BootstrapTokenSecret.Namespace) with { Fields = $"type={BootstrapTokenSecret.Type}" };
        var secrets = (await api.ListAsync<Secret>(query, cancel)).Items;
        foreach (var line in TokenTable.Lines(secrets.Where(static secret => secret.BootstrapToken is not null), clock.GetUtcNow()))
            await output.WriteLineAsync(line);
    }

    /// <summary>Deletes tokens, named by themselves or by their ids.</summary>
    /// <exception cref="FormatException">One is neither.</exception>
    public async Task DeleteAsync(IReadOnlyList<string> tokens, CancellationToken cancel)
    {
        var ids = tokens.Select(IdOf).ToList();
        foreach (var id in ids)
        {
            await api.DeleteAsync<Secret>(new ObjectKey(BootstrapTokenSecret.Namespace, BootstrapTokenSecret.NamePrefix + id), Deletion.Default, cancel);
            await output.WriteLineAsync($"bootstrap token \"{id}\" deleted");
        }
    }

    private static string IdOf(string text) =>
        BootstrapToken.TryParse(text, out var token) ? token.Value.Id
        : BootstrapToken.IsId(text) ? text
        : throw new FormatException("what is to be deleted is neither a bootstrap token nor the id of one (6 lower-case letters and digits)");

    private static void Check(TokenCreateOptions options)
    {
        if (options.TimeToLive < TimeSpan.Zero)
            throw new FormatException("--ttl is negative");
        if (options.Usages.FirstOrDefault(static usage => usage is not ("signing" or "authentication")) is { } unknown)
            throw new FormatException($"--usages: \"{unknown}\" is neither signing nor authentication");
        if (options.Groups.FirstOrDefault(static group => !BootstrapTokenSecret.IsGroup(group)) is { } wrong)
            throw new FormatException($"--groups: \"{wrong}\" does not begin with system:bootstrappers:, or has other letters than a-z, 0-9, : and -");
    }

    private string JoinCommand(BootstrapToken token) =>
        string.Join(' ', ["controlplane agent", "--server", server.Server.GetLeftPart(UriPartial.Authority), "--token", token.ToText(), .. server.Authorities.Select(one => $"--ca-cert-hash {JoinOffer.HashOf(one)}")]);
}
