using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Authentication;

namespace ControlPlane.ApiServer.Authentication;

/// <summary>Answers "whose token is this?" and "who am I?": the kinds of authentication.k8s.io, which store nothing (pkg/registry/authentication).</summary>
internal sealed class AuthenticationReviews(BearerTokenAuthenticator tokens)
{
    /// <summary>Whose token is it?</summary>
    /// <exception cref="ApiException">400: no token.</exception>
    public async ValueTask<TokenReview> EvaluateAsync(TokenReview review, CancellationToken cancel)
    {
        if (review.Spec.Token.Length == 0)
            throw ApiError.BadRequest("token is required for TokenReview in authentication");
        var audiences = review.Spec.Audiences.IsEmpty ? tokens.ApiAudiences : [.. review.Spec.Audiences];
        var found = await tokens.AuthenticateTokenAsync(review.Spec.Token, audiences, cancel);
        if (found.Result.User is not { } user)
            return review with { Status = new TokenReviewStatus { Error = found.Result.Refusal ?? "" } };
        return review with
        {
            Status = new TokenReviewStatus { Authenticated = true, User = RecordOf(user.WithAuthenticatedGroup()), Audiences = found.Audiences.ToValueList() },
        };
    }

    /// <summary>Who am I? (kubectl auth whoami)</summary>
    public static SelfSubjectReview Evaluate(SelfSubjectReview review, UserInfo user) =>
        review with { Status = new SelfSubjectReviewStatus { UserInfo = RecordOf(user) } };

    /// <summary>A user as the API tells of it.</summary>
    public static Types.Authentication.UserInfo RecordOf(UserInfo user) => new()
    {
        Username = user.Name,
        Uid = user.Uid,
        Groups = user.Groups.IsEmpty ? default : user.Groups.ToValueList(),
        Extra = user.Extra.IsEmpty ? default : user.Extra.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToValueList())).ToValueMap(),
    };
}
