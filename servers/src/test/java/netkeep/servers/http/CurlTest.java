package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Unmodified curl against the server.
@Timeout(60)
class CurlTest {
    private static final byte[] BIG = new byte[2_000_003];

    static {
        Seeds.luck(5).nextBytes(BIG);
    }

    @TempDir
    Path directory;

    private Path root;
    private Served served;
    private String url = "";

    @BeforeEach
    void begin() throws IOException {
        boolean found = Arrays.stream(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "curl")));
        assumeTrue(found, "no curl on the path");
        root = Files.createDirectory(directory.resolve("root"));
        Served.file(root, "big", BIG);
        Served.file(root, "small", Served.octets("0123456789"));
        served = new Served(root);
        url = "http://127.0.0.1:" + served.address.getPort();
    }

    @AfterEach
    void end() throws IOException {
        if (served != null) {
            served.close();
        }
    }

    /// Runs curl and returns what it printed, errors too.
    private String curl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "-s", "--noproxy", "*", "-m", "20"));
        command.addAll(List.of(arguments));
        Path printed = directory.resolve("printed");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        try {
            assertTrue(process.waitFor(30, SECONDS), "curl ends");
        } finally {
            process.destroyForcibly();
        }
        return Files.readString(printed, UTF_8);
    }

    @Test
    void downloadIsResumed() throws IOException, InterruptedException {
        Path copy = Files.write(directory.resolve("copy"), Arrays.copyOf(BIG, 700_001));
        curl("-C", "-", "-o", copy.toString(), url + "/big");
        assertArrayEquals(BIG, Files.readAllBytes(copy));
    }

    @Test
    void connectionIsUsedAgain() throws IOException, InterruptedException {
        String printed = curl("-v", url + "/small", url + "/small", url + "/none", url + "/small");
        assertEquals(4, printed.split("HTTP/1.1 (200|404)", -1).length - 1);
        assertEquals(3, printed.split("Re-using existing connection", -1).length - 1, printed);
    }

    @Test
    void timeAndTagConditionsHold() throws IOException, InterruptedException {
        String[] code = {"-o", "/dev/null", "-w", "%{http_code}"};
        assertEquals("304", curl(code[0], code[1], code[2], code[3], "-z", "1 Jan 2035", url + "/small"));
        assertEquals("200", curl(code[0], code[1], code[2], code[3], "-z", "1 Jan 2000", url + "/small"));
        String tags = directory.resolve("tags").toString();
        curl("--etag-save", tags, url + "/small");
        assertEquals("304", curl(code[0], code[1], code[2], code[3], "--etag-compare", tags, url + "/small"));
    }

    @Test
    void rangesAndOldVersionsWork() throws IOException, InterruptedException {
        assertEquals("345", curl("-r", "3-5", url + "/small"));
        assertEquals("89", curl("-r", "-2", url + "/small"));
        assertEquals("0123456789", curl("-0", url + "/small"));
        assertTrue(curl("-I", url + "/small").contains("Content-Length: 10\r\n"));
        assertTrue(curl("-r", "0-1,4-5", url + "/small").contains("Content-Range: bytes 4-5/10"));
    }

    @Test
    void uploadIsRefusedAndTheConnectionStays() throws IOException, InterruptedException {
        Path upload = Files.write(directory.resolve("upload"), new byte[500_000]);
        String put = curl("-v", "-H", "Expect:", "-T", upload.toString(), url + "/small", url + "/small");
        assertTrue(put.contains("405 Method Not Allowed"), put);
        String chunked = curl("-H", "Transfer-Encoding: chunked", "-d", "abc", url + "/small");
        assertEquals("405 Method Not Allowed\n", chunked);
        assertEquals("405 Method Not Allowed\n", curl("-T", upload.toString(), url + "/small"));
    }
}
