using System.Collections.Immutable;
using ControlPlane.ApiServer.Authentication;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Authorization;

namespace ControlPlane.ApiServer.Authorization.Reviews;

/// <summary>Answers "may they?" and "what may I?": the kinds of authorization.k8s.io, which store nothing (pkg/registry/authorization).</summary>
/// <param name="authorizer">The chain that requests pass too.</param>
/// <param name="rules">What can be listed.</param>
internal sealed class AccessReviews(IAuthorizer authorizer, IRuleResolver rules)
{
    /// <summary>May a named user do it?</summary>
    /// <exception cref="ApiException">422: the review names nobody, nothing, or two things at once.</exception>
    public async ValueTask<SubjectAccessReview> EvaluateAsync(SubjectAccessReview review, CancellationToken cancel)
    {
        var errors = AccessReviewValidation.Subject(review.Spec);
        AccessReviewValidation.Throw(SubjectAccessReview.Kind.GroupKind, errors);
        return review with { Status = await DecideAsync(AttributesOf(UserOf(review.Spec), review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes), cancel) };
    }

    /// <summary>May a named user do it in this namespace?</summary>
    /// <exception cref="ApiException">422: as above, or it is about another namespace or a path.</exception>
    public async ValueTask<LocalSubjectAccessReview> EvaluateAsync(LocalSubjectAccessReview review, string @namespace, CancellationToken cancel)
    {
        var errors = AccessReviewValidation.Subject(review.Spec);
        AccessReviewValidation.Local(review.Spec, errors);
        AccessReviewValidation.Throw(LocalSubjectAccessReview.Kind.GroupKind, errors);
        if (review.Spec.ResourceAttributes!.Namespace != @namespace)
            throw ApiError.BadRequest($"spec.resourceAttributes.namespace must match namespace: {@namespace}");
        return review with { Status = await DecideAsync(AttributesOf(UserOf(review.Spec), review.Spec.ResourceAttributes, null), cancel) };
    }

    /// <summary>May I do it? (kubectl auth can-i)</summary>
    /// <exception cref="ApiException">422: it is about nothing, or about two things at once.</exception>
    public async ValueTask<SelfSubjectAccessReview> EvaluateAsync(SelfSubjectAccessReview review, UserInfo user, CancellationToken cancel)
    {
        var errors = new FieldErrors();
        AccessReviewValidation.Attributes(review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, errors.At("spec"));
        AccessReviewValidation.Throw(SelfSubjectAccessReview.Kind.GroupKind, errors);
        return review with { Status = await DecideAsync(AttributesOf(user, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes), cancel) };
    }

    /// <summary>What may I do in a namespace? (kubectl auth can-i --list)</summary>
    /// <exception cref="ApiException">400: no namespace.</exception>
    public SelfSubjectRulesReview Evaluate(SelfSubjectRulesReview review, UserInfo user)
    {
        if (review.Spec.Namespace.Length == 0)
            throw ApiError.BadRequest("no namespace on request");
        var found = rules.RulesFor(user, review.Spec.Namespace);
        return review with
        {
            Status = new SubjectRulesReviewStatus
            {
                ResourceRules = found.Rules.Where(rule => !rule.Resources.IsEmpty).Select(rule => new ResourceRule
                {
                    Verbs = rule.Verbs.ToValueList(),
                    ApiGroups = rule.Groups.ToValueList(),
                    Resources = rule.Resources.ToValueList(),
                    ResourceNames = rule.Names.IsEmpty ? default : rule.Names.ToValueList(),
                }).ToValueList(),
                NonResourceRules = found.Rules.Where(rule => !rule.Paths.IsEmpty).Select(rule => new NonResourceRule
                {
                    Verbs = rule.Verbs.ToValueList(),
                    NonResourceURLs = rule.Paths.ToValueList(),
                }).ToValueList(),
                Incomplete = found.IsIncomplete,
                EvaluationError = found.Error,
            },
        };
    }

    private async ValueTask<SubjectAccessReviewStatus> DecideAsync(AuthorizationAttributes asked, CancellationToken cancel)
    {
        var decision = await authorizer.AuthorizeAsync(asked, cancel);
        return new SubjectAccessReviewStatus
        {
            Allowed = decision.Verdict == Verdict.Allow,
            Denied = decision.Verdict == Verdict.Deny,
            Reason = decision.Reason,
            EvaluationError = decision.Error,
        };
    }

    private static AuthorizationAttributes AttributesOf(UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path) => resource is null
        ? new AuthorizationAttributes(user, path!.Verb, "", "", "", "", "", "", path.Path)
        : new AuthorizationAttributes(user, resource.Verb, resource.Group, resource.Version, resource.Resource, resource.Subresource, resource.Namespace, resource.Name, "")
        {
            FieldSelector = resource.FieldSelector?.RawSelector is { Length: > 0 } raw ? raw : Spell(resource.FieldSelector),
            LabelSelector = resource.LabelSelector?.RawSelector ?? "",
        };

    // Requirements of a field selector are equalities or their opposite; others narrow nothing, and authorizers see none of them.
    private static string Spell(FieldSelectorAttributes? selector) => selector is null ? "" : string.Join(',', selector.Requirements
        .Where(requirement => requirement is { Operator: "In" or "NotIn", Values.Count: 1 })
        .Select(requirement => $"{requirement.Key}{(requirement.Operator == "In" ? "=" : "!=")}{requirement.Values[0]}"));

    private static UserInfo UserOf(SubjectAccessReviewSpec spec) => new(
        spec.User,
        spec.Uid,
        [.. spec.Groups],
        spec.Extra.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToImmutableArray(), StringComparer.Ordinal));
}
