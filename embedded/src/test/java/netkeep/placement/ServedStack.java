package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Tenancy;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;

/// A stack in a domain that serves sessions, and their regions; the test is its keeper and its clients.
final class ServedStack implements AutoCloseable {
    private static final Settings SETTINGS = new Settings(
            List.of("stack"),
            0,
            true,
            List.of(new Settings.Device(Settings.TAP, "one", 1500, 0x02_00_00_00_00_01L, false, false, false)),
            List.of());

    /// Index in [Tenancy#admitted].
    private static final int CLIENT = 1;

    final Domain domain;

    private final SessionLayout layout;
    private final Arena arena = Arena.ofShared();
    private final Line[] lines = Line.pair();
    private final Line keeper = lines[0];
    private final List<Tenancy> tenancies = new ArrayList<>();

    /// @param sessions how many
    ServedStack(SessionLayout layout, int sessions) throws IOException {
        this.layout = layout;
        Map<String, Integer> granted = new HashMap<>();
        granted.put(Grants.LEDGER, Shared.make("ledger", SETTINGS.ledgerLength()));
        granted.put(Grants.FRAMES, Shared.make("frames", SETTINGS.framesLength()));
        granted.put(Grants.UP + 1, Shared.make("up", LinkRing.UP));
        granted.put(Grants.DOWN + 1, Shared.make("down", LinkRing.DOWN));
        granted.put(Grants.DEVICE + 1, Descriptors.open("/dev/null", Descriptors.O_WRONLY));
        int[] bell = Doorbell.pair();
        granted.put(Grants.VOICE + 1, bell[Doorbell.VOICE]);
        granted.put(Grants.EAR + 1, bell[Doorbell.EAR]);
        domain = new Domain(new Line(lines[1].descriptor()), new Grants(SETTINGS, granted, 0), new Epoll(8), arena);
        for (int number = 0; number < sessions; number++) {
            Line[] connection = Line.pair();
            tenancies.add(new Tenancy(
                    "",
                    number,
                    connection[0].descriptor(),
                    List.of(layout.clientLength(), layout.stackLength()),
                    Terms.USUAL.text(),
                    List.of()));
            connection[1].close();
        }
    }

    /// What the session's client writes, and reads.
    final class Client {
        final Region client;
        final Region stack;
        private long asked;

        private Client(int number) {
            Tenancy tenancy = tenancies.get(number);
            client = map(tenancy.admitted()[CLIENT], layout.clientLength());
            stack = map(tenancy.served()[1], layout.stackLength());
        }

        private Region map(int region, long length) {
            return Shared.map(arena, Descriptors.duplicate(region), length, true);
        }

        /// Puts a request.
        ///
        /// @param address an IPv4 address, or 0
        void ask(int op, int socket, long a, long address, int port) {
            long at = 64 + 64 * (asked & layout.requests() - 1);
            client.u8(at + Request.OP, op);
            client.i32(at + Request.SOCKET, socket);
            client.i64(at + Request.A, a);
            client.i64(at + Request.ADDRESS + 8, address == 0 ? 0 : 0xFFFF_0000_0000L | address);
            client.u16(at + Request.PORT, port);
            client.i64Release(SessionLayout.producer(), ++asked);
        }
    }

    Client client(int number) {
        return new Client(number);
    }

    Tenancy tenancy(int number) {
        return tenancies.get(number);
    }

    /// Serves all sessions.
    void begin() throws IOException {
        for (int number = 0; number < tenancies.size(); number++) {
            Tenancy tenancy = tenancies.get(number);
            keeper.send(new Word(Word.SERVE, number, tenancy.terms()).octets(), tenancy.served());
        }
        keeper.send(new Word(Word.BEGIN, 0, "").octets());
        domain.begin();
    }

    /// A session's client is gone.
    void leaves(int number) throws IOException {
        keeper.send(new Word(Word.LEAVE, number, "").octets());
        domain.hear();
    }

    /// Control asks something for itself.
    void asked(String text) throws IOException {
        keeper.send(new Word(Word.ASK, 0, text).octets());
        domain.hear();
    }

    /// What the stack says next.
    Word said() throws IOException {
        Line.Received received = keeper.poll();
        for (int round = 0; received == null; round++) {
            assertTrue(round < 10_000_000, "the stack says nothing");
            domain.turns(1);
            received = keeper.poll();
        }
        return Word.of(received.octets());
    }

    @Override
    public void close() {
        tenancies.forEach(Tenancy::close);
        lines[0].close();
        lines[1].close();
        arena.close();
    }
}
