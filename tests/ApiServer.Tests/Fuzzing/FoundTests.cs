using System.Buffers;
using System.Text;
using System.Text.Json;
using ControlPlane.ApiServer.Responses;
using ControlPlane.Machinery.Patching.Apply;
using ControlPlane.Machinery.Trees;
using ControlPlane.Machinery.Values;
using ControlPlane.Resources.Batch;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>What random input found, each as a case of its own.</summary>
public sealed class FoundTests
{
    private static IEnumerable<string> Texts() => Corpus.YamlTexts;

    [Test]
    public void A_path_that_descends_again_and_again_finds_no_more_than_there_is_time_for()
    {
        var tree = TreeReader.Read(Encoding.UTF8.GetBytes("[[[[[[[[[[1,2],3],4],5],6],7],8],9],10],11]"));
        Assert.That(JsonPathQuery.Parse(string.Concat(Enumerable.Repeat("..", 30)) + "*").Find(tree), Has.Count.LessThan(20_000));
    }

    [Test]
    public void A_slice_may_have_the_largest_step() =>
        Assert.That(JsonPathQuery.Parse("[1:3:2147483647]").Find(TreeReader.Read("[1,2,3]"u8)), Is.EqualTo(new[] { TreeInteger.Of(2) }));

    [Test]
    public void A_schedule_of_more_time_than_there_is_is_refused()
    {
        Assert.That(CronSchedule.TryParse("@every 999999999999h", out var complaint), Is.Null);
        Assert.That(complaint, Does.Contain("invalid duration"));
    }

    [TestCase("1e2147483647", 1)]
    [TestCase("5.00e-2147483648", 0)]
    public void A_quantity_with_the_largest_exponent_is_large_and_with_the_least_is_small(string text, int order) =>
        Assert.That(Quantity.Parse(text).CompareTo(new Quantity(1)), order > 0 ? Is.Positive : Is.Negative);

    [Test]
    public void Managed_fields_with_names_that_are_no_text_are_refused() =>
        Assert.That(() => FieldsCodec.Read("""{"f:\ud800":{}}"""u8), Throws.InstanceOf<ManagedFieldsException>());

    [TestCaseSource(nameof(Texts))]
    public void A_text_reads_the_same_when_it_was_written_as_YAML(string text)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["k"] = text, [text] = "v" });
        Assert.That(YamlReader.Read(YamlWriter.Of(new ReadOnlySequence<byte>(json))), Is.EqualTo(TreeReader.Read(json)));
    }
}
