namespace ControlPlane.TestKit.Histories;

/// <summary>What is wrong with a history; the first few are enough.</summary>
internal sealed class ProblemList
{
    private const int Most = 50;

    private readonly List<string> _problems = [];

    public IReadOnlyList<string> All => _problems;

    public void Add(string problem)
    {
        if (_problems.Count < Most)
            _problems.Add(problem);
    }
}
