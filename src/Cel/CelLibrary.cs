using ControlPlane.Cel.Checking;

namespace ControlPlane.Cel;

/// <summary>An extension of the language, in the image of <see cref="Libraries.MathLibrary"/>. Stateless: one instance serves all.</summary>
public abstract class CelLibrary
{
    /// <summary>A name that is unique among an environment's libraries.</summary>
    public abstract string Name { get; }

    /// <summary>Says what the library adds. Called once for each environment.</summary>
    public abstract void Declare(CelDeclarations declare);
}
