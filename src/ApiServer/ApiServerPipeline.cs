using System.Collections.Immutable;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer;

/// <summary>
/// THE list: what happens to a request, in order. Order is meaning; each line says why it stands where it does.
/// Upstream's twin is DefaultBuildHandlerChain (apiserver: pkg/server/config.go).
/// </summary>
internal static class ApiServerPipeline
{
    /// <summary>The stages of a server, the outermost first.</summary>
    public static ImmutableArray<IRequestStage> Stages(ApiServerParts parts) =>
    [
        parts.ErrorBoundary,    // outermost: whatever is thrown below becomes one Status, written in one place
        parts.RequestInfo,      // before all that looks at what is asked for; a path that can't be parsed ends here
        parts.RequestMetrics,   // counts what follows, refusals included; its labels come from RequestInfo
        parts.Deadline,         // everything but long-running requests has a time limit, authentication included
        parts.Authentication,   // who is it? 401 ends here
        parts.Audit,            // knows who asked and what; sees every outcome from here on, refusals by authorization included
        parts.Impersonation,    // who shall it be? needs the real user (and their right to impersonate), and changes it for all that follows
        parts.FlowControl,      // a place in the queue is given to the user that the work is done for
        parts.Authorization,    // may they? 403 ends here; after this, handlers trust the request
        parts.Dispatch,         // verbs, discovery, OpenAPI, health, aggregation: whoever serves the path
    ];

    /// <summary>One delegate for Kestrel; stages are bound once, so that a request allocates its context and nothing for the chain.</summary>
    public static RequestDelegate Build(ImmutableArray<IRequestStage> stages)
    {
        NextStage next = static _ => Task.CompletedTask;
        for (var i = stages.Length - 1; i >= 0; i--)
        {
            var stage = stages[i];
            var rest = next;
            next = context => stage.InvokeAsync(context, rest);
        }

        return http => next(new ApiContext(http));
    }
}
