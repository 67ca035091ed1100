using ControlPlane.Types.Discovery;

namespace ControlPlane.Controllers.Services.Slices;

/// <summary>
/// Distributes the endpoints of one family and one set of ports over slices, with as few writes as can be: endpoints stay where they are; what is new goes into
/// slices that are written anyway, else into one that it fills best, else into new ones.
/// </summary>
/// <remarks>Packing is deliberately not perfect (reconciler.go: reconcileByPortMapping): a written slice is sent to every node, an unwritten one costs nothing.</remarks>
/// <param name="template">A slice without endpoints, as a new one is made.</param>
/// <param name="maxPerSlice">How many endpoints a slice may have.</param>
internal sealed class SlicePacking(EndpointSlice template, int maxPerSlice)
{
    private readonly List<EndpointSlice> _create = [];
    private readonly List<EndpointSlice> _update = [];
    private readonly List<EndpointSlice> _delete = [];
    private readonly List<EndpointSlice> _unchanged = [];

    /// <summary>The writes that lead from the existing slices to the desired endpoints.</summary>
    public SlicePlan Pack(IEnumerable<EndpointSlice> existing, Dictionary<EndpointIdentity, Endpoint> desired)
    {
        var missing = new Dictionary<EndpointIdentity, Endpoint>(desired);
        foreach (var slice in existing)
            Revise(slice, missing);
        Place([.. missing.OrderBy(static entry => entry.Key.Name, StringComparer.Ordinal).Select(static entry => entry.Value)]);
        return new(_create, _update, _delete);
    }

    private void Revise(EndpointSlice slice, Dictionary<EndpointIdentity, Endpoint> missing)
    {
        var kept = new List<Endpoint>(slice.Endpoints.Count);
        foreach (var endpoint in slice.Endpoints)
        {
            // An endpoint that two slices have stays in the first.
            if (missing.Remove(EndpointIdentity.Of(endpoint), out var wanted))
                kept.Add(wanted == endpoint ? endpoint : wanted);
        }
        var isSame = kept.Count == slice.Endpoints.Count && kept.SequenceEqual(slice.Endpoints);
        if (kept.Count == 0)
            _delete.Add(slice);
        else if (isSame && template.Metadata.Labels.IsCoveredBy(slice.Metadata.Labels))
            _unchanged.Add(slice);
        else
            _update.Add(Written(slice, kept));
    }

    private void Place(List<Endpoint> rest)
    {
        for (var i = 0; i < _update.Count; i++)
            _update[i] = Fill(_update[i], rest);
        while (rest.Count > 0)
        {
            if (rest.Count < maxPerSlice && FullestWithRoomFor(rest.Count) is { } slice)
            {
                _unchanged.Remove(slice);
                _update.Add(Fill(Written(slice, slice.Endpoints), rest));
            }
            else
                _create.Add(Fill(template, rest));
        }
    }

    private EndpointSlice? FullestWithRoomFor(int count) => _unchanged
        .Where(slice => slice.Endpoints.Count + count <= maxPerSlice)
        .MaxBy(static slice => slice.Endpoints.Count);

    private EndpointSlice Written(EndpointSlice slice, IEnumerable<Endpoint> endpoints) => slice with
    {
        Metadata = slice.Metadata with { Labels = template.Metadata.Labels },
        Endpoints = [.. endpoints],
    };

    private EndpointSlice Fill(EndpointSlice slice, List<Endpoint> rest)
    {
        var count = Math.Min(maxPerSlice - slice.Endpoints.Count, rest.Count);
        if (count <= 0)
            return slice;
        var filled = slice with { Endpoints = slice.Endpoints.AddRange(rest[..count]) };
        rest.RemoveRange(0, count);
        return filled;
    }
}
