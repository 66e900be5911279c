package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import netkeep.sim.Seeds;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureLinkTest {
    // UDP over IPv4 from 198.18.0.2 port 68 to 198.18.0.1 port 67 with "hi": its checksum is the device's to complete.
    private static final String OPEN = "01 00 0000 0000 2200 0600";
    private static final String ETHERNET = "020000000001 020000000002 0800";
    private static final String IP = "4500 001e 0000 4000 4011 af96 c612 0002 c612 0001";
    private static final String UDP = "0044 0043 000a";
    // The folded pseudo-header sum, as a stack leaves it, and the whole checksum.
    private static final String PARTIAL = "8c43";
    private static final String WHOLE_SUM = "0ac2";

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final SimLink.Pair ends =
            SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L);
    private long nowNs = 1_700_000_000_123_456_789L;

    @Test
    void tsharkShowsBothDirectionsInstantsAndReasons(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("capture.pcapng");
        try (PcapngWriter writer = new PcapngWriter(Files.newByteChannel(
                        file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE));
                CaptureLink link = capture(writer, "stack 0", PcapngWriter.WHOLE)) {
            new CaptureLink(ends.right(), writer, "other", 64, () -> nowNs);
            ends.right().transmit(Frames.one(datagram()));
            Frames.receive(link);
            link.dropped(Verdict.NO_PORT);
            nowNs += 1_000_000_001L;
            link.transmit(Frames.one(datagram()));
        }

        String shown = tshark(
                file,
                "-T",
                "fields",
                "-e",
                "frame.time_epoch",
                "-e",
                "frame.interface_name",
                "-e",
                "frame.comment",
                "-e",
                "frame.packet_flags_direction",
                "-e",
                "udp.checksum.status",
                "-e",
                "udp.payload");
        assertEquals("""
                1700000000.123456789\tstack 0\tdropped: NO_PORT\t0x00000001\t1\t6869
                1700000001.123456790\tstack 0\t\t0x00000002\t1\t6869
                """, shown);
    }

    @Test
    void tsharkTakesSuperFramesAsTheyAre(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("capture.pcapng");
        int total = 64_000;
        byte[] frame = superFrame(total);
        try (PcapngWriter writer = new PcapngWriter(Files.newByteChannel(
                        file, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE));
                CaptureLink whole = capture(writer, "whole", PcapngWriter.WHOLE);
                CaptureLink some = new CaptureLink(ends.right(), writer, "some", 96, () -> nowNs)) {
            for (int turn = 0; turn < 40; turn++) {
                whole.transmit(Frames.one(frame));
                Frames.receive(some);
                some.flush();
            }
        }

        String shown = tshark(
                file,
                "-T",
                "fields",
                "-e",
                "frame.len",
                "-e",
                "frame.cap_len",
                "-e",
                "tcp.len",
                "-e",
                "tcp.checksum.status");
        String each =
                "%d\t%d\t%d\t1\n%d\t96\t%d\t2\n".formatted(total + 14, total + 14, total - 40, total + 14, total - 40);
        assertEquals(each.repeat(40), shown);
        assertEquals("", tshark(file, "-Y", "_ws.malformed"));
    }

    /// Read here by the format's own rules, block by block.
    @Test
    void everyBlockIsWholeAndPadded() throws IOException {
        Seeds.each(20, luck -> {
            written.reset();
            try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(written));
                    CaptureLink link = capture(writer, "point", PcapngWriter.WHOLE)) {
                for (int number = 0; number < 100; number++) {
                    ends.right().transmit(Frames.one(Frames.numbered(number, 24 + luck.nextInt(3000))));
                    Frames.receive(link);
                    for (int reasons = luck.nextInt(3); reasons > 0; reasons--) {
                        link.dropped("x".repeat(luck.nextInt(1200)));
                    }
                }
            }
            ByteBuffer file = ByteBuffer.wrap(written.toByteArray()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            int packets = 0;
            while (file.hasRemaining()) {
                int start = file.position();
                int type = file.getInt();
                int length = file.getInt();
                assertEquals(0, length % 4);
                assertEquals(length, file.getInt(start + length - 4));
                if (type == 6) {
                    assertEquals(packets++, Short.toUnsignedInt(Short.reverseBytes(file.getShort(start + 28))));
                }
                file.position(start + length);
            }
            assertEquals(100, packets);
        });
    }

    @Test
    void framesPassAsTheyAre() {
        try (PcapngWriter writer = new PcapngWriter(Channels.newChannel(written));
                CaptureLink link = capture(writer, "point", 10)) {
            byte[] frame = datagram();
            ends.right().transmit(Frames.one(frame));

            assertArrayEquals(frame, Frames.receive(link));
            link.transmit(Frames.one(frame));
            assertArrayEquals(frame, Frames.receive(ends.right()));
        }
    }

    @Test
    void refusedFrameIsNotCaptured() {
        SimLink.Settings small = new SimLink.Settings(1500, true, true, true, 1 << 17);
        SimLink.Pair full = SimLink.pair(small, 1L << 41, 1L << 41 | 1);
        PcapngWriter writer = new PcapngWriter(Channels.newChannel(written));
        CaptureLink link = new CaptureLink(full.left(), writer, "point", PcapngWriter.WHOLE, () -> nowNs);
        assertTrue(link.transmit(Frames.one(new byte[65_000])));
        assertTrue(link.transmit(Frames.one(new byte[65_000])));
        link.flush();
        int length = written.size();

        assertFalse(link.transmit(Frames.one(new byte[65_000])));
        link.flush();

        assertEquals(length, written.size());
    }

    /// The traffic is worth more than its record.
    @Test
    void fullDiskEndsTheCaptureAlone() {
        WritableByteChannel broken = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer octets) throws IOException {
                throw new IOException("no space left on device");
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        PcapngWriter writer = new PcapngWriter(broken);
        CaptureLink link = capture(writer, "point", PcapngWriter.WHOLE);
        link.flush();
        for (int number = 0; number < 100; number++) {
            assertTrue(link.transmit(Frames.one(Frames.numbered(number, 60_000))));
            assertEquals(number, Frames.number(Frames.receive(ends.right())));
        }

        assertTrue(writer.failure().contains("no space left"), writer.failure());
    }

    @Test
    void openChecksumIsCompletedInTheCaptureOnly() {
        PcapngWriter writer = new PcapngWriter(Channels.newChannel(written));
        CaptureLink link = capture(writer, "point", PcapngWriter.WHOLE);
        link.transmit(Frames.one(datagram()));
        link.flush();

        String file = java.util.HexFormat.of().formatHex(written.toByteArray());
        assertTrue(file.contains("00440043000a" + WHOLE_SUM + "6869"), file);
        byte[] passed = Frames.receive(ends.right());
        assertArrayEquals(Frames.hex(PARTIAL), java.util.Arrays.copyOfRange(passed, 50, 52));
    }

    private CaptureLink capture(PcapngWriter writer, String name, int most) {
        return new CaptureLink(ends.left(), writer, name, most, () -> nowNs);
    }

    private static byte[] datagram() {
        return Frames.hex(OPEN, ETHERNET, IP, UDP, PARTIAL, "6869");
    }

    /// TCP over IPv4 with `total` octets of IP packet.
    private static byte[] superFrame(int total) {
        String addresses = "c612 0002 c612 0001";
        String ip = "4500 %04x 0000 4000 4006".formatted(total);
        byte[] header = Frames.hex(ip, "0000", addresses);
        int sum = 0;
        for (int at = 0; at < 20; at += 2) {
            sum += (header[at] & 0xFF) << 8 | header[at + 1] & 0xFF;
        }
        String checksum = "%04x".formatted(~(sum + (sum >>> 16)) & 0xFFFF);
        int pseudo = 2 * 0xc612 + 3 + 6 + total - 20;
        String partial = "%04x".formatted((pseudo & 0xFFFF) + (pseudo >>> 16));
        String tcp = "0050 1234 00000001 00000002 5010 ffff " + partial + " 0000";
        return Frames.hex("01 01 3600 b405 2200 1000", ETHERNET, ip, checksum, addresses, tcp, "61".repeat(total - 40));
    }

    private static String tshark(Path file, String... options) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("tshark", "-n", "-r", file.toString()));
        command.addAll(List.of("-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"));
        command.addAll(List.of("-o", "ip.check_checksum:TRUE"));
        command.addAll(List.of(options));
        Process process;
        try {
            // Its standard error, too, must be silent; as root it warns of that, so it speaks to a file of its own.
            process = new ProcessBuilder(command)
                    .redirectError(file.resolveSibling("errors").toFile())
                    .start();
        } catch (IOException missing) {
            assumeTrue(false, "needs tshark: " + missing.getMessage());
            return "";
        }
        String shown = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String errors = Files.readString(file.resolveSibling("errors"));
        assertEquals(
                "",
                errors.lines()
                        .filter(line -> !line.startsWith("Running as user"))
                        .reduce("", String::concat));
        assertEquals(0, process.onExit().join().exitValue());
        return shown;
    }
}
