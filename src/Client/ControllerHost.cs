using ControlPlane.Client.Informers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Client;

/// <summary>Makes controllers, gives each its identity, and runs those that --controllers asks for over one set of informers.</summary>
public sealed partial class ControllerHost
{
    private readonly ControllerEnvironment _environment;
    private readonly ILogger _log;
    private readonly List<Member> _members = [];

    /// <summary>Makes the controllers; none acts before <see cref="RunAsync"/>.</summary>
    /// <param name="environment">What they are given.</param>
    /// <param name="catalog">One maker a controller.</param>
    /// <exception cref="InvalidOperationException">Two controllers have the same name.</exception>
    public ControllerHost(ControllerEnvironment environment, IEnumerable<Func<ControllerScope, Controller>> catalog)
    {
        _environment = environment;
        _log = environment.Logs.CreateLogger<ControllerHost>();
        foreach (var make in catalog)
            _members.Add(Make(make));
        var twice = _members.GroupBy(static member => member.Declaration.Name).FirstOrDefault(static same => same.Count() > 1);
        if (twice is not null)
            throw new InvalidOperationException($"two controllers are named {twice.Key}");
    }

    /// <summary>All that could run.</summary>
    public IEnumerable<ControllerDeclaration> Declarations => _members.Select(static member => member.Declaration);

    /// <summary>What controllers say of themselves, without anything to run them with.</summary>
    public static IReadOnlyList<ControllerDeclaration> Describe(IEnumerable<Func<ControllerScope, Controller>> catalog) =>
    [
        .. new ControllerHost(
            new ControllerEnvironment
            {
                TransportFor = static _ => throw new InvalidOperationException("a controller that only describes itself has no server"),
                Informers = new InformerSet(null!, TimeProvider.System, new Random(0), NullLoggerFactory.Instance),
                Clock = TimeProvider.System,
                Random = new Random(0),
                Logs = NullLoggerFactory.Instance,
            },
            catalog).Declarations,
    ];

    /// <summary>Runs until cancelled, informers included.</summary>
    /// <param name="words">Of --controllers; see <see cref="ControllerSelection"/>.</param>
    /// <param name="cancel">All end.</param>
    public Task RunAsync(IReadOnlyCollection<string> words, CancellationToken cancel) => RunAsync(words, static _ => true, cancel);

    /// <summary>Runs those of the chosen ones that the condition holds for, until cancelled, informers included.</summary>
    /// <param name="words">Of --controllers; see <see cref="ControllerSelection"/>.</param>
    /// <param name="condition">Runs only those: by leadership, for example.</param>
    /// <param name="cancel">All end.</param>
    public async Task RunAsync(IReadOnlyCollection<string> words, Func<ControllerDeclaration, bool> condition, CancellationToken cancel)
    {
        var chosen = _members.Where(member => IsChosen(member.Declaration, words) && condition(member.Declaration)).ToList();
        foreach (var member in chosen)
            member.Declaration.Wire(_environment.Informers);
        var informers = _environment.Informers.RunAsync(cancel);
        var controllers = chosen.Select(member => Task.Run(() => RunAsync(member, cancel), CancellationToken.None)).ToList();
        await Task.WhenAll([informers, .. controllers]);
    }

    private bool IsChosen(ControllerDeclaration declaration, IReadOnlyCollection<string> words) =>
        ControllerSelection.IsEnabled(declaration, words) && (declaration.Feature.Length == 0 || _environment.IsFeatureEnabled(declaration.Feature));

    private Member Make(Func<ControllerScope, Controller> make)
    {
        var scope = new ControllerScope(_environment);
        var controller = make(scope);
        scope.Declaration = controller.Describe();
        return new(controller, scope, scope.Declaration);
    }

    private async Task RunAsync(Member member, CancellationToken cancel)
    {
        try
        {
            await _environment.Informers.WaitForSyncAsync(cancel);
            Started(_log, member.Declaration.Name);
            var run = new ControllerRun(member.Declaration, _environment, _environment.Logs.CreateLogger(member.Controller.GetType().FullName!));
            await Task.WhenAll(member.Controller.RunAsync(run, cancel), member.Scope.Recorder?.RunAsync(cancel) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
    }

    private sealed record Member(Controller Controller, ControllerScope Scope, ControllerDeclaration Declaration);

    [LoggerMessage(LogLevel.Debug, "{Controller} runs")]
    private static partial void Started(ILogger log, string controller);
}
