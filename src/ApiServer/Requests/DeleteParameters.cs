using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Requests;

/// <summary>Reads and checks how a delete is to be done: from the body where there is one, else from the query.</summary>
internal static class DeleteParameters
{
    /// <summary>The options of a query.</summary>
    /// <exception cref="ApiException">400: a number is none.</exception>
    public static DeleteOptions Of(QueryParameters query)
    {
        if (query.IsEmpty)
            return new DeleteOptions();
        return new DeleteOptions
        {
            GracePeriodSeconds = query.Integer("gracePeriodSeconds"),
            OrphanDependents = query.FlagOrNull("orphanDependents"),
            PropagationPolicy = query.Has("propagationPolicy") ? query.First("propagationPolicy") : null,
            DryRun = [.. query.All("dryRun").Select(value => value ?? "")],
            Preconditions = query.Has("preconditions.uid") || query.Has("preconditions.resourceVersion")
                ? new Preconditions { Uid = NullIfAbsent(query, "preconditions.uid"), ResourceVersion = NullIfAbsent(query, "preconditions.resourceVersion") }
                : null,
        };
    }

    /// <summary>Checks them (apimachinery: ValidateDeleteOptions).</summary>
    /// <exception cref="ApiException">422: an option has a value that it may not have.</exception>
    public static void Check(DeleteOptions options)
    {
        var errors = new FieldErrors();
        if (options is { PropagationPolicy: { } both, OrphanDependents: not null })
            errors.At("propagationPolicy").Invalid(both, "orphanDependents and deletionPropagation cannot be both set");
        if (options.PropagationPolicy is { } policy and not ("Foreground" or "Background" or "Orphan"))
            errors.At("propagationPolicy").NotSupported(policy, "Foreground", "Background", "Orphan", "nil");
        WriteParameters.ReadDryRun([.. options.DryRun], errors);
        WriteParameters.Refuse("DeleteOptions", errors);
    }

    private static string? NullIfAbsent(QueryParameters query, string name) => query.Has(name) ? query.First(name) : null;
}
