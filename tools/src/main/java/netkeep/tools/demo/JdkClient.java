package netkeep.tools.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import netkeep.linux.NetworkNamespace;

/// The JDK's own HTTP client, on the kernel's stack in a network namespace: where there is no curl.
final class JdkClient implements Fetcher, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int CHUNK = 1 << 16;

    private final NetworkNamespace place;
    private final ExecutorService threads;
    private final HttpClient client;

    /// @param place where its threads are: a thread is where the one was that started it
    JdkClient(NetworkNamespace place) {
        this.place = place;
        this.threads = Executors.newCachedThreadPool(
                task -> Thread.ofPlatform().daemon().name("netkeep-client").unstarted(task));
        this.client = place.call(() -> HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .connectTimeout(PATIENCE)
                .build());
    }

    @Override
    public String name() {
        return "the JDK's HttpClient";
    }

    @Override
    public String sha256(String url) throws IOException {
        MessageDigest digest = Exhibit.digest();
        return answered(() -> {
            get(url, digest);
            return HexFormat.of().formatHex(digest.digest());
        });
    }

    @Override
    public double[] seconds(String url, int times) throws IOException {
        return answered(() -> {
            double[] seconds = new double[times];
            MessageDigest nobody = Exhibit.digest();
            for (int i = 0; i < times; i++) {
                long beganNs = System.nanoTime();
                get(url, nobody);
                seconds[i] = (System.nanoTime() - beganNs) / 1e9;
            }
            return seconds;
        });
    }

    private interface Work<T> {
        T work() throws IOException;
    }

    private <T> T answered(Work<T> work) throws IOException {
        try {
            return place.call(work::work);
        } catch (IllegalStateException failure) {
            if (failure.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw failure;
        }
    }

    private void get(String url, MessageDigest digest) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IOException(url + " answered " + response.statusCode());
            }
            try (InputStream body = response.body()) {
                byte[] chunk = new byte[CHUNK];
                for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
                    digest.update(chunk, 0, count);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the client was interrupted");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }
}
