namespace ControlPlane.Resources.Certificates;

/// <summary>What a request must say for each signer (pkg/apis/certificates/helpers.go, pkg/controller/certificates/signer). Answers what is wrong, or null.</summary>
public static class SignerRules
{
    private const string NodePrefix = "system:node:";
    private const string ClientAuth = "client auth";
    private const string ServerAuth = "server auth";
    private const string Signature = "digital signature";
    private const string Encipherment = "key encipherment";

    /// <summary>A node agent's certificate as a client.</summary>
    public static string? ClientComplaint(SigningRequest request, IReadOnlyCollection<string> usages)
    {
        if (request.Subject.Organizations is not ["system:nodes"])
            return "subject organization is not system:nodes";
        if (!request.Names.DnsNames.IsEmpty)
            return "DNS subjectAltNames are not allowed";
        if (!request.Names.Emails.IsEmpty)
            return "Email subjectAltNames are not allowed";
        if (!request.Names.Addresses.IsEmpty)
            return "IP subjectAltNames are not allowed";
        if (!request.Names.Uris.IsEmpty)
            return "URI subjectAltNames are not allowed";
        if (!request.Subject.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal))
            return "subject common name does not begin with system:node:";
        return Are(usages, ClientAuth) ? null : $"usages did not match [{ClientAuth} {Signature} {Encipherment}]";
    }

    /// <summary>A node agent's certificate as a server.</summary>
    public static string? ServingComplaint(SigningRequest request, IReadOnlyCollection<string> usages)
    {
        if (request.Subject.Organizations is not ["system:nodes"])
            return "subject organization is not system:nodes";
        if (request.Names.DnsNames.IsEmpty && request.Names.Addresses.IsEmpty)
            return "DNS or IP subjectAltName is required";
        if (!request.Names.Emails.IsEmpty)
            return "Email subjectAltNames are not allowed";
        if (!request.Names.Uris.IsEmpty)
            return "URI subjectAltNames are not allowed";
        if (!Are(usages, ServerAuth))
            return $"usages did not match [{Signature} {Encipherment} {ServerAuth}]";
        return request.Subject.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal) ? null : "subject common name does not begin with system:node:";
    }

    /// <summary>The certificate of any other client of the API server.</summary>
    public static string? ApiServerClientComplaint(IReadOnlyCollection<string> usages)
    {
        if (usages.FirstOrDefault(static usage => usage is not (Signature or Encipherment or ClientAuth)) is { } other)
            return $"invalid usage for client certificate: {other}";
        return usages.Contains(ClientAuth) ? null : $"missing required usage for client certificate: {ClientAuth}";
    }

    // Keys other than RSA do not encipher.
    private static bool Are(IReadOnlyCollection<string> usages, string purpose)
    {
        var found = usages.ToHashSet(StringComparer.Ordinal);
        return found.SetEquals([Signature, purpose]) || found.SetEquals([Signature, Encipherment, purpose]);
    }
}
