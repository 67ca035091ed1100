namespace ControlPlane.Machinery.Features;

/// <summary>How far a feature has come.</summary>
public enum FeatureStage
{
    /// <summary>May change or go; off unless asked for.</summary>
    Alpha,

    /// <summary>Stays, though details may change.</summary>
    Beta,

    /// <summary>Done; its gate only remains for those who still name it.</summary>
    GenerallyAvailable,

    /// <summary>On its way out.</summary>
    Deprecated,
}

/// <summary>A switch for a feature.</summary>
/// <param name="Name">As --feature-gates has it.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="IsOnByDefault">Unless --feature-gates says otherwise.</param>
/// <param name="IsLockedToDefault">May only be set to what it is anyway.</param>
public sealed record FeatureGate(string Name, FeatureStage Stage, bool IsOnByDefault, bool IsLockedToDefault = false);

/// <summary>What --feature-gates says cannot be; the message is upstream's.</summary>
public sealed class FeatureGateException(string message) : Exception(message);
