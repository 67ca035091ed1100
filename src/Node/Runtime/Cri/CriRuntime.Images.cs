using ControlPlane.Node.Runtime.Cri.Protocol;
using Grpc.Core;

namespace ControlPlane.Node.Runtime.Cri;

/// <content>Images.</content>
internal sealed partial class CriRuntime
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(_images.ListImagesAsync, new ListImagesRequest(), _limits.Request, cancel);
        return [.. answer.Images.Select(FromMessage)];
    }

    /// <inheritdoc/>
    public async Task<Image?> FindImageAsync(string image, CancellationToken cancel)
    {
        var answer = await CallAsync(_images.ImageStatusAsync, new ImageStatusRequest { Image = new ImageSpec { Image = image } }, _limits.Request, cancel);
        return answer.Image is { } found ? FromMessage(found) : null;
    }

    /// <inheritdoc/>
    public async Task<PullImageResult> PullImageAsync(string image, RegistryCredentials? credentials, SandboxSpec sandbox, CancellationToken cancel)
    {
        var request = new PullImageRequest
        {
            Image = new ImageSpec { Image = image },
            Auth = credentials is null ? null : ToMessage(credentials),
            SandboxConfig = SandboxMessages.ToMessage(sandbox),
        };
        try
        {
            var answer = await SendAsync(_images.PullImageAsync, request, _limits.PullImage, cancel);
            return new PullImageResult.Pulled(answer.ImageRef);
        }
        catch (RpcException error) when (WhyNotPulled(error) is { } reason)
        {
            return new PullImageResult.Failed(reason, CriErrors.Describe(error));
        }
        catch (RpcException error)
        {
            throw CriErrors.ToException(error, cancel);
        }
    }

    /// <inheritdoc/>
    public Task RemoveImageAsync(string image, CancellationToken cancel) =>
        UnlessGoneAsync(_images.RemoveImageAsync, new RemoveImageRequest { Image = new ImageSpec { Image = image } }, _limits.Request, cancel);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Runtime.FilesystemUsage>> GetImageFilesystemsAsync(CancellationToken cancel)
    {
        var answer = await CallAsync(_images.ImageFsInfoAsync, new ImageFsInfoRequest(), _limits.Request, cancel);
        return [.. answer.ImageFilesystems.Select(UsageMessages.FromMessage)];
    }

    /// <summary>
    /// CRI's own words for it lead the text of the error (RegistryUnavailable, SignatureValidationFailed); null when the failure isn't the image's. A
    /// registry that
    /// can't be reached may come with the code Unavailable too, which otherwise says that the runtime can't be: its text tells them apart.
    /// </summary>
    private static PullFailure? WhyNotPulled(RpcException error) => error switch
    {
        { StatusCode: StatusCode.DeadlineExceeded } => PullFailure.TimedOut,
        _ when error.Status.Detail.Contains("RegistryUnavailable", StringComparison.Ordinal) => PullFailure.RegistryUnavailable,
        _ when error.Status.Detail.Contains("failed to pull and unpack image", StringComparison.Ordinal) && error.StatusCode == StatusCode.Unavailable
            => PullFailure.RegistryUnavailable,
        _ when error.Status.Detail.Contains("SignatureValidationFailed", StringComparison.Ordinal) => PullFailure.SignatureInvalid,
        { StatusCode: StatusCode.NotFound } => PullFailure.NotFound,
        _ => CriErrors.IsRefusal(error) ? PullFailure.Unknown : null,
    };

    private static Image FromMessage(Protocol.Image image) => new()
    {
        Id = image.Id,
        Tags = [.. image.RepoTags],
        Digests = [.. image.RepoDigests],
        Size = image.Size,
        UserId = image.Uid?.Value,
        UserName = image.Username,
        IsPinned = image.Pinned,
        Annotations = image.Spec is { } spec ? CriValues.Copy(spec.Annotations) : CriValues.Copy([]),
    };

    private static AuthConfig ToMessage(RegistryCredentials credentials) => new()
    {
        Username = credentials.UserName,
        Password = credentials.Password,
        Auth = credentials.Auth,
        ServerAddress = credentials.ServerAddress,
        IdentityToken = credentials.IdentityToken,
        RegistryToken = credentials.RegistryToken,
    };
}
