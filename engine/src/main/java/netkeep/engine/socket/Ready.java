package netkeep.engine.socket;

import java.util.Arrays;

/// Who has something to send, in the order of asking. Derived: a successor asks every socket.
public final class Ready {
    private int[] queue = new int[64];
    private long[] waiting = new long[1];
    private int head;
    private int count;

    public Ready() {}

    /// Puts `id` at the end unless it waits already.
    public void add(int id) {
        int word = id >>> 6;
        if (word >= waiting.length) {
            waiting = Arrays.copyOf(waiting, Math.max(word + 1, 2 * waiting.length));
        }
        long bit = 1L << id;
        if ((waiting[word] & bit) != 0) {
            return;
        }
        waiting[word] |= bit;
        if (count == queue.length) {
            int[] longer = new int[2 * count];
            for (int i = 0; i < count; i++) {
                longer[i] = queue[head + i & count - 1];
            }
            queue = longer;
            head = 0;
        }
        queue[head + count & queue.length - 1] = id;
        count++;
    }

    /// Takes the first, -1 if nobody waits.
    public int take() {
        if (count == 0) {
            return -1;
        }
        int id = queue[head];
        head = head + 1 & queue.length - 1;
        count--;
        waiting[id >>> 6] &= ~(1L << id);
        return id;
    }

    public int count() {
        return count;
    }
}
