using System.Security.Cryptography.X509Certificates;
using System.Text;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Client.Https;

/// <summary>Reads kubeconfig files: server, authorities, client certificate or token of one context.</summary>
public static class Kubeconfig
{
    /// <summary>The transport's options of a context.</summary>
    /// <param name="path">Of the file; paths within are relative to it.</param>
    /// <param name="context">Its name; "" for the current one.</param>
    /// <param name="clock">For token files.</param>
    /// <exception cref="FormatException">The file does not say what is needed.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static HttpsTransportOptions Load(string path, string context, TimeProvider clock)
    {
        var root = YamlReader.Read(File.ReadAllBytes(path)) as TreeObject ?? throw new FormatException($"{path} is not a kubeconfig");
        return new Reader(root, Path.GetDirectoryName(Path.GetFullPath(path))!, clock).Read(context);
    }

    private sealed class Reader(TreeObject root, string directory, TimeProvider clock)
    {
        public HttpsTransportOptions Read(string contextName)
        {
            var name = contextName.Length > 0 ? contextName : root.String("current-context") ?? "";
            var context = Named("contexts", name, "context");
            var cluster = Named("clusters", context.String("cluster") ?? "", "cluster");
            var user = Named("users", context.String("user") ?? "", "user");
            var server = cluster.String("server") ?? throw new FormatException($"the cluster of context \"{name}\" has no server");
            return new()
            {
                Server = new Uri(server),
                ServerName = cluster.String("tls-server-name") ?? "",
                SkipVerification = (cluster["insecure-skip-tls-verify"] as TreeBoolean)?.Value == true,
                Authorities = Authorities(cluster),
                ClientCertificate = ClientCertificate(user),
                BearerToken = Token(user),
            };
        }

        private TreeObject Named(string list, string name, string member)
        {
            foreach (var item in root.List(list) ?? TreeList.Empty)
            {
                if (item is TreeObject entry && entry.String("name") == name)
                    return entry.Object(member) ?? TreeObject.Empty;
            }
            throw new FormatException($"{list} of the kubeconfig have no \"{name}\"");
        }

        private X509Certificate2Collection Authorities(TreeObject cluster)
        {
            var authorities = new X509Certificate2Collection();
            if (Text(cluster, "certificate-authority") is { } pem)
                authorities.ImportFromPem(pem);
            return authorities;
        }

        // Files are read again at every connection: whoever renews them need not restart anything.
        private Func<X509Certificate2?>? ClientCertificate(TreeObject user)
        {
            if (Text(user, "client-certificate") is null || Text(user, "client-key") is null)
                return null;
            return () => X509Certificate2.CreateFromPem(Text(user, "client-certificate")!, Text(user, "client-key")!);
        }

        private Func<CancellationToken, ValueTask<string>>? Token(TreeObject user)
        {
            if (user.String("token") is { Length: > 0 } token)
                return _ => ValueTask.FromResult(token);
            return user.String("tokenFile") is { Length: > 0 } file ? new TokenFile(Path.Combine(directory, file), clock).ReadAsync : null;
        }

        private string? Text(TreeObject entry, string name)
        {
            if (entry.String(name + "-data") is { Length: > 0 } data)
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            return entry.String(name) is { Length: > 0 } file ? File.ReadAllText(Path.Combine(directory, file)) : null;
        }
    }
}
