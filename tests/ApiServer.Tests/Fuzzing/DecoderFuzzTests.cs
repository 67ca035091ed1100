using ControlPlane.TestKit.Fuzzing;

namespace ControlPlane.ApiServer.Tests.Fuzzing;

/// <summary>
/// Random input for everything that reads what clients send, without a server. For longer:
/// <c>dotnet test tests/ApiServer.Tests --filter FullyQualifiedName~DecoderFuzz -- 'TestRunParameters.Parameter(name="minutes", value="5")'</c>, and a seed likewise.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class DecoderFuzzTests
{
    private const int Cases = 600;

    private static IEnumerable<string> Targets() => DecoderTargets.All.Keys;

    [TestCaseSource(nameof(Targets))]
    public async Task Spoilt_input_is_read_or_refused_and_nothing_else_happens(string target)
    {
        var run = new FuzzRun(Cases, TestContext.Parameters.Get("seed", 1), TestContext.Parameters.Get("minutes", 0.0));
        var tried = await run.RunAsync(DecoderTargets.All[target]);
        TestContext.Out.WriteLine($"{target}: {tried} cases");
    }
}
