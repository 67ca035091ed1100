using System.Text;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Trees;

[TestFixture]
internal sealed class YamlReaderTests
{
    [TestCase("a: yes", """{"a":true}""")]
    [TestCase("a: Off", """{"a":false}""")]
    [TestCase("a: n", """{"a":false}""")]
    [TestCase("a: 'yes'", """{"a":"yes"}""")]
    [TestCase("a: ~\nb:\nc: null", """{"a":null,"b":null,"c":null}""")]
    [TestCase("a: 010\nb: 0x1F\nc: 0b11\nd: 0o17\ne: 1_000", """{"a":8,"b":31,"c":3,"d":15,"e":1000}""")]
    [TestCase("a: 08", """{"a":8}""")]
    [TestCase("a: 1.5\nb: 1e3\nc: .5\nd: -2.", """{"a":1.5,"b":1000,"c":0.5,"d":-2}""")]
    [TestCase("a: 18446744073709551615", """{"a":18446744073709552000}""")]
    [TestCase("a: 2001-12-14", """{"a":"2001-12-14"}""")]
    [TestCase("a: 1.2.3\nb: 0xZ\nc: 10Gi\nd: +x", """{"a":"1.2.3","b":"0xZ","c":"10Gi","d":"+x"}""")]
    [TestCase("1: a\ntrue: b\n1.5: c", """{"1":"a","1.5":"c","true":"b"}""")]
    [TestCase("a: !!str 1\nb: !!binary aGk=\nc: ! 5", """{"a":"1","b":"hi","c":"5"}""")]
    [TestCase("a: |\n  x\n  y\nb: >-\n  x\n  y", """{"a":"x\ny\n","b":"x y"}""")]
    [TestCase("base: &b {x: 1, z: 2}\nd:\n  <<: *b\n  z: 3", """{"base":{"x":1,"z":2},"d":{"x":1,"z":3}}""")]
    [TestCase("{\"a\": [1, \"2\"]}", """{"a":[1,"2"]}""")]
    [TestCase("---\na: 1\n...\n", """{"a":1}""")]
    [TestCase("", "null")]
    public void Yaml_means_what_sigs_yaml_makes_of_it(string yaml, string json) =>
        Assert.That(YamlReader.Read(Encoding.UTF8.GetBytes(yaml)).ToString(), Is.EqualTo(json));

    [TestCase("a: 1\na: 2")]
    [TestCase("a: [1")]
    [TestCase("a: 1\n---\nb: 2")]
    [TestCase("a: *nowhere")]
    [TestCase("a: &a [*a]")]
    [TestCase("? [1]\n: x")]
    [TestCase("a: .inf")]
    [TestCase("a: !!int x")]
    public void What_does_not_become_JSON_is_refused(string yaml) =>
        Assert.That(() => YamlReader.Read(Encoding.UTF8.GetBytes(yaml)), Throws.TypeOf<TreeFormatException>());

    [Test]
    public void Duplicates_can_be_collected_instead()
    {
        var duplicates = new List<string>();
        var tree = YamlReader.Read("a:\n  b: 1\n  b: 2\nc:\n- d: 1\n  d: 2"u8, duplicates);
        Assert.Multiple(() =>
        {
            Assert.That(tree.ToString(), Is.EqualTo("""{"a":{"b":2},"c":[{"d":2}]}"""));
            Assert.That(duplicates, Is.EqualTo(new[] { "a.b", "c[0].d" }));
        });
    }

    [Test]
    public void A_bomb_of_aliases_is_refused()
    {
        var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for (var level = 1; level < 10; level++)
            bomb.Append($"a{level}: &a{level} [{string.Join(',', Enumerable.Repeat($"*a{level - 1}", 9))}]\n");
        Assert.That(() => YamlReader.Read(Encoding.UTF8.GetBytes(bomb.ToString())), Throws.TypeOf<TreeFormatException>().With.Message.Contains("excessive aliasing"));
    }
}
