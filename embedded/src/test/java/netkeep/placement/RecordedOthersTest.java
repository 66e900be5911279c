package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import netkeep.domain.Shared;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.linux.Descriptors;
import netkeep.linux.Memory;
import netkeep.ring.Region;
import netkeep.session.BesideTerms;
import netkeep.stack.PeerPort;
import netkeep.stack.Port;
import netkeep.stack.RingPort;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stack that died of a frame which another one had brought comes to it again.
class RecordedOthersTest {
    private static final int LINKS = 2;
    private static final int LENGTH = 92;
    private static final int HEAD = 8;
    private static final long NOW_NS = 1_000_000_007L;

    /// Where the frames to stack 0 begin in another one's region.
    private static final long RING = Claims.LENGTH;

    @TempDir
    private Path directory;

    private final Arena arena = Arena.ofShared();
    private final Map<String, Integer> regions = new LinkedHashMap<>();

    @AfterEach
    void end() {
        arena.close();
        regions.values().forEach(Descriptors::close);
    }

    private Region make(String name, long length) {
        int descriptor = Shared.make(name, length);
        regions.put(name, descriptor);
        return Shared.map(arena, Descriptors.duplicate(descriptor), length, true);
    }

    private static Settings settings(String line) {
        Settings.Device device =
                new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false);
        return new Settings(List.of("stack"), 0, true, List.of(device), List.of(line));
    }

    @Test
    void frameOfAStackOnTheSameLink() throws IOException {
        Settings settings = settings("share 0 2");
        long length = Settings.peersLength(2);
        List<Region> shared = List.of(make(Grants.PEER + 0, length), make(Grants.PEER + 1, length));
        PeerRings peers = new PeerRings(new Share(0, 2, 0), shared);

        Engine engine = engine(settings, peers.shown());
        String hand = diesOf(shared.get(1), engine, settings, peers.port(1, LINKS, 0, () -> {}));

        assertTakenAgain(settings, hand);
    }

    @Test
    void frameOfAProgramBeside() throws IOException {
        BesideTerms terms = new BesideTerms(1000, "80,8000-8009");
        Settings settings = settings(terms.text());
        Region program = make(BesideRings.PROGRAMS, BesideRings.PROGRAM_LENGTH);
        BesideRings rings = new BesideRings(program, make(BesideRings.DAEMONS, BesideRings.DAEMON_LENGTH));
        Claims.Tables tables = new Claims.Tables(2);
        tables.joins(BesideRings.DAEMON, make(Grants.PORTS, BesideRings.PORTS_LENGTH), null);

        Engine engine = engine(settings, new Share(BesideRings.DAEMON, 2, 0, tables));
        String hand = diesOf(program, engine, settings, rings.ofDaemon(LINKS, 0, () -> {}));

        assertTakenAgain(settings, hand);
    }

    private Engine engine(Settings settings, Share share) {
        EngineSettings bounds = Settings.ENGINE.withShare(share);
        return new Engine(
                make(Grants.LEDGER, settings.ledgerLength()),
                Memory.sparse(arena, Engine.headsLength(bounds)),
                bounds,
                StackPart.links(settings),
                1,
                1);
    }

    /// Runs a stack until it throws at what stack 1 brings.
    ///
    /// @return what it had in hand
    private String diesOf(Region theirs, Engine engine, Settings settings, PeerPort port) {
        LinkRing link = new LinkRing(make(Grants.UP + 1, LinkRing.UP), make(Grants.DOWN + 1, LinkRing.DOWN));
        Port[] ports = {new RingPort(link.takes(1514, 0), new Replay.Silent(1514), () -> {})};
        Region frames = make(Grants.FRAMES, settings.framesLength());
        Stack stack = new Stack(engine, ports, frames, Memory.sparse(arena, StackPart.LOOP));
        stack.joins(new @Nullable PeerPort[] {null, port});
        engine.begin(NOW_NS);
        stack.inherit();
        stack.turn(NOW_NS);
        engine.tryWith(new Engine.Trial() {
            @Override
            public void frame(MemorySegment of, long at, int length) {
                throw new IllegalStateException("poisonous");
            }

            @Override
            public void request(int op) {}
        });
        theirs.i32(RING + 64, HEAD + LENGTH);
        theirs.i32(RING + 64 + 8, 1);
        theirs.i64Release(RING, 2L << 20 | 2);
        assertThrows(IllegalStateException.class, () -> stack.turn(NOW_NS + 1));
        return engine.hand().toString();
    }

    private void assertTakenAgain(Settings settings, String hand) throws IOException {
        Path file = directory.resolve("recording");
        Recorder.Dead dead = new Recorder.Dead("poisonous", false, NOW_NS + 2, settings.text(), regions, List.of());
        Recording.write(file, new Recorder(Memory.sparse(arena, Recorder.LENGTH)).copy(dead, Recorder.MOST));

        Replay replay = new Replay(Recording.read(file, arena), arena);
        replay.run();

        assertEquals(hand, replay.hand());
        assertTrue(replay.reached());
        assertEquals(LENGTH, Objects.requireNonNull(replay.frame()).byteSize());
    }
}
