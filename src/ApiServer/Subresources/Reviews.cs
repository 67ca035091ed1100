using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Operations;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Authentication;
using ControlPlane.Types.Authorization;

namespace ControlPlane.ApiServer.Subresources;

/// <summary>The kinds that are questions: who is it, may they.</summary>
internal static class Reviews
{
    /// <summary>All of them.</summary>
    public static IEnumerable<IComputedResource> All(Identity identity, AuthenticationReviews authentication) =>
    [
        new Review<TokenReview>(async (_, review, cancel) => await authentication.EvaluateAsync(review, cancel)),
        new Review<SelfSubjectReview>((operation, review, _) => ValueTask.FromResult(AuthenticationReviews.Evaluate(review, operation.User))),
        new Review<SubjectAccessReview>((_, review, cancel) => identity.Reviews.EvaluateAsync(review, cancel)),
        new Review<LocalSubjectAccessReview>((operation, review, cancel) => identity.Reviews.EvaluateAsync(review, operation.Namespace, cancel)),
        new Review<SelfSubjectAccessReview>((operation, review, cancel) => identity.Reviews.EvaluateAsync(review, operation.User, cancel)),
        new Review<SelfSubjectRulesReview>((operation, review, _) => ValueTask.FromResult(identity.Reviews.Evaluate(review, operation.User))),
    ];

    private sealed class Review<T>(Func<Operation, T, CancellationToken, ValueTask<T>> evaluate) : IComputedResource
        where T : class, IApiObject<T>
    {
        public GroupResource Resource => T.Resource.GroupResource;

        public string Subresource => "";

        public async ValueTask<IRuntimeObject> CreateAsync(Operation operation, IApiObject body, CancellationToken cancel) =>
            await evaluate(operation, (T)body, cancel);
    }
}
