using System.Text;
using ControlPlane.Machinery.Trees;
using ControlPlane.Resources.ApiExtensions;

namespace ControlPlane.Resources.Tests.ApiExtensions;

/// <summary>Definitions are stored in the form of v1beta1, and come back as they were.</summary>
public sealed class StoredDefinitionFormTests
{
    private const string One = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"g","conversion":{"strategy":"None"},
         "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}},"subresources":{"status":{}},"additionalPrinterColumns":[{"name":"N","type":"string","jsonPath":".a"}]}]}}
        """;

    private const string Two = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","spec":{"group":"g",
         "conversion":{"strategy":"Webhook","webhook":{"clientConfig":{"url":"https://x"},"conversionReviewVersions":["v1"]}},
         "versions":[{"name":"v2","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}},
                     {"name":"v1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","description":"old"}}}]}}
        """;

    [Test]
    public void What_versions_have_in_common_stands_once() => Assert.That(StoredDefinitionForm.ToStored(Tree(One)).ToString(), Is.EqualTo(Tree("""
        {"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"CustomResourceDefinition","spec":{"group":"g","conversion":{"strategy":"None"},"preserveUnknownFields":false,"version":"v1",
         "validation":{"openAPIV3Schema":{"type":"object"}},"subresources":{"status":{}},"additionalPrinterColumns":[{"name":"N","type":"string","JSONPath":".a"}],
         "versions":[{"name":"v1","served":true,"storage":true}]}}
        """).ToString()));

    [Test]
    public void What_differs_stands_with_its_version()
    {
        var spec = StoredDefinitionForm.ToStored(Tree(Two)).Object("spec")!;
        Assert.That(spec.Has("validation"), Is.False);
        Assert.That(spec["conversion"]!.ToString(), Is.EqualTo("""{"conversionReviewVersions":["v1"],"strategy":"Webhook","webhookClientConfig":{"url":"https://x"}}"""));
    }

    [TestCase(One)]
    [TestCase(Two)]
    public void What_is_stored_comes_back_as_it_was(string definition) =>
        Assert.That(StoredDefinitionForm.FromStored(StoredDefinitionForm.ToStored(Tree(definition))), Is.EqualTo(Tree(definition)));

    [Test]
    public void A_definition_that_says_nothing_of_unknown_fields_kept_them() => Assert.That(
        StoredDefinitionForm.FromStored(Tree("""{"spec":{"version":"v1"}}""")).Object("spec")!.ToString(),
        Is.EqualTo("""{"preserveUnknownFields":true,"versions":[{"name":"v1","served":true,"storage":true}]}"""));

    private static TreeObject Tree(string json) => TreeReader.ReadObject(Encoding.UTF8.GetBytes(json));
}
