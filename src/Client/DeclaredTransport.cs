using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Transport;

namespace ControlPlane.Client;

/// <summary>Lets through what a controller has declared, so that its role and the picture of who writes what cannot drift from the code.</summary>
/// <param name="scope">Whose; the transport is made when first used, for the identity is only known once the controller has declared itself.</param>
internal sealed class DeclaredTransport(ControllerScope scope) : IApiTransport
{
    private readonly Lazy<IApiTransport> _inner = new(() => scope.Environment.TransportFor(scope.Declaration.ServiceAccount));

    public ValueTask<TResult> SendAsync<TResult>(ApiRequest request, CancellationToken cancel)
        where TResult : class, IApiObject<TResult>
    {
        Check(request, VerbOf(request.Method));
        return _inner.Value.SendAsync<TResult>(request, cancel);
    }

    public ValueTask<ObjectList<T>> ListAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        Check(request, Verb.List);
        return _inner.Value.ListAsync<T>(request, cancel);
    }

    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ApiRequest request, CancellationToken cancel)
        where T : class, IApiObject<T>
    {
        Check(request, Verb.Watch);
        return _inner.Value.WatchAsync<T>(request, cancel);
    }

    public ValueTask DeleteCollectionAsync(ApiRequest request, CancellationToken cancel)
    {
        Check(request, Verb.DeleteCollection);
        return _inner.Value.DeleteCollectionAsync(request, cancel);
    }

    public ValueTask<Stream> GetRawAsync(string pathAndQuery, CancellationToken cancel) => _inner.Value.GetRawAsync(pathAndQuery, cancel);

    private static Verb VerbOf(ApiMethod method) => method switch
    {
        ApiMethod.Get => Verb.Get,
        ApiMethod.Create => Verb.Create,
        ApiMethod.Update => Verb.Update,
        ApiMethod.Patch => Verb.Patch,
        _ => Verb.Delete,
    };

    private void Check(ApiRequest request, Verb verb)
    {
        if (scope.Declaration.Allows(request.Resource.GroupResource, request.Subresource, verb))
            return;
        var subresource = request.Subresource.Length == 0 ? request.Resource.GroupResource : new(request.Resource.Group, $"{request.Resource.Resource}/{request.Subresource}");
        throw new UndeclaredAccessException(scope.Declaration.Name, verb.ToString().ToLowerInvariant(), subresource);
    }
}
