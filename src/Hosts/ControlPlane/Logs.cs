using Microsoft.Extensions.Logging;

namespace ControlPlane;

/// <summary>Where the process logs to: standard error, one line a message.</summary>
internal static class Logs
{
    /// <summary>A factory for that --v.</summary>
    public static ILoggerFactory Create(int verbosity) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(Level(verbosity))
        .AddFilter("Microsoft", verbosity >= 6 ? LogLevel.Information : LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.UseUtcTimestamp = true;
        }));

    private static LogLevel Level(int verbosity) => verbosity switch
    {
        <= 0 => LogLevel.Warning,
        <= 3 => LogLevel.Information,
        <= 5 => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
