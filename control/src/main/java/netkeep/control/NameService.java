package netkeep.control;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.names.Advice;
import netkeep.names.Carrier;
import netkeep.names.Hosts;
import netkeep.names.Messages;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.names.Resolver;
import netkeep.names.SessionCarrier;
import netkeep.session.NameMessage;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// Names for all programs of a daemon: one resolver with one cache, which asks servers over the stack, as a
/// client of it like any other. Its session is made when a server is first to be asked; it ends with this process.
public final class NameService {
    /// What is wanted of the keeper.
    public static final String WANTED = "names";

    /// The session, as long as there is one.
    private static final class Own {
        private final Arena arena = Arena.ofShared();
        private final Doorbell bell;
        private final SessionCarrier carrier;

        private Own(SessionLayout layout, Granted.Admitted granted, SecureRandom luck, Resolver resolver, Taken taken) {
            this.bell = new Doorbell(granted.voice(), granted.ear());
            this.carrier = new SessionCarrier(
                    Shared.map(arena, granted.client(), layout.clientLength(), true),
                    Shared.map(arena, granted.stack(), layout.stackLength(), false),
                    layout,
                    luck,
                    new SessionCarrier.Brought() {
                        @Override
                        public void arrives(int exchange, Address from, int port, byte[] octets, long nowNs) {
                            DomainName name = resolver.wanted(exchange);
                            taken.answer(name == null ? "" : name.toString(), octets);
                            resolver.arrives(exchange, from, port, octets, nowNs);
                            taken.none();
                        }

                        @Override
                        public void failed(int exchange, long nowNs) {
                            resolver.failed(exchange, nowNs);
                        }
                    });
        }
    }

    private final Line keeper;
    private final int number;
    private final Line connection;
    private final Gate.Watch watch;
    private final LongSupplier nowNs;
    private final SecureRandom luck = new SecureRandom();
    private final Resolver resolver;
    private final NameSettings settings;
    private final Hosts hosts;
    private @Nullable Own own;
    private Taken taken = Taken.unseen();
    private long deafUntilNs;
    private boolean wanted;
    private boolean wants;

    /// A predecessor's session has this number still.
    private boolean occupied;

    /// @param keeper     of whom the session is wanted
    /// @param number     of the session
    /// @param connection one end of a pair whose other end nobody has but this process: its death is seen by that
    /// @param nowNs      CLOCK_MONOTONIC
    public NameService(
            Line keeper,
            int number,
            Line connection,
            NameSettings settings,
            Hosts hosts,
            Gate.Watch watch,
            LongSupplier nowNs) {
        this.keeper = keeper;
        this.number = number;
        this.connection = connection;
        this.watch = watch;
        this.nowNs = nowNs;
        this.settings = settings;
        this.hosts = hosts;
        this.resolver = new Resolver(settings, hosts, new Wires(), luck);
    }

    /// Carries over the session if there is one, and has it made if there is none.
    private final class Wires implements Carrier {
        @Override
        public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
            wants = own == null;
            return own != null && own.carrier.open(exchange, server, stream, query);
        }

        @Override
        public void close(int exchange) {
            if (own != null) {
                own.carrier.close(exchange);
            }
        }
    }

    /// Notes there from now on what it takes, and asks for no name that is refused there.
    public void notes(Taken in) {
        taken = in;
        in.refused(nowNs.getAsLong()).forEach((name, untilNs) -> {
            if (name.equals(Advice.TITLE)) {
                deafUntilNs = untilNs;
                return;
            }
            try {
                resolver.refuse(DomainName.parse(name), untilNs);
            } catch (IllegalArgumentException none) {
                // A predecessor's, which may have been hostile.
            }
        });
    }

    /// Asks the stack what others on the links say of names: it tells by itself only what has changed since it began.
    public void askAdvice() throws IOException {
        if (settings.advised() != 0) {
            keeper.send(new Word(Word.ASK, 0, Advice.TITLE).octets());
        }
    }

    /// Whether a text is what the stack says of that, and a predecessor died of it.
    public boolean refuses(String text) {
        return Advice.is(text) && nowNs.getAsLong() < deafUntilNs;
    }

    /// Takes what the stack says of that.
    ///
    /// @return whether it is that
    public boolean advised(String text) {
        if (!Advice.is(text)) {
            return false;
        }
        resolver.set(settings.advised(Advice.parse(text)), hosts);
        return true;
    }

    /// Whether a session is this one's.
    boolean owns(int session) {
        return session == number;
    }

    /// Whether it was wanted by this process: a predecessor's is no use.
    boolean awaits() {
        return wanted && own == null;
    }

    /// A predecessor's session is about to end.
    void inherited() {
        occupied = true;
    }

    void admitted(SessionLayout layout, Granted.Admitted granted) {
        Own begun = new Own(layout, granted, luck, resolver, taken);
        own = begun;
        watch.hear(begun.bell);
    }

    /// The session is over; the next one is wanted when it is needed.
    void over() {
        wanted = false;
        occupied = false;
        Own ended = own;
        own = null;
        if (ended != null) {
            watch.remove(ended.bell.ear());
            ended.bell.close();
            ended.arena.close();
        }
    }

    /// Answers a client's question, now or later.
    ///
    /// @param session the client's
    /// @param octets  of its question
    void ask(int session, byte[] octets, Consumer<byte[]> client) {
        NameMessage.Question asked = NameMessage.readQuestion(octets);
        resolver.ask(
                session,
                Messages.question(asked),
                answer -> client.accept(NameMessage.answer(
                        Messages.answer(
                                asked.number(),
                                answer,
                                resolver.settings().servers().isEmpty()),
                        NameMessage.version(octets))),
                nowNs.getAsLong());
    }

    /// A client is gone.
    void forget(int session) {
        resolver.forget(session, nowNs.getAsLong());
    }

    /// What there is to tell of it, as lines of [netkeep.session.Ask].
    String told() {
        StringBuilder lines = new StringBuilder("names cached=")
                .append(resolver.cached())
                .append(" most=")
                .append(Resolver.CACHED);
        resolver.counts()
                .all()
                .forEach((name, count) ->
                        lines.append(' ').append(name).append('=').append(count));
        lines.append('\n');
        resolver.settings()
                .servers()
                .forEach(server ->
                        lines.append("name-server address=").append(server).append('\n'));
        resolver.settings()
                .search()
                .forEach(name -> lines.append("name-search name=").append(name).append('\n'));
        return lines.toString();
    }

    /// One pass of control's loop.
    ///
    /// @return how much there was to do
    public int turn(long atNs) throws IOException {
        int done = own == null ? 0 : own.carrier.turn(atNs);
        if (resolver.deadlineNs() <= atNs) {
            resolver.expire(atNs);
            done++;
        }
        if (wants && !wanted && !occupied) {
            wanted = keeper.offer(new Word(Word.WANT, number, WANTED).octets(), connection.descriptor());
        }
        wants = false;
        if (own != null && own.carrier.publish()) {
            own.bell.ring();
        }
        return done;
    }

    /// When to call [#turn] although nothing comes.
    public long deadlineNs() {
        return resolver.deadlineNs();
    }

    /// As [netkeep.names.SessionCarrier#maySleep].
    public boolean maySleep() {
        return own == null || own.carrier.maySleep();
    }

    public void awake() {
        if (own != null) {
            own.carrier.awake();
        }
    }
}
