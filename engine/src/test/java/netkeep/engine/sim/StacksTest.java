package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.socket.Share;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many flows between two addresses, at each of which several stacks share them.
class StacksTest {
    private static final int PORT = 80;
    private static final int BUFFER = 1 << 14;
    private static final int RING = 1 << 15;
    private static final int UP = 4_000;
    private static final int DOWN = 6_000;

    private final World world = Hosts.begin(new World(1));

    private SimHost host(int number, int sockets, Share share) {
        TcpSettings tcp = Way.tcp(false, false, BUFFER, BUFFER);
        return new SimHost(
                world,
                new SimHost.Settings(
                        number,
                        Scenario.small(tcp).withShare(share),
                        new SessionLayout(sockets, 64, 64, RING),
                        1500,
                        false,
                        0));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void flowsAreSharedAndEachStreamIsExact(int stacks) {
        int flows = Math.max(24, stacks);
        Steering steering = new Steering(stacks);
        // As many stacks again on the other side, up to 16: each has its flows.
        int callers = Math.min(stacks, 16);
        Steering calling = new Steering(callers);
        Weather weather = Weather.CALM
                .withDelayNs(3_000_000, 1_000_000)
                .withLoss(0.02)
                .withReordering(0.05, 3_000_000)
                .withRate(200_000_000, 1 << 20);
        Wire.between(world, weather, steering, calling);
        List<Traffic> servers = new ArrayList<>();
        for (int stack = 0; stack < stacks; stack++) {
            SimHost host = host(1, 2 * flows / stacks + 12, Steering.share(stack, stacks));
            Wire.between(world, Weather.CALM, host.host(), steering);
            servers.add(new Traffic(host).serve(PORT, UP, DOWN));
        }
        List<Traffic> clients = new ArrayList<>();
        for (int stack = 0; stack < callers; stack++) {
            SimHost host = host(2, 2 * (flows / callers + 1), Steering.share(stack, callers));
            Wire.between(world, Weather.CALM, host.host(), calling);
            clients.add(new Traffic(host));
        }
        world.run(TimeUnit.SECONDS.toNanos(4));
        int[] asked = new int[callers];
        for (int flow = 0; flow < flows; flow++) {
            clients.get(flow % callers).connect(SimHost.address4(1), PORT, UP, DOWN);
            asked[flow % callers]++;
        }
        boolean done = world.run(TimeUnit.MINUTES.toNanos(30), () -> {
            for (int caller = 0; caller < callers; caller++) {
                if (!clients.get(caller).done(asked[caller])) {
                    return false;
                }
            }
            return servers.stream().mapToInt(Traffic::ended).sum() == flows;
        });
        int accepted = servers.stream().mapToInt(Traffic::accepted).sum();
        assertTrue(done, "accepted " + accepted + " of " + flows);
        assertEquals(flows, accepted);
        long busy = servers.stream().filter(server -> server.accepted() > 0).count();
        // Of n stacks that n flows fall on by chance, 1 - 1/e have some.
        assertTrue(busy >= stacks / 2, busy + " of " + stacks + " stacks had flows");
        assertEquals(
                busy,
                Arrays.stream(steering.frames()).filter(frames -> frames > 0).count());
    }
}
