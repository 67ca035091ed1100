using System.Globalization;
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

    // A client may ask for less (?timeout=10s), never for more.
    private TimeSpan Asked(ApiContext context)
    {
        var text = context.Query.First("timeout");
        if (text.Length == 0)
            return limit;
        var seconds = text.EndsWith('s') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var s) ? s
            : text.EndsWith('m') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var m) ? m * 60
            : throw ApiError.BadRequest($"invalid timeout specified in the request URL - failed to parse duration: time: invalid duration {FieldErrors.Quote(text)}");
        return seconds > 0 && seconds < limit.TotalSeconds ? TimeSpan.FromSeconds(seconds) : limit;
    }
}
