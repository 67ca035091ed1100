using ControlPlane.Client;
using ControlPlane.Resources.Certificates;
using ControlPlane.Types.Certificates;

namespace ControlPlane.Controllers.Certificates;

/// <summary>Reads what a stored request asks for.</summary>
internal static class RequestText
{
    /// <summary>What it asks for.</summary>
    /// <exception cref="TerminalException">It cannot be read, and never will: the text does not change.</exception>
    public static SigningRequest Read(CertificateSigningRequest request)
    {
        try
        {
            return SigningRequest.Parse(request.Spec.Request.Span);
        }
        catch (FormatException malformed)
        {
            throw new TerminalException($"unable to parse csr \"{request.Metadata.Name}\": {malformed.Message}", malformed);
        }
    }
}
