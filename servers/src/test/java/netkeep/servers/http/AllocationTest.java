package netkeep.servers.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Nothing is allocated for a request, whichever of these it is.
@Timeout(120)
class AllocationTest {
    private static final int REQUESTS = 20_000;

    /// What the JDK's own channels and a look at the file once a second may take.
    private static final double BYTES_PER_REQUEST = 8;

    @TempDir
    Path root;

    @Test
    void nothingIsAllocatedForARequest() throws IOException {
        Served.file(root, "index.html", new byte[612]);
        Served.file(root, "large", new byte[100_000]);
        try (Served served = new Served(root)) {
            once(served, "GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\n");
            once(served, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
            once(served, "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2,5-9\r\n\r\n");
            once(served, "GET /index.html HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        }
    }

    private static void once(Served served, String request) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Socket socket = served.connect()) {
            byte[] octets = Served.octets(request);
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(octets);
            Served.Response response = Served.read(in, true);
            int length = response.head().length() + response.text().length();
            double least = Double.MAX_VALUE;
            // The compiler comes to it in the course of the first ones.
            for (int round = 0; round < 5 && least > BYTES_PER_REQUEST; round++) {
                long before = threads.getThreadAllocatedBytes(served.thread.threadId());
                for (int i = 0; i < REQUESTS / 5; i++) {
                    out.write(octets);
                    in.skipNBytes(length);
                }
                long after = threads.getThreadAllocatedBytes(served.thread.threadId());
                least = Math.min(least, (after - before) / (REQUESTS / 5.0));
            }
            assertTrue(least <= BYTES_PER_REQUEST, least + " octets are allocated for " + request);
        }
    }
}
