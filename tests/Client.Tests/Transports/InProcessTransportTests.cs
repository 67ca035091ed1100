using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Transport;
using ControlPlane.ServerKit;

namespace ControlPlane.Client.Tests.Transports;

/// <summary>The way of components in the server's own process.</summary>
public sealed class InProcessTransportTests : TransportContract
{
    protected override IApiTransport Connect(ApiServerFixture server, string user, params string[] groups) => server.As(UserInfo.Of(user, [.. groups, UserInfo.Authenticated]));
}
