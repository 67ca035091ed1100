using ControlPlane.Storage;
using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;

namespace ControlPlane.Registry.Tests;

/// <summary>On the embedded engine.</summary>
public sealed class UpdateTests : UpdateFacts;

/// <summary>On a real etcd, one for each test.</summary>
[NonParallelizable]
public sealed class UpdateOnEtcdTests : UpdateFacts
{
    private EtcdProcess? _etcd;

    [TearDown]
    public async Task EndEtcdAsync() => await (_etcd?.DisposeAsync() ?? ValueTask.CompletedTask);

    private protected override async Task<IKeyValueStore> OpenStoreAsync(string path)
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
        _etcd ??= await EtcdProcess.StartAsync();
        return await EtcdStore.ConnectAsync(new EtcdStoreOptions { Endpoints = [_etcd.Endpoint] }, Cancel);
    }
}
