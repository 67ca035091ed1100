using System.Runtime.CompilerServices;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Subresources;
using ControlPlane.ApiServer.Verbs;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;
using ControlPlane.Registry;
using ControlPlane.Registry.Reads;
using ControlPlane.Types.Autoscaling.V1;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Transport;

/// <summary>
/// The API for components of the same process: the operations that HTTP requests come down to, on the cache's own records. Nothing is encoded, but
/// authorization and admission are the same; requests are those of one user.
/// </summary>
/// <param name="server">What the operations need.</param>
/// <param name="user">Who asks.</param>
/// <param name="userAgent">What the fields are managed as that a write sets without saying more.</param>
internal sealed class InProcessTransport(InProcessServer server, UserInfo user, string userAgent) : IApiTransport
{
    /// <inheritdoc/>
    public async ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
        where TResult : class, IApiObject<TResult>
    {
        var operation = await OperationAsync(request, VerbOf(request.Method), cancel);
        var result = operation.Subresource == "scale" ? await ScaleAsync(operation, request, cancel)
            : request.Method == ApiMethod.Create && (operation.Subresource.Length > 0 || operation.Resource.IsComputed) ? await AskAsync(operation, request, cancel)
            : operation.Resource.Version.FromHub(await RunAsync(operation, request, cancel));
        // Computed answers may be a Status, which says no more than that it was done.
        return AsOrNull<TResult>(result) ?? request.Body as TResult ?? throw ApiError.Internal($"unexpected answer of type {result.GroupVersionKind}");
    }

    /// <inheritdoc/>
    public async ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var operation = await OperationAsync(request, "list", cancel);
        var page = await operation.Store.ListAsync(Selected(operation, request), cancel);
        var version = operation.Resource.Version;
        return new ObjectList<T>([.. page.Items.Select(item => As<T>(Converted<T>(version, item.Record)))], page.ResourceVersion, page.Continue);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, [EnumeratorCancellation] CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        var operation = await OperationAsync(request, "watch", cancel);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, server.Stopping);
        using var watch = await operation.Store.WatchAsync(Watched(operation, request), ending.Token);
        while (await NextAsync(watch, ending.Token, cancel))
        {
            while (watch.TryRead(out var item))
                yield return EventOf<T>(operation.Resource.Version, item);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel)
    {
        var operation = await OperationAsync(request, "deletecollection", cancel);
        await server.Writes.DeleteCollectionAsync(operation, Selected(operation, request), DeleteOptionsOf(request), cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel)
    {
        var http = new DefaultHttpContext { RequestAborted = cancel };
        var body = new MemoryStream();
        http.Response.Body = body;
        http.Request.Method = HttpMethods.Get;
        http.Request.Scheme = Uri.UriSchemeHttps;
        http.Request.Host = new HostString("localhost");
        var question = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        http.Request.Path = question < 0 ? pathAndQuery : pathAndQuery[..question];
        http.Request.QueryString = new QueryString(question < 0 ? "" : pathAndQuery[question..]);
        await server.Pipeline(new ApiContext(http) { User = user });
        body.Position = 0;
        return body;
    }

    private static string VerbOf(ApiMethod method) => method switch
    {
        ApiMethod.Get => "get",
        ApiMethod.Create => "create",
        ApiMethod.Update => "update",
        ApiMethod.Patch => "patch",
        _ => "delete",
    };

    // The server's end ends the watch as over HTTP; the caller's own is told to the caller.
    private static async ValueTask<bool> NextAsync(ResourceWatch watch, CancellationToken ending, CancellationToken callers)
    {
        try
        {
            return await watch.WaitToReadAsync(ending);
        }
        catch (OperationCanceledException) when (!callers.IsCancellationRequested)
        {
            return false;
        }
    }

    private static WatchEvent<T> EventOf<T>(ServedVersion version, WatchItem item)
        where T : class, IApiObject<T> => new(item.Type, As<T>(item.Object is { } found ? Converted<T>(version, found.Record) : Bookmarks.Of(version, item)));

    // Metadata is the same in all versions: whoever wants no more needs no conversion.
    private static IApiObject Converted<T>(ServedVersion version, IApiObject record) => typeof(T) == typeof(PartialObjectMetadata) ? record : version.FromHub(record);

    // Who asks for metadata alone knows no type: any object will do.
    private static T? AsOrNull<T>(IRuntimeObject answer)
        where T : class, IApiObject<T> =>
        answer as T ?? (answer is IApiObject item ? new PartialObjectMetadata { Metadata = item.Metadata } as T : null);

    private static T As<T>(IRuntimeObject answer)
        where T : class, IApiObject<T> =>
        AsOrNull<T>(answer) ?? throw ApiError.Internal($"unexpected answer of type {answer.GroupVersionKind}");

    private static ListRequest Selected(Operation operation, ApiRequest request) => new()
    {
        Namespace = operation.Namespace,
        Selection = ObjectSelection.Parse(operation.Resource.Definition, request.LabelSelector, request.FieldSelector),
        ResourceVersion = request.ResourceVersion,
        ResourceVersionMatch = request.ResourceVersionMatch,
        Limit = request.Limit,
        Continue = request.Continue,
    };

    private static DeleteOptions DeleteOptionsOf(ApiRequest request)
    {
        var options = request.Delete ?? new DeleteOptions();
        if (request.DryRun && options.DryRun.IsEmpty)
            options = options with { DryRun = ["All"] };
        DeleteParameters.Check(options);
        return options;
    }

    private WatchRequest Watched(Operation operation, ApiRequest request) => new()
    {
        Namespace = operation.Namespace,
        Selection = ObjectSelection.Parse(operation.Resource.Definition, request.LabelSelector, request.FieldSelector),
        ResourceVersion = request.ResourceVersion,
        ResourceVersionMatch = request.ResourceVersionMatch,
        SendInitialEvents = request.SendInitialEvents ? true : null,
        AllowBookmarks = request.AllowWatchBookmarks,
        Timeout = server.Verbs.Watch.Timeout(request.Timeout),
    };

    private async ValueTask<IApiObject> RunAsync(Operation operation, ApiRequest request, CancellationToken cancel)
    {
        switch (request.Method)
        {
            case ApiMethod.Get:
                return (await operation.Store.GetAsync(operation.Key, request.ResourceVersion, cancel)).Record;
            case ApiMethod.Create:
                return (await server.Writes.CreateAsync(operation, BodyOf(operation, request), cancel)).Record;
            case ApiMethod.Update:
                return (await server.Verbs.Update.RunAsync(operation, ObjectBody.Named(operation, BodyOf(operation, request)), cancel)).Object.Record;
            case ApiMethod.Patch:
                return (await server.Verbs.Patch.RunAsync(operation, request.PatchKind, request.Patch, cancel)).Object.Record;
            default:
                return (await server.Writes.DeleteAsync(operation, DeleteOptionsOf(request), cancel)).Object.Record;
        }
    }

    private async ValueTask<IRuntimeObject> AskAsync(Operation operation, ApiRequest request, CancellationToken cancel) =>
        await server.Subresources.CreateAsync(operation, request.Body ?? throw ApiError.BadRequest("a body is required"), cancel);

    private async ValueTask<IRuntimeObject> ScaleAsync(Operation operation, ApiRequest request, CancellationToken cancel) => request switch
    {
        { Method: ApiMethod.Get } => await server.Scale.GetAsync(operation, request.ResourceVersion, cancel),
        { Method: ApiMethod.Update, Body: Scale scale } => await server.Scale.ChangeAsync(operation, _ => scale, cancel),
        { Method: ApiMethod.Patch } => await server.Scale.PatchAsync(operation, request.PatchKind, request.Patch, cancel),
        _ => throw ApiError.MethodNotAllowed(),
    };

    private static IApiObject BodyOf(Operation operation, ApiRequest request)
    {
        var body = request.Body ?? throw ApiError.BadRequest("a body is required");
        if (body.GroupVersionKind != operation.Resource.Version.Kind)
            throw ApiError.BadRequest($"unable to convert {body.GroupVersionKind} to {operation.Resource.Version.Kind}");
        return ObjectBody.ToHub(operation.Resource, body);
    }

    private async ValueTask<Operation> OperationAsync(ApiRequest request, string verb, CancellationToken cancel)
    {
        // What is answered from memory never waits, and would not notice.
        cancel.ThrowIfCancellationRequested();
        if (!server.Catalog.Current.TryFind(request.Resource, out var resource))
            throw ApiError.PathNotFound();
        await AuthorizeAsync(request, verb, cancel);
        if (request.Subresource.Length > 0)
            CheckSubresource(resource, request.Subresource, verb);
        else if (!resource.Allows(verb))
            throw ApiError.MethodNotAllowed();
        return new Operation
        {
            Resource = resource,
            Subresource = request.Subresource,
            Namespace = resource.IsNamespaced ? request.Namespace : "",
            Name = request.Name,
            User = user,
            UserAgent = userAgent,
            Parameters = new WriteParameters { DryRun = request.DryRun, FieldManager = request.FieldManager, Force = request.Force },
        };
    }

    private static void CheckSubresource(ServedResource resource, string subresource, string verb)
    {
        var info = resource.Info.FindSubresource(subresource) ?? throw ApiError.PathNotFound();
        if (!info.Verbs.Contains(verb))
            throw ApiError.MethodNotAllowed();
    }

    private async ValueTask AuthorizeAsync(ApiRequest request, string verb, CancellationToken cancel)
    {
        var name = request.Name.Length > 0 ? request.Name : RequestPath.NameOfSelector(request.FieldSelector);
        var attributes = new AuthorizationAttributes(
            user, verb, request.Resource.Group, request.Resource.Version, request.Resource.Resource, request.Subresource, request.Namespace, name, "")
        {
            FieldSelector = request.FieldSelector,
            LabelSelector = request.LabelSelector,
        };
        var decision = await server.Authorizer.AuthorizeAsync(attributes, cancel);
        if (decision.Verdict != Verdict.Allow)
            throw Refusal.Of(attributes, decision.Reason);
    }
}

/// <summary>What the in-process transports of one server share.</summary>
/// <param name="Catalog">The resources.</param>
/// <param name="Authorizer">Decides about requests.</param>
/// <param name="Writes">What every write goes through.</param>
/// <param name="Verbs">The verbs.</param>
/// <param name="Scale">/scale.</param>
/// <param name="Subresources">What is computed.</param>
/// <param name="Pipeline">The stages from parsing on, without authentication: for bare paths.</param>
/// <param name="Stopping">The server shuts down: watches end.</param>
internal sealed record InProcessServer(
    ResourceCatalog Catalog,
    IAuthorizer Authorizer,
    Writes Writes,
    ResourceVerbs Verbs,
    ScaleVerbs Scale,
    SubresourceVerbs Subresources,
    NextStage Pipeline,
    CancellationToken Stopping)
{
    /// <summary>Where HTTP requests go in the end.</summary>
    public required DispatchStage Dispatch { get; init; }
}
