package netkeep.trials.jvm;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// Sends back what it gets: the other side of the programs here, which runs without the agent.
final class Echo {
    private Echo() {}

    /// @param arguments address, port of TCP and UDP
    public static void main(String[] arguments) throws Exception {
        InetAddress address = InetAddress.ofLiteral(arguments[0]);
        int port = Integer.parseInt(arguments[1]);
        DatagramSocket datagrams = new DatagramSocket(port, address);
        Thread.ofPlatform().start(() -> {
            try {
                DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
                while (true) {
                    packet.setLength(65536);
                    datagrams.receive(packet);
                    datagrams.send(packet);
                }
            } catch (java.io.IOException ended) {
                throw new java.io.UncheckedIOException(ended);
            }
        });
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(address, port), 512);
            System.out.println("serves");
            while (true) {
                Socket socket = server.accept();
                Thread.startVirtualThread(() -> {
                    try (socket) {
                        socket.getInputStream().transferTo(socket.getOutputStream());
                    } catch (java.io.IOException reset) {
                        // The other side's end is all there is.
                    }
                });
            }
        }
    }
}
