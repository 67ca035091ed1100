using System.Collections.Immutable;
using System.Text;
using ControlPlane.Machinery.Definitions;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.Resources.Tests;

/// <summary>Asks one definition what it says to a write, in the order of the write path, without a server.</summary>
/// <param name="kind">The kind's name.</param>
internal sealed class RuleTest(string kind)
{
    private static readonly WriteContext Writer =
        new("u", "", [], ImmutableDictionary<string, ImmutableArray<string>>.Empty, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private readonly ResourceDefinition _definition = BuiltInDefinitions.Served.Single(definition => definition.Hub.Kind == kind && definition.Hub.Group is not "events.k8s.io");

    /// <summary>An object as the store has it: filled in.</summary>
    public IApiObject Stored(string json) => _definition.Default(Read(json));

    /// <summary>What is wrong with a new object: "field: message" each.</summary>
    public IReadOnlyList<string> Create(string json)
    {
        var errors = new FieldErrors();
        _definition.Validate(_definition.PrepareForCreate(_definition.Default(Read(json)), Writer), Writer, errors);
        return [.. errors.All.Select(error => error.ToString())];
    }

    /// <summary>What a write over an object makes of it, and what is wrong with that.</summary>
    public (IApiObject Object, IReadOnlyList<string> Errors) Update(string old, string json, string subresource = "")
    {
        var (before, context, errors) = (Stored(old), Writer with { Subresource = subresource }, new FieldErrors());
        var value = _definition.PrepareForUpdate(Stored(json), before, context);
        if (subresource == "status")
            _definition.Traits.Status!.Validate?.Invoke(value, before, errors);
        else
            _definition.ValidateUpdate(value, before, context, errors);
        return (value, [.. errors.All.Select(error => error.ToString())]);
    }

    /// <summary>What the client is warned of.</summary>
    public IReadOnlyList<string> Warnings(string json) => [.. _definition.Warnings(Stored(json), null)];

    private IApiObject Read(string json) => _definition.Versions[0].ReadJson(Encoding.UTF8.GetBytes(json), null);
}
