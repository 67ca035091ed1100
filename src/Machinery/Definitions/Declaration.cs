using System.Collections.Immutable;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Serialization;

namespace ControlPlane.Machinery.Definitions;

/// <summary>
/// The words in which a kind says what it is, in one chain: <c>resource.WithStatus().Column("Min Available", pdb => …).AgeColumn()</c>.
/// Names, scope, verbs and subresources are data in api-schemas; what stands here is behaviour.
/// </summary>
public sealed class Declaration<T>
    where T : class, IApiObject<T>
{
    private readonly ImmutableArray<TableColumn>.Builder _columns = ImmutableArray.CreateBuilder<TableColumn>();
    private readonly ImmutableArray<SelectableField>.Builder _selectable = ImmutableArray.CreateBuilder<SelectableField>();
    private readonly List<ServedVersion> _otherVersions = [];
    private ResourceTraits _traits = new();

    internal NameRule? NameRule { get; private set; }

    internal string? Deprecation { get; private set; }

    internal bool HasGeneration { get; private set; }

    internal long FirstGeneration { get; private set; } = 1;

    internal Func<T, T, bool>? AlsoNewGeneration { get; private set; }

    internal IReadOnlyList<ServedVersion> OtherVersions => _otherVersions;

    /// <summary>Status is dropped on create and kept on update, and /status writes status only.</summary>
    /// <param name="validate">Checks of a status update beyond those of the object (new, old, errors).</param>
    public Declaration<T> WithStatus(Func<T, T, T> withStatusOf, Action<T, T, FieldErrors>? validate = null)
    {
        ArgumentNullException.ThrowIfNull(withStatusOf);
        return Set(_traits with
        {
            Status = new StatusTrait(
                (value, other) => withStatusOf((T)value, (T)other),
                (value, other) => withStatusOf((T)value, (T)other).WithMetadata(other.Metadata).Equals(other),
                validate is null ? null : (value, old, errors) => validate((T)value, (T)old, errors))
            {
                Empty = Json.Decode<T>("{}"u8),
            },
        });
    }

    /// <summary>Who creates an object may give its status, too; follows <see cref="WithStatus"/>.</summary>
    public Declaration<T> StatusKeptOnCreate() => Set(_traits with { Status = _traits.Status! with { IsKeptOnCreate = true } });

    /// <summary>More than finalizers and grace keeps an object that is to be deleted: what, and what changes when it is marked.</summary>
    public Declaration<T> DeletionHold(Func<T, bool> holds, Func<T, T> marked) =>
        Set(_traits with { DeletionHold = new DeletionHoldTrait(value => holds((T)value), value => marked((T)value)) });

    /// <summary>metadata.generation starts at 1 and grows when anything but metadata and status changes.</summary>
    /// <param name="also">What else makes it grow (new, old).</param>
    public Declaration<T> WithGeneration(Func<T, T, bool>? also = null)
    {
        HasGeneration = true;
        AlsoNewGeneration = also;
        return this;
    }

    /// <summary>The same, but the generation starts at 0, which is not written.</summary>
    public Declaration<T> WithGenerationFromZero()
    {
        FirstGeneration = 0;
        return WithGeneration();
    }

    /// <summary>Has /scale.</summary>
    public Declaration<T> WithScale(Func<T, int> specReplicas, Func<T, int> statusReplicas, Func<T, string> selector, Func<T, int, T> withReplicas) =>
        Set(_traits with
        {
            Scale = new ScaleTrait(
                value => specReplicas((T)value),
                value => statusReplicas((T)value),
                value => selector((T)value),
                (value, replicas) => withReplicas((T)value, replicas),
                ["spec", "replicas"]),
        });

    /// <summary>The first column of nearly every kind.</summary>
    public Declaration<T> NameColumn() => Column("Name", value => value.Metadata.Name, format: "name");

    /// <summary>A column, in the order of the chain; the name column comes first by itself.</summary>
    /// <param name="wide">Shown with -o wide only.</param>
    public Declaration<T> Column(string name, Func<T, TableCell> cell, string type = "string", string format = "", bool wide = false, string description = "")
    {
        ArgumentNullException.ThrowIfNull(cell);
        _columns.Add(new TableColumn(name, type, format, wide ? 1 : 0, description, value => cell((T)value)));
        return this;
    }

    /// <summary>How long ago the object was created.</summary>
    public Declaration<T> AgeColumn() => Column("Age", value => TableCell.Age(value.Metadata.CreationTimestamp.ToDateTimeOffset()));

    /// <summary>Field selectors may ask for it.</summary>
    /// <param name="indexed">They do so often, for few of many objects.</param>
    public Declaration<T> Selectable(string path, Func<T, string> value, bool indexed = false)
    {
        ArgumentNullException.ThrowIfNull(value);
        _selectable.Add(new SelectableField(path, item => value((T)item), indexed));
        return this;
    }

    /// <summary>The same resource in another version (or group), converted at the edge.</summary>
    public Declaration<T> ServedAs<TOther>(Func<T, TOther> from, Func<TOther, T> to, Func<TOther, TOther>? defaults = null)
        where TOther : class, IApiObject<TOther>
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        _otherVersions.Add(new ConvertedVersion<TOther>(value => to((TOther)value), hub => from((T)hub), defaults));
        return this;
    }

    /// <summary>Whatever is asked of the resource is answered with this warning.</summary>
    public Declaration<T> Deprecated(string warning)
    {
        Deprecation = warning;
        return this;
    }

    /// <summary>Objects vanish by themselves after this time.</summary>
    public Declaration<T> TimeToLive(Func<T, TimeSpan> timeToLive) => Set(_traits with { TimeToLive = value => timeToLive((T)value) });

    /// <summary>PUT to a name that does not exist creates it.</summary>
    public Declaration<T> CreateOnUpdate() => Set(_traits with { CreatesOnUpdate = true });

    /// <summary>PUT without a resourceVersion is refused.</summary>
    public Declaration<T> UpdateNeedsVersion() => Set(_traits with { UpdateNeedsVersion = true });

    /// <summary>How names are checked; DNS subdomains where nothing is said.</summary>
    public Declaration<T> Names(NameRule rule)
    {
        NameRule = rule;
        return this;
    }

    /// <summary>Deleting asks for a grace period first: given the object and the seconds asked for, the seconds to wait.</summary>
    public Declaration<T> GracefulDeletion(Func<T, long?, long> seconds) =>
        Set(_traits with { GracePeriodSeconds = (value, asked) => seconds((T)value, asked) });

    /// <summary>How often upstream's checks of an update come by the metadata (2 to 4; 3 where nothing is said): so often a cause is listed.</summary>
    public Declaration<T> MetadataChecksOnUpdate(int times, bool asNew) => Set(_traits with { MetadataChecksOnUpdate = times, ChecksMetadataAsNew = asNew });

    /// <summary>Creating it stores nothing: the answer is computed.</summary>
    public Declaration<T> WriteOnly() => Set(_traits with { IsWriteOnly = true });

    /// <summary>Deleting without a word about dependents orphans them.</summary>
    public Declaration<T> OrphansByDefault() => Set(_traits with { DefaultPropagation = "Orphan" });

    /// <summary>Fields that never belong to a manager on a plain write, as dotted paths.</summary>
    public Declaration<T> ResetFields(params ImmutableArray<string> paths) => Set(_traits with { ResetFields = paths });

    /// <summary>The same for writes to /status.</summary>
    public Declaration<T> StatusResetFields(params ImmutableArray<string> paths) => Set(_traits with { StatusResetFields = paths });

    internal ResourceTraits Build() => _traits with { Columns = _columns.ToImmutable(), SelectableFields = _selectable.ToImmutable() };

    private Declaration<T> Set(ResourceTraits traits)
    {
        _traits = traits;
        return this;
    }
}
