using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.ApiServer.Admission;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.ApiServer.Responses;
using ControlPlane.ApiServer.Verbs;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>
/// What can be done with parts of objects. A subresource is one of four things: the object itself under other rules (status, approval, ephemeralcontainers,
/// resize: read and written as the object is), a scale, a question (<see cref="IComputedResource"/>), or a connection (<see cref="IConnector"/>).
/// </summary>
internal sealed class SubresourceVerbs
{
    private readonly FrozenDictionary<(GroupResource Resource, string Subresource), IComputedResource> _computed;
    private readonly FrozenDictionary<(GroupResource Resource, string Subresource), IConnector> _connectors;
    private readonly ResourceVerbs _verbs;
    private readonly ScaleVerbs _scale;
    private readonly AdmissionChain _admission;

    /// <summary>With those that are there.</summary>
    public SubresourceVerbs(
        ResourceVerbs verbs, ScaleVerbs scale, AdmissionChain admission, ImmutableArray<IComputedResource> computed, ImmutableArray<IConnector> connectors)
    {
        (_verbs, _scale, _admission) = (verbs, scale, admission);
        _computed = computed.ToFrozenDictionary(one => (one.Resource, one.Subresource));
        _connectors = connectors.ToFrozenDictionary(one => (one.Resource, one.Subresource));
    }

    /// <summary>Serves a request to a subresource.</summary>
    /// <exception cref="ApiException">404: the resource has no such subresource. 405: it has no such verb.</exception>
    public Task HandleAsync(ApiContext context, Operation operation)
    {
        var info = operation.Resource.Info.FindSubresource(operation.Subresource) ?? throw ApiError.PathNotFound();
        if (!info.Verbs.Contains(context.Info.Verb))
            throw ApiError.MethodNotAllowed();
        if (operation.Resource.IsNamespaced && operation.Namespace.Length == 0)
            throw ApiError.PathNotFound();
        if (_connectors.TryGetValue((operation.Resource.Resource, operation.Subresource), out var connector))
            return ConnectAsync(context, operation, connector);
        if (context.Info.Verb == "create")
            return HandleComputedAsync(context, operation);
        return operation.Subresource == "scale" ? _scale.HandleAsync(context, operation) : _verbs.HandleAsync(context, operation);
    }

    /// <summary>Answers a create of which nothing is stored under its own name.</summary>
    /// <exception cref="ApiException">404, 405, or a refusal.</exception>
    public async Task HandleComputedAsync(ApiContext context, Operation operation)
    {
        if (!_computed.TryGetValue((operation.Resource.Resource, operation.Subresource), out var computed))
            throw ApiError.PathNotFound();
        if (context.Info.Verb != "create")
            throw ApiError.MethodNotAllowed();
        var form = Negotiation.Choose(context.Http.Request, MediaTypes.Objects, Negotiation.Views.None);
        operation = operation with { Parameters = WriteParameters.Of(context.Query, "CreateOptions") };
        var body = await ReadAsync(context, operation);
        var answer = await AnswerAsync(operation, computed, body, context.Cancel);
        await ResponseWriter.WriteAsync(context, answer is Status { Code: > 0 } status ? status.Code : 201, answer, form, context.Cancel);
    }

    /// <summary>Answers a create from within the process.</summary>
    /// <exception cref="ApiException">404: there is no such thing. Or a refusal.</exception>
    public ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel) =>
        _computed.TryGetValue((operation.Resource.Resource, operation.Subresource), out var computed)
            ? AnswerAsync(operation, computed, body, cancel)
            : throw ApiError.PathNotFound();

    private static async ValueTask<IApiObject> ReadAsync(ApiContext context, Operation operation)
    {
        var body = await RequestBody.ReadAsync(context.Http, context.Cancel);
        var kind = operation.Subresource.Length == 0
            ? operation.Resource.Version.Kind
            : operation.Resource.Info.FindSubresource(operation.Subresource)!.Kind;
        return (IApiObject)BodyDecoder.Decode(
            body, context.Http.Request.ContentType, BodyKind.Of(kind), operation.Parameters.FieldValidation, operation.Warn);
    }

    private async ValueTask<IRuntimeObject> AnswerAsync(Operation operation, IComputedResource computed, IApiObject body, CancellationToken cancel)
    {
        body = Writes.InNamespace(operation, body);
        var request = operation.Admission(AdmissionOperation.Create, body, null);
        body = await _admission.MutateAsync(request, cancel) ?? body;
        await _admission.ValidateAsync(request with { Object = body }, cancel);
        return await computed.CreateAsync(operation, body, cancel);
    }

    private async Task ConnectAsync(ApiContext context, Operation operation, IConnector connector)
    {
        // Logs are read, everything else is a connection that admission may refuse.
        if (operation.Subresource != "log")
            await _admission.ValidateAsync(operation.Admission(AdmissionOperation.Connect, null, null), context.Cancel);
        await connector.ConnectAsync(context, operation);
    }
}
