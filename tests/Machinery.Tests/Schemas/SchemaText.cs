using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Schemas.Structural;
using ControlPlane.Machinery.Trees;

namespace ControlPlane.Machinery.Tests.Schemas;

/// <summary>Schemas and values from JSON, and what is wrong as one text.</summary>
internal static class SchemaText
{
    public static StructuralSchema Schema(string json) => SchemaReader.Read(TreeReader.ReadObject(Encoding.UTF8.GetBytes(json)));

    public static TreeValue Value(string json) => TreeReader.Read(Encoding.UTF8.GetBytes(json));

    public static string Told(FieldErrors errors) => string.Join("; ", errors.All);
}
