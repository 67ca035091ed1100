namespace ControlPlane.Streaming.RemoteCommand;

/// <summary>Which of a command's streams are wanted: exec's and attach's query parameters.</summary>
public sealed record CommandStreams(bool Stdin = false, bool Stdout = false, bool Stderr = false, bool Tty = false);

/// <summary>The channel numbers of exec and attach.</summary>
internal static class CommandChannels
{
    public const byte Stdin = 0;
    public const byte Stdout = 1;
    public const byte Stderr = 2;
    public const byte Error = 3;
    public const byte Resize = 4;
    public const int Count = 5;
}
