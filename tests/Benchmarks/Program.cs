using BenchmarkDotNet.Running;
using ControlPlane.Benchmarks.Http;
using ControlPlane.Benchmarks.Registry;
using ControlPlane.Benchmarks.Scheduling;
using ControlPlane.Benchmarks.Starting;
using ControlPlane.Benchmarks.Storage;
using ControlPlane.Benchmarks.Watching;

// Loads measure a whole under concurrency, in one run of some seconds; everything else goes to BenchmarkDotNet (`--filter '*Name*'`).
switch (args)
{
    case ["bare", .. var rest]:
        return await BareKestrel.RunAsync(rest);
    case ["storage", .. var rest]:
        return await StorageLoad.RunAsync(rest);
    case ["churn", .. var rest]:
        return await ChurnLoad.RunAsync(rest);
    case ["registry", .. var rest]:
        return await RegistryLoad.RunAsync(rest);
    case ["scheduling", .. var rest]:
        return await SchedulingLoad.RunAsync(rest);
    case ["start", .. var rest]:
        return await StartLoad.RunAsync(rest);
    case ["watches", .. var rest]:
        return await WatchLoad.RunAsync(rest);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(StorageLoad).Assembly).Run(args);
        return 0;
}
