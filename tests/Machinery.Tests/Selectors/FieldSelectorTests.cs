using ControlPlane.Machinery.Selectors;

namespace ControlPlane.Machinery.Tests.Selectors;

[TestFixture]
internal sealed class FieldSelectorTests
{
    [TestCase("metadata.name=a,spec.nodeName!=b", "metadata.name=a,spec.nodeName!=b")]
    [TestCase("b==2,a=1", "a=1,b=2")]
    [TestCase(@"a=x\,y\=z\\", @"a=x\,y\=z\\")]
    [TestCase(",a=,", "a=")]
    public void Selectors_parse_and_print(string text, string canonical) =>
        Assert.That(FieldSelector.Parse(text).ToString(), Is.EqualTo(canonical));

    [TestCase("a", "invalid selector: 'a'; can't understand 'a'")]
    [TestCase("a=1,b!", "invalid selector: 'a=1,b!'; can't understand 'b!'")]
    [TestCase(@"a=\x", @"invalid field selector: invalid escape sequence: \x")]
    [TestCase("a=b=c", "invalid field selector: unescaped character in value: 61")]
    public void Complaints_are_upstreams(string text, string message) =>
        Assert.That(() => FieldSelector.Parse(text), Throws.TypeOf<SelectorException>().With.Message.EqualTo(message));

    [TestCase("name=a", true)]
    [TestCase("name!=a", false)]
    [TestCase("node=", true)]
    [TestCase("name=a,node!=x", true)]
    [TestCase("name=a,node=x", false)]
    public void Fields_match(string text, bool matches) =>
        Assert.That(FieldSelector.Parse(text).Matches("a", static (name, field) => field == "name" ? name : ""), Is.EqualTo(matches));

    [Test]
    public void An_index_can_ask_for_the_exact_value()
    {
        var selector = FieldSelector.Parse("metadata.name=a,spec.nodeName!=b");
        Assert.Multiple(() =>
        {
            Assert.That(selector.ExactValue("metadata.name"), Is.EqualTo("a"));
            Assert.That(selector.ExactValue("spec.nodeName"), Is.Null);
        });
    }
}
