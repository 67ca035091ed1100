using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.FlowControl;
using ControlPlane.ApiServer.Requests;

namespace ControlPlane.ApiServer.Tests.FlowControl;

internal sealed class FlowControlStageTests
{
    private static readonly UserInfo Ada = UserInfo.Of("ada");

    [Test]
    public async Task What_is_beyond_the_limit_is_429_until_a_place_is_free()
    {
        using var stage = new FlowControlStage(maxReadOnly: 1, maxMutating: 1);
        var hold = new TaskCompletionSource();
        var first = stage.InvokeAsync(Requested.Pods("list", Ada), _ => hold.Task);

        var refused = await SendAsync(stage, "list", Ada);
        Assert.That(refused.Http.Response.StatusCode, Is.EqualTo(429));
        Assert.That(refused.Http.Response.Headers.RetryAfter.ToString(), Is.EqualTo("1"));
        Assert.That(Requested.Body(refused), Is.EqualTo("Too many requests, please try again later.\n"));
        Assert.That((await SendAsync(stage, "create", Ada)).Http.Response.StatusCode, Is.EqualTo(200), "writes have places of their own");
        Assert.That((await SendAsync(stage, "list", UserInfo.Of("root", UserInfo.Masters))).Http.Response.StatusCode, Is.EqualTo(200));

        hold.SetResult();
        await first;
        Assert.That((await SendAsync(stage, "list", Ada)).Http.Response.StatusCode, Is.EqualTo(200));
    }

    [Test]
    public async Task Watches_take_no_place()
    {
        using var stage = new FlowControlStage(maxReadOnly: 1);
        var hold = new TaskCompletionSource();
        var watch = Requested.Pods("watch", Ada);
        watch.Info = watch.Info with { IsLongRunning = true };
        var running = stage.InvokeAsync(watch, _ => hold.Task);
        Assert.That((await SendAsync(stage, "list", Ada)).Http.Response.StatusCode, Is.EqualTo(200));
        hold.SetResult();
        await running;
    }

    [Test]
    public async Task A_request_that_fails_leaves_its_place()
    {
        using var stage = new FlowControlStage(maxReadOnly: 1);
        for (var i = 0; i < 3; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => stage.InvokeAsync(Requested.Pods("list", Ada), _ => throw new InvalidOperationException()));
    }

    private static async Task<ApiContext> SendAsync(FlowControlStage stage, string verb, UserInfo user)
    {
        var context = Requested.Pods(verb, user);
        await stage.InvokeAsync(context, _ => Task.CompletedTask);
        return context;
    }
}
