// Long: what is drawn of each thing that is shared is compared in a test of its own.
package netkeep.trials.taste;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import netkeep.control.Taken;
import netkeep.domain.Granted;
import netkeep.domain.Pulse;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Claims;
import netkeep.placement.BesideBoard;
import netkeep.placement.BesideRings;
import netkeep.placement.Crossing;
import netkeep.placement.Grants;
import netkeep.placement.LinkHand;
import netkeep.placement.Settings;
import netkeep.ring.CaptureWriter;
import netkeep.ring.Consumer;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Layouts;
import netkeep.ring.Ledger;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.AddressMessage;
import netkeep.session.Ask;
import netkeep.session.BesideHello;
import netkeep.session.ConnectionInfo;
import netkeep.session.Datagram;
import netkeep.session.Event;
import netkeep.session.Hello;
import netkeep.session.Hold;
import netkeep.session.Joining;
import netkeep.session.NameMessage;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.stack.Inbox;
import netkeep.stack.PeerPort;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pages of `docs/layouts` and the code say the same: offsets, names, lengths, numbers, versions.
class LayoutsTest {
    private static final Path PAGES = pages();
    private static final SessionLayout SMALL = new SessionLayout(2, 4, 8, 8192);

    private final Map<String, Drawing> drawings = drawings();

    private static Path pages() {
        Path here = Path.of("").toAbsolutePath();
        return (Files.isDirectory(here.resolve("docs")) ? here : here.getParent()).resolve("docs/layouts");
    }

    private static Map<String, Drawing> drawings() {
        try (Stream<Path> pages = Files.list(PAGES)) {
            Map<String, Drawing> all = new TreeMap<>();
            for (Path page : pages.sorted().toList()) {
                for (Drawing drawing : Drawing.of(page)) {
                    all.put(
                            drawing.kind() + " "
                                    + (drawing.kind().equals("places") ? drawing.name() : drawing.shortName()),
                            drawing);
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Drawing drawing(String name) {
        Drawing drawing = drawings.get(name);
        assertTrue(drawing != null, "nothing is drawn as " + name + ", but " + drawings.keySet());
        return drawing;
    }

    @Test
    void drawingsAreWhole() {
        for (Drawing drawing : drawings.values()) {
            assertEquals(List.of(), drawing.faults(), drawing.name());
            assertTrue(!drawing.numbers().isEmpty(), drawing.name());
        }
        // Whoever draws something new says here what it is of.
        assertEquals(
                Set.of(
                        "layout greeting",
                        "layout hello",
                        "layout hold",
                        "layout joining",
                        "layout producer",
                        "layout consumer",
                        "layout client-words",
                        "layout stack-words",
                        "layout info",
                        "layout request",
                        "layout datagram",
                        "layout word",
                        "layout pulse",
                        "layout link-hand",
                        "layout taken",
                        "layout ledger",
                        "layout slot",
                        "layout attachment",
                        "layout question",
                        "layout name-question",
                        "layout name-answer",
                        "layout address-question",
                        "layout address-answer",
                        "layout address-link",
                        "layout own-address",
                        "numbers own-state",
                        "layout frames-producer",
                        "layout frames-consumer",
                        "layout frame",
                        "layout reply",
                        "layout inbox",
                        "layout note",
                        "layout brought",
                        "layout beside-greeting",
                        "layout beside-answer",
                        "layout board",
                        "numbers beside",
                        "layout capture-region",
                        "layout capture-entry",
                        "layout crossing",
                        "numbers status",
                        "numbers request",
                        "numbers option",
                        "numbers event",
                        "numbers served",
                        "numbers admitted",
                        "places sockets=1024 requests=1024 events=8192 capacity=4194304",
                        "places sockets=2 requests=4 events=8 capacity=8192"),
                drawings.keySet());
    }

    @Test
    void gapAnOverlapAndATornLineAreFound(@TempDir Path directory) throws IOException {
        Path page = directory.resolve("page.md");
        for (String lines : List.of(
                "  0  u32  a\n  5  u32  b\n  9  free 7\n",
                "  0  u32  a\n  2  u16  b\n  4  free 12\n",
                "  0  u32  a\n  4  u33  b\n  8  free 8\n",
                "  0  u64  a\n",
                "  0  u64  a\n  8  u64  a\n")) {
            Files.writeString(page, "```layout sample 16\n" + lines + "```\n");
            assertTrue(!Drawing.of(page).getFirst().faults().isEmpty(), lines);
        }
        Files.writeString(page, "```layout sample 16\n  0  u64  a   first\n  8  address  b\n```\n");
        assertEquals(
                List.of("ends at 24, not at 16"), Drawing.of(page).getFirst().faults());
    }

    /// What processes of a placement share is what it was when it got its number: drawings, words, versions, constants
    /// of the engine's records, names of grants, lengths of regions.
    @Test
    void numberOfAllLayoutsIsRaisedWithEachChange() throws Exception {
        StringBuilder all = new StringBuilder();
        drawings.values().forEach(drawing -> all.append(drawing.name()).append(new TreeMap<>(drawing.numbers())));
        Matcher word = Pattern.compile("^\\|[^|]+\\|[^|]+\\|[^|]+\\|[^|]+\\|", Pattern.MULTILINE)
                .matcher(page("line.md"));
        while (word.find()) {
            all.append(word.group());
        }
        all.append(List.of(Hello.VERSION, NameMessage.VERSION, AddressMessage.VERSION, BesideHello.VERSION));
        for (String name : engine()) {
            Map<String, Long> constants = constants(Class.forName(name));
            if (constants.keySet().stream().anyMatch(constant -> constant.endsWith("SLOT"))) {
                all.append(name).append(new TreeMap<>(constants));
            }
        }
        for (Field field : Grants.class.getFields()) {
            all.append(field.getType() == String.class ? field.getName() + field.get(null) : "");
        }
        Settings settings = new Settings(List.of(), 0, true, List.of(), List.of());
        all.append(List.of(settings.ledgerLength(), settings.framesLength(), Settings.upLength()));
        all.append(List.of(Settings.downLength(), Settings.peersLength(2), Settings.LAYOUT.clientLength()));
        CRC32 sum = new CRC32();
        sum.update(all.toString().getBytes(StandardCharsets.UTF_8));
        String now = "number " + Layouts.version() + ", sum " + Long.toHexString(sum.getValue());
        assertTrue(
                page("README.md").contains("**" + now + "**"),
                "what processes share has changed: raise Layouts.version(), and say its " + now + " in the README");
    }

    /// Names of the engine's classes, in order.
    private static List<String> engine() throws Exception {
        Path place = Path.of(
                Engine.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return classes(place);
        }
        try (FileSystem jar = FileSystems.newFileSystem(place)) {
            return classes(jar.getPath("/"));
        }
    }

    private static List<String> classes(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString())
                    .filter(name -> name.startsWith("netkeep/engine/") && name.endsWith(".class"))
                    .filter(name -> !name.endsWith("package-info.class"))
                    .map(name -> name.replace('/', '.').substring(0, name.length() - ".class".length()))
                    .sorted()
                    .toList();
        }
    }

    /// All constants of a class that are numbers.
    private static Map<String, Long> constants(Class<?> of) {
        Map<String, Long> constants = new HashMap<>();
        for (Field field : of.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())
                    && (field.getType() == int.class || field.getType() == long.class)) {
                try {
                    field.setAccessible(true);
                    constants.put(field.getName(), ((Number) field.get(null)).longValue());
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return constants;
    }

    /// A drawing has what the class has, but for constants of the class that are something else.
    private void same(String drawing, Class<?> of, String... others) {
        Map<String, Long> constants = constants(of);
        for (String other : others) {
            assertTrue(constants.remove(other) != null, of + " has no " + other);
        }
        assertEquals(new TreeMap<>(constants), new TreeMap<>(drawing(drawing).numbers()), drawing);
    }

    @Test
    void wordsOfASocketAreWhereTheyAreDrawn() {
        Map<String, Long> constants = new TreeMap<>(constants(SessionLayout.class));
        assertEquals(drawing("layout request").length(), constants.remove("REQUEST"));
        assertEquals(Long.BYTES, constants.remove("EVENT"));
        assertEquals(drawing("layout client-words").length(), constants.remove("CLIENT_WORDS"));
        assertEquals(drawing("layout stack-words").length(), constants.remove("STACK_WORDS"));
        assertEquals(1088, constants.remove("LOW"));
        assertEquals(8192, constants.remove("LEAST_CAPACITY"));
        Map<String, Long> drawn = new TreeMap<>(drawing("layout client-words").numbers());
        drawn.putAll(drawing("layout stack-words").numbers());
        assertEquals(constants, drawn);
    }

    @Test
    void requestsAndDatagramsAreAsDrawn() {
        Map<String, Long> both = new TreeMap<>(drawing("layout request").numbers());
        Map<String, Long> constants = new TreeMap<>(constants(Request.class));
        // The names of fields are those of no ops.
        Map<String, Long> ops = drawing("numbers request").numbers();
        for (Map.Entry<String, Long> op : ops.entrySet()) {
            assertEquals(op.getValue(), constants.remove(op.getKey()), op.getKey());
        }
        assertEquals(constants, both);
        same("layout info", ConnectionInfo.class, "LENGTH");
        assertEquals(drawing("layout info").length(), ConnectionInfo.LENGTH);
        same("layout datagram", Datagram.class, "HEADER");
        assertEquals(drawing("layout datagram").length(), Datagram.HEADER);
    }

    @Test
    void bitsAndNumbersAreAsDrawn() {
        same("numbers status", Status.class);
        same("numbers event", Event.class);
        same("numbers option", Option.class);
    }

    @Test
    void eventsArePackedAsDrawn() {
        long event = Event.of(0xAB, 0x12345678, 0xCDEF01);
        assertEquals(0xABCD_EF01_1234_5678L, event);
        assertEquals(0xAB, Event.what(event));
        assertEquals(0xCDEF01, Event.child(event));
        assertEquals(0x12345678, Event.socket(event));
    }

    /// Both ends are let do what they do, and what changes lies where it is drawn.
    @Test
    void ringsAreAsDrawn() throws PeerViolation {
        try (Arena arena = Arena.ofConfined()) {
            Region ours = new Region(arena.allocate(1024, 8));
            Region theirs = new Region(arena.allocate(1024, 8));
            Producer producer = new Producer(ours, 0, theirs, 0, 4, 8, 0);
            Consumer consumer = new Consumer(theirs, 0, ours, 0, 4, 8, 0);
            Map<String, Long> produced = drawing("layout producer").numbers();
            Map<String, Long> consumed = drawing("layout consumer").numbers();
            assertEquals(drawing("layout producer").length(), producer.free());
            assertEquals(drawing("layout producer").length() + 4 * 8, Producer.length(4, 8));
            assertEquals(drawing("layout consumer").length(), Producer.CONSUMER_LENGTH);
            producer.give();
            producer.publish();
            assertEquals(1, ours.i64(produced.remove("TAIL")));
            assertEquals(drawing("layout producer").length(), consumer.take());
            consumer.release();
            assertEquals(1, theirs.i64(consumed.remove("HEAD")));
            assertTrue(consumer.maySleep());
            assertEquals(1, theirs.i32(consumed.remove("ASLEEP")));
            assertEquals(Map.of(), produced);
            assertEquals(Map.of(), consumed);
        }
    }

    @Test
    void whatStacksShareIsAsDrawn() throws IOException, ClassNotFoundException {
        Map<String, Long> rings = constants(Class.forName("netkeep.placement.PeerRings"));
        for (long octets : new long[] {Claims.LENGTH, rings.get("CAPACITY")}) {
            String number = String.format(Locale.ROOT, "%,d |", octets);
            assertTrue(page("stacks.md").contains(number), number);
        }
        Map<String, Long> brought = constants(PeerPort.class);
        assertEquals(
                Map.of("LINK", brought.get("LINK"), "COPY", brought.get("COPY")),
                drawing("layout brought").numbers());
        assertEquals(drawing("layout brought").length(), brought.get("HEAD"));
    }

    @Test
    void whatAProgramsOwnStackSharesIsAsDrawn() throws IOException, ClassNotFoundException {
        Map<String, Long> rings = constants(BesideRings.class);
        List<Long> lengths = List.of(BesideRings.PROGRAM_LENGTH, BesideRings.DAEMON_LENGTH, BesideRings.PORTS_LENGTH);
        for (long octets : lengths) {
            String number = String.format(Locale.ROOT, ", %,d octets |", octets);
            assertTrue(page("beside.md").contains(number), number);
        }
        for (String name : List.of("PROGRAM_GIVES", "PROGRAM_TAKES", "DAEMON_TAKES", "BOARD")) {
            String number = String.format(Locale.ROOT, "| %,d |", rings.get(name));
            assertTrue(page("beside.md").contains(number), name + number);
        }
        Map<String, Long> board = constants(BesideBoard.class);
        assertEquals(
                Map.of("VERSION", board.get("VERSION"), "LENGTH", board.get("TEXT_LENGTH")),
                drawing("layout board").numbers());
        assertEquals(drawing("layout board").length(), board.get("TEXT"));
        Map<String, Long> given = new HashMap<>(constants(BesideHello.class));
        given.keySet().retainAll(Set.of("PROGRAM", "DAEMON", "VOICE", "EAR", "PORTS", "QUEUES"));
        assertEquals(given, drawing("numbers beside").numbers());
        ByteBuffer greeting = ByteBuffer.wrap(BesideHello.greeting()).order(ByteOrder.nativeOrder());
        ByteBuffer answer = ByteBuffer.wrap(BesideHello.answer(7, "t")).order(ByteOrder.nativeOrder());
        Drawing greets = drawing("layout beside-greeting");
        Drawing answers = drawing("layout beside-answer");
        assertEquals(0x30424b4e, greeting.getInt(at(greets, "MAGIC")));
        assertEquals(BesideHello.VERSION, greeting.getInt(at(greets, "VERSION")));
        assertEquals(greets.length(), greeting.capacity());
        assertEquals(0x30424b4e, answer.getInt(at(answers, "MAGIC")));
        assertEquals(7, answer.getInt(at(answers, "ERRNO")));
        assertEquals('t', answer.get((int) answers.length()));
    }

    @Test
    void ringsOfFramesAreAsDrawn() throws PeerViolation, IOException, ClassNotFoundException {
        long capacity = constants(Class.forName("netkeep.placement.LinkRing")).get("CAPACITY");
        assertTrue(page("link.md").contains(String.format(Locale.ROOT, " + %,d |", capacity)), "capacity " + capacity);
        try (Arena arena = Arena.ofConfined()) {
            Region ours = new Region(arena.allocate(1024, 8));
            Region theirs = new Region(arena.allocate(1024, 8));
            FrameProducer producer = new FrameProducer(ours, 0, theirs, 0, 8 * 64, 0);
            FrameConsumer consumer = new FrameConsumer(theirs, 0, ours, 0, 8 * 64, 400, 0);
            Map<String, Long> produced = drawing("layout frames-producer").numbers();
            Map<String, Long> consumed = drawing("layout frames-consumer").numbers();
            Map<String, Long> frame = drawing("layout frame").numbers();
            long lines = drawing("layout frames-producer").length();
            long begin = lines + drawing("layout frame").length();
            assertEquals(lines + 512, FrameProducer.length(512));
            assertEquals(drawing("layout frames-consumer").length(), FrameProducer.CONSUMER_LENGTH);
            assertEquals(begin, producer.free(100));
            producer.give(100);
            producer.publish();
            assertEquals(100, ours.i32(lines + frame.remove("LENGTH")));
            long second = 2 << 20 | 2;
            assertEquals(second, ours.i64(produced.remove("TAIL")));
            assertEquals(begin, consumer.take());
            consumer.release();
            assertEquals(second, theirs.i64(consumed.remove("HEAD")));
            assertTrue(consumer.maySleep());
            assertEquals(1, theirs.i32(consumed.remove("ASLEEP")));
            producer.mayWait(100);
            assertEquals(1, ours.i32(produced.remove("WAITS")));
            assertFalse(FrameConsumer.begun(theirs, 0));
            FrameConsumer.begin(theirs, 0);
            assertTrue(FrameConsumer.begun(theirs, 0));
            assertEquals(1, theirs.i32(consumed.remove("BEGUN")));
            for (Map<String, Long> rest : List.of(produced, consumed, frame)) {
                assertEquals(Map.of(), rest);
            }
        }
    }

    @Test
    void framesOfATurnAreNotedAsDrawn() throws IOException {
        Map<String, Long> constants = constants(Inbox.class);
        Drawing note = drawing("layout note");
        assertEquals(note.length(), constants.remove("NOTE"));
        assertEquals(drawing("layout inbox").length(), constants.remove("NOTES"));
        long begin = drawing("layout inbox").length() + constants.remove("FRAMES") * note.length();
        assertEquals(begin, constants.remove("BEGIN"));
        long share = constants.remove("SHARE");
        long part = constants.remove("PART");
        assertEquals(begin + share, part);
        assertTrue(page("frames.md").contains(String.format(Locale.ROOT, "%,d octets for the frames", share)));
        assertTrue(page("frames.md").contains(String.format(Locale.ROOT, "part of %,d octets", part)));
        constants.remove("NOBODY");
        Map<String, Long> drawn = new TreeMap<>(drawing("layout inbox").numbers());
        drawn.putAll(note.numbers());
        assertEquals(new TreeMap<>(constants), drawn);
    }

    @Test
    void entriesOfACaptureAreAsDrawn() {
        MemorySegment memory = MemorySegment.ofArray(new long[(int) CaptureWriter.LENGTH / Long.BYTES]);
        Region region = new Region(memory);
        Pieces pieces = new Pieces();
        pieces.add(MemorySegment.ofArray(new byte[] {1, 2, 3}), 0, 3);
        CaptureWriter writer = new CaptureWriter(region, 77);
        writer.give(1, CaptureWriter.DOWN, 5, 6, 7L << 40, pieces, 100, 9);
        writer.give(1, CaptureWriter.DOWN, 5, 6, 7L << 40, pieces, 100, 9);
        Drawing begin = drawing("layout capture-region");
        Drawing entry = drawing("layout capture-entry");
        assertEquals(CaptureWriter.LENGTH, begin.length() + CaptureWriter.CAPACITY);
        long second = begin.length() + 64;
        Map<String, Long> told = new HashMap<>();
        begin.numbers().forEach((name, where) -> told.put(name, region.i64(where)));
        assertEquals(Map.of("CLAIM", 128L, "TAIL", 128L, "GIVEN", 2L, "WRITER", 77L), told);
        Map<String, Long> entryTold = new HashMap<>();
        for (Map.Entry<String, Long> field : entry.numbers().entrySet()) {
            long at = second + field.getValue();
            entryTold.put(
                    field.getKey(),
                    field.getValue() < 12 ? region.i32(at) : field.getValue() < 16 ? region.u8(at) : region.i64(at));
        }
        assertEquals(
                Map.of(
                        "LENGTH",
                        64L,
                        "CAPTURED",
                        3L,
                        "ORIGINAL",
                        9L,
                        "BOUNDARY",
                        1L,
                        "WAY",
                        2L,
                        "LINK",
                        5L,
                        "VERDICT",
                        6L,
                        "INSTANT",
                        7L << 40,
                        "NUMBER",
                        1L),
                entryTold);
        assertEquals(3, region.u8(second + entry.length() + 2));
    }

    @Test
    void headOfWhatCrossesASessionIsAsDrawn() {
        Drawing drawn = drawing("layout crossing");
        assertEquals(Crossing.SESSION_HEAD, drawn.length());
        Region head = new Region(MemorySegment.ofArray(new long[(int) drawn.length() / Long.BYTES]));
        head.u8(at(drawn, "PROTOCOL"), 17);
        head.u16(at(drawn, "SESSION"), 4);
        head.i64(at(drawn, "LOCAL") + 8L, Address.V4 | 1);
        head.i64(at(drawn, "REMOTE") + 8L, Address.V4 | 2);
        head.u16(at(drawn, "LOCAL_PORT"), 11);
        head.u16(at(drawn, "REMOTE_PORT"), 22);
        Crossing crossing = new Crossing();
        crossing.session(head.memory(), 0, Crossing.SESSION_HEAD, true);
        assertEquals(17, crossing.protocol());
        assertEquals(Address.v4(2), crossing.source());
        assertEquals(Address.v4(1), crossing.target());
        assertEquals(22, crossing.sourcePort());
        assertEquals(11, crossing.targetPort());
        assertEquals(Set.of("WHAT", "SOCKET", "POSITION"), rest(drawn, "PROTOCOL", "SESSION", "LOCAL", "REMOTE"));
    }

    private static Set<String> rest(Drawing drawn, String... seen) {
        Set<String> names = new TreeSet<>(drawn.numbers().keySet());
        names.removeAll(Set.of(seen));
        names.removeIf(name -> name.endsWith("_PORT"));
        return names;
    }

    @Test
    void partsOfTheRegionsLieWhereTheyAreDrawn() throws ReflectiveOperationException {
        Pattern sizes = Pattern.compile("sockets=(\\d+) requests=(\\d+) events=(\\d+) capacity=(\\d+)");
        int seen = 0;
        for (Drawing drawing : drawings.values()) {
            Matcher size = sizes.matcher(drawing.name());
            if (!drawing.kind().equals("places") || !size.matches()) {
                continue;
            }
            seen++;
            SessionLayout layout =
                    new SessionLayout(number(size, 1), number(size, 2), number(size, 3), number(size, 4));
            for (Map.Entry<String, Long> place : drawing.numbers().entrySet()) {
                boolean ofASocket =
                        place.getKey().endsWith("Words") || place.getKey().equals("ears");
                Object at = ofASocket
                        ? SessionLayout.class
                                .getMethod(place.getKey(), int.class)
                                .invoke(layout, 0)
                        : SessionLayout.class.getMethod(place.getKey()).invoke(layout);
                assertEquals(place.getValue(), at, drawing.name() + ": " + place.getKey());
            }
            assertEquals(12, drawing.numbers().size());
        }
        assertEquals(2, seen);
        // The formulas of the page.
        assertEquals(SMALL.clientWords(0) + 32, SMALL.clientWords(1));
        assertEquals(SMALL.ears(0) + 2, SMALL.ears(1));
        assertEquals(SMALL.stackWords(0) + 128, SMALL.stackWords(1));
        assertEquals(1 * 1088 + 1087, SMALL.place(1, 1087));
        assertEquals(2 * 1088 + 1 * (8192 - 1088) + (8191 - 1088), SMALL.place(1, 8191));
        assertEquals(5, SMALL.offset(8192 + 12, 7));
    }

    private static int number(Matcher size, int group) {
        return Integer.parseInt(size.group(group));
    }

    @Test
    void joiningIsAsDrawn() {
        Drawing drawn = drawing("layout joining");
        byte[] hello = Hello.greeting();
        byte[][] words = {Joining.deposit(hello), Joining.join()};
        for (int i = 0; i < words.length; i++) {
            ByteBuffer word = ByteBuffer.wrap(words[i]).order(ByteOrder.nativeOrder());
            assertEquals(0x30534b4e, word.getInt(at(drawn, "MAGIC")));
            assertEquals(3 + i, word.getInt(at(drawn, "WHAT")));
        }
        assertEquals(drawn.length(), words[1].length);
        assertEquals(drawn.length() + hello.length, words[0].length);
        assertTrue(Joining.deposits(words[0]) && !Joining.joins(words[0]));
        assertTrue(Joining.joins(words[1]) && !Joining.deposits(words[1]));
        assertTrue(Arrays.equals(hello, Joining.hello(words[0])));
        assertFalse(Joining.joins(hello) || Joining.deposits(hello));
    }

    @Test
    void holdIsAsDrawn() throws IOException {
        ByteBuffer hold = ByteBuffer.wrap(new Hold(7, 9).octets()).order(ByteOrder.nativeOrder());
        Drawing drawn = drawing("layout hold");
        assertEquals(drawn.length(), hold.capacity());
        assertEquals(0x30534b4e, hold.getInt(at(drawn, "MAGIC")));
        assertEquals(2, hold.getInt(at(drawn, "WHAT")));
        assertEquals(7, hold.getInt(at(drawn, "SOCKET")));
        assertEquals(9, hold.getInt(at(drawn, "LIFE")));
        assertEquals(new Hold(7, 9), Hold.of(hold.array()));
        assertEquals(null, Hold.of(Hello.greeting()));
        ByteBuffer back = ByteBuffer.wrap(new Hold(7, 9).back()).order(ByteOrder.nativeOrder());
        assertEquals(5, back.getInt(at(drawn, "WHAT")));
        assertEquals(hold.putInt(at(drawn, "WHAT"), 5), back);
        assertEquals(new Hold(7, 9), Hold.back(back.array()));
        assertEquals(null, Hold.of(back.array()));
    }

    @Test
    void greetingAndAnswerAreAsDrawn() throws IOException {
        ByteBuffer greeting = ByteBuffer.wrap(Hello.greeting()).order(ByteOrder.nativeOrder());
        Drawing drawn = drawing("layout greeting");
        assertEquals(drawn.length(), greeting.capacity());
        assertEquals(0x30534b4e, greeting.getInt(at(drawn, "MAGIC")));
        assertEquals(Hello.VERSION, greeting.getInt(at(drawn, "VERSION")));
        assertEquals(2, drawn.numbers().size());
        assertTrue(page("session.md").startsWith("# Layout of a session, version " + Hello.VERSION + "\n"));

        Drawing hello = drawing("layout hello");
        byte[] octets = Hello.answer(11, SMALL, List.of("a", "b"));
        ByteBuffer answer = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        assertEquals("a\nb\n", new String(octets, (int) hello.length(), 4, StandardCharsets.UTF_8));
        Map<String, Long> told = new HashMap<>();
        hello.numbers().forEach((name, where) -> told.put(name, (long) answer.getInt(where.intValue())));
        assertEquals(
                Map.of(
                        "MAGIC",
                        0x30534b4eL,
                        "ERRNO",
                        11L,
                        "SOCKETS",
                        2L,
                        "REQUESTS",
                        4L,
                        "EVENTS",
                        8L,
                        "CAPACITY",
                        8192L),
                told);
    }

    private static int at(Drawing drawing, String name) {
        return drawing.numbers().get(name).intValue();
    }

    private static String page(String name) throws IOException {
        return Files.readString(PAGES.resolve(name));
    }

    @Test
    void wordsOfALineAreAsDrawn() throws IOException, IllegalAccessException {
        Drawing drawn = drawing("layout word");
        ByteBuffer word = ByteBuffer.wrap(new Word('x', 0x01020304, "t").octets());
        assertEquals('x', word.get(at(drawn, "KIND")));
        assertEquals(0x01020304, word.getInt(at(drawn, "NUMBER")));
        assertEquals('t', word.get((int) drawn.length()));
        assertEquals(2, drawn.numbers().size());

        Map<String, Character> kinds = new TreeMap<>();
        for (Field field : Word.class.getFields()) {
            if (field.getType() == char.class) {
                kinds.put(field.getName(), (char) field.get(null));
            }
        }
        Map<String, Character> told = new TreeMap<>();
        Matcher row = Pattern.compile("^\\| `(.)` \\| ([A-Z_]+) \\|", Pattern.MULTILINE)
                .matcher(page("line.md"));
        while (row.find()) {
            told.put(row.group(2), row.group(1).charAt(0));
        }
        assertEquals(kinds, told);
    }

    @Test
    void signOfLifeIsAsDrawn() {
        same("layout pulse", Pulse.class, "LENGTH");
        assertEquals(drawing("layout pulse").length(), Pulse.LENGTH);
        assertEquals(drawing("layout ledger").numbers().get("HAND"), Ledger.HAND);
    }

    @Test
    void whatLinkAndControlHaveInHandIsAsDrawn() throws IOException {
        same("layout link-hand", LinkHand.class, "LENGTH");
        assertEquals(drawing("layout link-hand").length(), LinkHand.LENGTH);
        Map<String, Long> taken = constants(Taken.class);
        assertEquals(drawing("layout taken").length(), taken.get("TEXT"));
        for (String place : List.of("MOST_TEXT", "NAME", "MOST_NAME", "NAMES", "LENGTH")) {
            String number = String.format(Locale.ROOT, " %,d", taken.get(place));
            assertTrue(page("control.md").contains(number), place + number);
        }
        taken.keySet().retainAll(drawing("layout taken").numbers().keySet());
        assertEquals(taken, drawing("layout taken").numbers());
    }

    @Test
    void questionsAndRepliesAreAsDrawn() throws IOException {
        ByteBuffer question = ByteBuffer.wrap(Ask.question("t")).order(ByteOrder.nativeOrder());
        ByteBuffer reply = ByteBuffer.wrap(Ask.answer(7, "t")).order(ByteOrder.nativeOrder());
        Drawing asked = drawing("layout question");
        Drawing replied = drawing("layout reply");
        assertEquals(Set.of("MAGIC", "VERSION"), asked.numbers().keySet());
        assertEquals(Set.of("MAGIC", "ERRNO"), replied.numbers().keySet());
        assertEquals(0x30414b4e, question.getInt(at(asked, "MAGIC")));
        assertEquals(0x30414b4e, reply.getInt(at(replied, "MAGIC")));
        assertEquals(Ask.VERSION, question.getInt(at(asked, "VERSION")));
        assertEquals(7, reply.getInt(at(replied, "ERRNO")));
        assertEquals('t', question.get((int) asked.length()));
        assertEquals('t', reply.get((int) replied.length()));
        assertTrue(page("line.md").contains("instead; version " + Ask.VERSION + "."));
    }

    @Test
    void namesAreAsDrawn() throws IOException {
        Drawing asked = drawing("layout name-question");
        byte[] octets = NameMessage.question(new NameMessage.Question(7, NameMessage.IPV6, 5, 6, "n"));
        ByteBuffer question = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        assertEquals(0x304e4b4e, question.getInt(at(asked, "MAGIC")));
        assertEquals(NameMessage.VERSION, question.getInt(at(asked, "VERSION")));
        assertEquals(7, question.getInt(at(asked, "NUMBER")));
        assertEquals(2, question.getInt(at(asked, "WHAT")));
        assertEquals(5, question.getLong(at(asked, "ADDRESS")));
        assertEquals(6, question.getLong(at(asked, "ADDRESS") + 8));
        assertEquals('n', question.get((int) asked.length()));
        assertEquals(5, asked.numbers().size());

        Drawing told = drawing("layout name-answer");
        NameMessage.Answer answer =
                new NameMessage.Answer(8, NameMessage.NO_DATA, 9, List.of(3L, 4L), List.of("a", "b"));
        ByteBuffer answered =
                ByteBuffer.wrap(NameMessage.answer(answer, NameMessage.VERSION)).order(ByteOrder.nativeOrder());
        assertEquals(0x304e4b4e, answered.getInt(at(told, "MAGIC")));
        assertEquals(NameMessage.VERSION, answered.getInt(at(told, "VERSION")));
        assertEquals(8, answered.getInt(at(told, "NUMBER")));
        assertEquals(2, answered.getInt(at(told, "STATUS")));
        assertEquals(9, answered.getInt(at(told, "TTL")));
        assertEquals(1, answered.getInt(at(told, "COUNT")));
        assertEquals(4, answered.getLong((int) told.length() + 8));
        assertEquals('b', answered.get((int) told.length() + 18));
        assertEquals(6, told.numbers().size());
        NameMessage.Answer none = new NameMessage.Answer(8, NameMessage.NOBODY, 0, List.of(), List.of());
        assertEquals(none, NameMessage.readAnswer(NameMessage.answer(none, NameMessage.VERSION)));
        assertEquals(
                NameMessage.TRY_AGAIN,
                NameMessage.readAnswer(NameMessage.answer(none, 1)).status());
        assertTrue(page("names.md").startsWith("# Layout of names, version " + NameMessage.VERSION + "\n"));
    }

    @Test
    void addressesAreAsDrawn() throws IOException {
        Drawing asked = drawing("layout address-question");
        ByteBuffer question = ByteBuffer.wrap(AddressMessage.question()).order(ByteOrder.nativeOrder());
        assertTrue(AddressMessage.asks(AddressMessage.question()));
        assertEquals(0x30494b4e, question.getInt(at(asked, "MAGIC")));
        assertEquals(AddressMessage.VERSION, question.getInt(at(asked, "VERSION")));
        assertEquals(asked.length(), question.capacity());

        Drawing head = drawing("layout address-answer");
        Drawing link = drawing("layout address-link");
        Drawing own = drawing("layout own-address");
        ByteBuffer told = ByteBuffer.wrap(AddressMessage.answer(
                        List.of(new AddressMessage.Link(1, 2), new AddressMessage.Link(3, 4)),
                        List.of(new AddressMessage.Own(5, 6, 7, 8, AddressMessage.DEPRECATED))))
                .order(ByteOrder.nativeOrder());
        assertEquals(0x30494b4e, told.getInt(at(head, "MAGIC")));
        assertEquals(AddressMessage.VERSION, told.getInt(at(head, "VERSION")));
        assertEquals(2, told.getInt(at(head, "LINKS")));
        assertEquals(1, told.getInt(at(head, "ADDRESSES")));
        int second = (int) (head.length() + link.length());
        assertEquals(3, told.getLong(second + at(link, "MAC")));
        assertEquals(4, told.getInt(second + at(link, "MTU")));
        int address = (int) (second + link.length());
        assertEquals(5, told.getLong(address + at(own, "ADDRESS")));
        assertEquals(6, told.getLong(address + at(own, "ADDRESS") + 8));
        assertEquals(7, told.getInt(address + at(own, "LINK")));
        assertEquals(8, told.getInt(address + at(own, "PREFIX")));
        assertEquals(3, told.getInt(address + at(own, "STATE")));
        assertEquals(address + own.length(), told.capacity());
        assertEquals(4, head.numbers().size());
        assertEquals(2, link.numbers().size());
        assertEquals(4, own.numbers().size());
        Map<String, Long> states = new HashMap<>(constants(AddressMessage.class));
        states.keySet().retainAll(Set.of("TENTATIVE", "PREFERRED", "DEPRECATED"));
        assertEquals(states, drawing("numbers own-state").numbers());
        assertTrue(page("addresses.md").startsWith("# Layout of addresses, version " + AddressMessage.VERSION + "\n"));
    }

    @Test
    void descriptorsOfASessionAreInTheOrderDrawn() {
        inOrder("numbers served", Granted.Served.class);
        inOrder("numbers admitted", Granted.Admitted.class);
        assertEquals(new Granted.Served(0, 1, 2, 3), Granted.Served.of(new int[] {0, 1, 2, 3}));
        assertEquals(new Granted.Admitted(0, 1, 2, 3, 4, List.of()), Granted.Admitted.of(new int[] {0, 1, 2, 3, 4}));
    }

    private void inOrder(String title, Class<?> descriptors) {
        Map<Long, String> drawn = new TreeMap<>();
        drawing(title).numbers().forEach((name, number) -> drawn.put(number, name));
        List<String> components = Arrays.stream(descriptors.getRecordComponents())
                .map(component -> component.getName().toUpperCase(Locale.ROOT))
                .toList();
        assertEquals(components, List.copyOf(drawn.values()));
    }

    @Test
    void ledgerIsAsDrawn() throws IOException {
        same("layout ledger", Ledger.class, "TABLES");
        assertEquals(drawing("layout ledger").length(), constants(Ledger.class).get("TABLES"));
        same("layout attachment", Attachment.class, "SLOT", "SECOND_NS", "TOLD");
        assertEquals(drawing("layout attachment").length(), Attachment.SLOT);
        assertEquals(Map.of("TAG", 0L), drawing("layout slot").numbers());
        Matcher magic = Pattern.compile("0x([0-9a-f_]+): what this is").matcher(page("ledger.md"));
        assertTrue(magic.find());
        assertEquals(
                Long.parseLong(magic.group(1).replace("_", ""), 16),
                constants(Engine.class).get("MAGIC"));
    }
}
