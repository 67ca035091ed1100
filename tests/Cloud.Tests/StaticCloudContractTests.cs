namespace ControlPlane.Cloud.Tests;

/// <summary>The file of the operator's is a cloud like any other.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class StaticCloudContractTests : CloudContract, IDisposable
{
    private readonly StaticListing _listing = new();

    public void Dispose() => _listing.Dispose();

    protected override Task<ICloud> OpenAsync() => Task.FromResult<ICloud>(_listing.Open());

    protected override Task<Instance> AddMachineAsync(string name) => Task.FromResult(_listing.Add(name));

    protected override Task ShutDownAsync(string name)
    {
        _listing.ShutDown(name);
        return Task.CompletedTask;
    }

    protected override Task RemoveMachineAsync(string name)
    {
        _listing.Remove(name);
        return Task.CompletedTask;
    }

    protected override Task NoticeAsync()
    {
        _listing.Notice();
        return Task.CompletedTask;
    }
}
