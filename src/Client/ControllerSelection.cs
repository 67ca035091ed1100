namespace ControlPlane.Client;

/// <summary>What --controllers asks for: "*" all that are on by default, "name" that one, "-name" not that one; the more special word wins.</summary>
public static class ControllerSelection
{
    /// <summary>Is the controller to run?</summary>
    public static bool IsEnabled(ControllerDeclaration controller, IReadOnlyCollection<string> words)
    {
        if (Has(controller, words, ""))
            return true;
        if (Has(controller, words, "-"))
            return false;
        return words.Contains("*") && controller.IsOnByDefault;
    }

    /// <summary>The errors in the words, in kube-controller-manager's wording.</summary>
    public static IEnumerable<string> Validate(IEnumerable<string> words, IEnumerable<ControllerDeclaration> known)
    {
        var names = known.SelectMany(static controller => new[] { controller.Name, controller.Alias }).ToHashSet(StringComparer.Ordinal);
        return words
            .Where(static word => word != "*")
            .Select(static word => word.StartsWith('-') ? word[1..] : word)
            .Where(word => word.Length == 0 || !names.Contains(word))
            .Select(static word => $"\"{word}\" is not in the list of known controllers");
    }

    private static bool Has(ControllerDeclaration controller, IReadOnlyCollection<string> words, string sign) =>
        words.Contains(sign + controller.Name) || (controller.Alias.Length > 0 && words.Contains(sign + controller.Alias));
}
