using ControlPlane.Storage.Embedded;
using ControlPlane.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace ControlPlane.Storage.Tests;

/// <summary>The contract on the embedded engine, a fresh file for each test.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class EmbeddedStoreTests : StoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    [TearDown]
    public async Task RemoveFilesAsync()
    {
        await CloseStoreAsync();
        _directory.Dispose();
    }

    protected override async Task<IKeyValueStore> OpenAsync() =>
        await EmbeddedStore.OpenAsync(new EmbeddedStoreOptions { Path = _directory["store.db"], Time = _time }, Cancel);

    protected override void Pass(TimeSpan time) => _time.Advance(time);
}
