using System.Net;
using System.Net.Sockets;

namespace ControlPlane.TestKit;

/// <summary>Loopback ports for servers that cannot choose one themselves.</summary>
public static class FreePort
{
    /// <summary>So many ports, different from each other, that nobody listened on a moment ago.</summary>
    public static int[] Take(int count)
    {
        // All are open at once, or the same port may be given twice.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners)
                listener.Start();
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners)
                listener.Dispose();
        }
    }
}
