package netkeep.trials.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The sockets of `java.net`: what each call answers, over the network and over loopback.
final class JavaNet {
    private final InetSocketAddress echo;
    private final InetAddress here;

    private JavaNet(InetSocketAddress echo, InetAddress here) {
        this.echo = echo;
        this.here = here;
    }

    /// @param arguments the address of an [Echo], its port, the address of ours that peers reach
    public static void main(String[] arguments) throws Exception {
        InetSocketAddress echo =
                new InetSocketAddress(InetAddress.ofLiteral(arguments[0]), Integer.parseInt(arguments[1]));
        JavaNet program = new JavaNet(echo, InetAddress.ofLiteral(arguments[2]));
        program.streams();
        program.options();
        program.waits();
        program.channelStreams();
        program.accepts();
        program.reachesItself();
        program.datagrams();
        program.multicast();
        System.out.println("ends");
    }

    private interface Call {
        void run() throws IOException;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void throwing(Class<? extends Exception> kind, Call call, String what) {
        try {
            call.run();
        } catch (IOException | IllegalArgumentException e) {
            check(kind.isInstance(e), what + ": " + e);
            return;
        }
        throw new AssertionError(what + ": nothing was thrown");
    }

    private void streams() throws Exception {
        byte[] sent = new byte[1_000_003];
        new Random(1).nextBytes(sent);
        try (Socket socket = new Socket(echo.getAddress(), echo.getPort())) {
            check(socket.isConnected() && socket.isBound(), "connected");
            check(socket.getLocalAddress().equals(here), "local address " + socket.getLocalAddress());
            check(socket.getRemoteSocketAddress().equals(echo), "remote address");
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            check(Arrays.equals(sent, socket.getInputStream().readAllBytes()), "octets");
            writer.join();
            check(socket.isOutputShutdown() && !socket.isInputShutdown(), "shut down");
            throwing(SocketException.class, socket::getOutputStream, "an output that is shut down");
        }
        throwing(ConnectException.class, () -> new Socket(echo.getAddress(), 9).close(), "a port that is closed");
        throwing(
                SocketTimeoutException.class,
                () -> {
                    try (Socket socket = new Socket()) {
                        // Nobody has that address: no answer to ARP for a second and more.
                        socket.connect(new InetSocketAddress("198.18.0.77", 9), 150);
                    }
                },
                "an address that is not there");
        throwing(
                java.net.UnknownHostException.class,
                () -> new Socket().connect(InetSocketAddress.createUnresolved("nowhere", 1)),
                "a name that was not resolved");
    }

    private void options() throws Exception {
        for (boolean connected : new boolean[] {false, true}) {
            try (Socket socket = new Socket()) {
                if (connected) {
                    socket.connect(echo);
                }
                socket.setTcpNoDelay(true);
                socket.setKeepAlive(true);
                socket.setSoLinger(true, 3);
                socket.setTrafficClass(0x10);
                socket.setReuseAddress(true);
                socket.setSoTimeout(70);
                socket.setOption(StandardSocketOptions.SO_RCVBUF, 100_000);
                if (!connected) {
                    socket.connect(echo);
                }
                check(socket.getTcpNoDelay() && socket.getKeepAlive() && socket.getReuseAddress(), "flags");
                check(socket.getSoLinger() == 3 && socket.getTrafficClass() == 0x10, "numbers");
                check(socket.getSoTimeout() == 70 && socket.getReceiveBufferSize() >= 100_000, "sizes");
                socket.setSoLinger(false, 0);
                check(socket.getSoLinger() == -1, "no linger");
            }
        }
        // Asked before it is known that the kernel will have it.
        try (ServerSocket near = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30);
            socket.bind(null);
            socket.connect(near.getLocalSocketAddress());
            check(socket.getTcpNoDelay() && socket.getSoTimeout() == 30, "what was asked before");
            check(socket.getLocalAddress().isLoopbackAddress() && socket.getLocalPort() > 0, "loopback");
            try (Socket accepted = near.accept()) {
                accepted.getOutputStream().write(7);
                check(socket.getInputStream().read() == 7, "an octet over loopback");
            }
        }
    }

    private void waits() throws Exception {
        try (Socket socket = new Socket(echo.getAddress(), echo.getPort())) {
            InputStream in = socket.getInputStream();
            socket.setSoTimeout(50);
            throwing(SocketTimeoutException.class, in::read, "a timeout");
            socket.getOutputStream().write(1);
            check(in.read() == 1, "goes on behind a timeout");
            socket.setSoTimeout(0);
            // An interrupt of a platform thread changes nothing; closing from elsewhere ends the wait.
            Thread waiting = Thread.ofPlatform().start(() -> throwing(SocketException.class, in::read, "closed"));
            waiting.interrupt();
            Thread.sleep(30);
            check(!socket.isClosed(), "an interrupt closed it");
            socket.close();
            waiting.join();
        }
        try (Socket socket = new Socket(echo.getAddress(), echo.getPort())) {
            Thread waiting = Thread.ofVirtual()
                    .start(() -> throwing(
                            SocketException.class, () -> socket.getInputStream().read(), "interrupted"));
            while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            waiting.interrupt();
            waiting.join();
            check(socket.isClosed(), "an interrupt of a virtual thread closes");
        }
    }

    /// The JDK's streams over a channel, of the stack's and of the kernel's: who reads keeps nobody from writing.
    private void channelStreams() throws Exception {
        try (SocketChannel far = SocketChannel.open(echo);
                ServerSocketChannel listener =
                        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel near = SocketChannel.open(listener.getLocalAddress());
                SocketChannel accepted = listener.accept()) {
            echoed(far);
            Thread echoing = Thread.ofPlatform()
                    .start(() -> throwing(
                            IOException.class,
                            () -> {
                                InputStream in = Channels.newInputStream(accepted);
                                for (int octet = in.read(); octet >= 0; octet = in.read()) {
                                    Channels.newOutputStream(accepted).write(octet);
                                }
                                throw new IOException("the end");
                            },
                            "an echo"));
            echoed(near);
            near.close();
            echoing.join();
        }
    }

    private static void echoed(SocketChannel channel) throws Exception {
        InputStream in = Channels.newInputStream(channel);
        OutputStream out = Channels.newOutputStream(channel);
        CompletableFuture<Integer> sum = CompletableFuture.supplyAsync(() -> {
            try {
                int read = 0;
                for (int i = 0; i < 20; i++) {
                    read += in.read();
                }
                return read;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        for (int i = 0; i < 20; i++) {
            out.write(i);
        }
        check(sum.get(5, TimeUnit.SECONDS) == 190, "octets of streams over a channel");
    }

    private void accepts() throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            check(server.getLocalPort() > 0 && server.isBound(), "a port");
            server.setSoTimeout(40);
            throwing(SocketTimeoutException.class, server::accept, "nobody comes");
            throwing(
                    BindException.class,
                    () -> new ServerSocket(server.getLocalPort()).close(),
                    "a port that somebody has");
            server.setSoTimeout(0);
            Thread waiting = Thread.ofPlatform().start(() -> throwing(SocketException.class, server::accept, "closed"));
            Thread.sleep(20);
            server.close();
            waiting.join();
        }
    }

    /// A server at any address is reached by its own program over the loopback.
    private void reachesItself() throws Exception {
        for (String near : new String[] {"127.0.0.1", "::1"}) {
            InetAddress loopback = InetAddress.ofLiteral(near);
            try (ServerSocket server = new ServerSocket(0);
                    Socket client = new Socket(loopback, server.getLocalPort());
                    Socket accepted = server.accept()) {
                check(accepted.getInetAddress().isLoopbackAddress(), "who comes over " + near);
                client.getOutputStream().write(7);
                check(accepted.getInputStream().read() == 7, "an octet over " + near);
            }
            try (ServerSocketChannel server = ServerSocketChannel.open().bind(null);
                    SocketChannel client = SocketChannel.open(
                            new InetSocketAddress(loopback, server.socket().getLocalPort()));
                    SocketChannel accepted = server.accept()) {
                check(client.write(ByteBuffer.allocate(3)) == 3, "written over " + near);
                check(accepted.read(ByteBuffer.allocate(9)) == 3, "octets over " + near);
            }
            try (DatagramSocket server = new DatagramSocket(7_007);
                    DatagramSocket client = new DatagramSocket()) {
                server.setSoTimeout(2_000);
                client.send(new DatagramPacket(new byte[] {9}, 1, loopback, 7_007));
                DatagramPacket packet = new DatagramPacket(new byte[2], 2);
                server.receive(packet);
                check(packet.getLength() == 1 && packet.getData()[0] == 9, "a datagram over " + near);
            }
        }
    }

    private void datagrams() throws Exception {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(2_000);
            for (int length : new int[] {0, 1, 1_400, 20_000}) {
                byte[] octets = new byte[length];
                new Random(length).nextBytes(octets);
                socket.send(new DatagramPacket(octets, length, echo));
                DatagramPacket packet = new DatagramPacket(new byte[30_000], 30_000);
                socket.receive(packet);
                check(packet.getSocketAddress().equals(echo), "sender " + packet.getSocketAddress());
                check(
                        Arrays.equals(octets, Arrays.copyOf(packet.getData(), packet.getLength())),
                        "datagram of " + length);
            }
            socket.setSoTimeout(30);
            DatagramPacket none = new DatagramPacket(new byte[1], 1);
            throwing(SocketTimeoutException.class, () -> socket.receive(none), "no datagram");
            // What is asked meanwhile does not wait for who receives.
            socket.setSoTimeout(0);
            Thread waiting = Thread.ofPlatform()
                    .start(() -> throwing(SocketException.class, () -> socket.receive(none), "closed"));
            Thread.sleep(20);
            check(socket.getSoTimeout() == 0 && socket.getLocalPort() > 0, "asked while another receives");
            socket.close();
            waiting.join();
        }
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(echo.getAddress(), 9));
            socket.setSoTimeout(2_000);
            socket.send(new DatagramPacket(new byte[1], 1));
            throwing(
                    PortUnreachableException.class,
                    () -> socket.receive(new DatagramPacket(new byte[1], 1)),
                    "a port without anybody");
        }
        try (DatagramSocket near = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramSocket socket = new DatagramSocket()) {
            SocketAddress nowhere = new SocketAddress() {};
            throwing(IllegalArgumentException.class, () -> socket.connect(nowhere), "no address of the Internet");
            throwing(IllegalArgumentException.class, () -> socket.connect(null, 7), "no address");
            socket.send(new DatagramPacket(new byte[] {5}, 1, near.getLocalSocketAddress()));
            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
            near.setSoTimeout(2_000);
            near.receive(packet);
            check(packet.getData()[0] == 5 && packet.getPort() == socket.getLocalPort(), "a datagram over loopback");
        }
    }

    private void multicast() throws Exception {
        InetSocketAddress group = new InetSocketAddress(InetAddress.ofLiteral("239.7.7.7"), 7_777);
        try (MulticastSocket socket = new MulticastSocket(group.getPort())) {
            check(socket.getReuseAddress() && socket.getTimeToLive() == 1, "as the JDK makes them");
            socket.setTimeToLive(3);
            check(socket.getTimeToLive() == 3, "hops");
            socket.joinGroup(group, null);
            throwing(SocketException.class, () -> socket.joinGroup(group, null), "joined twice");
            socket.setSoTimeout(2_000);
            // Its own: the stack gives members of this host what this host sends.
            socket.send(new DatagramPacket(new byte[] {6}, 1, group));
            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
            socket.receive(packet);
            check(packet.getData()[0] == 6 && packet.getAddress().equals(here), "from " + packet.getAddress());
            socket.leaveGroup(group, null);
        }
    }
}
