package netkeep.trials.jvm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/// Many virtual threads on sockets, and what the Flight Recorder says of them.
final class Recorded {
    private static final int THREADS = 200;
    private static final int ROUNDS = 5;

    private Recorded() {}

    /// @param arguments the address of an [Echo], its port, where to put the recording
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress echo =
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
        Path file = Path.of(arguments[2]);
        // Loading a class keeps a virtual thread on its carrier, whoever it is for: once for that, and then for what
        // counts.
        try (Recording loading = begin()) {
            all(echo);
            loading.stop();
        }
        try (Recording recording = begin()) {
            all(echo);
            recording.dump(file);
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            String name = event.getEventType().getName();
            if (name.equals("jdk.VirtualThreadPinned")) {
                System.err.println(event);
            } else if (event.getInt("port") != echo.getPort()
                    || !event.getString("address").equals(arguments[0])) {
                continue;
            }
            counts.merge(name, 1, Integer::sum);
        }
        Files.delete(file);
        System.out.println(counts);
    }

    private static Recording begin() {
        Recording recording = new Recording();
        for (String name : new String[] {"jdk.SocketRead", "jdk.SocketWrite", "jdk.VirtualThreadPinned"}) {
            recording.enable(name).withThreshold(Duration.ZERO).with("throttle", "off");
        }
        recording.start();
        return recording;
    }

    /// All threads, until they have ended.
    private static void all(InetSocketAddress echo) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?>[] all = new Future<?>[THREADS];
            for (int i = 0; i < THREADS; i++) {
                boolean channel = i % 2 == 0;
                all[i] = threads.submit(() -> {
                    if (channel) {
                        overChannel(echo);
                    } else {
                        overSocket(echo);
                    }
                    return null;
                });
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static void overSocket(InetSocketAddress echo) throws Exception {
        try (Socket socket = new Socket(echo.getAddress(), echo.getPort())) {
            for (int i = 0; i < ROUNDS; i++) {
                socket.getOutputStream().write(i);
                if (socket.getInputStream().read() != i) {
                    throw new AssertionError("octet");
                }
            }
        }
    }

    private static void overChannel(InetSocketAddress echo) throws Exception {
        try (SocketChannel channel = SocketChannel.open(echo)) {
            ByteBuffer octet = ByteBuffer.allocate(1);
            for (int i = 0; i < ROUNDS; i++) {
                channel.write(octet.clear().put(0, (byte) i));
                if (channel.read(octet.clear()) != 1 || octet.get(0) != i) {
                    throw new AssertionError("octet");
                }
            }
        }
    }
}
