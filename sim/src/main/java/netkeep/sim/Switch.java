package netkeep.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// An Ethernet switch: learns behind which port an address lies, and sends everywhere what it does not know or what
/// is for many.
public final class Switch implements Station {
    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int ADDRESSES_LENGTH = 12;
    private static final int ADDRESS_SHIFT = 16;
    /// The bit that says that an address is a group's: the lowest of its first octet.
    private static final long GROUP = 1L << 40;
    /// Addresses it learns; after that it knows no new ones, and sends their frames everywhere.
    private static final int CAPACITY = 4096;
    private static final int SLOTS = 2 * CAPACITY;
    private static final int UNKNOWN = -1;

    private final List<Pipe> ports = new ArrayList<>();
    // A hash table with open addressing: 0 is nobody's address.
    private final long[] learned = new long[SLOTS];
    private final int[] portOf = new int[SLOTS];
    private int count;

    /// A switch without ports: each wire that is plugged in makes one.
    public Switch() {}

    @Override
    public Receiver plug(Pipe out) {
        int port = ports.size();
        ports.add(out);
        return (frames, at, length, nowNs) -> arrives(port, frames, at, length);
    }

    private void arrives(int port, MemorySegment frames, long at, int length) {
        if (length < Wire.PREFIX + ADDRESSES_LENGTH + 2) {
            return;
        }
        long destination = address(frames, at + Wire.PREFIX);
        long source = address(frames, at + Wire.PREFIX + ADDRESSES_LENGTH / 2);
        if ((source & GROUP) == 0) {
            learn(source, port);
        }
        int known = (destination & GROUP) == 0 ? find(destination) : UNKNOWN;
        if (known == UNKNOWN) {
            for (int other = 0; other < ports.size(); other++) {
                if (other != port) {
                    ports.get(other).send(frames, at, length);
                }
            }
        } else if (known != port) {
            ports.get(known).forward(frames, at, length);
        }
    }

    private void learn(long address, int port) {
        int slot = slot(address);
        if (learned[slot] != address) {
            if (address == 0 || count == CAPACITY) {
                return;
            }
            count++;
            learned[slot] = address;
        }
        portOf[slot] = port;
    }

    private int find(long address) {
        int slot = slot(address);
        return learned[slot] == address && address != 0 ? portOf[slot] : UNKNOWN;
    }

    /// Where an address stands, or the empty slot where it would.
    private int slot(long address) {
        int slot = (int) (address * 0x9E37_79B9_7F4A_7C15L >>> 32) & SLOTS - 1;
        while (learned[slot] != 0 && learned[slot] != address) {
            slot = slot + 1 & SLOTS - 1;
        }
        return slot;
    }

    private static long address(MemorySegment frames, long at) {
        return frames.get(WORD, at) >>> ADDRESS_SHIFT;
    }
}
