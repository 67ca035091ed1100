using ControlPlane.Client;

namespace ControlPlane.Controllers.Tests;

/// <summary>A controller's declaration is its registration.</summary>
public sealed class CatalogTests
{
    private static readonly IReadOnlyList<Func<ControllerScope, Controller>> All = [.. ControllerCatalog.All(new ControllerSettings())];

    [Test]
    public void Every_controller_of_the_assembly_is_found()
    {
        var classes = typeof(ControllerCatalog).Assembly.GetTypes().Where(type => type is { IsAbstract: false, IsGenericTypeDefinition: false } && type.IsSubclassOf(typeof(Controller)));
        Assert.That(ControllerHost.Describe(All), Has.Count.EqualTo(classes.Count()));
    }

    [Test]
    public void Two_of_one_name_are_refused() =>
        Assert.That(() => ControllerHost.Describe([.. All, All[0]]), Throws.InvalidOperationException.With.Message.StartsWith("two controllers are named "));

    [Test]
    public void Events_are_told_by_upstreams_components()
    {
        var sources = ControllerHost.Describe(All).ToDictionary(controller => controller.Name, controller => controller.EventSource);
        Assert.That(sources["node-lifecycle-controller"], Is.EqualTo("node-controller"));
        Assert.That(sources["node-ipam-controller"], Is.EqualTo("cidrAllocator"));
        Assert.That(sources["disruption-controller"], Is.EqualTo("controllermanager"));
        Assert.That(sources["deployment-controller"], Is.EqualTo("deployment-controller"));
    }
}
