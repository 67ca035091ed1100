using ControlPlane.Client;
using ControlPlane.Machinery.Errors;
using ControlPlane.Node.Pods.Containers;
using ControlPlane.Node.Pods.Status;
using ControlPlane.Node.Pods.Steps;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Volumes;
using ControlPlane.Types.Core;
using Microsoft.Extensions.Logging;
using ContainerState = ControlPlane.Node.Runtime.ContainerState;

namespace ControlPlane.Node.Pods;

/// <summary>
/// One pod on a node, from its binding to its last trace. A loop: whatever happens (the pod was changed, something ended in the runtime, a time has come) wakes it, and
/// each pass compares what is wanted with what there is. It reacts to no event itself, so none can be missed, and an agent that starts again goes on where the last
/// one was killed.
/// </summary>
/// <remarks>
/// <para>Only the loop touches the pod's context. <see cref="Update"/>, <see cref="Vanish"/> and <see cref="Wake"/> may be called by anyone, and only leave a note.</para>
/// <para>A pass that brings the pod up is interrupted when the pod is to end: an image that is being pulled doesn't hold a deletion back.</para>
/// </remarks>
internal sealed partial class PodWorker
{
    /// <summary>Where the pod is. It only goes forward.</summary>
    private enum Stage
    {
        /// <summary>It should run: every pass goes through the steps, in order, as far as they get. Left when the pod is deleted, has finished, or is past its deadline.</summary>
        Syncing,

        /// <summary>Its containers are being stopped, within its grace period. Left when none runs. Nothing is started any more.</summary>
        Terminating,

        /// <summary>
        /// Nothing runs: the steps are torn down, the last first. A finished pod stays here, with its logs, until it is deleted; a deleted one is then removed from the
        /// API, and everything of it from the node.
        /// </summary>
        Terminated,
    }

    private static readonly TimeSpan RetryMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(10); // kubelet: backOffPeriod of its pod workers

    private readonly IReadOnlyList<IPodStep> _steps;
    private readonly PodContext _context;
    private readonly PodStatusWriter _statuses;
    private readonly WakeSignal _wake;
    private readonly Lock _lock = new();
    private Pod _told;
    private bool _isGone;
    private CancellationTokenSource? _bringingUp;
    private Stage _stage = Stage.Syncing;
    private PodVerdict? _verdict;
    private bool _hasEnded;
    private bool _isTornDown;

    /// <summary>A worker that does nothing until <see cref="RunAsync"/>.</summary>
    public PodWorker(Pod pod, NodeContext node, IReadOnlyList<IPodStep> steps)
    {
        _told = pod;
        _steps = steps;
        _wake = new WakeSignal(node.Clock);
        _context = new PodContext(pod, node, Wake);
        _context.ReportAsync = ReportAsync;
        _statuses = new PodStatusWriter(node.Api);
    }

    /// <summary>
    /// THE list of what a pod needs, in the order in which it is brought about. Directories before what is put in them; volumes before the sandbox, since a pod without
    /// its volumes needs no address; init containers before all others.
    /// </summary>
    public static IReadOnlyList<IPodStep> Steps()
    {
        var starter = new ContainerStarter(new ImagePuller(), new ContainerSpecs(new ContainerMounts()));
        return [new DirectoriesStep(), new VolumesStep(new VolumeKinds()), new SandboxStep(), new InitContainersStep(starter), new ContainersStep(starter)];
    }

    /// <summary>The same for nodes that execute nothing: no files are made.</summary>
    public static IReadOnlyList<IPodStep> SimulatedSteps()
    {
        var starter = new ContainerStarter(new ImagePuller(), new ContainerSpecs(new ContainerMounts()));
        return [new SandboxStep(), new InitContainersStep(starter), new ContainersStep(starter)];
    }

    /// <summary>The pod as it was last told of, or stored.</summary>
    public Pod Pod
    {
        get
        {
            lock (_lock)
                return _told;
        }
    }

    /// <summary>The pod was changed.</summary>
    public void Update(Pod pod)
    {
        lock (_lock)
        {
            _told = pod;
            if (MustEnd(pod))
                _bringingUp?.Cancel();
        }
        Wake();
    }

    /// <summary>The pod is gone from the API, without having waited for this node.</summary>
    public void Vanish()
    {
        lock (_lock)
        {
            _isGone = true;
            _bringingUp?.Cancel();
        }
        Wake();
    }

    /// <summary>Something that the pod depends on may have changed.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Returns when nothing of the pod is left, or when cancelled; then containers go on running.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        for (var failures = 0; !cancel.IsCancellationRequested;)
        {
            TimeSpan? due;
            try
            {
                if (await PassAsync(cancel))
                    return;
                due = _context.Due;
                failures = 0;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException)
            {
                due = TimeSpan.Zero; // interrupted: the pod is to end
            }
            catch (Exception failure)
            {
                Failed(_context.Node.Log, failure, _context.Pod.Display);
                due = RetryMin * Math.Pow(2, failures++);
                due = due < RetryMax ? due : RetryMax;
            }
            await _wake.WaitAsync(due, cancel);
        }
    }

    /// <summary>One look at the pod. True when nothing is left to do, ever.</summary>
    private async Task<bool> PassAsync(CancellationToken cancel)
    {
        _context.ForgetDue();
        _context.Pod = _statuses.Newest(Pod);
        await _context.RefreshAsync(cancel);
        if (_stage == Stage.Syncing && !await SyncAsync(cancel))
            _stage = Stage.Terminating;
        if (_stage == Stage.Terminating)
        {
            await TerminateAsync(cancel);
            _stage = Stage.Terminated;
        }
        return _stage == Stage.Terminated && await FinishAsync(cancel);
    }

    /// <summary>False when the pod is to end.</summary>
    private async Task<bool> SyncAsync(CancellationToken cancel)
    {
        if (ShouldEnd())
            return false;
        using var bringingUp = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        lock (_lock)
        {
            if (_isGone || MustEnd(_told))
                return false;
            _bringingUp = bringingUp;
        }
        try
        {
            if (_context.Pod.Status.StartTime is null)
                await ReportAsync(bringingUp.Token); // so that others see who has taken it
            await BringUpAsync(bringingUp.Token);
        }
        finally
        {
            lock (_lock)
                _bringingUp = null;
        }
        await ReportAsync(cancel);
        return !ShouldEnd();
    }

    private async Task BringUpAsync(CancellationToken cancel)
    {
        foreach (var step in _steps)
        {
            if (await step.SetUpAsync(_context, cancel) == StepOutcome.NotYet)
                return;
        }
    }

    private bool ShouldEnd()
    {
        if (_isGone || MustEnd(_context.Pod) || IsComplete())
            return true;
        if (_context.Pod.Spec.ActiveDeadlineSeconds is not { } seconds || _context.Pod.Status.StartTime is not { } started)
            return false;
        var left = started.ToDateTimeOffset() + TimeSpan.FromSeconds(seconds) - _context.Node.Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            _context.ComeBackIn(left);
            return false;
        }
        _verdict = new PodVerdict("DeadlineExceeded", "Pod was active on the node longer than the specified deadline");
        return true;
    }

    private static bool MustEnd(Pod pod) => pod.Metadata.DeletionTimestamp is not null || pod.IsFinished;

    /// <summary>All containers have ended and none is to be started again: what still runs beside them has no purpose any more.</summary>
    private bool IsComplete() => PodPhases.Of(
        _context.Pod.Spec,
        ContainerStatuses.Of(_context, _context.Pod.Spec.InitContainers, _context.Pod.Status.InitContainerStatuses),
        ContainerStatuses.Of(_context, _context.Pod.Spec.Containers, _context.Pod.Status.ContainerStatuses),
        hasEnded: false) is "Succeeded" or "Failed";

    /// <summary>Stops all that runs. The grace period may be shortened while it runs out.</summary>
    private async Task TerminateAsync(CancellationToken cancel)
    {
        while (_context.Runtime.Containers.Any(static container => container.State is ContainerState.Running or ContainerState.Created))
        {
            var grace = GraceSeconds();
            using var shortened = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var stopping = PodTermination.RunAsync(_context, TimeSpan.FromSeconds(grace), shortened.Token);
            while (!stopping.IsCompleted && GraceSeconds() >= grace)
                await Task.WhenAny(stopping, _wake.WaitAsync(null, shortened.Token));
            await shortened.CancelAsync();
            await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
            if (stopping.IsFaulted)
                await stopping;
            _context.Pod = _statuses.Newest(Pod);
            await _context.RefreshAsync(cancel);
        }
        _hasEnded = true;
    }

    private long GraceSeconds()
    {
        lock (_lock)
            return Math.Max(1, _told.GraceSeconds); // upstream: a deleted pod's containers always get a second
    }

    /// <summary>True when nothing is left to do, ever.</summary>
    private async Task<bool> FinishAsync(CancellationToken cancel)
    {
        if (!_isGone)
            await ReportAsync(cancel);
        if (!_isTornDown)
        {
            foreach (var step in _steps.Reverse())
                await step.TearDownAsync(_context, cancel);
            _isTornDown = true;
            await _context.RefreshAsync(cancel);
            if (!_isGone)
                await ReportAsync(cancel);
        }
        if (!_isGone && _context.Pod.Metadata.DeletionTimestamp is null)
            return false;
        if (!_isGone)
            await DeleteAsync(cancel);
        foreach (var step in _steps.Reverse())
            await step.RemoveAsync(_context, cancel);
        return true;
    }

    private async Task DeleteAsync(CancellationToken cancel)
    {
        try
        {
            await _context.Node.Api.DeleteAsync<Pod>(_context.Pod.Key, Deletion.Immediate.OnlyIfUid(_context.Pod.Metadata.Uid), cancel);
        }
        catch (ApiException gone) when (gone.Code is 404 or 409)
        {
            // Someone was quicker, or another pod has the name already.
        }
    }

    private async Task ReportAsync(CancellationToken cancel)
    {
        var stored = await _statuses.WriteAsync(_context.Pod, BuildStatus, cancel);
        if (stored is null)
            Vanish();
        else
            _context.Pod = stored;
    }

    private PodStatus BuildStatus(Pod pod)
    {
        _context.Pod = pod;
        return PodStatuses.Of(_context, _verdict, _hasEnded);
    }

    [LoggerMessage(LogLevel.Warning, "Pod {Pod}: this pass failed and will be tried again")]
    private static partial void Failed(ILogger log, Exception failure, string pod);
}
