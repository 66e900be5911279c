package netkeep.wire;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Gives octets to the readers of messages of the domain name system: `java netkeep.wire.DnsFuzz SEED INPUTS
/// [CORPUS]`. What is judged or read as nothing before it goes to the corpus, as short as it came.
public final class DnsFuzz {
    private static final int SLACK = 32;
    private static final int LONGEST = 128;

    private final List<MemorySegment> good;
    private final Map<String, MemorySegment> interesting = new TreeMap<>();

    DnsFuzz(List<MemorySegment> good) {
        this.good = good;
    }

    /// The verdict on a message, whatever its question is.
    static Verdict verdict(MemorySegment bytes) {
        return verdict(bytes, 0, (int) bytes.byteSize());
    }

    private static Verdict verdict(MemorySegment bytes, long at, int length) {
        DomainName asked = length > DnsMessage.HEADER ? DomainName.read(bytes, at, length, DnsMessage.HEADER) : null;
        Verdict verdict = DnsMessage.check(
                bytes, at, length, asked == null ? DomainName.ROOT : asked, type(bytes, at, length, asked));
        return verdict == Verdict.OK ? DnsRecords.check(bytes, at, length) : verdict;
    }

    private static int type(MemorySegment bytes, long at, int length, @Nullable DomainName asked) {
        int end = asked == null ? length : DomainName.end(bytes, at, DnsMessage.HEADER);
        return end + 2 > length ? DnsMessage.A : Octets.u16(bytes, at + end);
    }

    /// All that can be told of a message, in a few words: its verdict, and the types of its records.
    static String course(MemorySegment bytes, long at, int length) {
        Verdict verdict = verdict(bytes, at, length);
        StringBuilder course = new StringBuilder(verdict.name());
        if (verdict != Verdict.OK) {
            return course.toString();
        }
        course.append(DnsMessage.truncated(bytes, at) ? ":truncated" : "");
        course.append(":").append(DnsMessage.rcode(bytes, at));
        DnsRecords records = new DnsRecords(bytes, at, length);
        while (records.next()) {
            course.append(":").append(records.section()).append('-').append(read(records));
        }
        return course.toString();
    }

    private static String read(DnsRecords records) {
        int labels = Math.min(3, records.name().labels());
        if (records.ttl() < 0 || records.ttl() > Integer.MAX_VALUE) {
            throw new AssertionError("TTL " + records.ttl());
        }
        return switch (records.type()) {
            case DnsMessage.A -> "A" + records.address().isV4();
            case DnsMessage.AAAA -> "AAAA" + records.address().octets().length;
            case DnsMessage.CNAME, DnsMessage.PTR, DnsMessage.NS ->
                "name" + Math.min(3, records.target().labels());
            case DnsMessage.SOA -> "SOA" + Long.signum(records.minimum());
            case DnsMessage.OPT -> "OPT" + Integer.signum(records.extendedRcode());
            default -> "other" + labels;
        };
    }

    void input(long seed) {
        RandomGenerator luck = new SplittableRandom(seed);
        try {
            MemorySegment message = luck.nextInt(8) == 0
                    ? Bytes.drawn(luck, luck.nextInt(LONGEST))
                    : Bytes.mutated(luck, good.get(luck.nextInt(good.size())));
            message(luck, message);
        } catch (RuntimeException | Error wrong) {
            throw new AssertionError("input " + seed + ": " + wrong, wrong);
        }
    }

    /// What stands around a message must not matter.
    private void message(RandomGenerator luck, MemorySegment message) {
        int length = (int) message.byteSize();
        int before = luck.nextInt(SLACK);
        byte[] around = new byte[before + length + luck.nextInt(SLACK)];
        Arrays.fill(around, (byte) luck.nextInt());
        MemorySegment copy = MemorySegment.ofArray(around);
        MemorySegment.copy(message, 0, copy, before, length);
        String alone = course(message, 0, length);
        String among = course(copy, before, length);
        if (!alone.equals(among)) {
            throw new AssertionError("alone " + alone + ", among others " + among);
        }
        MemorySegment known = interesting.get(alone);
        if (known == null || length < known.byteSize()) {
            interesting.put(alone, message);
        }
    }

    /// Every message cut at every length, and with every octet at every value.
    long sweep() {
        RandomGenerator luck = new SplittableRandom(1);
        long inputs = 0;
        for (MemorySegment message : good) {
            byte[] octets = message.toArray(ValueLayout.JAVA_BYTE);
            for (int length = 0; length <= octets.length; length++, inputs++) {
                message(luck, MemorySegment.ofArray(Arrays.copyOf(octets, length)));
            }
            for (int at = 0; at < octets.length; at++) {
                for (int value = 0; value < 256; value++, inputs++) {
                    byte[] changed = octets.clone();
                    changed[at] = (byte) value;
                    message(luck, MemorySegment.ofArray(changed));
                }
            }
        }
        return inputs;
    }

    List<String> corpus() {
        return interesting.entrySet().stream()
                .map(entry -> entry.getKey() + " " + Bytes.hex(entry.getValue()))
                .toList();
    }

    /// @param args seed, inputs, and a file for the corpus
    public static void main(String[] args) throws IOException {
        DnsFuzz fuzz = new DnsFuzz(DnsFuzzTest.GOOD);
        RandomGenerator luck = new SplittableRandom(Long.parseLong(args[0]));
        long done = fuzz.sweep();
        for (long inputs = Long.parseLong(args[1]); done < inputs; done++) {
            fuzz.input(luck.nextLong());
        }
        System.out.println("inputs " + done + ", different courses " + fuzz.interesting.size());
        if (args.length > 2) {
            Files.write(Path.of(args[2]), fuzz.corpus());
        }
    }
}
