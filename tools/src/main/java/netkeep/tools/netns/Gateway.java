package netkeep.tools.netns;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import netkeep.client.Attached;
import netkeep.embedded.Embedded;
import netkeep.link.Link;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import netkeep.wire.Prefix;

/// Ends the flows of a namespace in a stack that stands for all hosts, and opens each anew as a socket of a session.
final class Gateway implements AutoCloseable {
    /// RFC 3927 §2.1: an address of the link's own, as no host outside has it.
    static final Address ROUTER_4 = Address.parse("169.254.77.1");

    static final Address ROUTER_6 = Address.parse("fe80::77:1");

    private static final int LINK = 1;

    private final Attached session;
    private final List<InetAddress> program;
    private final Gate gate;
    private final Embedded stack;
    private final Streams streams = new Streams(this);
    private final Datagrams datagrams = new Datagrams(this);
    private Set<Listening.Port> published = new HashSet<>();

    /// @param session of the daemon; closed with this object
    /// @param link    to the namespace; closed with this object
    /// @param program the addresses that the namespace has, at most one of each family
    Gateway(Attached session, Link link, List<InetAddress> program) {
        this.session = session;
        this.program = List.copyOf(program);
        this.gate = new Gate(link, ROUTER_4, this::mayPass);
        this.stack = Embedded.builder()
                .spinMicros(0)
                .link("namespace", gate, List.of(ROUTER_4 + "/32", ROUTER_6 + "/64"))
                .start();
        for (InetAddress address : program) {
            Address host = Address.of(address.getAddress());
            Prefix prefix = Prefix.parse(host + (host.isV4() ? "/32" : "/128"));
            stack.ask(engine -> engine.ip().addRoute(prefix, LINK, 0, 0, 0));
        }
        stack.ask(engine -> {
            engine.ip().standForAll(LINK);
            return engine;
        });
    }

    private boolean mayPass(Flow flow, byte[] frame) {
        return flow.protocol() == IpProtocol.TCP ? streams.begins(flow, frame) : datagrams.begins(flow, frame);
    }

    /// Lets a frame in that waited.
    void pass(byte[] frame) {
        gate.pass(frame);
        stack.ask(engine -> engine);
    }

    /// Resets a SYN that waited.
    void refuse(byte[] syn) {
        gate.refuse(syn);
        stack.ask(engine -> engine);
    }

    /// Sockets towards the program.
    SelectorProvider inside() {
        return stack.provider();
    }

    /// Sockets of the session.
    SelectorProvider outside() {
        return session.provider();
    }

    /// The program's address of the same family.
    ///
    /// @throws IOException if it has none
    InetAddress program(InetAddress peer) throws IOException {
        boolean v4 = peer instanceof Inet4Address;
        return program.stream()
                .filter(address -> address instanceof Inet4Address == v4)
                .findFirst()
                .orElseThrow(() -> new IOException("the program has no address for " + peer));
    }

    /// Publishes the ports at which the program listens, and withdraws the others. Lets go of what it has no socket for
    /// any more.
    ///
    /// @return those that could not be published, with the reason; told once each
    List<String> publish(Listening sockets) {
        Set<Listening.Port> listening = sockets.waiting();
        List<String> failed = new ArrayList<>();
        for (Listening.Port port : listening) {
            if (!published.contains(port)) {
                try {
                    publish(port, listening);
                } catch (IOException taken) {
                    failed.add(port.text() + ": " + taken.getMessage());
                }
            }
        }
        for (Listening.Port port : published) {
            if (port.tcp() && listening.stream().noneMatch(port::sameNumber)) {
                streams.withdraw(port.number());
            }
        }
        published = Set.copyOf(listening);
        Set<Integer> datagramPorts = new HashSet<>();
        listening.stream().filter(port -> !port.tcp()).forEach(port -> datagramPorts.add(port.number()));
        datagrams.tidy(datagramPorts, sockets.datagrams());
        streams.tidy();
        return failed;
    }

    private void publish(Listening.Port port, Set<Listening.Port> listening) throws IOException {
        if (!port.tcp()) {
            datagrams.publish(port.number());
        } else if (published.stream().noneMatch(port::sameNumber)
                && listening.stream().filter(port::sameNumber).findFirst().equals(Optional.of(port))) {
            streams.publish(port.number());
        }
    }

    /// The program has ended: waits until what it sent is on its way.
    void drain() throws InterruptedException {
        streams.awaitSent();
        datagrams.awaitSent();
    }

    @Override
    public void close() {
        session.close();
        stack.close();
    }
}
