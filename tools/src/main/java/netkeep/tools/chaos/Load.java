package netkeep.tools.chaos;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.linux.NetworkNamespace;
import netkeep.servers.source.Pattern;

/// The kernel's side: streams either way and connections that come and go, every octet of which is checked, and
/// datagrams. Each thread goes on until it is told to end.
final class Load implements AutoCloseable {
    private static final int CHUNK = 1 << 16;

    /// Octets of a stream that wait to come back, and not quite a piece more: so few that they fit in the buffers of a
    /// connection that has just begun. Else each side waits for the other to take some, for ever.
    private static final int AHEAD = 1 << 17;

    private static final int BRIEF = 5000;
    private static final int DATAGRAM = 512;

    /// A stream that is silent for so long has ended.
    private static final int SILENCE_MS = 60_000;

    private static final int DATAGRAM_MS = 100;
    private static final int ADDRESS_MS = 100;

    private final NetworkNamespace place;
    private final Tally tally;
    private final int echo;
    private final int source;

    /// Of the download of the first address.
    final Gaps gaps = new Gaps();

    /// Of each stream.
    private final List<Pace> paces = new ArrayList<>();

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean ended;

    /// @param echo   the port of a server that sends back what it is sent
    /// @param source the port of one that sends [Pattern]
    Load(NetworkNamespace place, Tally tally, int echo, int source) {
        this.place = place;
        this.tally = tally;
        this.echo = echo;
        this.source = source;
    }

    private interface Work {
        void run() throws IOException;
    }

    void start(List<String> addresses, long seed) {
        boolean first = true;
        for (String address : addresses) {
            Gaps watched = first ? gaps : new Gaps();
            first = false;
            Pace down = pace();
            begin("download " + address, () -> download(address, watched, down));
            Pace around = pace();
            begin("echo " + address, () -> echo(address, around));
            begin("brief connections " + address, () -> brief(address, new SplittableRandom(seed)));
            begin("datagrams " + address, () -> datagrams(address));
        }
    }

    private Pace pace() {
        Pace pace = new Pace();
        paces.add(pace);
        return pace;
    }

    /// Sees what the streams carry as fast as they can, then has each go on at a share of that.
    ///
    /// @return octets of a nanosecond that they carried
    double slow(double share, long forNs) throws InterruptedException {
        long fromNs = System.nanoTime();
        long[] before = paces.stream().mapToLong(Pace::octets).toArray();
        TimeUnit.NANOSECONDS.sleep(forNs);
        double carried = 0;
        long lengthNs = System.nanoTime() - fromNs;
        for (int i = 0; i < before.length; i++) {
            double rate = (double) (paces.get(i).octets() - before[i]) / lengthNs;
            paces.get(i).slow(share * rate);
            carried += rate;
        }
        return carried;
    }

    private void begin(String name, Work work) {
        threads.add(Thread.ofPlatform().name("netkeep-" + name).start(() -> {
            try {
                work.run();
            } catch (IOException | RuntimeException failure) {
                tally.fault(name + ": " + failure);
            }
        }));
    }

    /// Connects from the kernel's side; whoever is silent there for a minute has ended.
    static Socket connect(NetworkNamespace place, String address, int port) throws IOException {
        try {
            // A socket is in the namespace of the thread that connects it.
            Socket socket = place.call(() -> {
                Socket made = new Socket();
                made.connect(new InetSocketAddress(address, port), SILENCE_MS);
                return made;
            });
            socket.setSoTimeout(SILENCE_MS);
            return socket;
        } catch (IllegalStateException failure) {
            throw new IOException("connect: " + failure.getCause(), failure);
        }
    }

    private Socket connect(String address, int port) throws IOException {
        Socket socket = connect(place, address, port);
        tally.connections.increment();
        return socket;
    }

    /// Waits until an address answers.
    ///
    /// @throws IOException if it does not
    void await(String address) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SILENCE_MS);
        while (true) {
            try {
                connect(address, echo).close();
                return;
            } catch (IOException notYet) {
                if (System.nanoTime() > endNs) {
                    throw notYet;
                }
                // An address of IPv6 is looked for on the link before it is used.
                Thread.sleep(ADDRESS_MS);
            }
        }
    }

    private void download(String address, Gaps watched, Pace pace) throws IOException {
        byte[] chunk = new byte[CHUNK];
        try (Socket socket = connect(address, source)) {
            for (long at = 0; !ended; ) {
                int length = socket.getInputStream().read(chunk);
                watched.on(System.nanoTime());
                at += checked(chunk, length, at, "download");
                pace.took(length);
            }
        }
    }

    /// @throws IOException if an octet is wrong, or the stream has ended
    private int checked(byte[] octets, int length, long position, String what) throws IOException {
        if (length < 0) {
            throw new IOException(what + " ended after " + position);
        }
        long wrong = Pattern.mismatch(ByteBuffer.wrap(octets, 0, length), position);
        if (wrong >= 0) {
            throw new IOException(what + " is wrong at " + (position + wrong));
        }
        tally.octets.add(length);
        return length;
    }

    private void echo(String address, Pace pace) throws IOException {
        byte[] out = new byte[CHUNK];
        byte[] in = new byte[CHUNK];
        try (Socket socket = connect(address, echo)) {
            long sent = 0;
            long got = 0;
            while (!ended || got < sent) {
                if (!ended && sent - got < AHEAD) {
                    Pattern.fill(ByteBuffer.wrap(out), sent);
                    socket.getOutputStream().write(out);
                    sent += out.length;
                } else {
                    int length = checked(in, socket.getInputStream().read(in), got, "echo");
                    got += length;
                    pace.took(length);
                }
            }
            socket.shutdownOutput();
            if (socket.getInputStream().read() >= 0) {
                throw new IOException("echo sends more than it was sent");
            }
        }
    }

    private void brief(String address, SplittableRandom luck) throws IOException {
        byte[] octets = new byte[BRIEF];
        while (!ended) {
            try (Socket socket = connect(address, echo)) {
                int length = luck.nextInt(1, BRIEF);
                Pattern.fill(ByteBuffer.wrap(octets, 0, length), 0);
                socket.getOutputStream().write(octets, 0, length);
                socket.shutdownOutput();
                byte[] back = socket.getInputStream().readAllBytes();
                if (!Arrays.equals(back, 0, back.length, octets, 0, length)) {
                    throw new IOException(back.length + " octets came back of " + length + ", or others");
                }
                tally.octets.add(2L * length);
            }
        }
    }

    /// A datagram may be lost; one that comes is whole, and they go on.
    private void datagrams(String address) throws IOException {
        byte[] octets = new byte[DATAGRAM];
        Pattern.fill(ByteBuffer.wrap(octets), 0);
        DatagramPacket out = new DatagramPacket(octets, DATAGRAM, InetAddress.getByName(address), echo);
        DatagramPacket in = new DatagramPacket(new byte[DATAGRAM + 1], DATAGRAM + 1);
        long lastNs = System.nanoTime();
        try (DatagramSocket socket = place.call(() -> new DatagramSocket())) {
            socket.setSoTimeout(DATAGRAM_MS);
            while (!ended) {
                socket.send(out);
                tally.datagrams.increment();
                try {
                    socket.receive(in);
                    tally.answers.increment();
                    lastNs = System.nanoTime();
                    if (!Arrays.equals(octets, 0, DATAGRAM, in.getData(), 0, in.getLength())) {
                        throw new IOException("a datagram came back otherwise");
                    }
                } catch (SocketTimeoutException lost) {
                    if (System.nanoTime() - lastNs > TimeUnit.MILLISECONDS.toNanos(SILENCE_MS)) {
                        throw new IOException("no datagram comes back any more", lost);
                    }
                }
            }
        }
    }

    /// Ends all, each in order.
    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException impatient) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
