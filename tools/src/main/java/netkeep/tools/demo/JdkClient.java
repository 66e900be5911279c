package netkeep.tools.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import netkeep.linux.NetworkNamespace;

/// The JDK's own HTTP client, on the kernel's stack in a network namespace: where there is no curl.
final class JdkClient implements Fetcher, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
    public String sha256(String url, long middle, Meanwhile meanwhile) throws IOException {
        return answered(() -> get(url, new Reading(middle, meanwhile)));
    }

    @Override
    public double[] seconds(String url, int times) throws IOException {
        return answered(() -> {
            double[] seconds = new double[times];
            for (int i = 0; i < times; i++) {
                long beganNs = System.nanoTime();
                get(url, new Reading(Long.MAX_VALUE, () -> {}));
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

    private String get(String url, Reading reading) throws IOException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
        try {
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new IOException(url + " answered " + response.statusCode());
            }
            try (InputStream body = response.body()) {
                return reading.sha256(body);
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
