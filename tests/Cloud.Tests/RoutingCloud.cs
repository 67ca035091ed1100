using System.Collections.Concurrent;

namespace ControlPlane.Cloud.Tests;

/// <summary>A cloud with a routing table in memory, and nothing else.</summary>
internal sealed class RoutingCloud : ICloud, IRoutes
{
    private readonly ConcurrentDictionary<(string Cluster, Route Route), bool> _routes = new();

    public string Name => "routing";

    public IInstances? Instances => null;

    public ILoadBalancers? LoadBalancers => null;

    public IRoutes Routes => this;

    /// <summary>Routes to that network are refused.</summary>
    public string Refused { get; set; } = "";

    public Task<IReadOnlyList<Route>> ListAsync(string clusterName, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyList<Route>>([.. _routes.Keys.Where(key => key.Cluster == clusterName).Select(key => key.Route)]);

    public Task CreateAsync(string clusterName, Route route, CancellationToken cancel)
    {
        if (route.Destination == Refused)
            throw new CloudException("the table is full");
        _routes[(clusterName, route)] = true;
        return Task.CompletedTask;
    }

    public Task DeleteAsync(string clusterName, Route route, CancellationToken cancel)
    {
        _routes.TryRemove((clusterName, route), out _);
        return Task.CompletedTask;
    }
}

public sealed class RoutingCloudContractTests : CloudContract
{
    protected override Task<ICloud> OpenAsync() => Task.FromResult<ICloud>(new RoutingCloud());

    protected override Task<Instance> AddMachineAsync(string name) => throw new NotSupportedException("it has no machines");

    protected override Task ShutDownAsync(string name) => throw new NotSupportedException("it has no machines");

    protected override Task RemoveMachineAsync(string name) => throw new NotSupportedException("it has no machines");

    protected override Task NoticeAsync() => Task.CompletedTask;
}
