using System.Text;
using ControlPlane.Node.Runtime;
using ControlPlane.Node.Server.Logs;

namespace ControlPlane.Node.Pods.Containers;

/// <summary>A container's last words: what it left in the file it was given, or the end of its log.</summary>
internal static class TerminationMessages
{
    private const int FileBytesMax = 4096; // kubelet: MaxContainerTerminationMessageLength
    private const int LogBytesMax = 2048; // kubelet: MaxContainerTerminationMessageLogLength
    private const int LogLinesMax = 80; // kubelet: MaxContainerTerminationMessageLogLines

    /// <summary>The message of a container that has ended; the runtime's own where it left none.</summary>
    public static string Read(ContainerStatus container)
    {
        var path = container.Annotations.GetValueOrDefault(PodLabels.TerminationMessagePath) ?? "";
        var said = path.Length > 0 && container.Mounts.FirstOrDefault(mount => mount.ContainerPath == path) is { } mount ? ReadEnd(mount.HostPath, FileBytesMax) : "";
        var wantsLog = container.Annotations.GetValueOrDefault(PodLabels.TerminationMessagePolicy) == "FallbackToLogsOnError";
        if (said.Length == 0 && wantsLog && container.ExitCode != 0)
            said = ReadLog(container.LogPath);
        if (said.Length == 0)
            return container.Message;
        return container.Message.Length > 0 ? $"{container.Message}: {said}" : said;
    }

    private static string ReadLog(string path)
    {
        var end = ReadEnd(path, LogBytesMax * 4);
        var text = new StringBuilder();
        foreach (var line in end.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LogLinesMax))
        {
            if (LogLine.TryParse(Encoding.UTF8.GetBytes(line), out var parsed))
                text.Append(Encoding.UTF8.GetString(parsed.Content.Span)).Append(parsed.IsPartial ? "" : "\n");
        }
        return text.Length <= LogBytesMax ? text.ToString() : text.ToString(text.Length - LogBytesMax, LogBytesMax);
    }

    private static string ReadEnd(string path, int bytesMax)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(file.Length, bytesMax), SeekOrigin.End);
            var bytes = new byte[bytesMax];
            return Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, bytesMax, throwOnEndOfStream: false));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
