using ControlPlane.Machinery.Values;

namespace ControlPlane.Resources.Core;

/// <summary>What defaulting does again and again: to each item of a list, and to quantities.</summary>
internal static class Defaulting
{
    private const int MilliScale = -3; // upstream rounds what is finer than a thousandth up (core/v1: SetDefaults_ResourceList)

    extension<T>(ValueList<T> items)
        where T : class
    {
        /// <summary>The list with each item defaulted; the list itself where nothing changed.</summary>
        internal ValueList<T> DefaultEach(Func<T, T> defaulted)
        {
            List<T>? changed = null;
            for (var i = 0; i < items.Count; i++)
            {
                var item = defaulted(items[i]);
                if (changed is null && !ReferenceEquals(item, items[i]))
                    changed = [.. items.AsSpan()[..i]];
                changed?.Add(item);
            }

            return changed is null ? items : changed.ToValueList();
        }
    }

    extension(ValueMap<Quantity> quantities)
    {
        /// <summary>The quantities, none finer than a thousandth.</summary>
        internal ValueMap<Quantity> Rounded()
        {
            foreach (var (_, quantity) in quantities)
            {
                if (quantity.RoundUp(MilliScale) != quantity)
                    return quantities.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.RoundUp(MilliScale))).ToValueMap();
            }

            return quantities;
        }

        /// <summary>With what others have and these lack.</summary>
        internal ValueMap<Quantity> Or(ValueMap<Quantity> others)
        {
            var all = quantities;
            foreach (var (name, quantity) in others)
            {
                if (!all.ContainsKey(name))
                    all = all.With(name, quantity);
            }

            return all;
        }
    }
}
