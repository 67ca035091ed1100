using Microsoft.Extensions.Logging;

namespace ControlPlane.Controllers.Tests;

/// <summary>Warnings go to the test's output: a refused request would else only show as something that never happens.</summary>
internal sealed class TestLogs : ILoggerFactory, ILogger
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            TestContext.Progress.WriteLine($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
