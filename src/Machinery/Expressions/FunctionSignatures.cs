using ControlPlane.Cel;
using ControlPlane.Cel.Checking;
using ControlPlane.Cel.Values;

namespace ControlPlane.Machinery.Expressions;

/// <summary>
/// The functions that Kubernetes adds to the expression language (apiserver: pkg/cel/library), as signatures: enough to check an expression. A line is
/// <c>name(parameters) result</c>, or <c>receiver.name(parameters) result</c> behind a dot.
/// </summary>
internal sealed class FunctionSignatures : CelLibrary
{
    // Short names of types; every other word is the name of an opaque type.
    private static readonly Dictionary<string, CelType> Types = new(StringComparer.Ordinal)
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["double"] = CelType.Double,
        ["string"] = CelType.String,
        ["texts"] = CelType.List(CelType.String),
        ["ints"] = CelType.List(CelType.Int),
        ["uints"] = CelType.List(CelType.Uint),
        ["doubles"] = CelType.List(CelType.Double),
        ["durations"] = CelType.List(CelType.Duration),
        ["duration"] = CelType.Duration,
        ["uint"] = CelType.Uint,
        ["list"] = CelType.List(CelType.Parameter("T")),
        ["T"] = CelType.Parameter("T"),
        ["query"] = CelType.Map(CelType.String, CelType.List(CelType.String)),
        ["url"] = CelType.Opaque("kubernetes.URL"),
        ["quantity"] = CelType.Opaque("kubernetes.Quantity"),
        ["semver"] = CelType.Opaque("kubernetes.Semver"),
        ["ip"] = CelType.Opaque("net.IP"),
        ["cidr"] = CelType.Opaque("net.CIDR"),
        ["format"] = CelType.Opaque("kubernetes.NamedFormat"),
        ["format?"] = CelType.Optional(CelType.Opaque("kubernetes.NamedFormat")),
        ["texts?"] = CelType.Optional(CelType.List(CelType.String)),
        ["authorizer"] = ExpressionTypes.Authorizer,
        ["path"] = CelType.Opaque("kubernetes.authorization.PathCheck"),
        ["group"] = CelType.Opaque("kubernetes.authorization.GroupCheck"),
        ["resource"] = ExpressionTypes.ResourceCheck,
        ["decision"] = CelType.Opaque("kubernetes.authorization.Decision"),
    };

    private const string Text =
        """
        isSorted(.list) bool; sum(.ints) int; sum(.uints) uint; sum(.doubles) double; sum(.durations) duration; min(.list) T; max(.list) T
        indexOf(.list T) int; lastIndexOf(.list T) int
        find(.string string) string; findAll(.string string) texts; findAll(.string string int) texts
        url(string) url; isURL(string) bool; getScheme(.url) string; getHost(.url) string; getHostname(.url) string; getPort(.url) string
        getEscapedPath(.url) string; getQuery(.url) query
        path(.authorizer string) path; group(.authorizer string) group; serviceAccount(.authorizer string string) authorizer
        resource(.group string) resource; subresource(.resource string) resource; namespace(.resource string) resource; name(.resource string) resource
        fieldSelector(.resource string) resource; labelSelector(.resource string) resource
        check(.path string) decision; check(.resource string) decision
        allowed(.decision) bool; reason(.decision) string; errored(.decision) bool; error(.decision) string
        quantity(string) quantity; isQuantity(string) bool; sign(.quantity) int; isInteger(.quantity) bool; asInteger(.quantity) int
        asApproximateFloat(.quantity) double; add(.quantity quantity) quantity; add(.quantity int) quantity; sub(.quantity quantity) quantity
        sub(.quantity int) quantity; isLessThan(.quantity quantity) bool; isGreaterThan(.quantity quantity) bool; compareTo(.quantity quantity) int
        ip(string) ip; isIP(string) bool; ip.isCanonical(string) bool; family(.ip) int; isUnspecified(.ip) bool; isLoopback(.ip) bool
        isLinkLocalMulticast(.ip) bool; isLinkLocalUnicast(.ip) bool; isGlobalUnicast(.ip) bool; string(ip) string
        cidr(string) cidr; isCIDR(string) bool; containsIP(.cidr string) bool; containsIP(.cidr ip) bool; containsCIDR(.cidr string) bool
        containsCIDR(.cidr cidr) bool; ip(.cidr) ip; masked(.cidr) cidr; prefixLength(.cidr) int; string(cidr) string
        format.named(string) format?; validate(.format string) texts?
        format.dns1123Label() format; format.dns1123Subdomain() format; format.dns1035Label() format; format.qualifiedName() format
        format.dns1123LabelPrefix() format; format.dns1123SubdomainPrefix() format; format.dns1035LabelPrefix() format; format.labelValue() format
        format.uri() format; format.uuid() format; format.byte() format; format.date() format; format.datetime() format
        semver(string) semver; semver(string bool) semver; isSemver(string) bool; isSemver(string bool) bool; major(.semver) int; minor(.semver) int
        patch(.semver) int; isLessThan(.semver semver) bool; isGreaterThan(.semver semver) bool; compareTo(.semver semver) int
        jsonpatch.escapeKey(string) string
        """;

    /// <summary>The only one there is.</summary>
    public static FunctionSignatures Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "kubernetes.signatures";

    /// <inheritdoc/>
    public override void Declare(CelDeclarations declare)
    {
        ArgumentNullException.ThrowIfNull(declare);
        foreach (var line in Text.Split([';', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            Declare(line, declare);
    }

    private static void Declare(string line, CelDeclarations declare)
    {
        var (open, close) = (line.IndexOf('(', StringComparison.Ordinal), line.IndexOf(')', StringComparison.Ordinal));
        var (name, words, result) = (line[..open], line[(open + 1)..close], Types[line[(close + 1)..].Trim()]);
        var isMethod = words.StartsWith('.');
        var parameters = words.TrimStart('.').Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Types[word]).ToArray();
        var id = $"kubernetes_{line[..(close + 1)]}";
        if (isMethod)
            declare.Method(name, id, parameters, result, null);
        else
            declare.Function(name, id, parameters, result, null);
    }
}
