using ControlPlane.Client;
using ControlPlane.Client.Https;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.Tokens;

/// <summary>One command about tokens: speaks to the API by a kubeconfig, and ends with 0, or with 1 and what was wrong.</summary>
internal static class TokenProcess
{
    public static async Task<int> RunAsync(TokenOptions options, Func<TokenSession, Task> actAsync)
    {
        try
        {
            if (!File.Exists(options.KubeconfigPath))
                throw new FormatException($"{options.KubeconfigPath} is not there: name the server's --data-dir, or a --kubeconfig");
            var server = Kubeconfig.Load(options.KubeconfigPath, "", TimeProvider.System);
            using var transport = new HttpsTransport(server, TimeProvider.System);
            await actAsync(new TokenSession(new ApiClient(transport), server, TimeProvider.System, Console.Out));
            return 0;
        }
        catch (Exception failure) when (failure is ApiException or HttpRequestException or IOException or UnauthorizedAccessException or FormatException or Machinery.Trees.TreeFormatException)
        {
            await Console.Error.WriteLineAsync($"controlplane: {failure.GetBaseException().Message}");
            return 1;
        }
    }
}
