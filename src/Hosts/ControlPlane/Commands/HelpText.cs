using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;

namespace ControlPlane.Commands;

/// <summary>What --help prints: usage, an example, and the flags in sections, each with its type and default, wrapped to the terminal.</summary>
internal sealed class HelpText : SynchronousCommandLineAction
{
    private const int NarrowestWidth = 80;
    private const int WidestWidth = 120;
    private const int UsualWidth = 100; // where there is no terminal
    private const int HelpColumn = 8; // of a flag's text: upstream's usage puts it on a line of its own as well

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.Write(Of(parseResult.CommandResult.Command, TerminalWidth()));
        return 0;
    }

    /// <summary>The text for a terminal of so many columns.</summary>
    public static string Of(Command command, int width)
    {
        var text = new StringBuilder();
        Wrap(text, 0, width, command.Description ?? "");
        text.Append("\nUsage:\n  ").Append(PathOf(command)).Append(command.Subcommands.Count > 0 ? " <command>" : "").Append(string.Concat(command.Arguments.Select(UsageOf))).Append(" [flags]\n");
        foreach (var argument in command.Arguments)
            Wrap(text, HelpColumn, width, $"{argument.Name}: {argument.Description}");
        if (command is FlagCommand flags)
            Flags(text, flags, width);
        else
            Subcommands(text, command, width);
        return text.ToString();
    }

    private static void Flags(StringBuilder text, FlagCommand command, int width)
    {
        text.Append("\nExample:\n  ").Append(command.Example).Append('\n');
        foreach (var section in command.Sections)
        {
            text.Append('\n').Append(section.Title).Append(":\n");
            foreach (var flag in section.Flags)
                Flag(text, flag, width);
        }
    }

    private static void Flag(StringBuilder text, FlagInfo flag, int width)
    {
        text.Append("  ");
        if (flag.Alias.Length > 0)
            text.Append(flag.Alias).Append(", ");
        text.Append(flag.Name);
        if (flag.Type.Length > 0)
            text.Append(' ').Append(flag.Type);
        text.Append('\n');
        Wrap(text, HelpColumn, width, flag.Default is "" or "false" or "0" ? flag.Help : $"{flag.Help} (default {flag.Default})");
    }

    private static void Subcommands(StringBuilder text, Command command, int width)
    {
        text.Append("\nCommands:\n");
        foreach (var sub in command.Subcommands)
        {
            text.Append("  ").Append(sub.Name).Append('\n');
            Wrap(text, HelpColumn, width, sub.Description ?? "");
        }
        text.Append("\nFlags:\n");
        if (command is RootCommand)
            text.Append("  --version\n        The version of Kubernetes that this program is.\n");
        text.Append("  -h, --help\n        This text; after a command, that command's.\n");
    }

    private static void Wrap(StringBuilder text, int indent, int width, string words)
    {
        var column = 0;
        foreach (var word in words.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                text.Append('\n');
                column = 0;
            }
            if (column > 0)
            {
                text.Append(' ').Append(word);
                column += 1 + word.Length;
            }
            else
            {
                text.Append(' ', indent).Append(word);
                column = indent + word.Length;
            }
        }
        text.Append('\n');
    }

    private static string UsageOf(Argument argument) =>
        (argument.Arity.MinimumNumberOfValues == 0 || argument.HasDefaultValue ? $" [{argument.Name}]" : $" <{argument.Name}>") + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "controlplane";

    private static int TerminalWidth() => Console.IsOutputRedirected || Console.WindowWidth <= 0 ? UsualWidth : Math.Clamp(Console.WindowWidth, NarrowestWidth, WidestWidth);
}
