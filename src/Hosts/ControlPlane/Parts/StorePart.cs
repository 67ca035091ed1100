using ControlPlane.Storage;
using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Etcd;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Parts;

/// <summary>The store: etcd where servers are named, the embedded one otherwise.</summary>
internal sealed class StorePart(StorageOptions options, DataOptions data, TimeProvider time, ILoggerFactory logs) : Part
{
    private IKeyValueStore? _store;

    public override string Name => "store";

    /// <summary>Is it this machine's alone? Then no other server can run controllers, and nobody need be elected.</summary>
    public bool IsExclusive => options.EtcdServers.IsEmpty;

    /// <summary>The store; there once this part is ready.</summary>
    public IKeyValueStore Store => _store ?? throw new InvalidOperationException("the store is not open");

    public override async Task RunAsync(Action ready, CancellationToken stop)
    {
        await using var store = await OpenAsync(stop);
        _store = store;
        ready();
        await Forever.UntilAsync(stop);
    }

    private async Task<IKeyValueStore> OpenAsync(CancellationToken cancel)
    {
        if (IsExclusive)
            return await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = data.StorePath, Time = time, Log = logs.CreateLogger<EmbeddedStore>() }, cancel);

        return await EtcdStore.ConnectAsync(
            new EtcdStoreOptions
            {
                Endpoints = [.. options.EtcdServers.Select(server => new Uri(server))],
                CaFile = options.EtcdCaFile.Length == 0 ? null : options.EtcdCaFile,
                CertificateFile = options.EtcdCertFile.Length == 0 ? null : options.EtcdCertFile,
                KeyFile = options.EtcdKeyFile.Length == 0 ? null : options.EtcdKeyFile,
                Time = time,
                Log = logs.CreateLogger<EtcdStore>(),
            },
            cancel);
    }
}
