using ControlPlane.ServerKit;

namespace ControlPlane.ApiServer.Tests.SharedEtcd;

/// <summary>Which servers a client may ask: those that run.</summary>
internal sealed class ServerChoice(IReadOnlyList<ApiServerFixture> servers)
{
    private readonly bool[] _isDown = new bool[servers.Count];

    /// <summary>From now on nobody new asks that server.</summary>
    public void Leave(int server) => Volatile.Write(ref _isDown[server], true);

    /// <summary>From now on it is asked again.</summary>
    public void Join(int server) => Volatile.Write(ref _isDown[server], false);

    /// <summary>One of the first so many servers; who waits long enough gets every one of them.</summary>
    public HttpClient Any(Random random, int ofFirst)
    {
        while (true)
        {
            var server = random.Next(ofFirst);
            if (!Volatile.Read(ref _isDown[server]))
                return servers[server].Admin;
        }
    }
}
