using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Checks;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core;

/// <summary>What is done to a container: probes, and what happens at its start and end.</summary>
internal static partial class HandlerChecks
{
    internal static void Check(Lifecycle lifecycle, long graceSeconds, PodSpec spec, FieldErrors at)
    {
        Check(lifecycle.PostStart, graceSeconds, at.At("postStart"));
        Check(lifecycle.PreStop, graceSeconds, at.At("preStop"));
        if (lifecycle.StopSignal is not null && spec.Os is null)
            at.At("stopSignal").Forbidden("may not be set for containers with empty `spec.os.name`");
    }

    /// <summary>A probe that has succeeded with its first success: of liveness and start.</summary>
    internal static void CheckOnce(Probe? probe, FieldErrors at)
    {
        if (probe is null)
            return;
        Check(probe, at);
        if (probe.SuccessThreshold != 1)
            at.At("successThreshold").Invalid(probe.SuccessThreshold, "must be 1");
    }

    internal static void CheckReadiness(Probe? probe, FieldErrors at)
    {
        if (probe is null)
            return;
        Check(probe, at);
        if (probe.TerminationGracePeriodSeconds is { } grace)
            at.At("terminationGracePeriodSeconds").Invalid(grace, "must not be set for readinessProbes");
    }

    private static void Check(Probe probe, FieldErrors at)
    {
        Check(new Action(probe.Exec, probe.HttpGet, probe.TcpSocket, probe.Grpc, null), 0, at);
        at.At("initialDelaySeconds").NonNegative(probe.InitialDelaySeconds);
        at.At("timeoutSeconds").NonNegative(probe.TimeoutSeconds);
        at.At("periodSeconds").NonNegative(probe.PeriodSeconds);
        at.At("successThreshold").NonNegative(probe.SuccessThreshold);
        at.At("failureThreshold").NonNegative(probe.FailureThreshold);
        if (probe.TerminationGracePeriodSeconds is { } grace and <= 0)
            at.At("terminationGracePeriodSeconds").Invalid(grace, "must be greater than 0");
    }

    private static void Check(LifecycleHandler? handler, long graceSeconds, FieldErrors at)
    {
        if (handler is not null)
            Check(new Action(handler.Exec, handler.HttpGet, handler.TcpSocket, null, handler.Sleep), graceSeconds, at);
    }

    private static void Check(Action action, long graceSeconds, FieldErrors at)
    {
        var count = 0;
        if (action.Exec is { } exec && IsFirst(ref count, at.At("exec")) && exec.Command.IsEmpty)
            at.At("exec").At("command").Required();
        if (action.HttpGet is { } get && IsFirst(ref count, at.At("httpGet")))
            Check(get, at.At("httpGet"));
        if (action.TcpSocket is { } socket && IsFirst(ref count, at.At("tcpSocket")))
            at.At("tcpSocket").At("port").PortNumberOrName(socket.Port);
        if (action.Grpc is { } grpc && IsFirst(ref count, at.At("grpc")))
            at.At("grpc").At("port").PortNumber(grpc.Port);
        if (action.Sleep is { } sleep && IsFirst(ref count, at.At("sleep")) && (sleep.Seconds < 0 || sleep.Seconds > graceSeconds))
        {
            at.At("sleep").Invalid(
                sleep.Seconds,
                string.Create(CultureInfo.InvariantCulture, $"must be non-negative and less than terminationGracePeriodSeconds ({graceSeconds})"));
        }

        if (count == 0)
            at.Required("must specify a handler type");
    }

    private static bool IsFirst(ref int count, FieldErrors at)
    {
        if (count++ == 0)
            return true;
        at.Forbidden("may not specify more than 1 handler type");
        return false;
    }

    private static void Check(HTTPGetAction get, FieldErrors at)
    {
        if (get.Path.Length == 0)
            at.At("path").Required();
        at.At("port").PortNumberOrName(get.Port);
        at.At("scheme").OneOf(get.Scheme, "HTTP", "HTTPS");
        foreach (var header in get.HttpHeaders)
        {
            if (!HeaderName().IsMatch(header.Name))
            {
                at.At("httpHeaders").Invalid(
                    header.Name,
                    "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')");
            }
        }
    }

    [GeneratedRegex("^[-A-Za-z0-9]+$")]
    private static partial Regex HeaderName();

    // Probes and hooks have most of them in common.
    private readonly record struct Action(ExecAction? Exec, HTTPGetAction? HttpGet, TCPSocketAction? TcpSocket, GRPCAction? Grpc, SleepAction? Sleep);
}
