using System.Collections.Immutable;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Resources;

/// <content>Kinds that are asked and never stored: there is nothing to say of them but that.</content>
public static partial class BuiltInDefinitions
{
    private static readonly ImmutableArray<ResourceDefinition> Plainly =
    [
        new Plain<Types.Core.Binding>(resource => resource.WriteOnly()),

        new Plain<Types.Authentication.SelfSubjectReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authentication.TokenReview>(resource => resource.WriteOnly()),

        new Plain<Types.Authorization.LocalSubjectAccessReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SelfSubjectAccessReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SelfSubjectRulesReview>(resource => resource.WriteOnly()),
        new Plain<Types.Authorization.SubjectAccessReview>(resource => resource.WriteOnly()),
    ];

    /// <summary>Every resource that the server serves by itself: those with rules of their own, then the plain ones.</summary>
    public static ImmutableArray<ResourceDefinition> Served => Together.All;

    private static bool Serves(ResourceDefinition ruled, ResourceDefinition plain) => ruled.Versions.Any(version => version.Kind == plain.Hub);

    private sealed class Plain<T>(Func<Declaration<T>, Declaration<T>> declare) : ResourceDefinition<T>
        where T : class, IApiObject<T>
    {
        protected override void Declare(Declaration<T> resource) => declare(resource);
    }

    // A class of its own: made after the fields of the class around it, which stand in several files and so in no certain order.
    private static class Together
    {
        internal static readonly ImmutableArray<ResourceDefinition> All =
            [.. BuiltInDefinitions.All, .. Plainly.Where(plain => !BuiltInDefinitions.All.Any(ruled => Serves(ruled, plain)))];
    }
}
