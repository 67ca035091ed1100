using System.Text;
using ControlPlane.Machinery.Errors;
using ControlPlane.Machinery.Serialization;
using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Core;

/// <summary>Lists and maps as error texts print them: JSON.</summary>
internal static class Printing
{
    internal static string Of<T>(ValueList<T> items)
        where T : IMessage => items.IsNil ? "null" : $"[{string.Join(",", items.Select(item => Encoding.UTF8.GetString(Json.EncodeMessage(item))))}]";

    internal static string Of(ValueList<string> texts) => texts.IsNil ? "null" : $"[{string.Join(",", texts.Select(FieldErrors.Quote))}]";

    internal static string Of(ValueMap<Quantity> quantities) => Of(quantities.IsNil
        ? default
        : quantities.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.ToString())).ToValueMap());

    internal static string Of(ValueMap<string> texts) =>
        texts.IsNil ? "null" : $"{{{string.Join(",", texts.Select(entry => $"{FieldErrors.Quote(entry.Key)}:{FieldErrors.Quote(entry.Value)}"))}}}";
}
