namespace ControlPlane.Storage.Tests.Faults;

/// <summary>What of a file outlives a power cut: its content at the last sync, and any part of what was written since.</summary>
internal sealed class DurableFile(byte[] content)
{
    private const int SectorBytes = 512;

    private readonly List<(long Offset, byte[]? Data)> _since = [];
    private byte[] _content = content;

    public void Write(long offset, byte[] data) => _since.Add((offset, data));

    public void Truncate(long length) => _since.Add((length, null));

    public void Sync()
    {
        _content = Apply(_content, _since);
        _since.Clear();
    }

    /// <summary>Each write since the sync is there, is missing, or is there in some of its sectors.</summary>
    public byte[] AfterPowerCut(Random random)
    {
        var kept = new List<(long, byte[]?)>();
        foreach (var (offset, data) in _since)
        {
            switch (random.Next(3))
            {
                case 0:
                    kept.Add((offset, data));
                    break;
                case 1 when data is not null:
                    for (var at = 0; at < data.Length; at += SectorBytes)
                    {
                        if (random.Next(2) == 0)
                            kept.Add((offset + at, data[at..Math.Min(at + SectorBytes, data.Length)]));
                    }

                    break;
                default:
                    break;
            }
        }

        return Apply(_content, kept);
    }

    private static byte[] Apply(byte[] content, List<(long Offset, byte[]? Data)> changes)
    {
        using var file = new MemoryStream();
        file.Write(content);
        foreach (var (offset, data) in changes)
        {
            if (data is null)
            {
                file.SetLength(offset);
                continue;
            }

            file.Position = offset;
            file.Write(data);
        }

        return file.ToArray();
    }
}
