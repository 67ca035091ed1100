using System.CommandLine;
using System.Text.RegularExpressions;
using ControlPlane.Commands;
using ControlPlane.TestKit;

namespace ControlPlane.Host.Tests.Options;

/// <summary>What must hold of every flag and of every help text, whatever is added.</summary>
public sealed partial class FlagRuleTests
{
    // Defaults that the product chose otherwise; --v has none in the table.
    private static readonly string[] OwnDefaults =
        ["--controllers", "--bind-address", "--secure-port", "--service-cluster-ip-range", "--authorization-mode", "--allocate-node-cidrs", "--cluster-cidr", "--node-cidr-mask-size", "--anonymous-auth", "--service-account-issuer", "--service-node-port-range"];

    private static IEnumerable<FlagInfo> Flags => CommandLine.Commands.SelectMany(command => command.Sections).SelectMany(section => section.Flags).DistinctBy(flag => flag.Name);

    private static IEnumerable<FlagCommand> Commands => CommandLine.Commands;

    [Test]
    public void Names_are_lower_case_with_dashes() => Assert.That(Flags.Select(flag => flag.Name).Where(name => !FlagName().IsMatch(name)), Is.Empty);

    [Test]
    public void Each_is_explained_in_a_sentence_that_ends() =>
        Assert.That(Flags.Where(flag => flag.Help.Length < 10 || !flag.Help.EndsWith('.')).Select(flag => flag.Name), Is.Empty);

    [TestCaseSource(nameof(Commands))]
    public void A_name_stands_once_in_a_command(Command command) =>
        Assert.That(((FlagCommand)command).Sections.SelectMany(section => section.Flags).Select(flag => flag.Name), Is.Unique);

    [TestCaseSource(nameof(Commands))]
    public void Help_names_every_flag_and_keeps_within_the_terminal(Command command)
    {
        foreach (var width in new[] { 80, 100, 120 })
        {
            var lines = HelpText.Of(command, width).Split('\n');
            Assert.That(lines.Where(line => line.Length > width), Is.Empty);
            foreach (var flag in ((FlagCommand)command).Sections.SelectMany(section => section.Flags))
                Assert.That(lines.Count(line => Regex.IsMatch(line, $"^  (-., )?{flag.Name}( |$)")), Is.EqualTo(1), flag.Name);
        }
    }

    [Test]
    public void The_programs_help_names_every_command()
    {
        var root = Root.Create();
        var text = HelpText.Of(root, 100);
        foreach (var command in root.Subcommands)
            Assert.That(text, Does.Contain($"\n  {command.Name}\n"));
    }

    [Test]
    public void What_upstream_has_too_has_upstreams_default()
    {
        if (Repository.Shared is not { } shared)
        {
            Assert.Ignore("the facts are not beside the checkout");
            return;
        }

        var known = new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler" }
            .SelectMany(component => File.ReadLines(Path.Combine(shared, "facts", $"flags-{component}-1.36.tsv")))
            .Where(line => line.StartsWith("--", StringComparison.Ordinal))
            .Select(line => line.Split('\t'))
            .ToLookup(columns => columns[0]);
        foreach (var flag in Flags.Where(flag => known.Contains(flag.Name) && !OwnDefaults.Contains(flag.Name)))
        {
            var defaults = known[flag.Name].Select(columns => columns[2].Trim('"'));
            Assert.That(defaults, Has.Some.EqualTo(Shown(flag)), flag.Name);
        }
    }

    // The tables leave out what is false, 0 or empty.
    private static string Shown(FlagInfo flag) => flag switch
    {
        { Default: "false" or "0" } => "",
        { Type: "strings", Default.Length: > 0 } => $"[{flag.Default}]",
        _ => flag.Default,
    };

    [GeneratedRegex("^--[a-z][a-z0-9-]*$")]
    private static partial Regex FlagName();
}
