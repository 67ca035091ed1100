using System.Globalization;
using System.Text.RegularExpressions;
using ControlPlane.Machinery.Meta;
using ControlPlane.Machinery.Values;
using ControlPlane.Types.Core;

namespace ControlPlane.Resources.Core.BootstrapTokens;

/// <summary>The Secret in kube-system that a bootstrap token is kept in (k8s.io/cluster-bootstrap: token/api).</summary>
public static partial class BootstrapTokenSecret
{
    /// <summary>Where they are.</summary>
    public const string Namespace = "kube-system";

    /// <summary>Their type.</summary>
    public const string Type = "bootstrap.kubernetes.io/token";

    /// <summary>Their names begin so; the token's id follows.</summary>
    public const string NamePrefix = "bootstrap-token-";

    /// <summary>The group that kubeadm gives whoever joins, beside system:bootstrappers.</summary>
    public const string DefaultGroup = "system:bootstrappers:kubeadm:default-node-token";

    private const string UsagePrefix = "usage-bootstrap-";

    extension(Secret secret)
    {
        /// <summary>Does it keep a bootstrap token?</summary>
        public bool IsBootstrapToken => secret.Type == Type && secret.Metadata.Namespace == Namespace;

        /// <summary>The token; null where the Secret does not say one, or says another than its name.</summary>
        public BootstrapToken? BootstrapToken =>
            secret.Metadata.Name.StartsWith(NamePrefix, StringComparison.Ordinal)
            && secret.Metadata.Name[NamePrefix.Length..] == secret.Text("token-id")
            && BootstrapTokens.BootstrapToken.IsId(secret.Text("token-id"))
            && secret.Text("token-secret") is { Length: > 0 } proof
                ? new BootstrapToken(secret.Text("token-id"), proof)
                : null;

        /// <summary>What it is for.</summary>
        public string Description => secret.Text("description");

        /// <summary>What the token may be used for: "authentication", "signing".</summary>
        public IEnumerable<string> TokenUsages => secret.Data.Keys
            .Where(key => key.StartsWith(UsagePrefix, StringComparison.Ordinal) && secret.Text(key) == "true")
            .Select(key => key[UsagePrefix.Length..]);

        /// <summary>The groups beside system:bootstrappers of whoever shows it, as they are written there.</summary>
        public string ExtraGroups => secret.Text("auth-extra-groups");

        /// <summary>When the token ends; null for never. An end that cannot be read has passed.</summary>
        public DateTimeOffset? TokenExpiry => secret.Text("expiration") switch
        {
            "" => null,
            var text => Timestamp.TryParse(text, out var end) ? end.ToDateTimeOffset() : DateTimeOffset.MinValue,
        };

        private string Text(string key) => secret.Data.TryGetValue(key, out var bytes) ? bytes.ToText() : "";
    }

    /// <summary>May whoever shows a token be in that group?</summary>
    public static bool IsGroup(string group) => GroupForm().IsMatch(group);

    /// <summary>The Secret of a token.</summary>
    /// <param name="token">The token.</param>
    /// <param name="expires">Its end; null for none.</param>
    /// <param name="usages">"authentication", "signing".</param>
    /// <param name="groups">The groups beside system:bootstrappers.</param>
    /// <param name="description">What it is for; may be empty.</param>
    public static Secret Of(BootstrapToken token, DateTimeOffset? expires, IEnumerable<string> usages, IReadOnlyCollection<string> groups, string description)
    {
        var data = new Dictionary<string, string> { ["token-id"] = token.Id, ["token-secret"] = token.Secret };
        if (description.Length > 0)
            data["description"] = description;
        if (expires is { } end)
            data["expiration"] = end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        foreach (var usage in usages)
            data[UsagePrefix + usage] = "true";
        if (groups.Count > 0)
            data["auth-extra-groups"] = string.Join(',', groups);
        return new Secret
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = NamePrefix + token.Id },
            Type = Type,
            Data = data.Select(entry => KeyValuePair.Create(entry.Key, ByteString.FromText(entry.Value))).ToValueMap(),
        };
    }

    // bootstrapapi: BootstrapGroupPattern
    [GeneratedRegex("\\Asystem:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]\\z")]
    private static partial Regex GroupForm();
}
