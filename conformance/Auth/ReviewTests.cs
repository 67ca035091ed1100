using k8s;
using k8s.Models;

namespace ControlPlane.Conformance.Auth;

/// <summary>Questions about who may do what.</summary>
internal sealed class ReviewTests
{
    [Test, Conformance("[sig-auth] SubjectReview should support SubjectReview API operations [Conformance]")]
    public async Task Reviews_tell_what_a_service_account_may_do()
    {
        await using var scratch = await Scratch.CreateAsync();
        var user = $"system:serviceaccount:{scratch.Name}:default";
        await scratch.Of<V1Role>().CreateAsync("{metadata: {name: reader}, rules: [{apiGroups: [''], resources: [pods], verbs: [list]}]}");
        await scratch.Of<V1RoleBinding>().CreateAsync(
            $"{{metadata: {{name: reader}}, roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}}, subjects: [{{kind: ServiceAccount, name: default, namespace: {scratch.Name}}}]}}");
        await TestKit.Eventually.TrueAsync(() => OfSubjectAsync("list"));
        Assert.That(await OfSubjectAsync("delete"), Is.False);
        Assert.That(await OfSubjectInNamespaceAsync("list"), Is.True);
        Assert.That(await OfSubjectInNamespaceAsync("delete"), Is.False);
        Assert.That(await OfSelfAsync("delete"), Is.True, "the administrator asks for itself");

        async Task<bool> OfSubjectAsync(string verb)
        {
            var review = await scratch.Client.AuthorizationV1.CreateSubjectAccessReviewAsync(new V1SubjectAccessReview { Spec = SpecOf(verb) });
            return review.Status.Allowed;
        }

        async Task<bool> OfSubjectInNamespaceAsync(string verb)
        {
            var review = new V1LocalSubjectAccessReview { Metadata = new V1ObjectMeta { NamespaceProperty = scratch.Name }, Spec = SpecOf(verb) };
            return (await scratch.Client.AuthorizationV1.CreateNamespacedLocalSubjectAccessReviewAsync(review, scratch.Name)).Status.Allowed;
        }

        async Task<bool> OfSelfAsync(string verb)
        {
            var review = new V1SelfSubjectAccessReview { Spec = new V1SelfSubjectAccessReviewSpec { ResourceAttributes = SpecOf(verb).ResourceAttributes } };
            return (await scratch.Client.AuthorizationV1.CreateSelfSubjectAccessReviewAsync(review)).Status.Allowed;
        }

        V1SubjectAccessReviewSpec SpecOf(string verb) =>
            new() { User = user, ResourceAttributes = new V1ResourceAttributes { Verb = verb, Resource = "pods", NamespaceProperty = scratch.Name } };
    }
}
