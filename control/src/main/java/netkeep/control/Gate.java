package netkeep.control;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Granted;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Sockets;
import netkeep.session.Ask;
import netkeep.session.Hello;
import netkeep.session.SessionLayout;

/// Lets clients in: takes their connections, has the keeper make what a session needs, gives them their part of it,
/// and sees when they go.
///
/// One thread calls it. It waits for nothing: a client that says nothing costs a descriptor.
public final class Gate {
    /// Who serves sessions.
    public interface Host {
        /// [#look] is to be called whenever something comes here.
        void watch(int descriptor);

        /// Whether the session's client can be served from now on.
        void attach(int number, SessionLayout layout, Granted granted);

        /// The session's client is gone.
        void leave(int number);

        /// Somebody asks what the stack knows: [Gate#answer] is to be called, now or later.
        void ask(int guest, String question);
    }

    private static final int EMFILE = 24;

    /// The most that have connected and not greeted.
    private static final int GUESTS = 64;

    private final Line keeper;
    private final int listener;
    private final int most;
    private final SessionLayout layout;
    private final List<String> links;
    private final Host host;

    /// Who connected and has not greeted yet.
    private final Map<Integer, Line> guests = new HashMap<>();

    /// Sessions: who has them, or is about to.
    private final Map<Integer, Line> clients = new HashMap<>();

    private final Askers askers;
    private String news = "";

    /// @param listener a listening socket, non-blocking
    /// @param most     sessions
    /// @param layout   of every session
    /// @param links    their names, from number 1 on
    public Gate(Line keeper, int listener, int most, SessionLayout layout, List<String> links, Host host) {
        this.keeper = keeper;
        this.listener = listener;
        this.most = most;
        this.layout = layout;
        this.links = links;
        this.host = host;
        // Whoever listens owns it, whichever user this domain has.
        this.askers = new Askers(Sockets.peerUser(listener), this::asked);
    }

    /// Looks who came, who said something and who went.
    public void look() throws IOException {
        // Who says nothing keeps others waiting at most in the kernel's queue.
        for (int guest = 0; guests.size() < GUESTS && guest >= 0; ) {
            guest = Sockets.accept(listener);
            if (guest >= 0) {
                guests.put(guest, new Line(guest));
                host.watch(guest);
            }
        }
        for (Line guest : List.copyOf(guests.values())) {
            greet(guest);
        }
        askers.look();
        for (Map.Entry<Integer, Line> client : List.copyOf(clients.entrySet())) {
            listen(client.getKey(), client.getValue());
        }
    }

    private void greet(Line guest) throws IOException {
        try {
            Line.Received received = guest.poll();
            if (received == null) {
                return;
            }
            received.refuse();
            guests.remove(guest.descriptor());
            if (Ask.asks(received.octets())) {
                askers.take(guest, received.octets());
                return;
            }
            int number = free();
            if (!Hello.greets(received.octets()) || number < 0) {
                refuse(guest);
                return;
            }
            clients.put(number, guest);
            String lengths = layout.clientLength() + " " + layout.stackLength();
            keeper.send(new Word(Word.WANT, number, lengths).octets(), guest.descriptor());
        } catch (EOFException gone) {
            guests.remove(guest.descriptor());
            guest.close();
        }
    }

    private void refuse(Line guest) {
        try (guest) {
            guest.send(Hello.answer(EMFILE, layout, List.of()));
        } catch (IOException gone) {
            // It did not wait for the answer.
        }
    }

    private int free() {
        for (int number = 0; number < most; number++) {
            if (!clients.containsKey(number)) {
                return number;
            }
        }
        return -1;
    }

    /// The keeper granted a session: a new one, or one of a predecessor.
    public void granted(int number, Granted granted) throws IOException {
        Line client = clients.get(number);
        if (client == null) {
            client = new Line(granted.connection());
            clients.put(number, client);
            host.watch(client.descriptor());
        } else {
            Descriptors.close(granted.connection());
        }
        host.attach(number, layout, granted);
        try {
            // Perhaps for the second time: a predecessor may have died before it could, or behind it.
            byte[] hello = Hello.answer(0, layout, links);
            // Who has never read one of them has nothing to lose.
            if (!client.offer(hello, granted.clients(), granted.stacks(), granted.clientBell())) {
                host.leave(number);
            }
        } catch (IOException gone) {
            host.leave(number);
        }
        Descriptors.close(granted.clients());
        Descriptors.close(granted.stacks());
        Descriptors.close(granted.clientBell());
    }

    private void listen(int number, Line client) {
        try {
            Line.Received received = client.poll();
            if (received != null) {
                received.refuse();
            }
        } catch (IOException | RuntimeException gone) {
            host.leave(number);
        }
    }

    /// What the keeper says of its domains.
    public void news(String text) {
        news = text;
    }

    /// The host cuts a session off.
    public void cut(int number, String reason) throws IOException {
        Line client = clients.get(number);
        int process = client == null ? 0 : Sockets.peerProcess(client.descriptor());
        String whose = "session=" + number + " pid=" + process + " reason=" + reason;
        keeper.send(new Word(Word.CUT, number, whose).octets());
    }

    private void asked(int guest, String question) {
        switch (question) {
            case "domains" -> answer(guest, news);
            case "sessions" -> answer(guest, sessions());
            default -> host.ask(guest, question);
        }
    }

    /// Answers what was asked; nothing happens if who asked is gone.
    ///
    /// @param text of at most [Ask#LONGEST] octets
    public void answer(int guest, String text) {
        askers.answer(guest, text);
    }

    private String sessions() {
        StringBuilder lines = new StringBuilder();
        clients.forEach((number, client) -> lines.append("session number=")
                .append(number)
                .append(" pid=")
                .append(Sockets.peerProcess(client.descriptor()))
                .append(" user=")
                .append(Sockets.peerUser(client.descriptor()))
                .append('\n'));
        return lines.toString();
    }

    /// A session is over: nothing of it is needed any more.
    public void over(int number) throws IOException {
        Line client = clients.remove(number);
        if (client != null) {
            client.close();
        }
        keeper.send(new Word(Word.OVER, number, "").octets());
    }
}
