namespace ControlPlane.ApiServer.Requests;

/// <summary>Serves bare paths: discovery, OpenAPI, health, metrics, version. Handlers stand in a list; the first that serves the path answers.</summary>
internal interface IPathHandler
{
    /// <summary>Is the path this handler's?</summary>
    /// <param name="path">The decoded path, beginning with '/'.</param>
    bool Serves(string path);

    /// <summary>Answers, or throws an <see cref="Machinery.Errors.ApiException"/>.</summary>
    Task HandleAsync(ApiContext context);
}
