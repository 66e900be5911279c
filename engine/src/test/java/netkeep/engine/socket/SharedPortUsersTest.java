package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.sim.SimClient;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Region;
import netkeep.session.Option;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Who shares a port by SO_REUSEPORT is one user, as on Linux: nobody takes a part of what is for another user's
/// server.
class SharedPortUsersTest {
    private static final SessionLayout LAYOUT = new SessionLayout(8, 16, 32, 1 << 17);
    private static final int[] USERS = {1_000, 1_000, 1_001};
    private static final EngineSettings SETTINGS = new EngineSettings(
            USERS.length * LAYOUT.sockets(), USERS.length, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);
    private static final LinkSettings[] LINKS = {LinkSettings.LOOPBACK};
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int PORT = 80;

    private final Arena arena = Arena.ofAuto();
    private final SimClient[] clients = new SimClient[USERS.length];
    private final Engine engine = new Engine(
            new Region(memory(Engine.ledgerLength(SETTINGS, LINKS.length))),
            memory(Engine.headsLength(SETTINGS)),
            SETTINGS,
            LINKS,
            1,
            2);

    SharedPortUsersTest() {
        for (int session = 0; session < USERS.length; session++) {
            MemorySegment ours = memory(LAYOUT.clientLength());
            MemorySegment stack = memory(LAYOUT.stackLength());
            clients[session] = new SimClient(LAYOUT, ours, stack);
            engine.attach(session, LAYOUT, new Region(ours.asReadOnly()), new Region(stack), USERS[session], Rates.ANY);
        }
        engine.begin(1);
    }

    private MemorySegment memory(long length) {
        return arena.allocate(length, Long.BYTES);
    }

    private int answer(int session, int socket, int ticket) {
        engine.requests(16, 1);
        engine.commit();
        engine.publish();
        return clients[session].answer(socket, ticket);
    }

    private int open(int session, int protocol, int... options) {
        int socket = clients[session].open(protocol);
        for (int option : options) {
            assertEquals(0, answer(session, socket, clients[session].option(socket, option, 1)));
        }
        return socket;
    }

    private int bind(int session, int socket) {
        return answer(session, socket, clients[session].bind(socket, 0, 0, PORT));
    }

    private int listen(int session, int socket) {
        return answer(session, socket, clients[session].listen(socket, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    void portIsSharedByOneUserAlone(int protocol) {
        assertEquals(0, bind(0, open(0, protocol, Option.REUSE_PORT)));
        assertEquals(0, bind(1, open(1, protocol, Option.REUSE_PORT)), "the same user's other session");
        assertEquals(Errno.EADDRINUSE, bind(2, open(2, protocol, Option.REUSE_PORT)), "another user's");
    }

    /// SO_REUSEADDR concerns no users: datagrams that go to several are for all who ask.
    @Test
    void addressIsSharedByAll() {
        for (int session = 0; session < USERS.length; session++) {
            assertEquals(0, bind(session, open(session, UDP, Option.REUSE_ADDRESS)));
        }
    }

    @Test
    void anotherUserMayBindBesideButNotListen() {
        int[] sockets = new int[USERS.length];
        for (int session = 0; session < USERS.length; session++) {
            sockets[session] = open(session, TCP, Option.REUSE_ADDRESS, Option.REUSE_PORT);
            assertEquals(0, bind(session, sockets[session]));
        }
        assertEquals(0, listen(0, sockets[0]));
        assertEquals(0, listen(1, sockets[1]));
        assertEquals(Errno.EADDRINUSE, listen(2, sockets[2]));
    }
}
