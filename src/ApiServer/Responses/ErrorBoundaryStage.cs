using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ControlPlane.ApiServer.Responses;

/// <summary>The one place where failures become answers: whatever is thrown below is a Status, and nobody else formats one.</summary>
internal sealed partial class ErrorBoundaryStage(ILogger<ErrorBoundaryStage> log) : IRequestStage
{
    // nginx' number for it; no client is there to see it, but metrics and logs are.
    private const int ClientClosedRequest = 499;

    /// <inheritdoc/>
    public async Task InvokeAsync(ApiContext context, NextStage next)
    {
        // apiserver: WithCacheControl; answers to one user are never shared.
        context.Http.Response.Headers.CacheControl = "no-cache, private";
        try
        {
            await next(context);
        }
        catch (Exception error) when (context.Http.RequestAborted.IsCancellationRequested && IsAboutTheConnection(error))
        {
            if (!context.Http.Response.HasStarted)
                context.Http.Response.StatusCode = ClientClosedRequest;
        }
        catch (Exception error)
        {
            await AnswerAsync(context, Failure(context, error));
        }
    }

    private static bool IsAboutTheConnection(Exception error) => error is OperationCanceledException or IOException or ConnectionResetException;

    private static async Task AnswerAsync(ApiContext context, ApiException failure)
    {
        if (context.Http.Response.HasStarted)
        {
            // Half an answer is out; ending the stream cleanly would make it look whole.
            context.Http.Abort();
            return;
        }

        // The client's time may be over, but not the client.
        await ResponseWriter.WriteStatusAsync(context, failure.Status, context.Http.RequestAborted);
    }

    private ApiException Failure(ApiContext context, Exception error)
    {
        switch (error)
        {
            case ApiException known:
                return known;
            case DecodeException malformed:
                return ApiError.BadRequest(malformed.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return ApiError.TooLarge($"Request entity too large: limit is {RequestBody.BytesMax}");
            case BadHttpRequestException bad:
                return ApiError.BadRequest(bad.Message);
            case OperationCanceledException:
                return ApiError.ServiceUnavailable("the server is shutting down");
            case StoreUnavailableException or TransactionTooLargeException:
                StoreFailed(log, context.Http.Request.Method, context.Http.Request.Path, error.Message);
                return ApiError.StoreFailed(error.Message);
            default:
                Unexpected(log, context.Http.Request.Method, context.Http.Request.Path, context.Http.TraceIdentifier, error);
                return ApiError.Internal($"an unexpected error occurred; the server's log has it under {context.Http.TraceIdentifier}");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed in the store: {Reason}")]
    private static partial void StoreFailed(ILogger log, string method, string path, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed ({Id})")]
    private static partial void Unexpected(ILogger log, string method, string path, string id, Exception error);
}
