namespace RideTracker.Client.Buffering;

/// <summary>A queue with two ends on one growing array.</summary>
internal sealed class Ring<T>
{
    private T[] _items = new T[16];
    private int _first;

    public int Count { get; private set; }

    public T this[int i]
    {
        get => _items[(_first + i) & (_items.Length - 1)];
        private set => _items[(_first + i) & (_items.Length - 1)] = value;
    }

    public void AddLast(T item)
    {
        if (Count == _items.Length) Grow();
        this[Count++] = item;
    }

    public T RemoveFirst()
    {
        if (Count == 0) throw new InvalidOperationException("The ring is empty.");
        var item = this[0];
        this[0] = default!;
        _first = (_first + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    public T RemoveAt(int i)
    {
        var item = this[i];
        for (; i < Count - 1; i++) this[i] = this[i + 1];
        this[--Count] = default!;
        return item;
    }

    /// <summary>Replaces everything, in this order.</summary>
    public void Refill(ReadOnlySpan<T> items)
    {
        var size = 16;
        while (size < items.Length) size *= 2;
        _items = new T[size];
        _first = 0;
        items.CopyTo(_items);
        Count = items.Length;
    }

    public T[] ToArray()
    {
        var all = new T[Count];
        for (var i = 0; i < all.Length; i++) all[i] = this[i];
        return all;
    }

    private void Grow()
    {
        var larger = new T[_items.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _items = larger;
        _first = 0;
    }
}
