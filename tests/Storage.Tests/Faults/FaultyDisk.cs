using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ControlPlane.Storage.Tests.Faults;

/// <summary>What SQLite asks of a disk.</summary>
public enum DiskOperation
{
    Write,
    Sync,
    Truncate,
}

/// <summary>
/// A disk that counts what is asked of it, fails on demand, and can have its power cut: a layer under SQLite (a VFS) that sees the files below one
/// directory and passes everything else through.
/// </summary>
/// <remarks>
/// What a file durably holds is what it held at its last sync. A power cut gives that, and of what was written since any part, in sectors: the
/// database goes on meanwhile, so that one run can be cut many times.
/// </remarks>
internal sealed unsafe class FaultyDisk : IDisposable
{
    private const int Ok = 0;

    private static readonly ConcurrentDictionary<string, FaultyDisk> Disks = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<nint, OpenFile> Files = new();
    private static readonly ConcurrentDictionary<nint, nint> Tables = new();
    private static readonly Vfs* Real = Install();

    private readonly string _directory;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, DurableFile> _durable = new(StringComparer.Ordinal);
    private readonly List<(DiskOperation Operation, string File)> _done = [];

    public FaultyDisk(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        if (Real == null || !Disks.TryAdd(directory, this))
            throw new InvalidOperationException("the directory has a disk already");
    }

    /// <summary>Decides before each operation on a file of that name: 0 to do it, else the SQLite error to fail with; a write that fails is half done. May block.</summary>
    public Func<DiskOperation, string, int> Fault { get; set; } = (_, _) => Ok;

    /// <summary>What has been done, in order.</summary>
    public IReadOnlyList<(DiskOperation Operation, string File)> Done
    {
        get
        {
            lock (_lock)
                return [.. _done];
        }
    }

    /// <summary>Writes what the disk might hold, had its power been cut now, to another directory.</summary>
    public void CutPower(Random random, string to)
    {
        Directory.CreateDirectory(to);
        lock (_lock)
        {
            foreach (var (path, file) in _durable)
                File.WriteAllBytes(Path.Combine(to, Path.GetFileName(path)), file.AfterPowerCut(random));
            foreach (var mark in Directory.GetFiles(_directory, "*.lock"))
                CopyLocked(mark, Path.Combine(to, Path.GetFileName(mark)));
        }
    }

    public void Dispose() => Disks.TryRemove(_directory, out _);

    // .NET would honour the lock that the store holds on it.
    private static void CopyLocked(string from, string to)
    {
        using var copy = System.Diagnostics.Process.Start("cp", [from, to]);
        copy.WaitForExit();
    }

    private DurableFile Durable(string path)
    {
        lock (_lock)
            return _durable.TryGetValue(path, out var file) ? file : _durable[path] = new DurableFile(File.Exists(path) ? ReadShared(path) : []);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private int Do(DiskOperation operation, OpenFile file, Func<int> real, Action<DurableFile> durable)
    {
        if (Fault(operation, Path.GetFileName(file.Path)) is not Ok and var failure)
            return failure;
        lock (_lock)
        {
            var result = real();
            if (result == Ok)
            {
                durable(file.Durable);
                _done.Add((operation, Path.GetFileName(file.Path)));
            }

            return result;
        }
    }

    private static Vfs* Install()
    {
        var real = sqlite3_vfs_find(null);
        var vfs = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
        *vfs = *real;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8("faulty");
        vfs->Open = &Open;
        return sqlite3_vfs_register(vfs, 1) == Ok ? real : throw new InvalidOperationException("SQLite does not take the VFS");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(Vfs* vfs, byte* name, Methods** file, int flags, int* outFlags)
    {
        var result = Real->Open(vfs, name, file, flags, outFlags);
        var path = Marshal.PtrToStringUTF8((nint)name);
        if (result != Ok || path is null || !Disks.TryGetValue(Path.GetDirectoryName(path)!, out var disk))
            return result;
        Files[(nint)file] = new OpenFile(path, disk, (nint)(*file), disk.Durable(path));
        *file = (Methods*)Tables.GetOrAdd((nint)(*file), static original => TableOver(original));
        return Ok;
    }

    private static nint TableOver(nint original)
    {
        var table = (Methods*)NativeMemory.Alloc((nuint)sizeof(Methods));
        *table = *(Methods*)original;
        table->Close = &Close;
        table->Write = &Write;
        table->Truncate = &Truncate;
        table->Sync = &Sync;
        return (nint)table;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(Methods** file)
    {
        Files.TryRemove((nint)file, out var open);
        return ((Methods*)open!.Original)->Close(file);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(Methods** file, byte* data, int length, long offset)
    {
        var open = Files[(nint)file];
        var real = ((Methods*)open.Original)->Write;
        var result = open.Disk.Do(
            DiskOperation.Write, open, () => real(file, data, length, offset), durable => durable.Write(offset, new ReadOnlySpan<byte>(data, length).ToArray()));
        if (result != Ok)
            _ = real(file, data, length / 2, offset);
        return result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(Methods** file, long length)
    {
        var open = Files[(nint)file];
        return open.Disk.Do(DiskOperation.Truncate, open, () => ((Methods*)open.Original)->Truncate(file, length), durable => durable.Truncate(length));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(Methods** file, int flags)
    {
        var open = Files[(nint)file];
        return open.Disk.Do(DiskOperation.Sync, open, () => ((Methods*)open.Original)->Sync(file, flags), durable => durable.Sync());
    }

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern Vfs* sqlite3_vfs_find(byte* name);

    [DllImport("e_sqlite3", CallingConvention = CallingConvention.Cdecl)]
    private static extern int sqlite3_vfs_register(Vfs* vfs, int makeDefault);

    private sealed record OpenFile(string Path, FaultyDisk Disk, nint Original, DurableFile Durable);

    // sqlite3_vfs and sqlite3_io_methods, as sqlite3.h has them.
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileBytes;
        public int PathBytes;
        public Vfs* Next;
        public byte* Name;
        public void* Data;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, Methods**, int, int*, int> Open;
        private fixed long _others[14];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<Methods**, int> Close;
        public void* Read;
        public delegate* unmanaged[Cdecl]<Methods**, byte*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<Methods**, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<Methods**, int, int> Sync;
        private fixed long _others[13];
    }
}
