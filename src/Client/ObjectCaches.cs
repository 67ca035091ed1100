using ControlPlane.Client.Informers;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Client;

/// <summary>A controller's view of the shared informers: what it has declared, and nothing else.</summary>
public sealed class ObjectCaches
{
    private readonly ControllerScope _scope;

    internal ObjectCaches(ControllerScope scope) => _scope = scope;

    /// <summary>The objects of that kind.</summary>
    /// <exception cref="UndeclaredAccessException">The controller has not declared that it reads them.</exception>
    public ObjectStore<T> Of<T>()
        where T : class, IApiObject<T> =>
        _scope.Declaration.Allows(T.Resource.GroupResource, "", Verb.Watch)
            ? _scope.Environment.Informers.Of<T>().Store
            : throw new UndeclaredAccessException(_scope.Declaration.Name, "read", T.Resource.GroupResource);

    /// <summary>The object of that name, or null.</summary>
    public T? Find<T>(ObjectKey key)
        where T : class, IApiObject<T> =>
        Of<T>().Find(key);
}

/// <summary>A controller did what its declaration does not say.</summary>
public sealed class UndeclaredAccessException(string controller, string verb, GroupResource resource)
    : InvalidOperationException($"{controller} did not declare that it may {verb} {resource}");
