namespace ControlPlane.Node.Pods.Steps;

/// <summary>Can the next step go on?</summary>
internal enum StepOutcome
{
    /// <summary>What this step brings about is there.</summary>
    Done,

    /// <summary>It is not there yet: those that come after wait. The step has said when to come back, or something will wake the worker.</summary>
    NotYet,
}

/// <summary>
/// One thing that a pod needs, with its set-up and its tear-down. Set-up is called at every pass of the pod's worker: it looks at what there is and brings about what
/// is missing, so it must be cheap where nothing is. Tear-down must be safe when set-up never ran, or ran in an agent that was killed.
/// </summary>
internal interface IPodStep
{
    /// <summary>Brings about what is missing.</summary>
    Task<StepOutcome> SetUpAsync(PodContext pod, CancellationToken cancel);

    /// <summary>The pod has ended: gives back what it used. What tells of it (dead containers, logs) stays.</summary>
    Task TearDownAsync(PodContext pod, CancellationToken cancel);

    /// <summary>The pod is gone from the API: nothing of it stays. Called after the tear-down.</summary>
    Task RemoveAsync(PodContext pod, CancellationToken cancel) => Task.CompletedTask;
}
