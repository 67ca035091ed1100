using ControlPlane.Machinery.Selectors;

namespace ControlPlane.Machinery.Tests.Selectors;

[TestFixture]
internal sealed class LabelSelectorTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["a"] = "b", ["in"] = "notin", ["n"] = "5", ["e"] = "" };

    [TestCase("a=b", true)]
    [TestCase("a==b,in=notin", true)]
    [TestCase("a!=b", false)]
    [TestCase("z!=b", true)]
    [TestCase("a in (x,b)", true)]
    [TestCase("a notin (x,b)", false)]
    [TestCase("z notin (x)", true)]
    [TestCase("a", true)]
    [TestCase("!a", false)]
    [TestCase("! z", true)]
    [TestCase("n>4,n<6", true)]
    [TestCase("n>5", false)]
    [TestCase("a>1", false)]
    [TestCase("e=", true)]
    [TestCase("e=,a", true)]
    [TestCase("e in (,)", true)]
    [TestCase("e in (x,)", true)]
    [TestCase("", true)]
    public void Labels_match_what_the_text_says(string text, bool matches) =>
        Assert.That(LabelSelector.Parse(text).Matches(Labels), Is.EqualTo(matches));

    [TestCase("z , b in ( y,x ),a = 1,!c,d!=2,n>3", "a=1,b in (x,y),!c,d!=2,n>3,z")]
    [TestCase("x in (b,a,b)", "x in (a,b)")]
    public void The_canonical_form_is_sorted(string text, string canonical) =>
        Assert.That(LabelSelector.Parse(text).ToString(), Is.EqualTo(canonical));

    [TestCase("a=b=c", "found '=', expected: ',' or 'end of string'")]
    [TestCase(",a", "found ',', expected: !, identifier, or 'end of string'")]
    [TestCase("a,", "found '', expected: identifier after ','")]
    [TestCase("a in b", "unable to parse requirement: found 'b' expected: '('")]
    [TestCase("a in (b", "unable to parse requirement: found '', expected: ',' or ')'")]
    [TestCase("a in ()", "unable to parse requirement: values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty")]
    [TestCase("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [TestCase("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    public void Complaints_are_upstreams(string text, string message) =>
        Assert.That(() => LabelSelector.Parse(text), Throws.TypeOf<SelectorException>().With.Message.EqualTo(message));

    [TestCase("-a", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters")]
    [TestCase("a/b/c", "unable to parse requirement: <nil>: Invalid value: \"a/b/c\": a qualified name must consist of")]
    [TestCase("A_/b", "unable to parse requirement: <nil>: Invalid value: \"A_/b\": prefix part a lowercase RFC 1123 subdomain must consist of")]
    [TestCase("a=?", "unable to parse requirement: values[0][a]: Invalid value: \"?\": a valid label must be an empty string or consist of")]
    public void Bad_keys_and_values_are_named(string text, string message) =>
        Assert.That(() => LabelSelector.Parse(text), Throws.TypeOf<SelectorException>().With.Message.StartsWith(message));

    [Test]
    public void Nothing_matches_nothing_and_everything_all()
    {
        Assert.Multiple(() =>
        {
            Assert.That(LabelSelector.Nothing.Matches(Labels), Is.False);
            Assert.That(LabelSelector.Everything.Matches<Dictionary<string, string>>(null), Is.True);
            Assert.That(LabelSelector.Parse("a=b").Matches<Dictionary<string, string>>(null), Is.False);
        });
    }

    [Test]
    public void An_index_can_ask_for_the_exact_value()
    {
        Assert.Multiple(() =>
        {
            Assert.That(LabelSelector.Parse("a=b").Requirements[0].ExactValue, Is.EqualTo("b"));
            Assert.That(LabelSelector.Parse("a in (b)").Requirements[0].ExactValue, Is.EqualTo("b"));
            Assert.That(LabelSelector.Parse("a in (b,c)").Requirements[0].ExactValue, Is.Null);
        });
    }
}
