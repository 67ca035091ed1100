using System.Globalization;
using ControlPlane.Cel.Values;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Gives every request a time limit, but for those that are meant to run long.</summary>
/// <param name="limit">kube-apiserver: --request-timeout</param>
/// <param name="time">The clock.</param>
internal sealed class DeadlineStage(TimeSpan limit, TimeProvider time) : IRequestStage
{
    /// <inheritdoc/>
    public Task InvokeAsync(ApiContext context, NextStage next) =>
        context.Info.IsLongRunning ? next(context) : LimitedAsync(context, next);

    private async Task LimitedAsync(ApiContext context, NextStage next)
    {
        var outer = context.Cancel;
        using var timer = new CancellationTokenSource(Asked(context), time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(outer, timer.Token);
        context.Cancel = both.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !outer.IsCancellationRequested)
        {
            throw ApiError.Timeout("request did not complete within the allotted timeout");
        }
    }

    // A client may ask for less (?timeout=10s), never for more; what is not above nothing asks for nothing in particular.
    private TimeSpan Asked(ApiContext context)
    {
        var text = context.Query.First("timeout");
        if (text.Length == 0)
            return limit;
        if (!CelDuration.TryParse(text, out var nanoseconds))
            throw ApiError.BadRequest($"invalid timeout specified in the request URL - time: {Problem(text)} {FieldErrors.Quote(text)}");
        var asked = TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
        return nanoseconds > 0 && asked < limit ? asked : limit;
    }

    // Go's time.ParseDuration, of the two things that people get wrong.
    private static string Problem(string text) => char.IsAsciiDigit(text[^1]) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
        ? "missing unit in duration"
        : "invalid duration";
}
