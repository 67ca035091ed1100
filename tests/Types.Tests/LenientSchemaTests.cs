using System.Text;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Types.ApiExtensions;

namespace ControlPlane.Types.Tests;

/// <summary>Strict decoding does not see into values that upstream decodes by a method of their own.</summary>
public sealed class LenientSchemaTests
{
    [TestCase("""{"properties":{"a":{"bogus":1}}}""", "unknown field \"properties.a.bogus\"")]
    [TestCase("""{"items":{"properties":{"a":{"bogus":1}}}}""")]
    [TestCase("""{"items":[{"bogus":1}]}""")]
    [TestCase("""{"additionalProperties":{"bogus":1}}""")]
    [TestCase("""{"dependencies":{"a":{"bogus":1}}}""")]
    [TestCase("""{"items":{"bogus":1},"bogus":2}""", "unknown field \"bogus\"")]
    public void Unknown_fields_of_a_schema_are_told_of_outside_of_items(string schema, params string[] told)
    {
        var diagnostics = new DecodeDiagnostics();

        Json.Decode<JSONSchemaProps>(Encoding.UTF8.GetBytes(schema), diagnostics);

        Assert.That(diagnostics.Messages, Is.EqualTo(told));
    }
}
