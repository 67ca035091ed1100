using System.Runtime.InteropServices;
using ControlPlane.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.ApiServer.Discovery;

/// <summary>/version: which API this is compatible with.</summary>
internal sealed class VersionEndpoint : IPathHandler
{
    private const string Major = "1"; // of ApiServer.Version
    private const string Minor = "36";

    private static readonly DiscoveryDocument Document = DiscoveryDocument.Object(static json =>
    {
        json.WriteString("major", Major);
        json.WriteString("minor", Minor);
        json.WriteString("emulationMajor", Major);
        json.WriteString("emulationMinor", Minor);
        json.WriteString("minCompatibilityMajor", Major);
        json.WriteString("minCompatibilityMinor", "35"); // component-base: one minor version back
        json.WriteString("gitVersion", ApiServer.Version);
        json.WriteString("gitCommit", "");
        json.WriteString("gitTreeState", "");
        json.WriteString("buildDate", "1970-01-01T00:00:00Z"); // component-base: what a build says that does not tell its date
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("compiler", "dotnet");
        json.WriteString("platform", $"{(OperatingSystem.IsLinux() ? "linux" : "other")}/{Architecture()}");
    });

    /// <inheritdoc/>
    public bool Serves(string path) => path is "/version" or "/version/";

    /// <inheritdoc/>
    public Task HandleAsync(ApiContext context)
    {
        var response = context.Http.Response;
        response.ContentType = "application/json";
        response.ContentLength = Document.Bytes.Length;
        return HttpMethods.IsHead(context.Http.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(Document.Bytes, context.Cancel).AsTask();
    }

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
