package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import org.junit.jupiter.api.Test;

/// What a successor tells the clients of its predecessor.
class RecoveryTest {
    private static final SessionLayout LAYOUT = new SessionLayout(8, 16, 32, 1 << 17);
    private static final EngineSettings SETTINGS =
            new EngineSettings(2 * LAYOUT.sockets(), 2, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);
    private static final LinkSettings[] LINKS = {LinkSettings.LOOPBACK};
    private static final int UDP = 17;

    private final Arena arena = Arena.ofAuto();
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, LINKS.length));
    private final Region[] clients = {region(LAYOUT.clientLength()), region(LAYOUT.clientLength())};
    private final Region[] stacks = {region(LAYOUT.stackLength()), region(LAYOUT.stackLength())};

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    private Engine engine() {
        Engine engine =
                new Engine(ledger, arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES), SETTINGS, LINKS, 1, 2);
        for (int session = 0; session < 2; session++) {
            Region client = new Region(clients[session].memory().asReadOnly());
            engine.attach(session, LAYOUT, client, stacks[session]);
        }
        engine.begin(1);
        return engine;
    }

    private long events(int session) {
        return stacks[session].i64(SessionLayout.producer());
    }

    /// Which were passed over belong to nobody yet: not to the first session either.
    @Test
    void socketsThatWereNeverUsedAreToldToNobody() throws PeerViolation {
        Engine engine = engine();
        Producer requests = new Producer(
                clients[1],
                SessionLayout.producer(),
                stacks[1],
                LAYOUT.requestsConsumer(),
                LAYOUT.requests(),
                SessionLayout.REQUEST,
                0);
        long at = requests.free();
        clients[1].u8(at + Request.OP, Request.OPEN);
        clients[1].i32(at + Request.SOCKET, 3);
        clients[1].i64(at + Request.A, UDP);
        requests.give();
        requests.publish();
        engine.requests(16, 1);
        engine.commit();
        engine.publish();
        long before = events(1);

        Engine successor = engine();
        successor.commit();
        successor.publish();

        assertEquals(0, events(0));
        assertTrue(events(1) > before, "the one that was opened is told");
    }
}
