package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import netkeep.embedded.SystemProvider;
import netkeep.trials.Java;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A program of `java.nio` that knows nothing of us, the JDK's server of files: properties put it on a stack in its own
/// process, or on a daemon's.
@Timeout(120)
class SystemProviderTest {
    private static final int PORT = 80;
    private static final int LENGTH = 1 << 20;
    private static final int SOON_MS = 200;
    private static final String SERVER = "netkeep.tools.demo.WebServer";
    private static final String OURS = "198.18.9.2";

    @TempDir
    private Path directory;

    private Place place;
    private Path root;
    private final byte[] content = new byte[LENGTH];

    @BeforeEach
    void make() throws Exception {
        place = new Place(directory);
        new SplittableRandom(1).nextBytes(content);
        root = Files.createDirectory(directory.resolve("root"));
        Files.write(root.resolve("file"), content);
    }

    @AfterEach
    void drop() {
        place.close();
    }

    @Test
    void sessionIsADaemons() throws Exception {
        Daemon up = new Daemon(place, directory.resolve("session"), "monolithic");
        serves(Place.OURS_4, "-D" + SystemProvider.SESSION + "=" + up.session);
    }

    @Test
    void linkIsItsOwn() throws Exception {
        assumeTrue(Place.has("ip"), "no ip");
        for (String line : List.of(
                "ip tuntap add dev nk-prop mode tap vnet_hdr",
                "ip addr add 198.18.9.1/24 dev nk-prop",
                "ip link set nk-prop up")) {
            assertEquals(0, place.run(line.split(" ")).code(), line);
        }
        serves(OURS, "-Dnetkeep.link=tap:nk-prop", "-Dnetkeep.address=" + OURS + "/24");
    }

    private void serves(String address, String... properties) throws Exception {
        List<String> options = new ArrayList<>(List.of(
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "-Djava.nio.channels.spi.SelectorProvider=" + SystemProvider.class.getName()));
        options.addAll(List.of(properties));
        List<String> line = Java.line(options.toArray(String[]::new));
        line.addAll(List.of(SERVER, address, Integer.toString(PORT), root.toString()));
        Place.Running server = place.start(line);
        Place.await("nobody serves at " + address, () -> {
            assertTrue(server.alive(), server.out() + server.err());
            return listens(address);
        });
        byte[] got = place.space().call(() -> {
            try (Socket socket = new Socket(address, PORT)) {
                socket.getOutputStream().write("GET /file HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                return socket.getInputStream().readAllBytes();
            }
        });
        assertArrayEquals(content, Arrays.copyOfRange(got, Math.max(0, got.length - LENGTH), got.length));
    }

    private boolean listens(String address) throws Exception {
        return place.space().call(() -> {
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(address, PORT), SOON_MS);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
    }
}
