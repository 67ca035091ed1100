using System.Text;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Trees;

/// <summary>Paths lead where client-go's jsonpath leads.</summary>
public sealed class JsonPathQueryTests
{
    private const string Root = """
        {"spec":{"a":1,"a.b":2,"list":[{"name":"x","n":1},{"name":"y","n":2},{"name":"z","n":3}]},"status":{"conditions":[{"type":"Ready","status":"True"},{"type":"Other","status":"False"}]}}
        """;

    [TestCase(".spec.a", "1")]
    [TestCase("spec.a", "1")]
    [TestCase(".spec['a.b']", "2")]
    [TestCase(@".spec.a\.b", "2")]
    [TestCase(".spec.list[1].name", "\"y\"")]
    [TestCase(".spec.list[-1].name", "\"z\"")]
    [TestCase(".spec.list[0:2].n", "1 2")]
    [TestCase(".spec.list[*].n", "1 2 3")]
    [TestCase(".spec.list[?(@.n>1)].name", "\"y\" \"z\"")]
    [TestCase(""".status.conditions[?(@.type=="Ready")].status""", "\"True\"")]
    [TestCase(".status..type", "\"Ready\" \"Other\"")]
    [TestCase(".spec.nosuch.deeper", "")]
    public void A_path_leads_to_values(string path, string values) =>
        Assert.That(string.Join(' ', JsonPathQuery.Parse(path).Find(TreeReader.Read(Encoding.UTF8.GetBytes(Root)))), Is.EqualTo(values));

    [TestCase(".spec[")]
    [TestCase(".spec[x]")]
    [TestCase(".spec[?(x=1)]")]
    public void What_is_no_path_is_refused(string path) => Assert.That(() => JsonPathQuery.Parse(path), Throws.TypeOf<FormatException>());
}
