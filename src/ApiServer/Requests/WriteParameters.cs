using System.Globalization;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Meta;

namespace ControlPlane.ApiServer.Requests;

/// <summary>How a create, update or patch is to be done: what upstream calls CreateOptions, UpdateOptions and PatchOptions.</summary>
internal sealed record WriteParameters
{
    // apimachinery: pkg/apis/meta/v1/validation/validation.go
    private const int FieldManagerBytesMax = 128;

    /// <summary>Nothing in particular.</summary>
    public static WriteParameters Default { get; } = new();

    /// <summary>Do all but store.</summary>
    public bool DryRun { get; init; }

    /// <summary>Who manages the fields that this write sets; "" where nothing was said.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>What to do about unknown and duplicate fields.</summary>
    public FieldValidation FieldValidation { get; init; } = FieldValidation.Warn;

    /// <summary>Take fields over from other managers (apply only).</summary>
    public bool Force { get; init; }

    /// <summary>Reads and checks the options of a create or update.</summary>
    /// <param name="query">The request's parameters.</param>
    /// <param name="kind">CreateOptions or UpdateOptions, for errors.</param>
    /// <exception cref="ApiException">422: an option has a value that it may not have.</exception>
    public static WriteParameters Of(QueryParameters query, string kind)
    {
        if (query.IsEmpty)
            return Default;
        var errors = new FieldErrors();
        var options = Read(query, errors);
        Refuse(kind, errors);
        return options;
    }

    /// <summary>Reads and checks the options of a patch.</summary>
    /// <exception cref="ApiException">422: an option has a value that it may not have.</exception>
    public static WriteParameters OfPatch(QueryParameters query, bool isApply)
    {
        var errors = new FieldErrors();
        if (isApply && query.First("fieldManager").Length == 0)
            errors.At("fieldManager").Required("is required for apply patch");
        if (!isApply && query.Has("force"))
            errors.At("force").Forbidden("may not be specified for non-apply patch");
        var options = Read(query, errors) with { Force = query.Flag("force") };
        Refuse("PatchOptions", errors);
        return options;
    }

    /// <summary>Checks dryRun, which deletes have as well.</summary>
    public static bool ReadDryRun(IReadOnlyList<string?> values, FieldErrors errors)
    {
        if (values.Any(value => value != "All"))
            errors.Add(new FieldError("FieldValueNotSupported", "dryRun", $"Unsupported value: [{string.Join(",", values.Select(FieldErrors.Quote))}]: supported values: \"All\""));
        return values.Count > 0;
    }

    /// <summary>Throws when something was found.</summary>
    /// <exception cref="ApiException">422.</exception>
    public static void Refuse(string kind, FieldErrors errors)
    {
        if (!errors.IsEmpty)
            throw ApiError.Invalid(new GroupKind("meta.k8s.io", kind), "", errors.All);
    }

    private static WriteParameters Read(QueryParameters query, FieldErrors errors)
    {
        var manager = query.First("fieldManager");
        CheckFieldManager(manager, errors.At("fieldManager"));
        return new WriteParameters
        {
            FieldManager = manager,
            DryRun = ReadDryRun([.. query.All("dryRun")], errors),
            FieldValidation = ReadFieldValidation(query.First("fieldValidation"), errors.At("fieldValidation")),
        };
    }

    private static void CheckFieldManager(string manager, FieldErrors errors)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(manager) > FieldManagerBytesMax)
            errors.TooLong(FieldManagerBytesMax);
        // Every complaint quotes the whole name: of one that is too long, what stands beyond the limit is not complained of as well.
        for (var i = 0; i < Math.Min(manager.Length, FieldManagerBytesMax); i++)
        {
            if (!IsPrintable(manager[i]))
                errors.Invalid(manager, string.Create(CultureInfo.InvariantCulture, $"invalid character U+{(int)manager[i]:X4} (at position {i})"));
        }
    }

    private static bool IsPrintable(char c) =>
        c == ' ' || char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse);

    private static FieldValidation ReadFieldValidation(string text, FieldErrors errors)
    {
        switch (text)
        {
            case "" or "Warn": return FieldValidation.Warn;
            case "Ignore": return FieldValidation.Ignore;
            case "Strict": return FieldValidation.Strict;
            default:
                errors.NotSupported(text, "", "Ignore", "Strict", "Warn");
                return FieldValidation.Warn;
        }
    }
}

/// <summary>What to do about unknown and duplicate fields.</summary>
internal enum FieldValidation
{
    /// <summary>Drop them and say so in Warning headers.</summary>
    Warn,

    /// <summary>Drop them.</summary>
    Ignore,

    /// <summary>Refuse the request.</summary>
    Strict,
}
