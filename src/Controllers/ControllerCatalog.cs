using System.Collections.Immutable;
using ControlPlane.Client;

namespace ControlPlane.Controllers;

/// <summary>All controllers. Each declares what it is; the generator finds them and gives each what its constructor asks for.</summary>
public static partial class ControllerCatalog
{
    [Catalog]
    internal static partial ImmutableArray<Func<ControllerScope, ControllerSettings, Controller>> Makers { get; }

    /// <summary>One maker a controller.</summary>
    /// <param name="settings">What the command line decides.</param>
    public static IEnumerable<Func<ControllerScope, Controller>> All(ControllerSettings settings) =>
        Makers.Select(make => (Func<ControllerScope, Controller>)(scope => make(scope, settings)));
}
