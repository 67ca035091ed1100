using System.Security.Authentication;

namespace ControlPlane.Node.Joining;

/// <summary>Why a server could not be reached: .NET hides the reason in inner exceptions.</summary>
internal static class Causes
{
    /// <summary>The message of the innermost exception.</summary>
    public static string Of(Exception failure) => failure.GetBaseException().Message;

    /// <summary>What is wrong with the server's certificate; null where it was something else.</summary>
    public static string? OfDistrust(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException distrust)
                return distrust.Message;
        }

        return null;
    }
}
