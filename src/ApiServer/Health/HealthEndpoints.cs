using System.Collections.Immutable;
using System.Text;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Health;

/// <summary>/healthz, /livez and /readyz in upstream's text form (apiserver: pkg/server/healthz).</summary>
/// <param name="checks">In the order in which they are shown.</param>
/// <param name="log">Where failures are explained; the endpoints withhold reasons.</param>
internal sealed partial class HealthEndpoints(ImmutableArray<HealthCheck> checks, ILogger<HealthEndpoints> log) : IPathHandler
{
    /// <inheritdoc/>
    public bool Serves(string path) => Find(path) is not null;

    /// <inheritdoc/>
    public async Task HandleAsync(ApiContext context)
    {
        var (probe, probeName, checkName) = Find(context.Info.Path)!.Value;
        var query = context.Http.Request.Query;
        var asked = checks.Where(check => check.Probes.HasFlag(probe)).ToArray();
        var answer = checkName.Length > 0
            ? await AnswerOneAsync(asked.First(check => check.Name == checkName), context.Cancel)
            : await AnswerAllAsync(probeName, asked, [.. query["exclude"].OfType<string>()], query.ContainsKey("verbose"), context.Cancel);
        await WriteAsync(context, answer);
    }

    /// <summary>Runs all checks but the excluded.</summary>
    internal async ValueTask<HealthAnswer> AnswerAllAsync(
        string probeName, IReadOnlyList<HealthCheck> asked, HashSet<string> excluded, bool isVerbose, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var failed = new List<string>();
        foreach (var check in asked)
        {
            if (excluded.Remove(check.Name))
                text.Append("[+]").Append(check.Name).Append(" excluded: ok\n");
            else if (await FailureOfAsync(check, cancel) is { } why)
            {
                failed.Add($"{check.Name}: {why}");
                text.Append("[-]").Append(check.Name).Append(" failed: reason withheld\n");
            }
            else
                text.Append("[+]").Append(check.Name).Append(" ok\n");
        }

        if (excluded.Count > 0)
            text.Append("warn: some health checks cannot be excluded: no matches for ").AppendJoin(", ", excluded.Select(name => $"\"{name}\"")).Append('\n');
        if (failed.Count > 0)
        {
            Failed(log, probeName, string.Join("; ", failed));
            return new HealthAnswer(500, text.Append(probeName).Append(" check failed\n").ToString());
        }

        return new HealthAnswer(200, isVerbose ? text.Append(probeName).Append(" check passed\n").ToString() : "ok");
    }

    private static async ValueTask<HealthAnswer> AnswerOneAsync(HealthCheck check, CancellationToken cancel) =>
        await FailureOfAsync(check, cancel) is { } why ? new HealthAnswer(500, $"internal server error: {why}\n") : new HealthAnswer(200, "ok");

    private static async ValueTask<string?> FailureOfAsync(HealthCheck check, CancellationToken cancel)
    {
        try
        {
            return await check.FailureAsync(cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            return e.Message; // a check that breaks has found that something is not well
        }
    }

    private static Task WriteAsync(ApiContext context, HealthAnswer answer)
    {
        var response = context.Http.Response;
        response.StatusCode = answer.Code;
        response.ContentType = "text/plain; charset=utf-8";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-cache, private";
        response.ContentLength = Encoding.UTF8.GetByteCount(answer.Text);
        return HttpMethods.IsHead(context.Http.Request.Method) ? Task.CompletedTask : response.WriteAsync(answer.Text, context.Cancel);
    }

    private (HealthProbes Probe, string ProbeName, string CheckName)? Find(string path)
    {
        var parts = path.Split('/', 3);
        HealthProbes? probe = parts is ["", var first, ..]
            ? first switch { "healthz" => HealthProbes.Healthz, "livez" => HealthProbes.Livez, "readyz" => HealthProbes.Readyz, _ => null }
            : null;
        var check = parts is [_, _, var last] ? last : "";
        return probe is { } found && (check.Length == 0 || checks.Any(one => one.Name == check && one.Probes.HasFlag(found))) ? (found, parts[1], check) : null;
    }

    [LoggerMessage(LogLevel.Information, "{Probe} check failed: {Failures}")]
    private static partial void Failed(ILogger log, string probe, string failures);
}

/// <summary>What an endpoint answers.</summary>
internal readonly record struct HealthAnswer(int Code, string Text);
