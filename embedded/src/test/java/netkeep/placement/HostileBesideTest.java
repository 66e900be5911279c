package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import netkeep.engine.socket.Claims;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.ring.FrameProducer;
import netkeep.ring.Region;
import netkeep.session.BesideTerms;
import netkeep.sim.Seeds;
import netkeep.stack.PeerPort;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A daemon's stack with a program's own beside it, whose program writes what it likes to what it may write.
class HostileBesideTest {
    private static final BesideTerms TERMS = new BesideTerms(1000, "80,8000-8009");
    private static final Settings SETTINGS = new Settings(
            List.of("stack"),
            0,
            true,
            List.of(new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false)),
            List.of("address 1 198.18.0.2/24", "address 1 fd00:198:18::2/64", TERMS.text()));
    private static final int SESSION = 3;
    private static final int TURNS = 3;

    /// Where the program's ring begins.
    private static final long RING = Claims.LENGTH;

    private final Arena arena = Arena.ofShared();
    private final Line[] lines = Line.pair();
    private final Line keeper = lines[0];
    private final int ledger = Shared.make("ledger", SETTINGS.ledgerLength());
    private final int frames = Shared.make("frames", SETTINGS.framesLength());
    private final int ports = Shared.make("ports", BesideRings.PORTS_LENGTH);
    private final int up = Shared.make("up", LinkRing.UP);
    private final int down = Shared.make("down", LinkRing.DOWN);
    private int program;
    private int daemon;
    private BesideRings rings;
    private Domain stack;

    @BeforeEach
    void begin() throws IOException {
        renew();
        succeed(0, false);
    }

    /// The regions of another program.
    private void renew() {
        program = Shared.make("program", BesideRings.PROGRAM_LENGTH);
        daemon = Shared.make("daemon", BesideRings.DAEMON_LENGTH);
        rings = new BesideRings(
                map(program, BesideRings.PROGRAM_LENGTH, true), map(daemon, BesideRings.DAEMON_LENGTH, false));
    }

    private Region map(int region, long length, boolean writable) {
        return Shared.map(arena, Descriptors.duplicate(region), length, writable);
    }

    /// @param there whether the program was there before
    private void succeed(int predecessor, boolean there) throws IOException {
        Map<String, Integer> granted = new HashMap<>();
        int[] bell = Doorbell.pair();
        granted.put(Grants.LEDGER, Descriptors.duplicate(ledger));
        granted.put(Grants.FRAMES, Descriptors.duplicate(frames));
        granted.put(Grants.PORTS, Descriptors.duplicate(ports));
        granted.put(Grants.DEVICE + 1, Descriptors.open("/dev/null", Descriptors.O_WRONLY));
        granted.put(Grants.UP + 1, Descriptors.duplicate(up));
        granted.put(Grants.DOWN + 1, Descriptors.duplicate(down));
        granted.put(Grants.VOICE + 1, bell[Doorbell.VOICE]);
        granted.put(Grants.EAR + 1, bell[Doorbell.EAR]);
        Line theirs = new Line(Descriptors.duplicate(lines[1].descriptor()));
        stack = new Domain(theirs, new Grants(SETTINGS, granted, predecessor), new Epoll(8), arena);
        if (there) {
            serve();
        }
        keeper.send(new Word(Word.BEGIN, 0, "").octets());
        stack.begin();
        if (predecessor != 0) {
            assertEquals(Word.REPORT, Word.of(keeper.receive().octets()).kind());
        }
    }

    private void serve() throws IOException {
        int[] bell = Doorbell.pair();
        keeper.send(
                new Word(Word.SERVE, SESSION, TERMS.text()).octets(),
                program,
                daemon,
                bell[Doorbell.VOICE],
                bell[Doorbell.EAR]);
    }

    private void joins() throws IOException {
        serve();
        stack.hear();
        stack.turns(TURNS);
    }

    /// The program dies, and another one comes to rings of its own.
    private void anotherJoins() throws IOException {
        leaves();
        Descriptors.close(program);
        Descriptors.close(daemon);
        renew();
        joins();
    }

    private void leaves() throws IOException {
        keeper.send(new Word(Word.LEAVE, SESSION, "").octets());
        stack.hear();
        stack.turns(TURNS);
        Word over = Word.of(keeper.receive().octets());
        assertEquals(Word.OVER, over.kind());
        assertEquals(SESSION, over.number());
    }

    @AfterEach
    void end() {
        keeper.close();
        lines[1].close();
        arena.close();
        for (int region : new int[] {ledger, frames, ports, up, down, program, daemon}) {
            Descriptors.close(region);
        }
    }

    private String asked(String question) throws IOException {
        keeper.send(new Word(Word.ASK, 1, question).octets());
        stack.hear();
        // What is told has been committed.
        stack.turns(TURNS);
        Word said = Word.of(keeper.receive().octets());
        while (said.kind() == Word.CUT) {
            said = Word.of(keeper.receive().octets());
        }
        assertEquals(Word.TELL, said.kind());
        return said.text();
    }

    @Test
    void programIsShownAddressesAndItsPorts() throws IOException {
        joins();

        String board = rings.board().read();

        assertEquals("address 1 198.18.0.2/24\naddress 1 fd00:198:18::2/64\n", board);
        rings.program().u8(80, 1);
        rings.program().u8(81, 1);
        assertEquals(
                "session number=3 ports=80,8000-8009 uses=tcp:80\n", asked("session " + SESSION), "81 is not granted");
    }

    @Test
    void whoBreaksTheRingIsToldOfAndAnotherIsHeard() throws Exception {
        joins();
        rings.program().i64Release(RING, -1);
        stack.turns(TURNS);

        Word cut = Word.of(keeper.receive().octets());
        assertEquals(Word.CUT, cut.kind());
        assertTrue(cut.text().startsWith("tail ffffffffffffffff"), cut.text());
        stack.turns(TURNS);
        assertNull(keeper.poll());
        anotherJoins();
        assertHeard(rings.ofProgram(2, () -> {}));
    }

    @Test
    void whoseBellCannotBeHeardIsToldOfAndAnotherIsHeard() throws Exception {
        int[] bell = Doorbell.pair();
        List<Epoll> many = HostileBellTest.putEverywhere(bell[2 + Doorbell.VOICE]);
        keeper.send(
                new Word(Word.SERVE, SESSION, TERMS.text()).octets(),
                program,
                daemon,
                bell[Doorbell.VOICE],
                bell[Doorbell.EAR]);
        stack.hear();
        stack.turns(TURNS);

        Word cut = Word.of(keeper.receive().octets());
        assertEquals(Word.CUT, cut.kind());
        assertTrue(cut.text().contains("epoll"), cut.text());
        many.forEach(Epoll::close);
        anotherJoins();
        assertHeard(rings.ofProgram(2, () -> {}));
    }

    @Test
    void secondProgramIsSentAwayAndTheFirstIsHeard() throws Exception {
        joins();
        int[] bell = Doorbell.pair();
        keeper.send(new Word(Word.SERVE, SESSION + 1, TERMS.text()).octets(), program, daemon, bell[0], bell[1]);
        stack.hear();

        Word over = Word.of(keeper.receive().octets());
        assertEquals(Word.OVER, over.kind());
        assertEquals(SESSION + 1, over.number());
        assertHeard(rings.ofProgram(2, () -> {}));
    }

    @Test
    void successorGoesOnInTheRingsOfItsPredecessor() throws Exception {
        joins();
        assertHeard(rings.ofProgram(2, () -> {}));
        long before = taken();

        succeed(1, true);

        assertEquals(before, taken());
        stack.turns(TURNS);
        assertNull(keeper.poll());
        assertEquals(
                "address 1 198.18.0.2/24\naddress 1 fd00:198:18::2/64\n",
                rings.board().read());
    }

    /// How far the daemon's stack has taken frames of the program.
    private long taken() {
        return rings.daemon().i64Acquire(FrameProducer.length(1 << 20));
    }

    /// The frame of a link that there is, which means nothing.
    private void assertHeard(PeerPort ours) throws IOException {
        long before = taken();
        Region own = rings.program();
        own.i32(RING + 64, 100);
        own.i32(RING + 64 + 8, 1);
        own.i64Release(RING, 2L << 20 | 2);
        stack.turns(TURNS);
        assertNotEquals(before, taken());
        assertNull(ours.complaint());
    }

    /// Whatever is written there the stack goes on, and the next program finds a place.
    @Test
    void anythingMayBeWritten() {
        Seeds.each(100, luck -> {
            try {
                joins();
                for (int write = 0; write < 40; write++) {
                    scribble(luck);
                    if (luck.nextInt(4) == 0) {
                        stack.turns(1);
                    }
                }
                stack.turns(TURNS);
                assertTrue(asked("nstat").contains("StacksInFrames"));
                assertNull(keeper.poll());
                anotherLeaves();
            } catch (IOException unexpected) {
                throw new AssertionError(unexpected);
            }
        });
    }

    private void anotherLeaves() throws IOException {
        leaves();
        Descriptors.close(program);
        Descriptors.close(daemon);
        renew();
    }

    /// Something near a ring's words and first frames, or anywhere.
    private void scribble(RandomGenerator luck) {
        MemorySegment memory = rings.program().memory();
        long ring = RING;
        long consumer = ring + FrameProducer.length(1 << 20);
        switch (luck.nextInt(6)) {
            case 0 -> rings.program().i64Release(ring, (long) luck.nextInt(64) << 20 | luck.nextInt(64));
            case 1 -> memory.set(ValueLayout.JAVA_INT, ring + 64 + 64L * luck.nextInt(32), luck.nextInt(-1, 300));
            case 2 -> memory.set(ValueLayout.JAVA_INT, ring + 72 + 64L * luck.nextInt(32), luck.nextInt(-1, 3));
            case 3 -> rings.program().i64Release(consumer, (long) luck.nextInt(64) << 20 | luck.nextInt(64));
            case 4 -> memory.set(ValueLayout.JAVA_BYTE, luck.nextLong(ring), (byte) luck.nextInt());
            default ->
                memory.set(ValueLayout.JAVA_LONG_UNALIGNED, luck.nextLong(memory.byteSize() - 8), luck.nextLong());
        }
    }
}
