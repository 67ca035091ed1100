using ControlPlane.ApiServer.Operations;
using ControlPlane.ApiServer.Requests;
using ControlPlane.Machinery.Errors;

namespace ControlPlane.ApiServer.Verbs;

/// <summary>What can be done with objects and their collections, by the verb of the request.</summary>
internal sealed record ResourceVerbs(
    Get Get, List List, Watch Watch, Create Create, Update Update, Patch Patch, Delete Delete, DeleteCollection DeleteCollection)
{
    /// <summary>Does it.</summary>
    /// <exception cref="ApiException">405: the path has no such verb.</exception>
    public Task HandleAsync(ApiContext context, Operation operation) => context.Info switch
    {
        { Verb: "list", IsCollection: true } => List.HandleAsync(context, operation),
        { Verb: "watch" } => Watch.HandleAsync(context, operation),
        { Verb: "create", IsCollection: true } => Create.HandleAsync(context, operation),
        { Verb: "deletecollection", IsCollection: true } => DeleteCollection.HandleAsync(context, operation),
        { Verb: "get", IsCollection: false } => Get.HandleAsync(context, operation),
        { Verb: "update", IsCollection: false } => Update.HandleAsync(context, operation),
        { Verb: "patch", IsCollection: false } => Patch.HandleAsync(context, operation),
        { Verb: "delete", IsCollection: false } => Delete.HandleAsync(context, operation),
        _ => throw ApiError.MethodNotAllowed(),
    };
}
