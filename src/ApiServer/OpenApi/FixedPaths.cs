using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Schemas;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.ApiServer.OpenApi;

/// <summary>The paths that are no resources: discovery, the version, the OpenID documents.</summary>
internal static class FixedPaths
{
    /// <summary>/api</summary>
    public static OpenApiPath CoreVersions { get; } = Get("/api/", "getCoreAPIVersions", "core", APIVersions.Descriptor);

    /// <summary>/apis</summary>
    public static OpenApiPath Groups { get; } = Get("/apis/", "getAPIVersions", "apis", APIGroupList.Descriptor);

    /// <summary>/version</summary>
    public static OpenApiPath Version { get; } = new("/version/",
    [
        new OpenApiOperation { Method = "get", Id = "getCodeVersion", Tag = "version", Answer = new(VersionInfo(), ["application/json"]) },
    ]);

    /// <summary>/.well-known/openid-configuration</summary>
    public static OpenApiPath OpenIdConfiguration { get; } = new("/.well-known/openid-configuration/",
    [
        new OpenApiOperation { Method = "get", Id = "getServiceAccountIssuerOpenIDConfiguration", Tag = "WellKnown", Answer = new(null, ["application/json"]) },
    ]);

    /// <summary>/openid/v1/jwks</summary>
    public static OpenApiPath OpenIdKeySet { get; } = new("/openid/v1/jwks/",
    [
        new OpenApiOperation { Method = "get", Id = "getServiceAccountIssuerOpenIDKeyset", Tag = "openid", Answer = new(null, ["application/jwk-set+json"]) },
    ]);

    /// <summary>/apis/GROUP</summary>
    public static OpenApiPath Group(string group) =>
        Get($"/apis/{group}/", $"get{OpenApiNames.Group(group)}APIGroup", OpenApiNames.GroupTag(group), APIGroup.Descriptor);

    /// <summary>/api/v1, /apis/GROUP/VERSION</summary>
    public static OpenApiPath Resources(string path, GroupVersion version) =>
        Get($"{path}/", $"get{OpenApiNames.GroupVersion(version)}APIResources", OpenApiNames.Tag(version), APIResourceList.Descriptor);

    private static OpenApiPath Get(string path, string id, string tag, TypeDescriptor answer) =>
        new(path, [new OpenApiOperation { Method = "get", Id = id, Tag = tag, Answer = new(answer, OpenApiContent.ObjectForms) }]);

    // apimachinery: pkg/version.Info, which no resource has anything to do with
    private static TypeDescriptor VersionInfo() => new()
    {
        Name = "io.k8s.apimachinery.pkg.version.Info",
        Shape = ValueShape.Struct,
        Fields = new FieldTable(
        [
            Required("major"), Required("minor"),
            Optional("emulationMajor"), Optional("emulationMinor"), Optional("minCompatibilityMajor"), Optional("minCompatibilityMinor"),
            Required("gitVersion"), Required("gitCommit"), Required("gitTreeState"), Required("buildDate"), Required("goVersion"), Required("compiler"), Required("platform"),
        ]),
    };

    private static FieldDescriptor Required(string name) => new(name, KnownDescriptors.String) { IsRequired = true, Default = "\"\"" };

    private static FieldDescriptor Optional(string name) => new(name, KnownDescriptors.String) { OmitsEmpty = true };
}
