package netkeep.control;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.ring.Region;

/// What control has in hand: what came from outside is noted in a region of its own before it is looked at. If it
/// dies of that, its successor ends the session that said it, or asks for that name no more for a while; and a report
/// has it. Who has no session is known by a connection alone, which ends with the process.
///
/// ```text
///      0  kind        u32  0 nothing, 1 from somebody without a session, 2 from a session, 3 from a server of names,
///                          4 a word's text
///      4  session     u32  its number; of a word its kind
///      8  descriptors u32  how many came with the message
///     12  octets      u32  of the message
///     16  named       u32  octets of the name that the server was asked for
///     20  refused     u32  octets of the names that are not asked for
///     32  message, up to 65,536 octets
/// 65,568  name, up to 1,024
/// 66,592  names that are not asked for, a line each: the instant until which, ns of CLOCK_MONOTONIC, and the name
/// ```
///
/// One thread calls it.
public final class Taken {
    /// Octets of its region.
    public static final long LENGTH = 1 << 17;

    public static final int NOTHING = 0;

    /// A greeting, or a question of who owns the daemon.
    public static final int GREETING = 1;

    /// A session's message.
    public static final int MESSAGE = 2;

    /// What a server says of a name.
    public static final int ANSWER = 3;

    /// What the keeper says, or the stack over it.
    public static final int WORD = 4;

    private static final long KIND = 0;
    private static final long SESSION = 4;
    private static final long DESCRIPTORS = 8;
    private static final long OCTETS = 12;
    private static final long NAMED = 16;
    private static final long REFUSED = 20;

    private static final long TEXT = 32;
    private static final int MOST_TEXT = 1 << 16;
    private static final long NAME = TEXT + MOST_TEXT;
    private static final int MOST_NAME = 1 << 10;
    private static final long NAMES = NAME + MOST_NAME;
    private static final int MOST_NAMES = (int) (LENGTH - NAMES);

    /// Names that are not asked for, and how long.
    private static final int MOST_REFUSED = 16;

    private static final long REFUSED_NS = TimeUnit.MINUTES.toNanos(5);

    /// Sees what is taken once it is noted, and may throw.
    public interface Trial {
        void takes(byte[] octets);
    }

    private final Region region;
    private Trial trial = octets -> {};

    /// @param region a predecessor's, or all zeros
    public Taken(Region region) {
        this.region = region;
    }

    /// For whoever has no successor.
    public static Taken unseen() {
        return new Taken(new Region(MemorySegment.ofArray(new long[(int) LENGTH / Long.BYTES])));
    }

    /// Has somebody see all that is taken from now on.
    public void tryWith(Trial by) {
        trial = by;
    }

    /// Somebody without a session has said something.
    void greeting(byte[] octets) {
        take(GREETING, 0, 0, octets, "");
    }

    /// A session's client has.
    void message(int session, Line.Received received) {
        take(MESSAGE, session, received.descriptors().length, received.octets(), "");
    }

    /// A server has.
    ///
    /// @param name that it was asked for, empty for none
    void answer(String name, byte[] octets) {
        take(ANSWER, 0, 0, octets, name);
    }

    /// The keeper has.
    public void word(Word word) {
        take(WORD, word.kind(), 0, word.text().getBytes(StandardCharsets.UTF_8), "");
    }

    private void take(int kind, int session, int descriptors, byte[] octets, String name) {
        region.i32(SESSION, session);
        region.i32(DESCRIPTORS, descriptors);
        region.i32(OCTETS, write(TEXT, MOST_TEXT, octets));
        region.i32(NAMED, write(NAME, MOST_NAME, name.getBytes(StandardCharsets.US_ASCII)));
        region.i32Release(KIND, kind);
        trial.takes(octets);
    }

    private int write(long at, int most, byte[] octets) {
        int length = Math.min(most, octets.length);
        region.copy(at, MemorySegment.ofArray(octets), 0, length);
        return length;
    }

    /// It is done with.
    public void none() {
        region.i32Release(KIND, NOTHING);
    }

    /// What is in hand.
    ///
    /// @return [#NOTHING] or one of the others
    public int kind() {
        return region.i32(KIND);
    }

    /// The session that said it; of a word its kind.
    public int session() {
        return region.i32(SESSION);
    }

    /// How many descriptors came with it.
    public int descriptors() {
        return region.i32(DESCRIPTORS);
    }

    public byte[] octets() {
        return read(TEXT, OCTETS, MOST_TEXT);
    }

    /// The name that the server was asked for, empty for none.
    public String name() {
        return new String(read(NAME, NAMED, MOST_NAME), StandardCharsets.US_ASCII);
    }

    private byte[] read(long at, long length, int most) {
        return region.memory()
                .asSlice(at, Math.clamp(region.i32(length), 0, most))
                .toArray(ValueLayout.JAVA_BYTE);
    }

    /// A name is not asked for, for some minutes: by this control and its successors.
    ///
    /// @param name or [netkeep.names.Advice#TITLE], of which is not heard
    public void refuse(String name, long nowNs) {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put(name, nowNs + REFUSED_NS);
        refused(nowNs).forEach(all::putIfAbsent);
        StringBuilder lines = new StringBuilder();
        List<String> names = new ArrayList<>(all.keySet());
        for (String one : names.subList(0, Math.min(MOST_REFUSED, names.size()))) {
            lines.append(all.get(one)).append(' ').append(one).append('\n');
        }
        region.i32Release(REFUSED, 0);
        int length = write(NAMES, MOST_NAMES, lines.toString().getBytes(StandardCharsets.US_ASCII));
        region.i32Release(REFUSED, length);
    }

    /// Names that are not asked for, and until when.
    public Map<String, Long> refused(long nowNs) {
        Map<String, Long> names = new LinkedHashMap<>();
        String lines = new String(read(NAMES, REFUSED, MOST_NAMES), StandardCharsets.US_ASCII);
        lines.lines().forEach(line -> {
            int blank = line.indexOf(' ');
            if (line.matches("[0-9]{1,18} .+") && Long.parseLong(line.substring(0, blank)) > nowNs) {
                names.put(line.substring(blank + 1), Long.parseLong(line.substring(0, blank)));
            }
        });
        return names;
    }

    /// For people, empty for nothing.
    @Override
    public String toString() {
        String octets = ", " + octets().length + " octets";
        return switch (kind()) {
            case GREETING -> "a message of somebody without a session" + octets;
            case MESSAGE -> "a message of session " + session() + octets;
            case WORD -> "a word of kind " + (char) session() + octets;
            case ANSWER -> "what a server says of " + name() + octets;
            default -> "";
        };
    }
}
