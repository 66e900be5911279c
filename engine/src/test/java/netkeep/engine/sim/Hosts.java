package netkeep.engine.sim;

import java.util.concurrent.TimeUnit;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;

/// Hosts of small memory for simulations of many.
final class Hosts {
    private static final long EPOCH_NS = TimeUnit.SECONDS.toNanos(1000);
    private static final int BUFFER = 1 << 14;

    private Hosts() {}

    static World world(long seed) {
        return begin(new World(seed));
    }

    /// Sets a new world's clock to where none of a machine that runs is: not at 0.
    static World begin(World world) {
        world.runUntil(EPOCH_NS);
        return world;
    }

    static SimHost host(World world, int number, boolean ecn, boolean newReno) {
        return host(world, number, ecn, newReno, 0);
    }

    static SimHost host(World world, int number, boolean ecn, boolean newReno, long latencyNs) {
        int buffer = BUFFER << world.luck().nextInt(3);
        TcpSettings tcp = Scenario.tcp(ecn, newReno, buffer, buffer).withSendBuffer(buffer, buffer);
        return new SimHost(
                world,
                new SimHost.Settings(
                        number,
                        Scenario.engine(tcp),
                        new SessionLayout(16, 64, 64, 2 * buffer),
                        1500,
                        false,
                        latencyNs));
    }

    static Wire join(World world, Weather weather, SimHost first, SimHost second) {
        return Wire.between(world, weather, first.host(), second.host());
    }
}
