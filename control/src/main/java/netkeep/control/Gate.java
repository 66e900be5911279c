// Long: who is let in, and how, is decided in one place.
package netkeep.control;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntFunction;
import netkeep.domain.Doorbell;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Sandbox;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Sockets;
import netkeep.session.AddressMessage;
import netkeep.session.Ask;
import netkeep.session.BesideHello;
import netkeep.session.Hello;
import netkeep.session.Joining;
import netkeep.session.NameMessage;
import netkeep.session.SessionLayout;
import org.jspecify.annotations.Nullable;

/// Lets clients in: takes their connections, has the keeper make what a session needs, gives them their part of it,
/// and sees when they go.
///
/// One thread calls it. It waits for nothing: a client that says nothing costs a descriptor, until others come.
public final class Gate {
    /// Who sees when something comes over a descriptor, and calls [#ready] then.
    public interface Watch {
        void add(int descriptor);

        void remove(int descriptor);

        /// Goes round the loop whenever it is rung.
        void hear(Doorbell bell);
    }

    /// The most that have connected and not greeted: the next one takes the place of who has waited longest.
    private static final int GUESTS = 64;

    /// The most that are taken at once: whoever connects without end is not to keep the thread, which may be the
    /// stack's, from all else.
    private static final int AT_ONCE = 8;

    /// Of the sessions that others leave a user gets all but the one in so many that is kept for who comes later.
    private static final int KEPT = 8;

    /// How many ends may be in flight of who has no room.
    private static final int GIVEN = 8;

    private static final String CLOGS = "sends more that nobody wants than can be closed";

    /// The user of who is not known any more.
    private static final int NOBODY = -1;

    /// A session's client: one or several processes.
    private static final class Client {
        private final int number;

        /// Over which it greeted; the keeper knows it.
        private final Line line;

        /// Who that was.
        private final int process;

        private final int user;

        /// All its connections that are open, those of processes that joined, too.
        private final Set<Line> lines = new LinkedHashSet<>();

        /// Over which it waits for names.
        private final Set<Line> waiting = new HashSet<>();

        private boolean gone;

        /// Whether it has a stack of its own beside the daemon's.
        private boolean beside;

        private Client(int number, Line line, int user) {
            this.number = number;
            this.line = line;
            this.process = Sockets.peerProcess(line.descriptor());
            this.user = user;
            lines.add(line);
        }
    }

    private record Connection(Client client, Line line) {}

    /// How many descriptors of clients control holds or has sent to them: a session's half of what others leave, and a
    /// few in any case.
    private final int holds = Sandbox.descriptors() / 2;

    private final Line keeper;
    private final int listener;
    private final int most;
    private final SessionLayout layout;
    private final List<String> links;
    private final IntFunction<@Nullable String> leads;
    private final Watch watch;

    /// Who connected and has not greeted yet, by their descriptors, in the order of their coming.
    private final Map<Integer, Line> guests = new LinkedHashMap<>();

    /// Who has a session or is about to, by their numbers.
    private final Map<Integer, Client> clients = new HashMap<>();

    /// Their connections by their descriptors, as long as these are open.
    private final Map<Integer, Connection> connected = new HashMap<>();

    private final Questions questions;
    private final Refused refused = new Refused();

    /// Whose message was one too many.
    private @Nullable Client clogs;

    private final InFlight inFlight = new InFlight();
    private final Orphans orphans;
    private final CutOffs cutOffs = new CutOffs();
    private final Askers askers;
    private final Ends ends;
    private final Deposits deposits;
    private final NameService names;
    private final AddressAskers addresses;
    private String news = "";
    private int[] captures = {};
    private long turnNs;
    private Taken taken = Taken.unseen();
    private @Nullable Beside beside;

    /// @param listener a listening socket, non-blocking
    /// @param most     sessions
    /// @param layout   of a session, for who gets none
    /// @param links    their names, from number 1 on
    /// @param leads    to the path at which a user's programs attach, null if it is this one
    /// @param names    that programs may ask for
    public Gate(
            Line keeper,
            int listener,
            int most,
            SessionLayout layout,
            List<String> links,
            IntFunction<@Nullable String> leads,
            NameService names,
            Watch watch) {
        this.keeper = keeper;
        this.listener = listener;
        this.most = most;
        this.layout = layout;
        this.links = links;
        this.leads = leads;
        this.names = names;
        this.watch = watch;
        // Whoever listens owns it, whichever user this domain has.
        this.ends = new Ends(watch, inFlight, layout.sockets(), (number, received) -> {
            taken.message(number, received);
            said(number, received);
        });
        this.deposits = new Deposits(layout, refused);
        this.questions = new Questions(keeper);
        this.orphans = new Orphans(questions);
        this.addresses = new AddressAskers(questions);
        this.askers = new Askers(Sockets.peerUser(listener), watch, octets -> taken.greeting(octets), this::asked);
        watch.add(listener);
    }

    /// Passes the regions of captures on to whoever may ask and says that it captures.
    ///
    /// @param regions their descriptors, to be read; they stay open
    public void shows(int... regions) {
        captures = regions.clone();
    }

    /// Notes there from now on what it takes.
    public void notes(Taken in) {
        taken = in;
    }

    /// Something came over a descriptor that is watched.
    public void ready(int descriptor) throws IOException {
        Line guest = guests.get(descriptor);
        Connection connection = connected.get(descriptor);
        if (descriptor == listener) {
            accept();
        } else if (guest != null) {
            greet(guest);
        } else if (connection != null) {
            listen(connection);
        } else if (ends.has(descriptor)) {
            Client client = clients.get(ends.session(descriptor));
            String left = ends.ready(descriptor, client != null && !refused.full(client.user));
            if (!left.isEmpty()) {
                questions.left(left);
            }
        } else {
            askers.ready(descriptor);
        }
        Client clogged = clogs;
        clogs = null;
        if (clogged != null) {
            cutOffs.add(clogged.user, turnNs);
            leave(clogged, CLOGS);
        }
        taken.none();
    }

    /// Asks the stack what waits to be asked, and lets in who has waited.
    ///
    /// @return 0 if nothing did
    public int turn(long nowNs) throws IOException {
        turnNs = nowNs;
        int done = questions.turn(nowNs);
        for (Line guest = cutOffs.due(nowNs); guest != null; guest = cutOffs.due(nowNs)) {
            watch.add(guest.descriptor());
            letIn(guest, Sockets.peerUser(guest.descriptor()));
            done++;
        }
        return done;
    }

    /// When there is something for [#turn], Long.MAX_VALUE if nothing waits.
    public long deadlineNs() {
        return Math.min(questions.deadlineNs(), cutOffs.deadlineNs());
    }

    private void accept() throws IOException {
        for (int taken = 0; taken < AT_ONCE; taken++) {
            int guest = Sockets.accept(listener);
            if (guest < 0) {
                return;
            }
            if (guests.size() == GUESTS) {
                Iterator<Line> oldest = guests.values().iterator();
                close(oldest.next());
                oldest.remove();
            }
            Line line = new Line(guest);
            guests.put(guest, line);
            watch.add(guest);
            // Most have greeted by now.
            greet(line);
        }
    }

    private void close(Line line) {
        watch.remove(line.descriptor());
        line.close();
    }

    private void greet(Line guest) throws IOException {
        byte[] said;
        try {
            Line.Received received = guest.pollOctets();
            if (received == null) {
                return;
            }
            said = received.octets();
        } catch (IOException gone) {
            said = new byte[0];
        }
        guests.remove(guest.descriptor());
        taken.greeting(said);
        if (Ask.asks(said)) {
            askers.take(guest, said);
            return;
        }
        if (BesideHello.greets(said)) {
            greetBeside(guest);
            return;
        }
        int user = Sockets.peerUser(guest.descriptor());
        String elsewhere = leads.apply(user);
        if (!Hello.greets(said)) {
            refuse(guest, Errno.EMFILE, List.of());
        } else if (elsewhere != null) {
            refuse(guest, Errno.EREMOTE, List.of(elsewhere));
        } else {
            letIn(guest, user);
        }
    }

    /// Lets in who has greeted: at once, later if clients of its user were cut off, or in the place of one of his
    /// sessions that has no client any more.
    private void letIn(Line guest, int user) throws IOException {
        if (cutOffs.take(guest, user, turnNs)) {
            watch.remove(guest.descriptor());
            return;
        }
        int number = free(user);
        if (number < 0 && !inFlight.full(user) && orphans.giveUp(user, guest)) {
            watch.remove(guest.descriptor());
        } else if (number < 0 || cutOffs.full(user) || !want(new Client(number, guest, user), "")) {
            refuse(guest, Errno.EMFILE, List.of());
        }
    }

    /// @return false if the keeper could not be asked
    private boolean want(Client client, String what) throws IOException {
        if (!keeper.offer(new Word(Word.WANT, client.number, what).octets(), client.line.descriptor())) {
            return false;
        }
        clients.put(client.number, client);
        connected.put(client.line.descriptor(), new Connection(client, client.line));
        return true;
    }

    /// A program wants to have its own stack beside the daemon's.
    private void greetBeside(Line guest) throws IOException {
        boolean taken = clients.values().stream().anyMatch(client -> client.beside);
        int user = Sockets.peerUser(guest.descriptor());
        int number = free(user);
        int errno = beside == null ? Errno.EACCES : beside.refusal(user, taken, number);
        if (errno != 0) {
            refuse(guest, BesideHello.answer(errno, ""));
            return;
        }
        Client client = new Client(number, guest, user);
        client.beside = true;
        if (!want(client, Beside.WANTED)) {
            refuse(guest, BesideHello.answer(Errno.EMFILE, ""));
        }
    }

    /// Lets a program have its own stack beside the daemon's.
    public void lets(Beside place) {
        beside = place;
    }

    /// The keeper made what such a program needs; as [#admitted].
    public void admittedBeside(int number, Granted.Admitted granted) throws IOException {
        Client client = admit(number, granted);
        client.beside = true;
        Beside place = Objects.requireNonNull(beside);
        offer(client, place.answer(granted), place.descriptors(granted));
        granted.close();
        if (!place.whole(granted)) {
            leave(client);
        }
    }

    private void refuse(Line guest, int errno, List<String> text) {
        refuse(guest, Hello.answer(errno, layout, text));
    }

    private void refuse(Line guest, byte[] answer) {
        try {
            guest.send(answer);
        } catch (IOException gone) {
            // It did not wait for the answer.
        }
        close(guest);
    }

    /// A number that no session has, -1 if there is none for a user's next.
    private int free(int user) {
        int others = (int)
                clients.values().stream().filter(client -> client.user != user).count();
        int left = most - others;
        if (clients.size() - others >= left - left / KEPT || inFlight.full(user)) {
            return -1;
        }
        for (int number = 0; number < most; number++) {
            if (!clients.containsKey(number)) {
                return number;
            }
        }
        return -1;
    }

    /// The keeper made a session: a new one, or one that a predecessor let in.
    ///
    /// @param itsLayout of that session
    public void admitted(int number, SessionLayout itsLayout, Granted.Admitted granted) throws IOException {
        if (names.owns(number) && names.awaits()) {
            Descriptors.close(granted.connection());
            names.admitted(itsLayout, granted);
            return;
        }
        if (names.owns(number)) {
            names.inherited();
        }
        // Perhaps for the second time: a predecessor may have died before it could, or behind it.
        Client client = admit(number, granted);
        offer(
                client,
                Hello.answer(0, itsLayout, links),
                granted.client(),
                granted.stack(),
                granted.voice(),
                granted.ear());
        granted.close();
    }

    /// Who was let in under a number: the client that waits for it, or a predecessor's.
    private Client admit(int number, Granted.Admitted granted) {
        Client client = clients.get(number);
        if (client == null) {
            Line line = new Line(granted.connection());
            client = new Client(number, line, Sockets.peerUser(line.descriptor()));
            clients.put(number, client);
            connected.put(granted.connection(), new Connection(client, client.line));
            watch.add(granted.connection());
        } else {
            Descriptors.close(granted.connection());
        }
        return client;
    }

    private void offer(Client client, byte[] hello, int... descriptors) throws IOException {
        try {
            // Who has never read one of them has nothing to lose.
            if (!client.gone && client.line.offer(hello, descriptors)) {
                inFlight.sent(client.number, client.line, descriptors.length);
            } else {
                leave(client);
            }
        } catch (IOException dead) {
            leave(client);
        }
    }

    private void listen(Connection connection) throws IOException {
        Line.Received received;
        try {
            boolean full = refused.full(connection.client.user);
            received = full ? connection.line.pollOctets() : connection.line.poll();
        } catch (IOException | RuntimeException gone) {
            hungUp(connection);
            return;
        }
        if (received == null) {
            return;
        }
        taken.message(connection.client.number, received);
        try {
            if (NameMessage.is(received.octets()) && received.descriptors().length == 0) {
                names.ask(connection.client.number, received.octets(), answer -> tell(connection, answer));
            } else {
                said(connection.client.number, received);
            }
        } catch (IllegalArgumentException nonsense) {
            hungUp(connection);
        }
    }

    /// A client says something behind its greeting.
    private void said(int number, Line.Received received) {
        Client client = clients.get(number);
        int[] descriptors = received.descriptors();
        if (client == null || client.gone || client.beside) {
            refused.close(client == null ? NOBODY : client.user, descriptors);
            return;
        }
        inFlight.look(number);
        inFlight.lookLeft();
        // Who joins costs control a connection, and what is sent to it.
        boolean joins = Joining.joins(received.octets());
        boolean mayHold = mayHold(client, joins ? 1 + Joining.DEPOSITED : descriptors.length);
        // Who has no room gets some back all the same, as long as they are received.
        boolean mayGive = mayHold || inFlight.count(number) < GIVEN;
        if (mayHold && deposits.take(number, client.user, received)) {
            // Whatever it is: only who joins looks at it.
            return;
        }
        boolean unix = Arrays.stream(descriptors).allMatch(Sockets::isUnix);
        boolean gives = unix && mayGive && ends.giveBack(number, received);
        if (!gives && !(unix && mayHold && taken(client, received))) {
            refused.close(client.user, descriptors);
        }
        if (descriptors.length != 0 && refused.full(client.user)) {
            clogs = client;
        }
    }

    /// @param received with UNIX sockets at most
    /// @return false for what is not known, whose descriptors are still the caller's
    private boolean taken(Client client, Line.Received received) {
        int[] descriptors = received.descriptors();
        if (Joining.joins(received.octets()) && descriptors.length == 1) {
            join(client, new Line(descriptors[0]));
        } else if (NameMessage.is(received.octets()) && descriptors.length == 1) {
            find(client, received.octets(), new Line(descriptors[0]));
        } else if (AddressMessage.asks(received.octets()) && descriptors.length == 1) {
            addresses.take(client.number, new Line(descriptors[0]));
        } else {
            return ends.take(client.number, received);
        }
        return true;
    }

    private boolean mayHold(Client client, int more) {
        int own = held(client);
        int others = clients.values().stream().mapToInt(this::held).sum() - own + inFlight.left();
        return own + more <= Math.max(holds / (2 * most), (holds - others) / 2);
    }

    private int held(Client client) {
        return client.lines.size()
                + client.waiting.size()
                + ends.count(client.number)
                + deposits.count(client.number)
                + addresses.count(client.number)
                + inFlight.count(client.number);
    }

    /// Answers a question for names over a socket of its own.
    private void find(Client client, byte[] question, Line line) {
        client.waiting.add(line);
        try {
            names.ask(client.number, question, answer -> {
                client.waiting.remove(line);
                AddressAskers.answer(line, answer);
            });
        } catch (IllegalArgumentException none) {
            client.waiting.remove(line);
            line.close();
        }
    }

    /// Another process is of the client, too, from now on.
    private void join(Client client, Line line) {
        try {
            watch.add(line.descriptor());
        } catch (LinuxException unfit) {
            line.close();
            return;
        }
        if (deposits.give(client.number, line)) {
            inFlight.sent(client.number, line, Joining.DEPOSITED);
            client.lines.add(line);
            connected.put(line.descriptor(), new Connection(client, line));
        } else {
            close(line);
        }
    }

    /// A process of a client is gone: the client is, if it was the last, or if all that is left has no connection.
    private void hungUp(Connection connection) throws IOException {
        connected.remove(connection.line.descriptor());
        connection.client.lines.remove(connection.line);
        close(connection.client, connection.line);
        if (connection.client.lines.isEmpty()) {
            leave(connection.client);
        }
    }

    /// Answers what a process of a client has asked. Who does not read its answers is not wanted any more.
    private void tell(Connection asked, byte[] answer) {
        try {
            if (asked.client.lines.contains(asked.line) && !asked.line.offer(answer)) {
                leave(asked.client);
            }
        } catch (IOException gone) {
            // Its connection says so, too, the next time that it is looked at.
        }
    }

    /// A client is gone, or is not wanted any more.
    private void leave(Client client) throws IOException {
        leave(client, "");
    }

    /// @param why it is cut off here, empty for any other reason
    private void leave(Client client, String why) throws IOException {
        if (!client.gone) {
            client.gone = true;
            if (!client.beside) {
                orphans.add(client.number, client.user);
            }
            names.forget(client.number);
            hangUp(client);
            ends.over(client.number);
            deposits.forget(client.number);
            keeper.send(new Word(Word.LEAVE, client.number, why).octets());
        }
    }

    private void close(Client client, Line line) {
        watch.remove(line.descriptor());
        inFlight.closes(client.number, client.user, line);
    }

    private void hangUp(Client client) {
        for (Line line : client.lines) {
            connected.remove(line.descriptor());
            close(client, line);
        }
        inFlight.over(client.number, client.user);
        client.lines.clear();
        client.waiting.forEach(Line::close);
        client.waiting.clear();
    }

    /// What the keeper says of its domains.
    public void news(String text) throws IOException {
        news = text;
        ends.unanswered().forEach(questions::left);
        orphans.again();
        addresses.again();
    }

    private void asked(int guest, String question) throws IOException {
        if (question.startsWith("capture ")) {
            keeper.send(new Word(Word.CAPTURE, 0, question).octets());
            askers.answer(guest, "ok", captures);
            return;
        }
        switch (question) {
            case "domains" -> answer(guest, news);
            case "sessions" -> answer(guest, sessions());
            case "names" -> answer(guest, names.told());
            default -> keeper.send(new Word(Word.ASK, guest, question).octets());
        }
    }

    /// Answers what was asked; nothing happens if who asked is gone.
    ///
    /// @param text of at most [Ask#LONGEST] octets
    public void answer(int guest, String text) {
        if (!ends.answered(text) && !(guest == 0 && addresses.told(text))) {
            askers.answer(guest, text);
        }
    }

    /// Those of clients that are gone, too, as long as their peers take what they have left.
    private String sessions() {
        StringBuilder lines = new StringBuilder();
        for (Client client : clients.values()) {
            // Whose the session was, or who joined while that one was there.
            int process = client.lines.stream()
                    .findFirst()
                    .map(line -> Sockets.peerProcess(line.descriptor()))
                    .orElse(client.process);
            lines.append("session number=")
                    .append(client.number)
                    .append(" pid=")
                    .append(process)
                    .append(" user=")
                    .append(client.user)
                    .append(client.beside ? " beside=true\n" : "\n");
        }
        return lines.toString();
    }

    /// The stack has cut a session off.
    public void cut(int number) throws IOException {
        Client client = clients.get(number);
        if (client != null) {
            cutOffs.add(client.user, turnNs);
            leave(client);
        }
    }

    /// A session is over: its number is free.
    public void over(int number) throws IOException {
        ends.over(number);
        deposits.forget(number);
        if (names.owns(number)) {
            names.over();
        }
        Client client = clients.remove(number);
        if (client != null) {
            hangUp(client);
        }
        Line heir = orphans.over(number);
        if (heir != null) {
            watch.add(heir.descriptor());
            letIn(heir, Sockets.peerUser(heir.descriptor()));
        }
    }
}
