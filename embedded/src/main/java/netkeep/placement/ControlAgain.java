package netkeep.placement;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import netkeep.control.Gate;
import netkeep.control.NameService;
import netkeep.control.Taken;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.names.Carrier;
import netkeep.names.Hosts;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.names.Question;
import netkeep.names.Resolver;
import netkeep.session.Terms;

/// Lets a control take again what it had in hand: a message, over a line of its own, from somebody who is like who
/// said it; or what a server said of a name, or the stack. What others had asked it nobody knows any more.
final class ControlAgain implements Again {
    /// Descriptors of a session that control is told of.
    private static final int OF_SESSION = 5;

    /// Octets of a message's identifier, which comes first.
    private static final int ID = 2;

    private static final NameServer SERVER = NameServer.parse("198.18.0.1");

    private final Clock clock = new Clock();
    private final Settings settings;
    private final Taken left;
    private final Taken taken = Taken.unseen();
    private boolean reached;

    ControlAgain(Recording recording) {
        this.settings = recording.settings();
        this.left = new Taken(recording.region(Grants.CONTROL_HAND));
    }

    @Override
    public String hand() {
        return left.toString();
    }

    @Override
    public byte[] message() {
        return left.octets();
    }

    @Override
    public boolean same() {
        return reached;
    }

    @Override
    public boolean reached() {
        return reached;
    }

    @Override
    public int inputs() {
        return reached ? 1 : 0;
    }

    private void takes(byte[] octets) {
        reached |= Arrays.equals(octets, left.octets());
        if (Poison.on()) {
            Poison.message(octets);
        }
    }

    @Override
    public void run() throws IOException {
        taken.tryWith(this::takes);
        if (left.kind() == Taken.ANSWER) {
            hear();
            return;
        }
        Path directory = Files.createTempDirectory("netkeep-replay");
        Path path = directory.resolve("session");
        int listener = Line.listen(path.toString());
        Line guest = Line.to(path.toString());
        // It may not come to its end.
        Files.delete(path);
        Files.delete(directory);
        say(guest, listener);
    }

    /// Asks for that name again, and lets a server say the same.
    private void hear() {
        long nowNs = clock.nowNs();
        Map<Integer, byte[]> queries = new HashMap<>();
        Carrier carrier = new Carrier() {
            @Override
            public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
                queries.put(exchange, query);
                return true;
            }

            @Override
            public void close(int exchange) {}
        };
        NameSettings asks = NameSettings.DEFAULT.with(List.of(SERVER), List.of());
        Resolver resolver = new Resolver(asks, Hosts.NONE, carrier, new SplittableRandom(0));
        resolver.ask(0, new Question.Forward(left.name() + ".", true, true), answer -> {}, nowNs);
        resolver.expire(nowNs);
        takes(left.octets());
        Map.copyOf(queries).forEach((exchange, query) -> {
            byte[] octets = left.octets();
            System.arraycopy(query, 0, octets, 0, Math.min(ID, octets.length));
            resolver.arrives(exchange, SERVER.address(), SERVER.port(), octets, nowNs);
        });
    }

    /// Says it to a control that nobody else can come to.
    private void say(Line guest, int listener) throws IOException {
        List<Integer> watched = new ArrayList<>();
        Gate.Watch watch = new Gate.Watch() {
            @Override
            public void add(int descriptor) {
                watched.add(descriptor);
            }

            @Override
            public void remove(int descriptor) {
                watched.remove(Integer.valueOf(descriptor));
            }

            @Override
            public void hear(Doorbell bell) {}
        };
        Line[] keeper = Line.pair();
        Line[] own = Line.pair();
        NameService names =
                new NameService(keeper[0], Settings.OWN, own[0], settings.names(), Hosts.NONE, watch, clock::nowNs);
        Gate gate = new Gate(
                keeper[0],
                listener,
                settings.sessions(),
                Terms.MOST.layout(),
                settings.devices().stream().map(Settings.Device::name).toList(),
                settings::leads,
                names,
                watch);
        gate.notes(taken);
        if (left.kind() == Taken.WORD) {
            String text = new String(left.octets(), StandardCharsets.UTF_8);
            takes(left.octets());
            if (left.session() == Word.NEWS) {
                gate.news(text);
            } else if (left.session() == Word.TELL && !names.advised(text)) {
                gate.answer(0, text);
            }
            return;
        }
        Line line = guest;
        if (left.kind() == Taken.MESSAGE) {
            Line[] session = Line.pair();
            gate.admitted(left.session(), Terms.MOST.layout(), Granted.Admitted.of(copies(session[0], OF_SESSION)));
            line = session[1];
        } else {
            gate.ready(listener);
        }
        line.send(left.octets(), copies(own[0], Math.clamp(left.descriptors(), 0, Line.MOST_DESCRIPTORS)));
        gate.ready(watched.getLast());
        gate.turn(clock.nowNs());
    }

    /// Descriptors of it, to be given away.
    private static int[] copies(Line of, int count) {
        int[] copies = new int[count];
        Arrays.setAll(copies, each -> Descriptors.duplicate(of.descriptor()));
        return copies;
    }
}
