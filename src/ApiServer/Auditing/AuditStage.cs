using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Auditing;

/// <summary>Gives every request an id that the client sees too, and where there is a log, writes down who asked for what and how it ended.</summary>
/// <param name="log">Null where nothing is to be written (kube-apiserver: no --audit-log-path).</param>
/// <param name="clock">When things happen.</param>
internal sealed class AuditStage(AuditLog? log, TimeProvider clock) : IRequestStage
{
    private const string Header = "Audit-Id";
    private const int MaxIdLength = 64; // apiserver: pkg/endpoints/filters/with_auditid.go

    /// <inheritdoc/>
    public Task InvokeAsync(ApiContext context, NextStage next)
    {
        var wanted = context.Http.Request.Headers[Header].ToString();
        // It goes back in a header: what could not be one is none.
        var isId = wanted.Length > 0 && !wanted.AsSpan().ContainsAnyExceptInRange(' ', '~');
        context.AuditId = !isId ? Guid.NewGuid().ToString() : wanted.Length <= MaxIdLength ? wanted : wanted[..MaxIdLength];
        context.Http.Response.Headers[Header] = context.AuditId;
        return log is null ? next(context) : LogAsync(context, next, log);
    }

    private async Task LogAsync(ApiContext context, NextStage next, AuditLog to)
    {
        var received = clock.GetUtcNow();
        to.Write(AuditEvent.Write(context, "RequestReceived", received, received, null));
        if (context.Info.IsLongRunning)
        {
            context.Http.Response.OnStarting(() =>
            {
                to.Write(AuditEvent.Write(context, "ResponseStarted", received, clock.GetUtcNow(), null));
                return Task.CompletedTask;
            });
        }

        try
        {
            await next(context);
            to.Write(AuditEvent.Write(context, "ResponseComplete", received, clock.GetUtcNow(), null));
        }
        catch (Exception e)
        {
            var refusal = e as ApiException ?? ApiError.Internal(e.Message);
            to.Write(AuditEvent.Write(context, e is ApiException ? "ResponseComplete" : "Panic", received, clock.GetUtcNow(), refusal));
            throw;
        }
    }
}
