using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Types.Authorization;

namespace ControlPlane.ApiServer.Authorization.Reviews;

/// <summary>What is wrong with an access review (pkg/apis/authorization/validation).</summary>
internal static class AccessReviewValidation
{
    /// <summary>Problems of a review about a named user.</summary>
    public static FieldErrors Subject(SubjectAccessReviewSpec spec)
    {
        var errors = new FieldErrors();
        Attributes(spec.ResourceAttributes, spec.NonResourceAttributes, errors.At("spec"));
        if (spec.User.Length == 0 && spec.Groups.IsEmpty)
            errors.At("spec").At("user").Invalid("", "at least one of user or group must be specified");
        return errors;
    }

    /// <summary>It is about a resource or about a path, and not about both.</summary>
    public static void Attributes(ResourceAttributes? resource, NonResourceAttributes? path, FieldErrors spec)
    {
        if (resource is not null && path is not null)
            spec.At("nonResourceAttributes").Invalid("nonResourceAttributes", "cannot be specified in combination with resourceAttributes");
        if (resource is null && path is null)
            spec.At("resourceAttributes").Invalid("", "exactly one of nonResourceAttributes or resourceAttributes must be specified");
    }

    /// <summary>A review within a namespace is about resources of that namespace.</summary>
    public static void Local(SubjectAccessReviewSpec spec, FieldErrors errors)
    {
        if (spec.NonResourceAttributes is not null)
            errors.At("spec").At("nonResourceAttributes").Invalid("nonResourceAttributes", "disallowed on this kind of request");
    }

    /// <summary>Refuses, if anything was found.</summary>
    /// <exception cref="ApiException">422, with all problems.</exception>
    public static void Throw(GroupKind kind, FieldErrors errors)
    {
        if (!errors.IsEmpty)
            throw ApiError.Invalid(kind, "", errors.All);
    }
}
