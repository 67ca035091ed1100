using System.CommandLine;
using ControlPlane.Parts;
using ControlPlane.Registry.Stored;
using ControlPlane.Resources;
using ControlPlane.Storage;
using ControlPlane.Storage.Embedded.Maintenance;

namespace ControlPlane.Commands;

/// <summary><c>controlplane storage</c>: care for the embedded store's file. (An etcd cluster has etcdctl and etcdutl for it.)</summary>
internal static class StorageCommand
{
    public static Command Create() => new("storage", "Back up, restore and verify the embedded store.") { Backup(), Restore(), Verify() };

    private static Command Backup()
    {
        var command = new FlagCommand(
            "backup",
            "Write the store to one file, as it is at one moment; the server may go on.",
            "controlplane storage backup --to /var/backups/controlplane.db",
            BackupOptions.Section,
            DataOptions.Section);
        command.SetAction((result, stop) =>
        {
            var (data, options) = (DataOptions.From(result), BackupOptions.From(result));
            var errors = Checked(data);
            options.Validate(errors);
            return RunAsync(errors, () => Print($"Backed up to {options.To}", DatabaseBackup.Write(data.StorePath, options.To, options.Overwrite)), stop);
        });
        return command;
    }

    private static Command Restore()
    {
        var command = new FlagCommand(
            "restore",
            "Make a store of a backup; the server must be stopped.",
            "controlplane storage restore --from /var/backups/controlplane.db",
            RestoreOptions.Section,
            DataOptions.Section);
        command.SetAction((result, stop) =>
        {
            var (data, options) = (DataOptions.From(result), RestoreOptions.From(result));
            var errors = Checked(data);
            options.Validate(errors);
            return RunAsync(errors, () => Print($"Restored to {data.StorePath}", DatabaseBackup.Restore(options.Backup, data.StorePath, options.Force, options.BumpRevision)), stop);
        });
        return command;
    }

    private static Command Verify()
    {
        var command = new FlagCommand(
            "verify",
            "Check the store's file, or a backup: structure, checksums, and that every value is the object that its key names.",
            "controlplane storage verify --file /var/backups/controlplane.db",
            VerifyOptions.Section,
            DataOptions.Section);
        command.SetAction((result, stop) =>
        {
            var (data, file) = (DataOptions.From(result), VerifyOptions.From(result).File);
            return RunAsync(Checked(data), () => Verify(file.Length > 0 ? file : data.StorePath), stop);
        });
        return command;
    }

    private static void Verify(string path)
    {
        var objects = new StoredObjectCheck(BuiltInDefinitions.Served);
        var report = DatabaseCheck.Run(path, objects.ProblemOf);
        foreach (var (resource, count) in objects.Counts)
            Console.Out.WriteLine($"{count,9} {resource}");
        foreach (var problem in report.Problems)
            Console.Error.WriteLine($"controlplane: {path}: {problem}");
        Print($"{path} is {(report.Problems.Count == 0 ? "sound" : "not sound")}", report);
        if (report.Problems.Count > 0)
            throw new IOException($"{path} is not sound");
    }

    private static OptionErrors Checked(DataOptions data)
    {
        var errors = new OptionErrors();
        data.Validate(errors);
        return errors;
    }

    private static void Print(string what, CheckReport report) => Console.Out.WriteLine(
        $"{what}: format {report.Format}, revision {report.Revision}, compacted to {report.CompactRevision}, {report.Keys} keys in {report.Versions} versions");

    private static Task<int> RunAsync(OptionErrors errors, Action run, CancellationToken stop) => ProcessEnd.OfAsync(
        errors,
        () =>
        {
            try
            {
                run();
                return Task.CompletedTask;
            }
            catch (StoreUnavailableException failure)
            {
                throw new IOException(failure.Message, failure);
            }
        },
        stop);
}
