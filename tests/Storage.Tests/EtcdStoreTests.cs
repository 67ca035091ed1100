using ControlPlane.Storage.Etcd;
using ControlPlane.TestKit;

namespace ControlPlane.Storage.Tests;

/// <summary>The contract on a real etcd, one for all tests. They run one after the other: each counts the revisions of the one store.</summary>
public sealed class EtcdStoreTests : StoreContract
{
    private static EtcdProcess? _etcd;

    [OneTimeSetUp]
    public static async Task StartAsync()
    {
        if (!EtcdProcess.IsInstalled)
            Assert.Ignore("etcd is not installed");
        _etcd = await EtcdProcess.StartAsync();
    }

    [OneTimeTearDown]
    public static async Task EndAsync()
    {
        if (_etcd is not null)
            await _etcd.DisposeAsync();
    }

    protected override async Task<IKeyValueStore> OpenAsync() =>
        await EtcdStore.ConnectAsync(new EtcdStoreOptions { Endpoints = [_etcd!.Endpoint] }, Cancel);
}
