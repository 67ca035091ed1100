using ControlPlane.Machinery.Errors;

namespace ControlPlane.Controllers.ServiceAccounts;

/// <summary>What fails because the namespace goes away is no failure: what was to be in it would go too.</summary>
internal static class NamespaceEnd
{
    /// <summary>Does it, unless the namespace is gone or going.</summary>
    public static async Task TolerateAsync(Func<Task> actAsync)
    {
        try
        {
            await actAsync();
        }
        catch (ApiException refused) when (IsCauseOf(refused))
        {
        }
    }

    /// <summary>Was that refused because the namespace is gone or going?</summary>
    public static bool IsCauseOf(ApiException refused) => refused.Code switch
    {
        403 => refused.Status.Details?.Causes.Any(static cause => cause.Reason == "NamespaceTerminating") == true,
        404 => refused.Status.Details?.Kind == "namespaces",
        _ => false,
    };
}
