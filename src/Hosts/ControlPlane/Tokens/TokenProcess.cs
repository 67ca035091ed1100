using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Errors;
using ControlPlane.Parts;

namespace ControlPlane.Tokens;

/// <summary>One command about tokens: speaks to the API by a kubeconfig, and ends with 0, or with 1 and what was wrong.</summary>
internal static class TokenProcess
{
    public static Task<int> RunAsync(TokenOptions options, OptionErrors errors, Func<TokenSession, Task> actAsync)
    {
        if (!File.Exists(options.KubeconfigPath))
            errors.Add($"{options.KubeconfigPath} is not there: name the server's --data-dir, or a --kubeconfig");
        return ProcessEnd.OfAsync(errors, () => RunCheckedAsync(options, actAsync), CancellationToken.None);
    }

    private static async Task RunCheckedAsync(TokenOptions options, Func<TokenSession, Task> actAsync)
    {
        try
        {
            var server = Kubeconfig.Load(options.KubeconfigPath, "", TimeProvider.System);
            using var transport = new HttpsTransport(server, TimeProvider.System);
            await actAsync(new TokenSession(new ApiClient(transport), server, TimeProvider.System, Console.Out));
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or Machinery.Trees.TreeFormatException)
        {
            throw new IOException(failure.GetBaseException().Message, failure);
        }
    }
}
