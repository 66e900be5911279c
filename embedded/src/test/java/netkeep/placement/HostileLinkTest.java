package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Region;
import netkeep.sim.Seeds;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A stack with two links, one of which breaks its rings: it says so, goes on with the other, and with new rings.
class HostileLinkTest {
    private static final Settings SETTINGS = new Settings(
            List.of("stack"),
            0,
            true,
            List.of(
                    new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false),
                    new Settings.Device(Settings.TAP, "two", 1500, 0x02_00_00_00_00_02L, false, false, false)),
            List.of());

    private static final int FRAME = 100;
    private static final int TURNS = 3;
    private static final long HEAD = 0;
    private static final int LINES = 64;
    private static final int LINE = 64;
    private static final byte[] MERGED = {
        VirtioNetHeader.GSO_NONE,
        VirtioNetHeader.GSO_TCPV4,
        VirtioNetHeader.GSO_TCPV6,
        VirtioNetHeader.GSO_UDP_L4,
        (byte) (VirtioNetHeader.GSO_TCPV4 | VirtioNetHeader.GSO_ECN)
    };

    private final Arena arena = Arena.ofShared();
    private final Line[] lines = Line.pair();
    private final Line keeper = lines[0];
    private final int ledger = Shared.make("ledger", SETTINGS.ledgerLength());
    private final int frames = Shared.make("frames", SETTINGS.framesLength());
    private final Link one = new Link();
    private final Link two = new Link();
    private Domain domain;

    /// A link's side of its rings, and what its keeper has of them.
    private final class Link {
        private int up = Shared.make("up", LinkRing.UP);
        private int down = Shared.make("down", LinkRing.DOWN);
        private Region own = map(up, LinkRing.UP);
        private Region stacks = map(down, LinkRing.DOWN);
        private FrameProducer gives = new LinkRing(own, stacks).gives();

        private Region map(int region, long length) {
            return Shared.map(arena, Descriptors.duplicate(region), length, true);
        }

        /// Gets rings in which nothing is.
        private void renew() {
            Descriptors.close(up);
            Descriptors.close(down);
            up = Shared.make("up", LinkRing.UP);
            down = Shared.make("down", LinkRing.DOWN);
            own = map(up, LinkRing.UP);
            stacks = map(down, LinkRing.DOWN);
            gives = new LinkRing(own, stacks).gives();
        }

        /// Gives two frames of no protocol, one after the other.
        ///
        /// @return whether the stack takes them
        private boolean isHeard() throws PeerViolation, IOException {
            boolean heard = true;
            for (int frame = 0; frame < 2; frame++) {
                gives.free(FRAME);
                gives.give(FRAME);
                gives.publish();
                domain.turns(TURNS);
                heard &= stacks.i64Acquire(HEAD) == gives.position();
            }
            return heard;
        }
    }

    @BeforeEach
    void begin() throws IOException {
        succeed(0);
    }

    /// A stack begins, and its predecessor is no more.
    private void succeed(int predecessor) throws IOException {
        Map<String, Integer> granted = new HashMap<>();
        granted.put(Grants.LEDGER, Descriptors.duplicate(ledger));
        granted.put(Grants.FRAMES, Descriptors.duplicate(frames));
        Link[] links = {one, two};
        for (int number = 1; number <= links.length; number++) {
            int[] bell = Doorbell.pair();
            granted.put(Grants.DEVICE + number, Descriptors.open("/dev/null", Descriptors.O_WRONLY));
            granted.put(Grants.UP + number, Descriptors.duplicate(links[number - 1].up));
            granted.put(Grants.DOWN + number, Descriptors.duplicate(links[number - 1].down));
            granted.put(Grants.VOICE + number, bell[Doorbell.VOICE]);
            granted.put(Grants.EAR + number, bell[Doorbell.EAR]);
        }
        Line theirs = new Line(Descriptors.duplicate(lines[1].descriptor()));
        domain = new Domain(theirs, new Grants(SETTINGS, granted, predecessor), new Epoll(8), arena);
        keeper.send(new Word(Word.BEGIN, 0, "").octets());
        domain.begin();
        if (predecessor != 0) {
            assertEquals(Word.REPORT, Word.of(keeper.receive().octets()).kind());
        }
    }

    @AfterEach
    void end() {
        keeper.close();
        lines[1].close();
        arena.close();
        for (int region : new int[] {ledger, frames, one.up, one.down, two.up, two.down}) {
            Descriptors.close(region);
        }
    }

    private void breakOne() throws IOException {
        one.own.i64Release(0, -1);
        domain.turns(TURNS);
    }

    private void renewOne() throws IOException {
        one.renew();
        keeper.send(new Word(Word.RENEW, 1, Grants.UP + 1 + " " + Grants.DOWN + 1).octets(), one.up, one.down);
        domain.hear();
    }

    @Test
    void violationIsToldOnceWithItsReason() throws Exception {
        assertTrue(one.isHeard() && two.isHeard());

        breakOne();
        domain.turns(TURNS);

        Word told = Word.of(keeper.receive().octets());
        assertEquals(Word.RENEW, told.kind());
        assertEquals(1, told.number());
        assertTrue(told.text().startsWith("up.1 down.1\ntail ffffffffffffffff"), told.text());
        assertNull(keeper.poll());
    }

    @Test
    void otherLinkGoesOn() throws Exception {
        breakOne();

        assertTrue(two.isHeard());
    }

    @Test
    void linkIsHeardByNewRingsAndByThoseAfterThem() throws Exception {
        for (int round = 0; round < 3; round++) {
            assertTrue(one.isHeard());
            breakOne();
            keeper.receive();
            renewOne();
            assertTrue(one.isHeard() && two.isHeard());
        }
    }

    @Test
    void successorGoesOnInNewRings() throws Exception {
        assertTrue(one.isHeard());
        breakOne();
        keeper.receive();
        renewOne();
        assertTrue(one.isHeard());
        long before = one.stacks.i64Acquire(HEAD);

        succeed(1);

        assertEquals(before, one.stacks.i64Acquire(HEAD));
        assertTrue(one.isHeard() && two.isHeard());
    }

    /// Whatever a link writes into its region the stack goes on with the other one, and a successor with both; and the
    /// link with it, once it has new rings.
    @Test
    void anythingMayBeWritten() {
        Seeds.each(60, luck -> {
            try {
                for (int write = 0; write < 60; write++) {
                    scribble(luck);
                    if (luck.nextInt(4) == 0) {
                        domain.turns(1);
                    }
                }
                assertTrue(two.isHeard());
                heardOfOne();
                if (luck.nextInt(8) == 0) {
                    succeed(1);
                    assertTrue(two.isHeard());
                    heardOfOne();
                }
                renewOne();
                assertTrue(one.isHeard() && two.isHeard());
                assertNull(keeper.poll());
            } catch (IOException | PeerViolation unexpected) {
                throw new AssertionError(unexpected);
            }
        });
    }

    /// If anything was said it is that this link broke its rings, once.
    private void heardOfOne() throws IOException {
        Line.Received said = keeper.poll();
        if (said != null) {
            Word told = Word.of(said.octets());
            assertEquals(Word.RENEW, told.kind());
            assertEquals(1, told.number());
            assertNull(keeper.poll());
        }
    }

    /// Something near the ring's words and first frames, a frame that may pass for one, or anything anywhere.
    private void scribble(RandomGenerator luck) {
        MemorySegment memory = one.own.memory();
        int line = LINES + LINE * luck.nextInt(32);
        long tail = one.own.i64(HEAD);
        switch (luck.nextInt(9)) {
            case 0 -> one.own.i64Release(HEAD, (long) luck.nextInt(64) << 20 | luck.nextInt(64));
            case 1 -> one.own.i64Release(HEAD, tail + ((long) luck.nextInt(-2, 8) << 20) + luck.nextInt(-2, 3));
            case 2 -> one.own.i64Release(HEAD, luck.nextLong());
            case 3 -> memory.set(ValueLayout.JAVA_INT, line, luck.nextInt(-1, 300));
            case 4 -> memory.set(ValueLayout.JAVA_INT, line, luck.nextInt());
            case 5 -> {
                // To all, and of a protocol that there is.
                memory.set(ValueLayout.JAVA_INT, line, luck.nextInt(60, 1500));
                for (int octet = 0; octet < LINE; octet++) {
                    memory.set(ValueLayout.JAVA_BYTE, line + 18 + octet, (byte) (octet < 6 ? -1 : luck.nextInt()));
                }
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, line + 30, (short) (luck.nextBoolean() ? 0x0008 : 0xDD86));
            }
            case 6 -> memory.set(ValueLayout.JAVA_INT, 8, luck.nextInt());
            case 7 -> {
                // What it says that a device has merged.
                memory.set(ValueLayout.JAVA_BYTE, line + 8, (byte) luck.nextInt(4));
                memory.set(ValueLayout.JAVA_BYTE, line + 9, MERGED[luck.nextInt(MERGED.length)]);
                memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, line + 12, (short) luck.nextInt(-1, 3));
            }
            default ->
                memory.set(ValueLayout.JAVA_LONG_UNALIGNED, luck.nextLong(memory.byteSize() - 8), luck.nextLong());
        }
    }

    /// The stack died before it was told of the new rings, or before its commit: it has positions of others.
    @Test
    void successorBeginsInRingsThatItsPredecessorNeverSaw() throws Exception {
        assertTrue(one.isHeard() && two.isHeard());
        breakOne();
        keeper.receive();
        one.renew();

        succeed(1);

        assertTrue(one.isHeard() && two.isHeard());
    }
}
