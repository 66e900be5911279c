package netkeep.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostTest {
    private static final int LENGTH = Wire.PREFIX + 60;

    private final World world = new World(1);

    /// Notes down what happens to it, and sends what it was told to.
    private static final class Diary implements Node {
        final List<String> lines = new ArrayList<>();
        final List<MemorySegment> toSend = new ArrayList<>();
        long deadlineNs = World.NEVER;

        @Override
        public void arrives(int link, MemorySegment frames, long at, int length, long nowNs) {
            lines.add(nowNs + " arrives " + link);
        }

        @Override
        public void turn(Outlet out, long nowNs) {
            lines.add(nowNs + " turn");
            toSend.forEach(frame -> out.send(0, frame, 0, (int) frame.byteSize()));
            toSend.clear();
            if (nowNs >= deadlineNs) {
                deadlineNs = World.NEVER;
            }
        }

        @Override
        public long deadlineNs() {
            return deadlineNs;
        }
    }

    private static MemorySegment frame(long destination, long source) {
        byte[] octets = new byte[LENGTH];
        for (int octet = 0; octet < 6; octet++) {
            octets[Wire.PREFIX + octet] = (byte) (destination >> 8 * (5 - octet));
            octets[Wire.PREFIX + 6 + octet] = (byte) (source >> 8 * (5 - octet));
        }
        return MemorySegment.ofArray(octets);
    }

    @Test
    void framesOfOneInstantAreOneTurn() {
        Diary sender = new Diary();
        Diary receiver = new Diary();
        Host first = new Host(world, sender);
        Host second = new Host(world, receiver, 3);
        Wire.between(world, Weather.CALM.withDelayNs(5), first, second);
        sender.toSend.add(frame(2, 1));
        sender.toSend.add(frame(2, 1));
        first.kick();
        world.settle(10);

        assertEquals(List.of("0 turn"), sender.lines);
        assertEquals(List.of("5 arrives 0", "5 arrives 0", "8 turn"), receiver.lines);
        assertEquals(1, second.turns());
    }

    @Test
    void deadlineGivesATurn() {
        Diary node = new Diary();
        Host host = new Host(world, node);
        node.deadlineNs = 40;
        host.kick();
        world.settle(10);

        assertEquals(List.of("0 turn", "40 turn"), node.lines);
    }

    @Test
    void deadHostHearsNothingAndItsSuccessorGoesOn() {
        Diary sender = new Diary();
        Diary receiver = new Diary();
        Host first = new Host(world, sender);
        Host second = new Host(world, receiver);
        Wire.between(world, Weather.CALM, first, second);
        second.off();
        sender.toSend.add(frame(2, 1));
        first.kick();
        world.settle(10);
        assertEquals(List.of(), receiver.lines);

        Diary successor = new Diary();
        second.node(successor);
        second.on();
        world.settle(10);
        assertEquals(List.of("0 turn"), successor.lines);
    }

    @Test
    void switchLearnsWhoLivesWhere() {
        Switch middle = new Switch();
        List<Diary> nodes = new ArrayList<>();
        List<Host> hosts = new ArrayList<>();
        for (int host = 0; host < 3; host++) {
            nodes.add(new Diary());
            hosts.add(new Host(world, nodes.get(host)));
            Wire.between(world, Weather.CALM, hosts.get(host), middle);
        }
        assertEquals(List.of(1, 2), heard(nodes, hosts, 0, 0x02_00_00_00_00_22L));
        assertEquals(List.of(0), heard(nodes, hosts, 1, 0x02_00_00_00_00_20L));
        assertEquals(List.of(0, 1), heard(nodes, hosts, 2, 0xFF_FF_FF_FF_FF_FFL));
        assertEquals(List.of(2), heard(nodes, hosts, 0, 0x02_00_00_00_00_22L));
    }

    /// Lets one host send, whose address ends in 20 and its number; which ones hear it.
    private List<Integer> heard(List<Diary> nodes, List<Host> hosts, int sender, long destination) {
        nodes.forEach(node -> node.lines.clear());
        nodes.get(sender).toSend.add(frame(destination, 0x02_00_00_00_00_20L + sender));
        hosts.get(sender).kick();
        world.settle(100);
        List<Integer> heard = new ArrayList<>();
        for (int host = 0; host < nodes.size(); host++) {
            if (nodes.get(host).lines.stream().anyMatch(line -> line.contains("arrives"))) {
                heard.add(host);
            }
        }
        return heard;
    }

    @Test
    void captureHoldsFramesAndInstants() {
        Capture capture = new Capture();
        world.run(1_500_000_000L);
        capture.frame(frame(2, 1), 0, LENGTH, world.nowNs());

        ByteBuffer file = ByteBuffer.wrap(capture.octets()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0xa1b23c4d, file.getInt(0));
        assertEquals(2, file.getShort(4));
        assertEquals(4, file.getShort(6));
        assertEquals(1, file.getInt(20));
        assertEquals(1, file.getInt(24));
        assertEquals(500_000_000, file.getInt(28));
        assertEquals(60, file.getInt(32));
        assertEquals(60, file.getInt(36));
        assertEquals(2, file.get(45));
        assertEquals(24 + 16 + 60, file.capacity());
    }

    @Test
    void capturesAreEqualIfEveryOctetAndInstantIs() {
        Capture one = new Capture();
        Capture other = new Capture();
        for (int times = 0; times < 100; times++) {
            one.frame(frame(2, 1), 0, LENGTH, times);
            other.frame(frame(2, 1), 0, LENGTH, times);
        }
        assertEquals(one, other);
        assertEquals(100, one.frames());
        one.frame(frame(2, 1), 0, LENGTH, 100);
        MemorySegment turned = frame(2, 1);
        turned.set(ValueLayout.JAVA_BYTE, LENGTH - 1, (byte) 1);
        other.frame(turned, 0, LENGTH, 100);
        assertNotEquals(one, other);
    }
}
