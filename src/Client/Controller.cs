using System.Diagnostics.CodeAnalysis;
using ControlPlane.Client.Informers;
using ControlPlane.Client.Queues;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using Microsoft.Extensions.Logging;

namespace ControlPlane.Client;

/// <summary>A loop that makes the world as objects say it should be. Its declaration is its registration.</summary>
public abstract class Controller
{
    /// <summary>What it says of itself.</summary>
    public abstract ControllerDeclaration Describe();

    /// <summary>Runs until cancelled; the caches hold their first lists.</summary>
    internal abstract Task RunAsync(ControllerRun run, CancellationToken cancel);
}

/// <summary>A controller's run: what it has declared, and where.</summary>
internal sealed record ControllerRun(ControllerDeclaration Declaration, ControllerEnvironment Environment, ILogger Log)
{
    /// <summary>How many keys are worked on at once: what the command line says, else what is declared.</summary>
    public int Workers => Environment.Workers.GetValueOrDefault(Declaration.Name, Declaration.WorkerCount);
}

/// <summary>A controller that works in a loop of its own rather than by keys.</summary>
public abstract class LoopController : Controller
{
    /// <inheritdoc/>
    public sealed override ControllerDeclaration Describe()
    {
        var declaration = new LoopDeclaration();
        Declare(declaration);
        return declaration;
    }

    internal sealed override Task RunAsync(ControllerRun run, CancellationToken cancel)
    {
        Workers = run.Workers;
        return RunAsync(cancel);
    }

    /// <summary>How many things are to be worked on at once; known once it runs.</summary>
    protected int Workers { get; private set; }

    /// <summary>Names what it is, what it reads and what it writes.</summary>
    protected abstract void Declare(LoopDeclaration controller);

    /// <summary>Runs until cancelled; the caches hold their first lists.</summary>
    protected abstract Task RunAsync(CancellationToken cancel);
}

/// <summary>
/// A controller that reconciles objects of one kind: changes only put keys into a queue; <see cref="ReconcileAsync"/> reads the world and brings it closer to what
/// the object says. Failures are tried again with back-off; a <see cref="TerminalException"/> is only logged.
/// </summary>
public abstract partial class Controller<T> : Controller
    where T : class, IApiObject<T>
{
    /// <inheritdoc/>
    public sealed override ControllerDeclaration Describe() => DescribeTyped();

    internal sealed override async Task RunAsync(ControllerRun run, CancellationToken cancel)
    {
        var declaration = (ControllerDeclaration<T>)run.Declaration;
        var clock = run.Environment.Clock;
        using var queue = new WorkQueue<ObjectKey>(declaration.Name, clock);
        var informers = run.Environment.Informers;
        declaration.Subscribe(informers, queue.AddAfter);
        var loop = new Loop(this, declaration, informers.Of<T>().Store, queue, clock, run.Log);
        var workers = Enumerable.Range(0, run.Workers).Select(_ => Task.Run(() => loop.WorkAsync(cancel), cancel));
        await Task.WhenAll([.. workers, loop.ResyncAsync(cancel)]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Names what it is, what it reads and what it writes.</summary>
    protected abstract void Declare(ControllerDeclaration<T> controller);

    /// <summary>Brings the world closer to what the object says.</summary>
    /// <param name="item">As the cache has it: it may be stale, so writes carry its version or uid.</param>
    /// <param name="cancel">The process is to end.</param>
    /// <returns>When to look again if nothing changes before.</returns>
    protected abstract Task<Requeue> ReconcileAsync(T item, CancellationToken cancel);

    /// <summary>The object is not there, or not one that the controller is for.</summary>
    protected virtual Task<Requeue> ReconcileGoneAsync(ObjectKey key, CancellationToken cancel) => Task.FromResult(Requeue.Never);

    private ControllerDeclaration<T> DescribeTyped()
    {
        var declaration = new ControllerDeclaration<T>();
        Declare(declaration);
        return declaration;
    }

    private sealed partial class Loop(
        Controller<T> controller, ControllerDeclaration<T> declaration, ObjectStore<T> store, WorkQueue<ObjectKey> queue, TimeProvider clock, ILogger log)
    {
        public async Task WorkAsync(CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested)
            {
                var key = await queue.TakeAsync(cancel);
                await WorkAsync(key, cancel);
                queue.Done(key);
            }
        }

        public async Task ResyncAsync(CancellationToken cancel)
        {
            if (declaration.ResyncPeriod is not { } period)
                return;
            using var timer = new PeriodicTimer(period, clock);
            while (await timer.WaitForNextTickAsync(cancel))
            {
                foreach (var item in store.List())
                    queue.Add(item.Key);
            }
        }

        [SuppressMessage("Design", "CA1031", Justification = "Whatever went wrong with one key must not end the worker: it is logged and tried again.")]
        private async Task WorkAsync(ObjectKey key, CancellationToken cancel)
        {
            try
            {
                var again = await ReconcileAsync(key, cancel);
                queue.Forget(key);
                if (again.Delay(clock) is { } delay)
                    queue.AddAfter(key, delay);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
            }
            catch (TerminalException terminal)
            {
                queue.Forget(key);
                GaveUp(log, terminal, declaration.Name, key);
            }
            catch (ApiException stale) when (stale.Reason == "Conflict")
            {
                // The cache was behind: not worth a line unless somebody looks closely.
                Stale(log, declaration.Name, key, stale.Message);
                queue.Retry(key);
            }
            catch (Exception failure)
            {
                Failed(log, failure, declaration.Name, key, queue.Failures(key) + 1);
                queue.Retry(key);
            }
        }

        private Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken cancel) =>
            store.Find(key) is { } item && declaration.Selects?.Invoke(item) != false
                ? controller.ReconcileAsync(item, cancel)
                : controller.ReconcileGoneAsync(key, cancel);

        [LoggerMessage(LogLevel.Debug, "{Controller}: {Key} was changed by another: {Message}")]
        private static partial void Stale(ILogger log, string controller, ObjectKey key, string message);

        [LoggerMessage(LogLevel.Warning, "{Controller}: {Key} failed {Failures} times and will be tried again")]
        private static partial void Failed(ILogger log, Exception failure, string controller, ObjectKey key, int failures);

        [LoggerMessage(LogLevel.Error, "{Controller}: {Key} cannot be reconciled until it changes")]
        private static partial void GaveUp(ILogger log, Exception failure, string controller, ObjectKey key);
    }
}
