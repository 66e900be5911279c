package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.link.KernelAddress;
import netkeep.link.Link;
import netkeep.link.TapDevice;
import netkeep.link.TapSettings;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A program on our channels as the client of nginx on the kernel's stack.
@Timeout(60)
class NginxTest {
    private static final int LENGTH = 8_000_001;

    @TempDir
    private Path directory;

    private static KernelAddress side(String text, int prefix) {
        Address address = Address.parse(text);
        return new KernelAddress(address.hi(), address.lo(), prefix);
    }

    private List<String> nginx() throws Exception {
        // Its worker is another user.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path configuration = directory.resolve("nginx.conf");
        StringBuilder text = new StringBuilder("worker_processes 1; daemon off; error_log stderr;\n");
        text.append("pid ").append(directory.resolve("pid")).append("; events { worker_connections 64; }\n");
        text.append("http { access_log off;\n");
        for (String kind : List.of("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) {
            text.append(kind)
                    .append("_temp_path ")
                    .append(directory.resolve(kind))
                    .append(";\n");
        }
        text.append("server { listen 8080; listen [::]:8080; root ")
                .append(directory)
                .append("; } }\n");
        Files.writeString(configuration, text);
        return List.of("nginx", "-c", configuration.toString());
    }

    private static byte[] get(Embedded stack, String address, String request) throws Exception {
        try (SocketChannel channel = stack.provider().openSocketChannel()) {
            channel.connect(new InetSocketAddress(InetAddress.ofLiteral(address), 8080));
            channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            ByteBuffer some = ByteBuffer.allocate(1 << 16);
            while (channel.read(some.clear()) >= 0) {
                all.write(some.array(), 0, some.position());
            }
            return all.toByteArray();
        }
    }

    @Test
    void filesComeWholeFromNginx() throws Exception {
        assumeTrue(Place.has("nginx"), "no nginx");
        byte[] content = new byte[LENGTH];
        Seeds.luck(1).nextBytes(content);
        Files.write(directory.resolve("file"), content);
        try (Place place = new Place(Files.createDirectory(directory.resolve("said")))) {
            TapSettings settings = TapSettings.of("nk-nginx")
                    .withKernelAddresses(List.of(side(Place.KERNEL_4, 24), side(Place.KERNEL_6, 64)));
            Link link =
                    place.space().call(() -> TapDevice.open(settings).queues().getFirst());
            try (Embedded stack = Embedded.builder()
                    .link("nk-nginx", link, List.of(Place.OURS_4 + "/24", Place.OURS_6 + "/64"))
                    .sockets(1 << 10)
                    .start()) {
                Place.Running nginx = place.start(nginx());
                place.awaitListener(8080);
                for (String address : List.of(Place.KERNEL_4, Place.KERNEL_6)) {
                    byte[] got = get(stack, address, "GET /file HTTP/1.1\r\nHost: nginx\r\nConnection: close\r\n\r\n");
                    String head = new String(got, 0, 15, StandardCharsets.US_ASCII);
                    assertTrue(head.startsWith("HTTP/1.1 200 OK"), head);
                    assertArrayEquals(content, Arrays.copyOfRange(got, got.length - LENGTH, got.length));
                }
                assertEquals(0, nginx.stop().code());
            }
        }
    }
}
