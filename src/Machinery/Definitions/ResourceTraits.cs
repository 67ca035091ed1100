using System.Collections.Immutable;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Machinery.Definitions;

/// <summary>What a definition declared about its resource, in a form that the engine can use without knowing its type.</summary>
public sealed record ResourceTraits
{
    /// <summary>Has /status; the engine drops status on create, keeps it on update, and lets /status write nothing else.</summary>
    public StatusTrait? Status { get; init; }

    /// <summary>Has /scale.</summary>
    public ScaleTrait? Scale { get; init; }

    /// <summary>The columns of its Table form, in order; the first is the name.</summary>
    public ImmutableArray<TableColumn> Columns { get; init; } = [];

    /// <summary>What field selectors may ask for beside metadata.name and metadata.namespace.</summary>
    public ImmutableArray<SelectableField> SelectableFields { get; init; } = [];

    /// <summary>Objects vanish after this time (events).</summary>
    public Func<IApiObject, TimeSpan>? TimeToLive { get; init; }

    /// <summary>PUT to a name that does not exist creates it.</summary>
    public bool CreatesOnUpdate { get; init; }

    /// <summary>PUT without a resourceVersion is refused (no unconditional update).</summary>
    public bool UpdateNeedsVersion { get; init; }

    /// <summary>Deleting asks for a grace period first (pods): given the object and the requested seconds, the seconds to wait; 0 deletes now.</summary>
    public Func<IApiObject, long?, long>? GracePeriodSeconds { get; init; }

    /// <summary>More than finalizers and grace keeps it from vanishing; null for most.</summary>
    public DeletionHoldTrait? DeletionHold { get; init; }

    /// <summary>How often an update's answer lists one thing that is wrong with the metadata among its causes: upstream's checks call each other.</summary>
    public int MetadataChecksOnUpdate { get; init; } = 3;

    /// <summary>The last of these checks looks at the metadata as if the object were new, with the rule of its name.</summary>
    public bool ChecksMetadataAsNew { get; init; }

    /// <summary>Creating it stores nothing: the answer is computed (reviews, bindings, token requests).</summary>
    public bool IsWriteOnly { get; init; }

    /// <summary>What kubectl delete does when nothing is said: orphan or background (upstream: DefaultGarbageCollectionPolicy).</summary>
    public string DefaultPropagation { get; init; } = "Background";

    /// <summary>Fields that never belong to a manager on a plain write (upstream: GetResetFields), as dotted paths: "status", "metadata.deletionTimestamp".</summary>
    public ImmutableArray<string> ResetFields { get; init; } = [];

    /// <summary>The same for writes to /status.</summary>
    public ImmutableArray<string> StatusResetFields { get; init; } = [];
}

/// <summary>How the engine handles status without knowing the type.</summary>
/// <param name="WithStatusOf">The first object, with the status of the second.</param>
/// <param name="SpecEquals">Are they the same but for metadata and status? Decides about the generation.</param>
/// <param name="Validate">Extra checks of a status update (new, old, errors); null for none.</param>
public sealed record StatusTrait(
    Func<IApiObject, IApiObject, IApiObject> WithStatusOf,
    Func<IApiObject, IApiObject, bool> SpecEquals,
    Action<IApiObject, IApiObject, Errors.FieldErrors>? Validate)
{
    /// <summary>An object of the kind without anything: whose status is that of new objects.</summary>
    public required IApiObject Empty { get; init; }

    /// <summary>Who creates an object may give its status, too (nodes register so).</summary>
    public bool IsKeptOnCreate { get; init; }
}

/// <summary>Keeps an object that is to be deleted until more than its finalizers and its grace period are gone (namespaces).</summary>
/// <param name="Holds">Is there still something?</param>
/// <param name="Marked">What else changes when it is marked for deletion: the phase.</param>
public sealed record DeletionHoldTrait(Func<IApiObject, bool> Holds, Func<IApiObject, IApiObject> Marked);

/// <summary>How the engine reads and writes /scale (autoscaling/v1 Scale).</summary>
/// <param name="SpecReplicas">The wanted number.</param>
/// <param name="StatusReplicas">The counted number.</param>
/// <param name="Selector">The label selector in its string form; "" for none.</param>
/// <param name="WithReplicas">The object with another wanted number.</param>
/// <param name="ReplicasPath">Where the number stands, for managedFields: ["spec","replicas"].</param>
public sealed record ScaleTrait(
    Func<IApiObject, int> SpecReplicas,
    Func<IApiObject, int> StatusReplicas,
    Func<IApiObject, string> Selector,
    Func<IApiObject, int, IApiObject> WithReplicas,
    ImmutableArray<string> ReplicasPath);

/// <summary>A column of the Table form.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Type">OpenAPI's type: string, integer, number, boolean, date.</param>
/// <param name="Format">OpenAPI's format; "name" marks the primary column.</param>
/// <param name="Priority">Above 0: shown with -o wide only.</param>
/// <param name="Description">What the column means.</param>
/// <param name="Cell">The cell of one object.</param>
public sealed record TableColumn(string Name, string Type, string Format, int Priority, string Description, Func<IApiObject, TableCell> Cell);

/// <summary>A field that selectors may name.</summary>
/// <param name="Path">As in the selector: "spec.nodeName".</param>
/// <param name="Value">Its text in one object.</param>
/// <param name="IsIndexed">Are objects so often asked for by it that they are kept by its values?</param>
public sealed record SelectableField(string Path, Func<IApiObject, string> Value, bool IsIndexed = false);

/// <summary>One cell: a text, a number, a truth, nothing, or a time that is shown as the age it has when the table is written.</summary>
public readonly record struct TableCell
{
    private TableCell(CellKind kind, string? text, long number) => (Kind, Text, Number) = (kind, text, number);

    /// <summary>What it holds.</summary>
    public CellKind Kind { get; }

    /// <summary>The text, where it holds one; around an age, with {0} in its place.</summary>
    public string? Text { get; }

    /// <summary>The number, the truth (0 or 1), or the Unix time in milliseconds.</summary>
    public long Number { get; }

    /// <summary>A time, shown as the time passed since ("5m2s"); "&lt;unknown&gt;" for none.</summary>
    public static TableCell Age(DateTimeOffset? time) =>
        time is { } known ? new(CellKind.Age, null, known.ToUnixTimeMilliseconds()) : (TableCell)"<unknown>";

    /// <summary>A time within a text: <c>"3 ({0} ago)"</c> has the time passed since in the place of <c>{0}</c>.</summary>
    public static TableCell Age(DateTimeOffset time, string text) => new(CellKind.Age, text, time.ToUnixTimeMilliseconds());

    /// <summary>What a cell of the kind <see cref="CellKind.Age"/> shows at that time.</summary>
    public string AgeAt(DateTimeOffset now)
    {
        var age = HumanDuration.Of(now - DateTimeOffset.FromUnixTimeMilliseconds(Number));
        return Text is null ? age : Text.Replace("{0}", age, StringComparison.Ordinal);
    }

    /// <summary>A text.</summary>
    public static implicit operator TableCell(string? text) => new(text is null ? CellKind.Null : CellKind.Text, text, 0);

    /// <summary>A number.</summary>
    public static implicit operator TableCell(long number) => new(CellKind.Number, null, number);

    /// <summary>A number.</summary>
    public static implicit operator TableCell(int number) => new(CellKind.Number, null, number);

    /// <summary>A number with a fraction.</summary>
    public static implicit operator TableCell(double number) => new(CellKind.Fraction, null, BitConverter.DoubleToInt64Bits(number));

    /// <summary>A truth.</summary>
    public static implicit operator TableCell(bool truth) => new(CellKind.Boolean, null, truth ? 1 : 0);
}

/// <summary>What a <see cref="TableCell"/> holds.</summary>
public enum CellKind
{
    /// <summary>JSON null.</summary>
    Null,

    /// <summary>A string.</summary>
    Text,

    /// <summary>An integer.</summary>
    Number,

    /// <summary>A number with a fraction, as the bits of <see cref="TableCell.Number"/>.</summary>
    Fraction,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A time since which something is.</summary>
    Age,
}
