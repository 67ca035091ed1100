using ControlPlane.ApiServer.Authentication;
using ControlPlane.ApiServer.Authorization;

namespace ControlPlane.ApiServer.Admission;

/// <summary>May a user approve or sign for a signer? Asked of the signer's name, then of all signers of its domain (plugin/pkg/admission/certificates/util.go).</summary>
internal static class SignerPermission
{
    /// <summary>The verb is "approve" or "sign".</summary>
    public static async ValueTask<bool> IsGivenAsync(IAuthorizer authorizer, UserInfo user, string verb, string signer, CancellationToken cancel) =>
        await MayAsync(authorizer, user, verb, signer, cancel) || await MayAsync(authorizer, user, verb, $"{signer.Split('/')[0]}/*", cancel);

    private static async ValueTask<bool> MayAsync(IAuthorizer authorizer, UserInfo user, string verb, string name, CancellationToken cancel) =>
        (await authorizer.AuthorizeAsync(new AuthorizationAttributes(user, verb, "certificates.k8s.io", "*", "signers", "", "", name, ""), cancel)).Verdict == Verdict.Allow;
}
