using NUnit.Framework.Interfaces;

namespace ControlPlane.Conformance;

/// <summary>Marks the test that stands for one of the upstream conformance tests, by its exact name, and counts how it ends.</summary>
/// <param name="name">As in the list of the 1.36 suite.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceAttribute(string name) : PropertyAttribute("Conformance", name), ITestAction
{
    /// <summary>As in the list of the 1.36 suite.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public ActionTargets Targets => ActionTargets.Test;

    /// <inheritdoc/>
    public void BeforeTest(ITest test)
    {
    }

    /// <inheritdoc/>
    public void AfterTest(ITest test) => ConformanceCount.Note(Name, TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Passed);
}
