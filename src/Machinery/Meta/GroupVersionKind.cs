namespace ControlPlane.Machinery.Meta;

/// <summary>An API group in one version; the core group is "".</summary>
public readonly record struct GroupVersion(string Group, string Version)
{
    /// <summary>Reads the form of apiVersion: "v1", "apps/v1". An empty text is the empty group version.</summary>
    /// <exception cref="FormatException">More than one slash.</exception>
    public static GroupVersion Parse(string apiVersion) =>
        TryParse(apiVersion, out var parsed) ? parsed : throw new FormatException($"unexpected GroupVersion string: {apiVersion}");

    /// <summary>Reads the form of apiVersion: "v1", "apps/v1".</summary>
    public static bool TryParse(string apiVersion, out GroupVersion parsed)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        parsed = slash < 0 ? new("", apiVersion) : new(apiVersion[..slash], apiVersion[(slash + 1)..]);
        return !parsed.Version.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>A kind of this group version.</summary>
    public GroupVersionKind WithKind(string kind) => new(Group, Version, kind);

    /// <summary>A resource of this group version.</summary>
    public GroupVersionResource WithResource(string resource) => new(Group, Version, resource);

    /// <summary>The form of apiVersion: "v1", "apps/v1".</summary>
    public override string ToString() => string.IsNullOrEmpty(Group) ? Version : $"{Group}/{Version}";
}

/// <summary>A kind in one version of its group.</summary>
public readonly record struct GroupVersionKind(string Group, string Version, string Kind)
{
    /// <summary>Without the kind.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary>Without the version.</summary>
    public GroupKind GroupKind => new(Group, Kind);

    /// <summary>The form of apiVersion: "v1", "apps/v1".</summary>
    public string ApiVersion => GroupVersion.ToString();

    /// <summary>From what an object says of itself.</summary>
    /// <exception cref="FormatException">The apiVersion has more than one slash.</exception>
    public static GroupVersionKind Parse(string apiVersion, string kind) => GroupVersion.Parse(apiVersion).WithKind(kind);

    /// <summary>As upstream prints it: "apps/v1, Kind=Deployment".</summary>
    public override string ToString() => $"{Group}/{Version}, Kind={Kind}";
}

/// <summary>A resource (by its plural) in one version of its group.</summary>
public readonly record struct GroupVersionResource(string Group, string Version, string Resource)
{
    /// <summary>Without the resource.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary>Without the version.</summary>
    public GroupResource GroupResource => new(Group, Resource);

    /// <summary>As upstream prints it: "apps/v1, Resource=deployments".</summary>
    public override string ToString() => $"{Group}/{Version}, Resource={Resource}";
}

/// <summary>A resource (by its plural), whatever the version.</summary>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <summary>Reads "deployments.apps", "pods": the group is what follows the first dot.</summary>
    public static GroupResource Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? new("", text) : new(text[(dot + 1)..], text[..dot]);
    }

    /// <summary>This resource in one version.</summary>
    public GroupVersionResource WithVersion(string version) => new(Group, version, Resource);

    /// <summary>As upstream prints it: "deployments.apps", "pods".</summary>
    public override string ToString() => string.IsNullOrEmpty(Group) ? Resource : $"{Resource}.{Group}";
}

/// <summary>A kind, whatever the version.</summary>
public readonly record struct GroupKind(string Group, string Kind)
{
    /// <summary>Reads "Deployment.apps", "Pod": the group is what follows the first dot.</summary>
    public static GroupKind Parse(string text)
    {
        var parsed = GroupResource.Parse(text);
        return new(parsed.Group, parsed.Resource);
    }

    /// <summary>This kind in one version.</summary>
    public GroupVersionKind WithVersion(string version) => new(Group, version, Kind);

    /// <summary>As upstream prints it: "Deployment.apps", "Pod".</summary>
    public override string ToString() => string.IsNullOrEmpty(Group) ? Kind : $"{Kind}.{Group}";
}
