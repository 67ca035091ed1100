using ControlPlane.Cel;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>The types with fields that expressions see (apiserver: pkg/cel, BuildRequestType and BuildNamespaceType; dynamic-resource-allocation: cel).</summary>
internal sealed class ExpressionTypes : ICelTypeProvider
{
    private const string Variables = "kubernetes.variables";

    private static readonly CelType Text = CelType.String;
    private static readonly CelType Texts = CelType.List(CelType.String);
    private static readonly CelType TextMap = CelType.Map(CelType.String, CelType.String);

    private static readonly Dictionary<string, Dictionary<string, CelType>> Fields = new(StringComparer.Ordinal)
    {
        ["kubernetes.GroupVersionKind"] = new() { ["group"] = Text, ["version"] = Text, ["kind"] = Text },
        ["kubernetes.GroupVersionResource"] = new() { ["group"] = Text, ["version"] = Text, ["resource"] = Text },
        ["kubernetes.UserInfo"] = new() { ["username"] = Text, ["uid"] = Text, ["groups"] = Texts, ["extra"] = CelType.Map(CelType.String, Texts) },
        ["kubernetes.AdmissionRequest"] = new()
        {
            ["kind"] = CelType.Object("kubernetes.GroupVersionKind"),
            ["resource"] = CelType.Object("kubernetes.GroupVersionResource"),
            ["subResource"] = Text,
            ["requestKind"] = CelType.Object("kubernetes.GroupVersionKind"),
            ["requestResource"] = CelType.Object("kubernetes.GroupVersionResource"),
            ["requestSubResource"] = Text,
            ["name"] = Text,
            ["namespace"] = Text,
            ["operation"] = Text,
            ["userInfo"] = CelType.Object("kubernetes.UserInfo"),
            ["dryRun"] = CelType.Bool,
            ["options"] = CelType.Dyn,
        },
        ["kubernetes.NamespaceMetadata"] = new()
        {
            ["name"] = Text,
            ["generateName"] = Text,
            ["namespace"] = Text,
            ["labels"] = TextMap,
            ["annotations"] = TextMap,
            ["UID"] = Text,
            ["creationTimestamp"] = CelType.Timestamp,
            ["deletionGracePeriodSeconds"] = CelType.Int,
            ["deletionTimestamp"] = CelType.Timestamp,
            ["generation"] = CelType.Int,
            ["resourceVersion"] = Text,
            ["finalizers"] = Texts,
        },
        ["kubernetes.NamespaceCondition"] = new()
        {
            ["status"] = Text,
            ["type"] = Text,
            ["lastTransitionTime"] = CelType.Timestamp,
            ["message"] = Text,
            ["reason"] = Text,
        },
        ["kubernetes.NamespaceStatus"] = new() { ["conditions"] = CelType.List(CelType.Object("kubernetes.NamespaceCondition")), ["phase"] = Text },
        ["kubernetes.NamespaceSpec"] = new() { ["finalizers"] = Texts },
        ["kubernetes.Namespace"] = new()
        {
            ["metadata"] = CelType.Object("kubernetes.NamespaceMetadata"),
            ["spec"] = CelType.Object("kubernetes.NamespaceSpec"),
            ["status"] = CelType.Object("kubernetes.NamespaceStatus"),
        },
        ["kubernetes.DRADevice"] = new()
        {
            ["driver"] = Text,
            ["attributes"] = CelType.Map(CelType.String, CelType.Map(CelType.String, CelType.Dyn)),
            ["capacity"] = CelType.Map(CelType.String, CelType.Map(CelType.String, CelType.Opaque("kubernetes.Quantity"))),
            ["allowMultipleAllocations"] = CelType.Bool,
        },
    };

    private readonly Dictionary<string, CelType>? _variables;

    /// <param name="variables">What a policy's own variables are; null where there are none.</param>
    public ExpressionTypes(Dictionary<string, CelType>? variables) => _variables = variables;

    /// <summary>Asks whether a user may do something.</summary>
    public static CelType Authorizer { get; } = CelType.Opaque("kubernetes.authorization.Authorizer");

    /// <summary>The same, about a resource.</summary>
    public static CelType ResourceCheck { get; } = CelType.Opaque("kubernetes.authorization.ResourceCheck");

    /// <summary>What a policy's own variables are fields of.</summary>
    public static CelType VariablesType { get; } = CelType.Object(Variables);

    /// <inheritdoc/>
    public CelType? FindType(string name) => Fields.ContainsKey(name) || (name == Variables && _variables is not null) ? CelType.Object(name) : null;

    /// <inheritdoc/>
    public CelType? FindField(CelType type, string field)
    {
        ArgumentNullException.ThrowIfNull(type);
        var fields = type.Name == Variables ? _variables : Fields.GetValueOrDefault(type.Name);
        return fields?.GetValueOrDefault(field);
    }

    /// <inheritdoc/>
    public CelValue Create(CelType type, IReadOnlyDictionary<string, CelValue> fields) => CelValue.Error("objects of Kubernetes' own types cannot be made");
}
