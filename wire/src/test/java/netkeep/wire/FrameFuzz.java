package netkeep.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Gives octets to every parser of this module, until it gave as many inputs as asked for:
/// `java netkeep.wire.FrameFuzz SEED INPUTS [CORPUS]`. A failure names the input's own seed: `FrameFuzz SEED 1 alone`
/// repeats it.
///
/// An input is a frame that was good before it was changed, noise, a header on its own, or a text. It lies in memory
/// that ends where it ends, and once more among noise elsewhere: both must be judged the same.
/// What was judged as nothing before it is kept in the corpus, as short as it came.
public final class FrameFuzz {
    private static final int SLACK = 64;
    private static final int LONGEST = 256;

    private final List<MemorySegment> good;
    private final Dissector alone = new Dissector();
    private final Dissector among = new Dissector();
    private final Dissector headers = new Dissector();
    private final TextFuzz texts = new TextFuzz();
    private final Map<Integer, MemorySegment> interesting = new HashMap<>();
    private final Map<Integer, String> routes = new HashMap<>();
    private final long[] kinds = new long[Kind.values().length];

    /// What an input is.
    private enum Kind {
        CHANGED,
        SPLICED,
        NOISE,
        HEADER,
        TEXT
    }

    /// @param good frames to begin with
    FrameFuzz(List<MemorySegment> good) {
        this.good = good;
    }

    /// One input.
    ///
    /// @throws AssertionError with its seed, if anything was not as it must be
    void input(long seed) {
        RandomGenerator luck = new SplittableRandom(seed);
        try {
            int draw = luck.nextInt(16);
            Kind kind = draw < 7
                    ? Kind.CHANGED
                    : draw < 9 ? Kind.SPLICED : draw < 10 ? Kind.NOISE : draw < 14 ? Kind.HEADER : Kind.TEXT;
            kinds[kind.ordinal()]++;
            switch (kind) {
                case CHANGED -> frame(luck, Bytes.mutated(luck, any(luck)));
                case SPLICED -> frame(luck, spliced(luck));
                case NOISE -> frame(luck, noise(luck));
                case HEADER -> header(luck);
                case TEXT -> texts.input(luck);
            }
        } catch (RuntimeException | Error wrong) {
            throw new AssertionError("input " + seed + ": " + wrong, wrong);
        }
    }

    /// Every frame, cut at every length and with every octet at every value.
    ///
    /// @return how many inputs that were
    long sweep() {
        long inputs = 0;
        RandomGenerator luck = new SplittableRandom(1);
        for (MemorySegment frame : good) {
            byte[] octets = frame.toArray(ValueLayout.JAVA_BYTE);
            for (int length = 0; length <= octets.length; length++) {
                frame(luck, MemorySegment.ofArray(Arrays.copyOf(octets, length)));
                inputs++;
            }
            for (int at = 0; at < octets.length; at++) {
                for (int value = 0; value < 256; value++) {
                    byte[] changed = octets.clone();
                    changed[at] = (byte) value;
                    frame(luck, MemorySegment.ofArray(changed));
                    inputs++;
                }
            }
        }
        return inputs;
    }

    private MemorySegment any(RandomGenerator luck) {
        return good.get(luck.nextInt(good.size()));
    }

    /// The begin of one good frame and the end of another.
    private MemorySegment spliced(RandomGenerator luck) {
        MemorySegment first = any(luck);
        MemorySegment second = any(luck);
        long head = luck.nextInt((int) first.byteSize() + 1);
        long tail = luck.nextInt((int) second.byteSize() + 1);
        MemorySegment both = Bytes.zeros((int) (head + tail));
        MemorySegment.copy(first, 0, both, 0, head);
        MemorySegment.copy(second, second.byteSize() - tail, both, head, tail);
        return both;
    }

    private static MemorySegment noise(RandomGenerator luck) {
        MemorySegment noise = Bytes.drawn(luck, luck.nextInt(LONGEST));
        if (noise.byteSize() >= 24 && luck.nextInt(8) != 0) {
            VirtioNetHeader.clear(noise, 0);
            Octets.u16(noise, 22, luck.nextBoolean() ? EthernetHeader.IPV6 : EthernetHeader.IPV4);
        }
        return noise;
    }

    private void frame(RandomGenerator luck, MemorySegment frame) {
        int length = (int) frame.byteSize();
        int before = luck.nextInt(SLACK);
        byte[] around = new byte[before + length + luck.nextInt(SLACK)];
        // Whatever stands there must not matter.
        Arrays.fill(around, (byte) luck.nextInt());
        MemorySegment copy = MemorySegment.ofArray(around);
        MemorySegment.copy(frame, 0, copy, before, length);
        alone.frame(frame);
        among.frame(copy, before, length);
        if (alone.route() != among.route() || alone.mixed() != among.mixed()) {
            throw new AssertionError("alone " + alone.routeText() + ", among others " + among.routeText());
        }
        MemorySegment known = interesting.get(alone.route());
        if (known == null || length < known.byteSize()) {
            interesting.put(alone.route(), frame);
            routes.put(alone.route(), alone.routeText());
        }
    }

    /// What stands somewhere in a good frame, or noise, given to any parser as its header.
    private void header(RandomGenerator luck) {
        MemorySegment frame = luck.nextInt(4) == 0 ? Bytes.drawn(luck, luck.nextInt(LONGEST)) : any(luck);
        int from = luck.nextInt((int) frame.byteSize() + 1);
        int length = luck.nextInt((int) frame.byteSize() - from + 1);
        int at = Ipv6Header.LENGTH + luck.nextInt(SLACK);
        byte[] around = new byte[at + length];
        luck.nextBytes(around);
        MemorySegment copy = MemorySegment.ofArray(around);
        MemorySegment.copy(frame, from, copy, at, length);
        if (length != 0 && luck.nextBoolean()) {
            around[at + luck.nextInt(length)] = (byte) luck.nextInt();
        }
        headers.begin();
        switch (luck.nextInt(9)) {
            case 0 -> headers.arp(copy, at, length);
            case 1 -> headers.ipv4(copy, at, length);
            case 2 -> headers.ipv6(copy, at, length);
            case 3 -> headers.icmp4(copy, at, length);
            case 4 -> headers.icmp6(copy, at - Ipv6Header.LENGTH, at, length, luck.nextInt());
            case 5 -> headers.igmp(copy, at, length);
            case 6 -> headers.udp(copy, at, length, luck.nextInt(), Layer.UDP);
            case 7 -> headers.tcp(copy, at, length, luck.nextInt());
            default -> headers.frame(copy, at, length);
        }
    }

    /// What was kept, one line each: the verdicts, then the frame.
    List<String> corpus() {
        List<String> lines = new ArrayList<>();
        interesting.forEach((route, frame) -> lines.add(routes.get(route) + " " + Bytes.hex(frame)));
        lines.sort(Comparator.naturalOrder());
        return lines;
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder();
        for (Kind kind : Kind.values()) {
            told.append(String.format(Locale.ROOT, "%-8s %d%n", kind, kinds[kind.ordinal()]));
        }
        for (Layer layer : Layer.values()) {
            told.append(String.format(
                    Locale.ROOT,
                    "  read to the end of %-7s %d; as a header alone %d%n",
                    layer,
                    alone.reached(layer),
                    headers.reached(layer)));
        }
        return told.append(String.format(
                        Locale.ROOT,
                        "texts read %d; different courses of verdicts %d%n",
                        texts.read(),
                        interesting.size()))
                .toString();
    }

    /// @param args seed, inputs, and "alone" or a file for the corpus
    public static void main(String[] args) throws IOException {
        long seed = Long.parseLong(args[0]);
        long inputs = Long.parseLong(args[1]);
        FrameFuzz fuzz = new FrameFuzz(MutatedFrameTest.CORPUS);
        if (args.length > 2 && args[2].equals("alone")) {
            fuzz.input(seed);
            return;
        }
        long done = fuzz.sweep();
        System.out.println("swept " + done);
        RandomGenerator luck = new SplittableRandom(seed);
        for (; done < inputs; done++) {
            fuzz.input(luck.nextLong());
        }
        System.out.println("inputs " + done + "\n" + fuzz);
        if (args.length > 2) {
            Files.write(Path.of(args[2]), fuzz.corpus());
        }
    }
}
