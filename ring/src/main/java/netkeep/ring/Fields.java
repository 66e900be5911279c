package netkeep.ring;

import java.util.Arrays;

/// The fields of one record, in a working copy on the heap that [Drafts] lends. A subclass gives them names.
///
/// An offset is that of the field in the record's slot, in octets and a multiple of the field's own length; the copy
/// has the slot's octets in the machine's order, which is little-endian on all machines that Netkeep knows. Array
/// elements are what every stage of the JVM reaches quickest: an access is two instructions compiled, and some ten
/// bytecodes before that, where a memory segment takes hundreds.
public abstract class Fields {
    private static final long[] NONE = {};

    private int index = -1;
    private long[] words = NONE;

    /// Fields of no record, until [Drafts] or [#alone] gives them one.
    protected Fields() {}

    /// The record whose fields these are, -1 for none.
    public final int index() {
        return index;
    }

    final void at(int record, long[] copy) {
        index = record;
        words = copy;
    }

    void clear() {
        Arrays.fill(words, 0);
    }

    /// Makes these fields nobody's: the next access throws [IndexOutOfBoundsException].
    public final void leave() {
        at(-1, NONE);
    }

    /// Gives these fields a copy of their own, all zeros, which is no record's.
    ///
    /// @param slot octets of a slot
    public final void alone(int slot) {
        at(-1, new long[slot >>> 3]);
    }

    /// Gives these fields a copy of their own of what others say, which is no record's.
    public final void copy(Fields of) {
        at(-1, of.words.clone());
    }

    protected final int u8(int at) {
        return (int) (words[at >>> 3] >>> ((at & 7) << 3)) & 0xFF;
    }

    protected final int u16(int at) {
        return (int) (words[at >>> 3] >>> ((at & 6) << 3)) & 0xFFFF;
    }

    protected final int i32(int at) {
        return (int) (words[at >>> 3] >>> ((at & 4) << 3));
    }

    protected final long i64(int at) {
        return words[at >>> 3];
    }

    protected final void u8(int at, int value) {
        put(at, value & 0xFFL, 0xFFL);
    }

    protected final void u16(int at, int value) {
        put(at, value & 0xFFFFL, 0xFFFFL);
    }

    protected final void i32(int at, int value) {
        put(at, value & 0xFFFF_FFFFL, 0xFFFF_FFFFL);
    }

    private void put(int at, long value, long mask) {
        int shift = (at & 7) << 3;
        words[at >>> 3] = words[at >>> 3] & ~(mask << shift) | value << shift;
    }

    protected final void i64(int at, long value) {
        words[at >>> 3] = value;
    }

    /// Moves octets within the record; the two places may overlap.
    ///
    /// @param length a multiple of 4, as the offsets are
    protected final void move(int to, int from, int length) {
        if (to < from) {
            for (int i = 0; i < length; i += Integer.BYTES) {
                i32(to + i, i32(from + i));
            }
        } else {
            for (int i = length - Integer.BYTES; i >= 0; i -= Integer.BYTES) {
                i32(to + i, i32(from + i));
            }
        }
    }
}
