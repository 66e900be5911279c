package netkeep.trials.command;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A hostile program in the domain of a link: behind all walls a thread of it finds the regions that it may write, and
/// writes there what it likes, beside the link that goes on. [netkeep.domain.Sandbox#VISITOR] names it. It is hostile
/// where the first link's ring is its to write, and leaves all other domains alone.
///
/// Each life is of another kind, in turn: the next one finds in the link's own region the how manieth it is. A
/// life ends with what cannot be overlooked, for whatever came before may have been allowed.
public final class Saboteur implements Runnable {
    /// How many kinds of lives there are.
    static final int KINDS = 7;

    /// A life that is shorter counts as short, and the next one has to wait.
    private static final int SANE_MS = 1_000;

    private static final int MAD_MS = 100;
    private static final int LOOK_MS = 20;
    private static final int TEXT = 1 << 16;

    /// The line to it, and how many descriptors are tried.
    private static final int KEEPER = 3;

    private static final int DESCRIPTORS = 64;

    // As the ring of frames has them.
    private static final long TAIL = 0;
    private static final long LINES = 64;
    private static final int LINE = 64;
    private static final int LINE_BITS = 20;

    /// Behind all that the link itself notes in its region.
    private static final long LIFE = 4088;

    private final Call call = new Call();
    private final MemorySegment text = Arena.ofShared().allocate(TEXT, Long.BYTES);
    private final Thread thread = new Thread(this::live, "saboteur");

    /// Opened while that can be done.
    private final int maps = Descriptors.open("/proc/self/maps", Descriptors.O_RDONLY);

    private int stage;

    /// A region that this process may write.
    private record Writable(String name, MemorySegment memory) {}

    /// For the sandbox.
    public Saboteur() {}

    @Override
    public void run() {
        switch (stage++) {
            case 0 -> rehearse();
            case 1 -> {}
            default -> {
                thread.setDaemon(true);
                thread.start();
            }
        }
    }

    /// Later no class can be loaded from a file any more.
    private void rehearse() {
        MemorySegment nothing = Arena.ofAuto().allocate(1 << 16, Long.BYTES);
        List<Writable> some = List.of(new Writable("netkeep-none", nothing));
        for (int kind = 0; kind < KINDS; kind++) {
            write(kind, nothing, some, new SplittableRandom(kind), false);
        }
        find(regions(), "netkeep-none");
        sleep(1);
    }

    private void live() {
        Writable ring = find(regions(), "netkeep-up.1");
        while (ring == null) {
            sleep(LOOK_MS);
            ring = find(regions(), "netkeep-up.1");
        }
        sleep(SANE_MS);
        List<Writable> all = regions();
        MemorySegment own = Objects.requireNonNull(find(all, "netkeep-hand.link.1")).memory;
        long life = own.get(ValueLayout.JAVA_LONG, LIFE);
        own.set(ValueLayout.JAVA_LONG, LIFE, life + 1);
        SplittableRandom luck = new SplittableRandom(life);
        int kind = (int) (life % KINDS);
        System.out.println("saboteur " + Threads.processId() + " life " + life);
        long endNs = System.nanoTime() + MAD_MS * 1_000_000L;
        while (System.nanoTime() < endNs) {
            write(kind, ring.memory, all, luck, true);
        }
        while (true) {
            // No count of lines that there can be.
            ring.memory.set(ValueLayout.JAVA_LONG, TAIL, -1);
            ringAll();
        }
    }

    /// @param real whether it may end this process, and say something to others
    private void write(int kind, MemorySegment ring, List<Writable> all, SplittableRandom luck, boolean real) {
        long tail = ring.get(ValueLayout.JAVA_LONG, TAIL);
        switch (kind) {
            case 0 -> ring.set(ValueLayout.JAVA_LONG, TAIL, near(tail, luck));
            case 1 -> frame(ring, luck);
            case 2 -> {
                Writable one = all.get(luck.nextInt(all.size()));
                // What tells of this life stays: the next one is of another kind.
                long most = one.name.contains("hand") ? LIFE : one.memory.byteSize();
                long at = (luck.nextBoolean() ? luck.nextLong(most) : luck.nextLong(256)) & -Long.BYTES;
                one.memory.set(ValueLayout.JAVA_LONG, at, luck.nextBoolean() ? luck.nextLong() : luck.nextInt(99));
            }
            case 3 -> leave(ring, -1, real);
            // As many lines as before, and the next one where there is none.
            case 4 -> leave(ring, tail | (1 << LINE_BITS) - 1, real);
            case 5 -> nonsense(luck, real);
            default -> {
                frame(ring, luck);
                ring.set(ValueLayout.JAVA_LONG, TAIL, tail + ((long) luck.nextInt(9) << LINE_BITS));
            }
        }
        if (real && luck.nextInt(64) == 0) {
            ringAll();
        }
    }

    /// A tail that goes back, or on by some lines, or that lies anywhere.
    private static long near(long tail, SplittableRandom luck) {
        return switch (luck.nextInt(4)) {
            case 0 -> tail - ((long) luck.nextInt(1, 9) << LINE_BITS);
            case 1 -> tail + luck.nextInt(-9, 9);
            case 2 -> (long) luck.nextInt(1 << 15) << LINE_BITS | luck.nextInt(1 << 14);
            default -> tail;
        };
    }

    /// A length where a frame may begin, and what may pass for one's headers.
    private static void frame(MemorySegment ring, SplittableRandom luck) {
        long line = LINES + LINE * (luck.nextBoolean() ? luck.nextLong(64) : luck.nextLong((1 << 14) - 2));
        if (line + 2 * LINE > ring.byteSize()) {
            return;
        }
        int length = luck.nextBoolean() ? luck.nextInt(1, 1500) : luck.nextInt();
        ring.set(ValueLayout.JAVA_INT, line, length);
        for (int at = Long.BYTES; at < LINE; at += Long.BYTES) {
            ring.set(ValueLayout.JAVA_LONG, line + at, luck.nextLong());
        }
        // To all, and of IPv4 or IPv6.
        ring.set(ValueLayout.JAVA_LONG, line + 16, 0xFFFF_FFFF_FFFF_0000L);
        ring.set(ValueLayout.JAVA_SHORT_UNALIGNED, line + 30, (short) (luck.nextBoolean() ? 0x0008 : 0xDD86));
    }

    /// Ends and wakes nobody: whoever comes next finds it.
    private static void leave(MemorySegment ring, long tail, boolean real) {
        ring.set(ValueLayout.JAVA_LONG, TAIL, tail);
        if (real) {
            Runtime.getRuntime().halt(1);
        }
    }

    /// Says anything to whoever is at the other end of anything.
    private void nonsense(SplittableRandom luck, boolean real) {
        int length = luck.nextInt(1, 64);
        for (int at = 0; at < length; at++) {
            text.set(ValueLayout.JAVA_BYTE, at, (byte) luck.nextInt());
        }
        call.write(real ? luck.nextInt(KEEPER, DESCRIPTORS) : -1, text, 0, length);
    }

    /// Wakes whoever hears it, but for its keeper, who would not let it go on.
    private void ringAll() {
        text.set(ValueLayout.JAVA_LONG, 0, 1);
        for (int descriptor = KEEPER + 1; descriptor < DESCRIPTORS; descriptor++) {
            call.write(descriptor, text, 0, Long.BYTES);
        }
    }

    private static @Nullable Writable find(List<Writable> all, String name) {
        return all.stream().filter(each -> each.name.equals(name)).findFirst().orElse(null);
    }

    /// What of shared memory this process has mapped to write.
    @SuppressWarnings("restricted")
    private List<Writable> regions() {
        List<Writable> all = new ArrayList<>();
        for (String line : read().split("\n")) {
            int name = line.indexOf("memfd:");
            if (name >= 0 && line.contains(" rw-s ")) {
                int middle = line.indexOf('-');
                long from = Long.parseLong(line.substring(0, middle), 16);
                long to = Long.parseLong(line.substring(middle + 1, line.indexOf(' ')), 16);
                all.add(new Writable(
                        line.substring(name + "memfd:".length()).split(" ")[0],
                        MemorySegment.ofAddress(from).reinterpret(to - from)));
            }
        }
        return all;
    }

    private String read() {
        StringBuilder all = new StringBuilder();
        int length = 1;
        for (long at = 0; length > 0; at += length) {
            length = call.pread(maps, text, 0, TEXT, at);
            if (length > 0) {
                byte[] octets = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
                all.append(new String(octets, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private static void sleep(int ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
