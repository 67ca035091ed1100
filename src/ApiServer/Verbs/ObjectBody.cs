using ControlPlane.Registry;
using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>What a client sends for an object, to what the rules of its kind work on: decoded, defaulted, in the hub's version.</summary>
internal static class ObjectBody
{
    /// <summary>Reads the request's body.</summary>
    /// <exception cref="ApiException">400, 413, 415.</exception>
    public static async ValueTask<IApiObject> ReadAsync(ApiContext context, Operation operation)
    {
        var body = await RequestBody.ReadAsync(context.Http, context.Cancel);
        var value = BodyDecoder.Decode(
            body, context.Http.Request.ContentType, BodyKind.Of(operation.Resource.Version), operation.Parameters.FieldValidation, operation.Warn);
        return ToHub(operation.Resource, (IApiObject)value);
    }

    /// <summary>Fills what was left out, and converts.</summary>
    public static IApiObject ToHub(ServedResource resource, IApiObject value) =>
        resource.Definition.Default(resource.Version.ToHub(resource.Version.Default(value)));

    /// <summary>Checks that an object is the one of the URL, and gives it the URL's namespace.</summary>
    /// <exception cref="ApiException">400: it says that it is another.</exception>
    public static IApiObject Named(Operation operation, IApiObject value)
    {
        value = Writes.InNamespace(operation, value);
        var name = value.Metadata.Name;
        if (name.Length == 0)
            throw ApiError.BadRequest($"the name of the object ({operation.Name} based on URL) was undeterminable: name must be provided");
        if (name != operation.Name)
            throw ApiError.BadRequest($"the name of the object ({name}) does not match the name on the URL ({operation.Name})");
        return value;
    }
}
