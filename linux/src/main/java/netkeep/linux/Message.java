package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// What `sendmsg` and `recvmsg` carry: pieces of memory and control data beside them. Made once, used for many calls by
/// one thread.
///
/// ```text
/// msghdr:  0 name   8 name length   16 pieces   24 count   32 control   40 control length   48 flags
/// cmsghdr: 0 length   8 level   12 type   16 data
/// ```
public final class Message {
    private static final long PIECES = 16;
    private static final long PIECE_COUNT = 24;
    private static final long CONTROL = 32;
    private static final long CONTROL_LENGTH = 40;
    private static final long FLAGS = 48;
    private static final long HEADER = 56;
    private static final long CONTROL_HEADER = 16;
    private static final long LEVEL = 8;
    private static final long TYPE = 12;

    private final Vector vector;
    private final MemorySegment header;
    private final MemorySegment control;
    private long room;

    /// @param pieces  most pieces of memory in one message
    /// @param control room for control data, its headers counted
    public Message(int pieces, int control) {
        Arena memory = Arena.ofAuto();
        this.vector = new Vector(memory, pieces);
        this.header = memory.allocate(HEADER, Long.BYTES);
        this.control = memory.allocate(Math.max(control, 8), Long.BYTES);
        this.room = this.control.byteSize();
        header.set(JAVA_LONG, PIECES, vector.address());
        header.set(JAVA_LONG, CONTROL, this.control.address());
    }

    /// The memory that is sent or received to.
    public Vector vector() {
        return vector;
    }

    /// Prepares a message to send that carries no control data.
    public void plain() {
        header.set(JAVA_LONG, PIECE_COUNT, vector.count());
        header.set(JAVA_LONG, CONTROL_LENGTH, 0);
    }

    /// Prepares a message to send that carries descriptors (`SCM_RIGHTS`), one data octet at least beside them.
    public void rights(int... descriptors) {
        long length = CONTROL_HEADER + 4L * descriptors.length;
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, LEVEL, Sockets.SOL_SOCKET);
        control.set(JAVA_INT, TYPE, Sockets.SCM_RIGHTS);
        for (int index = 0; index < descriptors.length; index++) {
            control.set(JAVA_INT, CONTROL_HEADER + 4L * index, descriptors[index]);
        }
        header.set(JAVA_LONG, PIECE_COUNT, vector.count());
        header.set(JAVA_LONG, CONTROL_LENGTH, length + 7 & -8);
    }

    /// The descriptors that came with the message received last; each belongs to the caller now.
    public int[] rights() {
        long data = find(Sockets.SOL_SOCKET, Sockets.SCM_RIGHTS);
        if (data < 0) {
            return new int[0];
        }
        int[] descriptors = new int[(int) ((control.get(JAVA_LONG, data - CONTROL_HEADER) - CONTROL_HEADER) / 4)];
        for (int index = 0; index < descriptors.length; index++) {
            descriptors[index] = control.get(JAVA_INT, data + 4L * index);
        }
        return descriptors;
    }

    /// Where the data of a control message lies in [#control], or -1 if the last message had none of this kind.
    public long find(int level, int type) {
        long end = header.get(JAVA_LONG, CONTROL_LENGTH);
        long at = 0;
        while (at + CONTROL_HEADER <= end) {
            long length = control.get(JAVA_LONG, at);
            if (length < CONTROL_HEADER || length > end - at) {
                return -1;
            }
            if (control.get(JAVA_INT, at + LEVEL) == level && control.get(JAVA_INT, at + TYPE) == type) {
                return at + CONTROL_HEADER;
            }
            at += length + 7 & -8;
        }
        return -1;
    }

    /// The control data of the message received last.
    public MemorySegment control() {
        return control;
    }

    /// Whether what is received from now on may come with control data. What may not stays with the kernel: descriptors
    /// are never open here.
    public void takesControl(boolean does) {
        room = does ? control.byteSize() : 0;
    }

    /// The flags of the message received last: [Sockets#MSG_TRUNC] and others.
    public int flags() {
        return header.get(JAVA_INT, FLAGS);
    }

    /// Gives the kernel all room there is.
    void ready() {
        header.set(JAVA_LONG, PIECE_COUNT, vector.count());
        header.set(JAVA_LONG, CONTROL_LENGTH, room);
        header.set(JAVA_INT, FLAGS, 0);
    }

    long address() {
        return header.address();
    }
}
