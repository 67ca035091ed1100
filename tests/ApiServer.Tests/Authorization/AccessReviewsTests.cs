using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization.Rbac;
using ControlPlane.ApiServer.Authorization.Reviews;
using ControlPlane.Machinery.Errors;
using ControlPlane.Types.Authorization;

namespace ControlPlane.ApiServer.Tests.Authorization;

internal sealed class AccessReviewsTests
{
    private static readonly AccessReviews Reviews = Made();

    [TestCase("get", "team", true)]
    [TestCase("get", "other", false)]
    [TestCase("delete", "team", false)]
    public async Task Can_i_answers_as_the_authorizer_would(string verb, string @namespace, bool allowed)
    {
        var review = new SelfSubjectAccessReview { Spec = new() { ResourceAttributes = new() { Verb = verb, Resource = "pods", Namespace = @namespace } } };
        var answered = await Reviews.EvaluateAsync(review, UserInfo.Of("ada"), default);
        Assert.That(answered.Status.Allowed, Is.EqualTo(allowed));
        Assert.That(answered.Spec, Is.EqualTo(review.Spec));
    }

    [Test]
    public async Task A_review_of_another_user_counts_their_groups()
    {
        var review = new SubjectAccessReview { Spec = new() { Groups = ["devs"], NonResourceAttributes = new() { Verb = "get", Path = "/logs/today" } } };
        Assert.That((await Reviews.EvaluateAsync(review, default)).Status.Allowed, Is.True);
        Assert.That((await Reviews.EvaluateAsync(review with { Spec = review.Spec with { Groups = ["ops"] } }, default)).Status.Allowed, Is.False);
    }

    [Test]
    public async Task Reviews_that_say_too_little_or_too_much_are_invalid()
    {
        Assert.That(await RefusedAsync(new()), Is.EqualTo(new[] { "spec.resourceAttributes", "spec.user" }));
        Assert.That(await RefusedAsync(new() { User = "ada", ResourceAttributes = new(), NonResourceAttributes = new() }), Is.EqualTo(new[] { "spec.nonResourceAttributes" }));
    }

    [Test]
    public void The_list_has_rules_of_the_namespace_and_of_the_cluster()
    {
        var status = Reviews.Evaluate(new SelfSubjectRulesReview { Spec = new() { Namespace = "team" } }, UserInfo.Of("ada", "devs")).Status;
        Assert.That(status.ResourceRules.Select(rule => rule.Resources[0]), Is.EqualTo(new[] { "pods" }));
        Assert.That(status.NonResourceRules.Select(rule => rule.NonResourceURLs[0]), Is.EqualTo(new[] { "/logs/*" }));
        Assert.That(status.Incomplete, Is.False);
    }

    private static async Task<IEnumerable<string>> RefusedAsync(SubjectAccessReviewSpec spec)
    {
        var refused = (await Assert.ThrowsAsync<ApiException>(() => Reviews.EvaluateAsync(new SubjectAccessReview { Spec = spec }, default).AsTask()))!;
        Assert.That(refused.Code, Is.EqualTo(422));
        return refused.Status.Details!.Causes.Select(cause => cause.Field);
    }

    private static AccessReviews Made()
    {
        var policy = new RbacPolicy();
        policy.Replace(
            [new(new("team", "reader"), [RbacRule.On([""], ["pods"], "get")]), new(new("", "logs"), [new(["get"], [], [], [], ["/logs/*"])])],
            [new("team", "b", new("team", "reader"), [new("User", "", "ada")]), new("", "l", new("", "logs"), [new("Group", "", "devs")])]);
        var rbac = new RbacAuthorizer(policy);
        return new(rbac, rbac);
    }
}
