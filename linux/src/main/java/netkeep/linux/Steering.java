package netkeep.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Which of a TAP's two queues gets a frame, by its destination port: a program of eBPF, which the kernel asks for
/// each frame that it sends. Without one it takes a hash, or the queue that sent the flow's last frame.
public final class Steering {
    private static final long TUNSETSTEERINGEBPF = 0x800454e0L;
    private static final int PROG_LOAD = 5;
    private static final int SOCKET_FILTER = 1;
    private static final long ATTRIBUTES = 72;
    private static final long INSTRUCTION = 8;

    // Codes of instructions: class, operation and source in one octet.
    private static final int MOVE = 0xbf;
    private static final int SET = 0xb7;
    private static final int AND = 0x57;
    private static final int SHIFT_LEFT = 0x67;
    private static final int LOAD_U16 = 0x28;
    private static final int LOAD_U8 = 0x30;
    private static final int LOAD_U16_AT = 0x48;
    private static final int GO = 0x05;
    private static final int IF_EQUAL = 0x15;
    private static final int IF_NOT = 0x55;
    private static final int IF_ABOVE = 0x25;
    private static final int IF_BELOW = 0xa5;
    private static final int EXIT = 0x95;

    // Registers: the answer, where loads lay what they loaded; two that loads leave alone; and the packet.
    private static final int ANSWER = 0;
    private static final int GIVEN = 1;
    private static final int PACKET = 6;
    private static final int HEADER = 7;
    private static final int PARITY = 8;

    // Offsets in a frame, from its Ethernet header on; those of IPv4 without options.
    private static final int ETHER_TYPE = 12;
    private static final int IP = 14;
    private static final int FRAGMENT_4 = IP + 6;
    private static final int PROTOCOL_4 = IP + 9;
    private static final int PROTOCOL_6 = IP + 6;
    private static final int LENGTH_6 = 40;
    private static final int DESTINATION_PORT = 2;

    private static final int IPV4 = 0x0800;
    private static final int IPV6 = 0x86dd;
    private static final int FRAGMENT = 0x1fff;
    private static final int TCP = 6;
    private static final int UDP = 17;

    /// Where a jump goes that is not laid yet: to where 0 is answered, or 1.
    private static final int FIRST = -1;

    private static final int SECOND = -2;

    /// An instruction; the packet, which loads use, need not be named.
    ///
    /// @param jump  where it goes if it jumps, an index or one of the above
    private record Step(int code, int to, int from, int jump, int value) {}

    private final List<Step> steps = new ArrayList<>();

    private Steering() {}

    /// Gives the second queue of a device the frames of TCP and UDP to these ports, and the first one all others:
    /// what is a later piece of a packet, or has IPv6's extension headers, goes there, too. While there is one
    /// queue it gets all. It holds for the device, until its last queue is closed.
    ///
    /// @param descriptor of a queue
    /// @return false if the kernel will not have it, as of a user without CAP_BPF: then all is as it was
    public static boolean byPort(int descriptor, BitSet ports) {
        Steering program = new Steering();
        program.lay(ports);
        int loaded = program.load();
        if (loaded < 0) {
            return false;
        }
        long answer = Descriptors.ioctlInt(descriptor, TUNSETSTEERINGEBPF, loaded);
        Descriptors.close(loaded);
        return answer == 0;
    }

    private void lay(BitSet ports) {
        add(MOVE, PACKET, GIVEN, 0, 0);
        add(LOAD_U16, 0, 0, 0, ETHER_TYPE);
        int version6 = steps.size() + 14;
        add(IF_EQUAL, ANSWER, 0, version6, IPV6);
        add(IF_NOT, ANSWER, 0, FIRST, IPV4);
        add(LOAD_U16, 0, 0, 0, FRAGMENT_4);
        add(AND, ANSWER, 0, 0, FRAGMENT);
        add(IF_NOT, ANSWER, 0, FIRST, 0);
        add(LOAD_U8, 0, 0, 0, PROTOCOL_4);
        protocol();
        add(LOAD_U8, 0, 0, 0, IP);
        add(AND, ANSWER, 0, 0, 15);
        add(SHIFT_LEFT, ANSWER, 0, 0, 2);
        add(MOVE, HEADER, ANSWER, 0, 0);
        add(LOAD_U16_AT, 0, HEADER, 0, IP + DESTINATION_PORT);
        add(GO, 0, 0, steps.size() + 5, 0);
        if (steps.size() != version6) {
            throw new AssertionError("version 6 is at " + steps.size());
        }
        add(LOAD_U8, 0, 0, 0, PROTOCOL_6);
        protocol();
        add(LOAD_U16, 0, 0, 0, IP + LENGTH_6 + DESTINATION_PORT);
        for (int port = ports.nextSetBit(0); port >= 0; ) {
            port = run(ports, port);
        }
        int first = steps.size();
        add(SET, ANSWER, 0, 0, 0);
        add(EXIT, 0, 0, 0, 0);
        int second = steps.size();
        add(SET, ANSWER, 0, 0, 1);
        add(EXIT, 0, 0, 0, 0);
        steps.replaceAll(step -> new Step(
                step.code,
                step.to,
                step.from,
                step.jump == FIRST ? first : step.jump == SECOND ? second : step.jump,
                step.value));
    }

    private void protocol() {
        add(IF_EQUAL, ANSWER, 0, steps.size() + 2, TCP);
        add(IF_NOT, ANSWER, 0, FIRST, UDP);
    }

    /// Lays the test for a port and those behind it that follow one by one, or two by two.
    ///
    /// @return the next port, -1 if there is none
    private int run(BitSet ports, int first) {
        int step = ports.get(first + 1) || !ports.get(first + 2) ? 1 : 2;
        int last = first;
        while (ports.get(last + step) && (step == 1 || !ports.get(last + 1))) {
            last += step;
        }
        int next = steps.size() + (step == 1 ? 3 : 5);
        add(IF_BELOW, ANSWER, 0, next, first);
        add(IF_ABOVE, ANSWER, 0, next, last);
        if (step == 1) {
            add(GO, 0, 0, SECOND, 0);
        } else {
            add(MOVE, PARITY, ANSWER, 0, 0);
            add(AND, PARITY, 0, 0, 1);
            add(IF_EQUAL, PARITY, 0, SECOND, first & 1);
        }
        return ports.nextSetBit(last + 1);
    }

    private void add(int code, int to, int from, int jump, int value) {
        steps.add(new Step(code, to, from, jump, value));
    }

    /// @return a descriptor of the program, or `-errno`
    private int load() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment program = arena.allocate(INSTRUCTION * steps.size(), Long.BYTES);
            for (int i = 0; i < steps.size(); i++) {
                Step step = steps.get(i);
                boolean jumps = (step.code & 7) == GO && step.code != EXIT;
                program.set(ValueLayout.JAVA_BYTE, INSTRUCTION * i, (byte) step.code);
                program.set(ValueLayout.JAVA_BYTE, INSTRUCTION * i + 1, (byte) (step.from << 4 | step.to));
                program.set(ValueLayout.JAVA_SHORT, INSTRUCTION * i + 2, (short) (jumps ? step.jump - i - 1 : 0));
                program.set(ValueLayout.JAVA_INT, INSTRUCTION * i + 4, step.value);
            }
            MemorySegment attributes = arena.allocate(ATTRIBUTES, Long.BYTES);
            attributes.set(ValueLayout.JAVA_INT, 0, SOCKET_FILTER);
            attributes.set(ValueLayout.JAVA_INT, 4, steps.size());
            attributes.set(ValueLayout.JAVA_LONG, 8, program.address());
            attributes.set(
                    ValueLayout.JAVA_LONG, 16, arena.allocateFrom("Apache-2.0").address());
            return (int) Call.own().raw(Architecture.BPF, PROG_LOAD, attributes.address(), ATTRIBUTES, 0, 0, 0);
        }
    }
}
