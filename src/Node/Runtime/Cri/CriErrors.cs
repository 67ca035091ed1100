using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <summary>What gRPC statuses mean to the agent.</summary>
internal static class CriErrors
{
    /// <summary>The text that upstream's events and statuses show for it.</summary>
    public static string Describe(RpcException error) => $"rpc error: code = {error.StatusCode} desc = {error.Status.Detail}";

    /// <summary>
    /// Did the runtime itself refuse? Then the failure belongs to the one sandbox, container or image, and is a result; otherwise (no connection, no time, an
    /// unknown call) it is the runtime's, and an exception.
    /// </summary>
    public static bool IsRefusal(RpcException error) =>
        error.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Unimplemented);

    /// <summary>What is asked about isn't there. containerd says so by code; some of its paths only by text.</summary>
    public static bool IsNotFound(RpcException error) =>
        error.StatusCode == StatusCode.NotFound
        || (error.StatusCode == StatusCode.Unknown && error.Status.Detail.EndsWith("not found", StringComparison.Ordinal));

    /// <summary>The exception for a call that failed beyond its results.</summary>
    public static Exception ToException(RpcException error, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
            return new OperationCanceledException("The call to the container runtime was cancelled.", error, cancel);
        var failure = error.StatusCode switch
        {
            StatusCode.Unavailable => RuntimeFailure.Unavailable,
            // Nothing else cancels: the connection broke under the call.
            StatusCode.Cancelled => RuntimeFailure.Unavailable,
            StatusCode.DeadlineExceeded => RuntimeFailure.TimedOut,
            StatusCode.Unimplemented => RuntimeFailure.Unsupported,
            _ => RuntimeFailure.Failed,
        };
        return new RuntimeException(failure, Describe(error), error);
    }
}
