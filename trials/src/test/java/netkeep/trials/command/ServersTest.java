package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import netkeep.servers.source.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep echo`, `discard` and `source`, asked by the kernel's sockets over TCP and UDP.
@Timeout(120)
class ServersTest {
    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void make() {
        place = new Place(directory);
    }

    @AfterEach
    void drop() {
        place.close();
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static byte[] readAll(SocketChannel channel, int atMost) throws Exception {
        ByteBuffer all = ByteBuffer.allocate(atMost);
        while (all.hasRemaining() && channel.read(all) >= 0) {
            // Until the end.
        }
        byte[] octets = new byte[all.position()];
        all.get(0, octets);
        return octets;
    }

    private byte[] ask(String address, int port, byte[] question) throws Exception {
        try (DatagramChannel channel = place.space().call(DatagramChannel::open)) {
            channel.connect(at(address, port));
            channel.write(ByteBuffer.wrap(question));
            ByteBuffer answer = ByteBuffer.allocate(70_000);
            channel.read(answer);
            byte[] octets = new byte[answer.position()];
            answer.get(0, octets);
            return octets;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Place.OURS_4, Place.OURS_6})
    void echoSendsBackWhatItGets(String address) throws Exception {
        Place.Running echo = place.ours("echo", "--json");
        echo.says("\"ready\"");
        byte[] text = "over and over ".repeat(3_000).getBytes(StandardCharsets.US_ASCII);
        try (SocketChannel channel = place.connect(address, 7)) {
            channel.write(ByteBuffer.wrap(text));
            channel.shutdownOutput();
            assertArrayEquals(text, readAll(channel, text.length + 1));
        }
        byte[] datagram = "one".getBytes(StandardCharsets.US_ASCII);
        assertArrayEquals(datagram, ask(address, 7, datagram));
        assertEquals(0, echo.stop().code());
    }

    @Test
    void discardCountsWhatItForgets() throws Exception {
        Place.Running discard = place.ours("discard", "--port", "9009", "--spin", "0");
        discard.says("discard over TCP and UDP on " + Place.OURS_4 + " port 9009");
        try (SocketChannel channel = place.connect(Place.OURS_4, 9009)) {
            ByteBuffer octets = ByteBuffer.allocate(1_000_000);
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
            channel.shutdownOutput();
            assertEquals(0, readAll(channel, 10).length);
        }
        Place.Said said = discard.stop();
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("1000000 octets"), said.out());
    }

    @Test
    void sourceSendsItsPatternAndNoMoreThanItsLimit() throws Exception {
        Place.Running source = place.ours("source", "--limit", "300000", "--port", "1919");
        source.says("source over TCP and UDP");
        byte[] got;
        try (SocketChannel channel = place.connect(Place.OURS_6, 1919)) {
            got = readAll(channel, 400_000);
        }
        assertEquals(300_000, got.length);
        byte[] again;
        try (SocketChannel channel = place.connect(Place.OURS_4, 1919)) {
            again = readAll(channel, 400_000);
        }
        assertArrayEquals(got, again);
        assertEquals(-1, Pattern.mismatch(ByteBuffer.wrap(got), 0));
        assertTrue(ask(Place.OURS_4, 1919, new byte[] {1}).length > 0);
        assertEquals(0, source.stop().code());
    }
}
