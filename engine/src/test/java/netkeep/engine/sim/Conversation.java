// Long: the language of the conversations, each word a method.
package netkeep.engine.sim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import netkeep.session.Option;
import netkeep.session.Status;
import netkeep.sim.Script;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.TcpHeader;
import org.jspecify.annotations.Nullable;

/// Plays a [Script] with an engine on one side and a peer moved by the script on the other, over a wire that takes no
/// time.
///
/// Sequence numbers are relative: 0 is the SYN, 1 the first octet, each side's own. Fields of a line:
///
/// ```text
/// flags   SYN,ACK ...     the first word; - for none; PSH of what is sent counts only where the line has it
/// seq ack len win urg     numbers; win as it stands in the header; ack=N without relative zero: rawack=N
/// mss wscale sackOK       options, sack=1001:2001,3001:4001
/// ts=V:E                  the peer's TSval and TSecr; once agreed on they come by themselves (V a clock of ms that
///                         begins with the SYN's, E the newest TSval seen); nots leaves them out
/// ect=N                   the ECN field of the IP header; bad: a wrong checksum; from=PORT another port of the peer
/// ```
///
/// Of what is sent, flags, seq, ack, len and sack are compared always, the rest where the line has it. Text is a
/// pattern of its position, compared always.
public final class Conversation implements Script.Actor {
    public static final int PORT = 80;
    public static final int PEER_PORT = 40_000;
    /// What the handshake of [#established] takes.
    public static final long ROUND_TRIP_NS = TimeUnit.MILLISECONDS.toNanos(20);

    public final World world;
    /// The stack that the connection is on.
    public SimHost host;

    public final Peer peer;
    public final Wire wire;
    public final Address local;
    public final Address remote;

    private final List<SimHost> hosts;
    private SimClient client;
    private final int peerIss;
    private int localPort = PORT;
    private int remotePort = PEER_PORT;
    private boolean issKnown;
    private int iss;
    private final Map<SimHost, Integer> listeners = new LinkedHashMap<>();
    private int listener = -1;
    private int socket = -1;
    private boolean timestamps;
    private boolean peerOffered;
    private int newestTsVal;
    private int clockBase;
    private long sent;
    private long read;
    private @Nullable Segment last;

    /// @param hosts the stacks that share the address, one or more
    public Conversation(List<SimHost> hosts, World world, boolean v6, int peerIss) {
        this.world = world;
        this.hosts = hosts;
        this.host = hosts.get(owner(v6, hosts.size()));
        this.client = host.client();
        this.peerIss = peerIss;
        this.local = v6 ? SimHost.address6(1) : SimHost.address4(1);
        this.remote = v6 ? SimHost.address6(9) : SimHost.address4(9);
        this.peer = new Peer(0x02_00_00_00_00_09L, SimHost.address4(9), SimHost.address6(9));
        if (hosts.size() == 1) {
            this.wire = Wire.between(world, Weather.CALM, host.host(), peer);
            return;
        }
        Steering steering = new Steering(hosts.size());
        this.wire = Wire.between(world, Weather.CALM, steering, peer);
        for (SimHost each : hosts) {
            Wire.between(world, Weather.CALM, each.host(), steering);
        }
    }

    /// Which of `stacks` the first connection of a peer is for.
    static int owner(boolean v6, int stacks) {
        Address local = v6 ? SimHost.address6(1) : SimHost.address4(1);
        Address remote = v6 ? SimHost.address6(9) : SimHost.address4(9);
        return Steering.owner(local, PORT, remote, PEER_PORT, stacks);
    }

    public Conversation play(String script) {
        Script.play(script, this);
        return this;
    }

    /// A connection that the peer opened and the engine's client accepted; 1 is the next number on both sides.
    ///
    /// @param options of the peer's SYN
    public Conversation established(String options) {
        play(". listen\n< SYN seq=0 " + options + "\n...");
        Segment answer = taken();
        require(answer.has(TcpHeader.SYN) && answer.has(TcpHeader.ACK), "no SYN,ACK but " + answer);
        String echo = options.replaceAll("\\b(mss|wscale)=\\S+|\\bsackOK\\b|\\bts=\\S+", "");
        // A round trip as on a real way: an engine that has measured none is in doubt about everything.
        world.run(ROUND_TRIP_NS);
        return play("< ACK seq=1 ack=1 " + echo + "\n. accept\nESTABLISHED");
    }

    // The actor.

    @Override
    public void arrives(Script.Line line) {
        peer.send(segment(line));
        now();
    }

    /// The segment that a `<` line would send, the sign left out.
    public Segment segment(String text) {
        Segment[] made = new Segment[1];
        Script.play("< " + text, new Lines(line -> made[0] = segment(line)));
        return made[0];
    }

    private Segment segment(Script.Line line) {
        Segment segment = new Segment();
        segment.source = remote;
        segment.destination = local;
        segment.sourcePort = (int) line.number("from", remotePort);
        segment.destinationPort = (int) line.number("to", localPort);
        segment.flags = Segment.flags(line.word(0));
        segment.seq = peerIss + (int) line.number("seq", 0);
        segment.ack = line.has("rawack")
                ? (int) line.number("rawack", 0)
                : line.has("ack") ? iss + (int) line.number("ack", 0) : 0;
        segment.window = (int) line.number("win", segment.window);
        segment.urgent = (int) line.number("urg", 0);
        segment.mss = (int) line.number("mss", 0);
        segment.wscale = (int) line.number("wscale", -1);
        segment.userTimeout = (int) line.number("uto", -1);
        segment.sackPermitted = line.words().contains("sackOK");
        segment.badChecksum = line.words().contains("bad");
        segment.trafficClass = (int) line.number("ect", 0);
        segment.text = text(line.number("seq", 0) - (segment.has(TcpHeader.SYN) ? 0 : 1), (int) line.number("len", 0));
        String sack = line.field("sack");
        if (sack != null) {
            for (String block : sack.split(",")) {
                String[] ends = block.split(":");
                segment.sacks.add(new int[] {iss + Integer.parseInt(ends[0]), iss + Integer.parseInt(ends[1])});
            }
        }
        stamp(segment, line);
        return segment;
    }

    private void stamp(Segment segment, Script.Line line) {
        String ts = line.field("ts");
        if (segment.has(TcpHeader.SYN)) {
            peerOffered = ts != null;
            timestamps &= peerOffered;
        }
        if (ts != null) {
            String[] parts = ts.split(":");
            segment.hasTimestamps = true;
            segment.tsVal = Integer.parseUnsignedInt(parts[0]);
            if (segment.has(TcpHeader.SYN)) {
                clockBase = segment.tsVal - (int) TimeUnit.NANOSECONDS.toMillis(world.nowNs());
            }
            segment.tsEcr = parts.length < 2 || parts[1].equals("*") ? newestTsVal : Integer.parseUnsignedInt(parts[1]);
        } else if (timestamps
                && !segment.has(TcpHeader.SYN)
                && !line.words().contains("nots")
                && !segment.has(TcpHeader.RST)) {
            segment.hasTimestamps = true;
            segment.tsVal = clock();
            segment.tsEcr = newestTsVal;
        }
    }

    /// The peer's timestamp clock.
    private int clock() {
        return clockBase + (int) TimeUnit.NANOSECONDS.toMillis(world.nowNs());
    }

    @Override
    public void sent(Script.Line line) {
        now();
        Segment segment = taken();
        int flags = Segment.flags(line.word(0));
        int ignored = (flags & TcpHeader.PSH) != 0 ? 0 : TcpHeader.PSH;
        require((segment.flags & ~ignored) == flags, "sent " + told(segment));
        if (line.has("seq")) {
            require(segment.seq == iss + (int) line.number("seq", 0), "sent " + told(segment));
        }
        if (line.has("rawseq")) {
            require(segment.seq == (int) line.number("rawseq", 0), "sent " + told(segment));
        }
        if (line.has("ack")) {
            require(segment.ack == peerIss + (int) line.number("ack", 0), "sent " + told(segment));
        }
        require(segment.length() == line.number("len", 0), "sent " + told(segment));
        compare(line, "win", segment.window, segment);
        compare(line, "mss", segment.mss, segment);
        compare(line, "wscale", segment.wscale, segment);
        compare(line, "urg", segment.urgent, segment);
        compare(line, "ect", segment.trafficClass & 3, segment);
        compare(line, "uto", segment.userTimeout, segment);
        if (line.has("ecr")) {
            require(segment.hasTimestamps && segment.tsEcr == (int) line.number("ecr", 0), "sent " + told(segment));
        }
        if (line.words().contains("sackOK")) {
            require(segment.sackPermitted, "sent " + told(segment));
        }
        if (line.words().contains("nots")) {
            require(!segment.hasTimestamps, "sent " + told(segment));
        }
        if (line.words().contains("ts")) {
            require(segment.hasTimestamps, "sent " + told(segment));
        }
        String sack = line.field("sack");
        require(sacks(segment).equals(sack == null ? "" : sack), "sent " + told(segment));
        checkText(segment);
    }

    private void compare(Script.Line line, String field, long value, Segment segment) {
        if (line.has(field)) {
            require(value == line.number(field, 0), "sent " + told(segment));
        }
    }

    private void checkText(Segment segment) {
        if (issKnown && segment.length() > 0 && !segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.RST)) {
            byte[] wanted = text(segment.seq - iss - 1, segment.length());
            // A keepalive probe may carry one octet of garbage (RFC 9293 §3.8.4).
            require(Arrays.equals(wanted, segment.text), "text is wrong in " + told(segment));
        }
    }

    @Override
    public void calls(Script.Line line) {
        int amount = line.words().size() > 1 && line.word(1).matches("-?\\d+") ? Integer.parseInt(line.word(1)) : 0;
        switch (line.word(0)) {
            case "listen" -> listen(amount == 0 ? 16 : amount);
            case "connect" -> connect();
            case "accept" -> {
                require(accept(), "nothing to accept");
            }
            case "nothing-to-accept" -> require(!accept(), "there is something to accept");
            case "send" -> send(amount);
            case "send-and-close" -> {
                send(amount);
                client.close(socket);
            }
            case "read" -> read(amount);
            case "readable" -> require(client.readable(socket) == amount, "readable: " + client.readable(socket));
            case "end" ->
                require(client.receive(socket, new byte[1], 0, 1) == -1, "not at the end: " + client.status(socket));
            case "not-end" -> require(client.receive(socket, new byte[1], 0, 1) == 0, "at the end, or text");
            case "close" -> client.close(socket);
            case "close-listener" -> {
                listeners.forEach((each, opened) -> {
                    each.client().close(opened);
                    each.host().kick();
                });
            }
            case "die" -> host.clientDies();
            case "buried" -> require(host.vacant(), "sockets are left");
            case "owing" -> require(!host.vacant(), "no socket is left");
            case "abort" -> client.abort(socket);
            case "shutdown" -> client.shutdown(socket, amount == 0 ? 2 : amount);
            case "urgent" -> client.urgent(socket);
            case "urgent-at" -> require(client.urgentAt(socket) == amount, "urgent at " + client.urgentAt(socket));
            case "option" -> option(line.word(1), Long.parseLong(line.word(2)));
            case "error" -> require(client.error(socket) == errno(line.word(1)), "error " + client.error(socket));
            case "connected" -> require(client.has(socket, Status.CONNECTED), "status " + client.status(socket));
            case "failed" -> require(client.has(socket, Status.FAILED), "status " + client.status(socket));
            case "free" -> require(client.free(socket), "not free: " + client.status(socket));
            case "acknowledged" ->
                require(client.acknowledged(socket) == amount, "acknowledged " + client.acknowledged(socket));
            default -> throw new IllegalArgumentException(line.text());
        }
        host.host().kick();
        now();
    }

    private void send(int amount) {
        byte[] text = text(sent, amount);
        require(client.send(socket, text, 0, amount) == amount, "no room for all");
        sent += amount;
    }

    private void listen(int backlog) {
        // Listeners exist on every stack.
        for (SimHost each : hosts) {
            int opened = each.client().open(6);
            listeners.put(each, opened);
            each.client().bind(opened, 0, 0, PORT);
            int ticket = each.client().listen(opened, backlog);
            each.host().kick();
            now();
            int answer = each.client().answer(opened, ticket);
            require(answer == 0, "listen: errno " + answer);
        }
        listener = Objects.requireNonNull(listeners.get(host));
    }

    /// Takes a connection of whichever stack has one, and goes on with that.
    private boolean accept() {
        for (Map.Entry<SimHost, Integer> each : listeners.entrySet()) {
            int accepted = each.getKey().client().accept(each.getValue());
            if (accepted >= 0) {
                host = each.getKey();
                client = host.client();
                socket = accepted;
                return true;
            }
        }
        return false;
    }

    /// Accepts all connections that wait.
    ///
    /// @return how many did at each stack
    List<Integer> acceptAll() {
        List<Integer> waited = new ArrayList<>();
        listeners.forEach((each, opened) -> {
            int count = 0;
            while (each.client().accept(opened) >= 0) {
                count++;
            }
            waited.add(count);
        });
        return waited;
    }

    private void connect() {
        if (socket < 0) {
            socket = client.open(6);
        }
        remotePort = 7;
        client.connect(socket, remote.hi(), remote.lo(), remotePort);
        host.host().kick();
        now();
        localPort = client.localPort(socket);
    }

    /// Opens the socket that `connect` will use, so that options can be set first.
    public Conversation open() {
        socket = client.open(6);
        host.host().kick();
        now();
        return this;
    }

    private void read(int amount) {
        byte[] octets = new byte[amount];
        int got = client.receive(socket, octets, 0, amount);
        require(got == amount, "read " + got);
        require(Arrays.equals(octets, text(read, amount)), "read the wrong octets");
        read += amount;
    }

    private void option(String name, long value) {
        try {
            int number = Option.class.getField(name.toUpperCase(Locale.ROOT)).getInt(null);
            int ticket = client.option(socket >= 0 ? socket : listener, number, value);
            host.host().kick();
            now();
            int answer = client.answer(socket >= 0 ? socket : listener, ticket);
            require(answer == 0, name + ": errno " + answer);
        } catch (ReflectiveOperationException wrong) {
            throw new IllegalArgumentException(name, wrong);
        }
    }

    private static int errno(String name) {
        Integer errno = Map.of(
                        "0",
                        0,
                        "ECONNREFUSED",
                        111,
                        "ECONNRESET",
                        104,
                        "ETIMEDOUT",
                        110,
                        "EPIPE",
                        32,
                        "EHOSTUNREACH",
                        113,
                        "ENETUNREACH",
                        101,
                        "ECONNABORTED",
                        103,
                        "EMSGSIZE",
                        90)
                .get(name);
        if (errno == null) {
            throw new IllegalArgumentException(name);
        }
        return errno;
    }

    @Override
    public void passes(long durationNs) {
        world.run(durationNs);
    }

    @Override
    public void state(Script.Line line) {
        String state = host.tcpState(local, localPort, remote, remotePort);
        require(state.equals(line.word(0)), "state " + state);
    }

    @Override
    public void told() {
        now();
        Segment more = peer.take();
        if (more != null) {
            learn(more);
            throw new AssertionError("untold: sent " + told(more));
        }
    }

    // What a test may ask.

    /// The segment of the last `>` line.
    public Segment last() {
        if (last == null) {
            throw new IllegalStateException("none yet");
        }
        return last;
    }

    public int socket() {
        return socket;
    }

    public SimClient client() {
        return client;
    }

    public int iss() {
        return iss;
    }

    public int peerIss() {
        return peerIss;
    }

    /// The next segment that was sent; there is one.
    public Segment taken() {
        Segment segment = peer.take();
        if (segment == null) {
            throw new AssertionError("nothing was sent");
        }
        learn(segment);
        last = segment;
        return segment;
    }

    /// Takes all that was sent.
    ///
    /// @return the last of it; there is one
    public Segment takeAll() {
        Segment newest = taken();
        while (!peer.segments().isEmpty()) {
            newest = taken();
        }
        return newest;
    }

    public int listener() {
        return listener;
    }

    /// Lets everything of this instant happen.
    public void now() {
        world.runUntil(world.nowNs());
    }

    private void learn(Segment segment) {
        if (segment.has(TcpHeader.SYN)) {
            iss = segment.seq;
            issKnown = true;
            localPort = segment.sourcePort;
            timestamps = segment.hasTimestamps && (peerOffered || !segment.has(TcpHeader.ACK));
        }
        if (segment.hasTimestamps) {
            newestTsVal = segment.tsVal;
        }
    }

    private String sacks(Segment segment) {
        StringBuilder blocks = new StringBuilder();
        for (int[] block : segment.sacks) {
            blocks.append(blocks.isEmpty() ? "" : ",")
                    .append(block[0] - peerIss)
                    .append(':')
                    .append(block[1] - peerIss);
        }
        return blocks.toString();
    }

    private String told(Segment segment) {
        String sacks = sacks(segment);
        return Segment.flags(segment.flags) + " seq=" + (segment.seq - iss) + " ack=" + (segment.ack - peerIss)
                + (segment.length() == 0 ? "" : " len=" + segment.length()) + " win=" + segment.window
                + (segment.mss == 0 ? "" : " mss=" + segment.mss)
                + (segment.wscale < 0 ? "" : " wscale=" + segment.wscale) + (segment.sackPermitted ? " sackOK" : "")
                + (segment.hasTimestamps ? " ts=" + segment.tsVal + ":" + segment.tsEcr : "")
                + (sacks.isEmpty() ? "" : " sack=" + sacks) + " ect=" + (segment.trafficClass & 3) + " at "
                + segment.atNs / 1e6 + " ms";
    }

    /// Octets of the stream's pattern.
    public static byte[] text(long from, int length) {
        byte[] octets = new byte[length];
        for (int at = 0; at < length; at++) {
            long position = from + at;
            octets[at] = (byte) (position * 31 + (position >> 8));
        }
        return octets;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    /// Hands the lines that arrive on, and does nothing else.
    private record Lines(java.util.function.Consumer<Script.Line> each) implements Script.Actor {
        @Override
        public void arrives(Script.Line line) {
            each.accept(line);
        }

        @Override
        public void sent(Script.Line line) {}

        @Override
        public void calls(Script.Line line) {}

        @Override
        public void passes(long durationNs) {}

        @Override
        public void state(Script.Line line) {}

        @Override
        public void told() {}
    }
}
