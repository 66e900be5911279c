package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.Option;
import netkeep.session.SessionLayout;
import netkeep.sim.Weather;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client's connection with its own listener, over the loopback, that is reset while the listener is closed.
class BriefConnectionTest {
    private static final int TCP = 6;
    private static final int PORT = 7000;
    private static final Address LOOPBACK = Address.v4(0x7F_00_00_01);

    /// What is told names sockets that there are: a client cuts off a stack that tells of others.
    ///
    /// @param fillers requests of no consequence between the connect and the end, of which a turn takes 64: so
    ///                the end falls into each of the turns in which the handshake goes on
    @ParameterizedTest
    @ValueSource(ints = {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416})
    void eventsNameSocketsThatThereAre(int fillers) {
        World world = Hosts.world(1);
        SessionLayout layout = new SessionLayout(16, 1024, 64, 1 << 15);
        TcpSettings tcp = Scenario.tcp(false, false, 1 << 14, 1 << 14);
        SimHost host = new SimHost(world, new SimHost.Settings(1, Scenario.engine(tcp), layout, 1500, false, 0));
        Hosts.join(world, Weather.CALM, host, Hosts.host(world, 2, false, false));
        SimClient client = host.client();
        int listener = client.open(TCP);
        client.bind(listener, LOOPBACK.hi(), LOOPBACK.lo(), PORT);
        client.listen(listener, 5);
        int other = client.open(TCP);
        int connector = client.open(TCP);
        kick(host);
        client.connect(connector, LOOPBACK.hi(), LOOPBACK.lo(), PORT);
        for (int i = 0; i < fillers; i++) {
            client.option(other, Option.NO_DELAY, 1);
        }
        client.abort(connector);
        client.close(listener);
        kick(host);
        int told = 0;
        for (long event = client.event(); event != -1; event = client.event()) {
            assertTrue((event & 0xFFFF_FFFFL) < layout.sockets(), "an event of socket " + (int) event);
            told++;
        }
        assertTrue(told > 0);
    }

    private static void kick(SimHost host) {
        host.host().kick();
        host.world().run(TimeUnit.MILLISECONDS.toNanos(1));
    }
}
