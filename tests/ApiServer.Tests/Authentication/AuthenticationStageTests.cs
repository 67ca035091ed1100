using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Found = ControlPlane.ApiServer.Authentication.Authentication;

namespace ControlPlane.ApiServer.Tests.Authentication;

internal sealed class AuthenticationStageTests
{
    [Test]
    public async Task The_first_that_knows_the_caller_decides_and_everybody_known_is_authenticated()
    {
        var user = await WhoAsync(true, Found.Unknown, Found.Refused("bad"), Found.Is(UserInfo.Of("ada", "devs")), Found.Is(UserInfo.Of("eve")));
        Assert.That(user.Name, Is.EqualTo("ada"));
        Assert.That(user.Groups, Is.EqualTo(new[] { "devs", "system:authenticated" }));
    }

    [Test]
    public async Task No_credential_is_anonymous() =>
        Assert.That(await WhoAsync(true, Found.Unknown), Is.EqualTo(UserInfo.Anonymous));

    [TestCase(true, "bad token")]
    [TestCase(false, null)]
    public async Task A_bad_credential_or_none_where_one_is_needed_is_401(bool allowsAnonymous, string? refusal)
    {
        var refused = await Assert.ThrowsAsync<ApiException>(() => WhoAsync(allowsAnonymous, refusal is null ? Found.Unknown : Found.Refused(refusal)));
        Assert.That((refused!.Code, refused.Reason, refused.Message), Is.EqualTo((401, "Unauthorized", "Unauthorized")));
    }

    private static async Task<UserInfo> WhoAsync(bool allowsAnonymous, params ImmutableArray<Found> answers)
    {
        var stage = new AuthenticationStage([.. answers.Select(answer => new Fixed(answer))], allowsAnonymous, NullLogger<AuthenticationStage>.Instance);
        var context = Requested.Pods("list", UserInfo.Anonymous);
        context.Http.Request.Headers.Authorization = "Bearer secret";
        await stage.InvokeAsync(context, after =>
        {
            Assert.That(after.Http.Request.Headers.ContainsKey("Authorization"), Is.False);
            return Task.CompletedTask;
        });
        return context.User;
    }

    private sealed class Fixed(Found answer) : IAuthenticator
    {
        public ValueTask<Found> AuthenticateAsync(HttpContext http, CancellationToken cancel) => new(answer);
    }
}
