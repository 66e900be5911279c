package netkeep.engine.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.sim.World;

/// Settings of a [Conversation], and its begin.
public final class Scenario {
    /// The window scale that an engine with these settings tells.
    public static final int SCALE = 6;

    private static final int HALF_OPENS = 64;
    private static final int TIME_WAITS = 64;

    /// A clock that is not at 0: none of a machine that runs is.
    private static final long EPOCH_NS = TimeUnit.SECONDS.toNanos(1000);

    /// Small tables: a successor, which scans them, is built after every turn.
    private static final IpSettings IP = new IpSettings(
            64,
            16,
            32,
            64,
            16,
            64,
            2,
            IpSettings.DEFAULT.hops(),
            IpSettings.DEFAULT.reassemblyNs(),
            IpSettings.DEFAULT.optimistic(),
            IpSettings.DEFAULT.pathMtuNs(),
            IpSettings.DEFAULT.leastMtu4());

    private final boolean v6;
    private long seed = 1;
    private int peerIss = 5000;
    private boolean ecn;
    private boolean newReno;
    private int challenges = TcpSettings.DEFAULT.challenges();
    // Which way the class is played at the moment: [OnStacks].
    private static int stacks = 1;
    private int receiveBuffer = TcpSettings.DEFAULT.receiveBuffer();

    private Scenario(boolean v6) {
        this.v6 = v6;
    }

    public static Scenario v4() {
        return new Scenario(false);
    }

    public static Scenario of(boolean v6) {
        return new Scenario(v6);
    }

    public Scenario seed(long value) {
        seed = value;
        return this;
    }

    /// How many stacks share the flows of conversations that begin from now on.
    static void stacks(int value) {
        stacks = value;
    }

    public Scenario peerIss(int value) {
        peerIss = value;
        return this;
    }

    public Scenario ecn() {
        ecn = true;
        return this;
    }

    public Scenario newReno() {
        newReno = true;
        return this;
    }

    /// Challenge ACKs a second, on average.
    public Scenario challenges(int value) {
        challenges = value;
        return this;
    }

    /// Octets of window that a connection promises, now and for ever.
    public Scenario receiveBuffer(int octets) {
        receiveBuffer = octets;
        return this;
    }

    /// The settings that are the default, but for these, with small tables.
    public static TcpSettings tcp(boolean ecn, boolean newReno, int receiveBuffer, int receiveBufferMax) {
        return TcpSettings.DEFAULT
                .withReceiveBuffer(receiveBuffer, receiveBufferMax)
                .withTables(HALF_OPENS, TIME_WAITS)
                .withCongestion(ecn, newReno);
    }

    /// What a small engine of the simulation is bound to.
    public static EngineSettings engine(TcpSettings tcp) {
        return new EngineSettings(64, 1, 64, IP, tcp);
    }

    /// As [#engine], smaller still: one of hundreds.
    static EngineSettings small(TcpSettings tcp) {
        return new EngineSettings(64, 1, 16, IP, tcp);
    }

    public Conversation begin() {
        World world = new World(seed);
        world.runUntil(EPOCH_NS);
        boolean tuned = receiveBuffer == TcpSettings.DEFAULT.receiveBuffer();
        TcpSettings tcp = tcp(
                        ecn, newReno, receiveBuffer, tuned ? TcpSettings.DEFAULT.receiveBufferMax() : receiveBuffer)
                .withChallenges(challenges);
        Conversation conversation = new Conversation(hosts(world, tcp), world, v6, peerIss);
        world.run(TimeUnit.SECONDS.toNanos(10));
        conversation.peer.segments().clear();
        return conversation;
    }

    /// The stacks; the one that the conversation's first connection is for has room for all that a test may want.
    private List<SimHost> hosts(World world, TcpSettings tcp) {
        int owner = Conversation.owner(v6, stacks);
        List<SimHost> hosts = new ArrayList<>();
        for (int stack = 0; stack < stacks; stack++) {
            boolean owns = stack == owner;
            SessionLayout layout =
                    owns ? new SessionLayout(32, 256, 256, 1 << 19) : new SessionLayout(2, 64, 64, 1 << 17);
            EngineSettings engine = (owns ? engine(tcp) : small(tcp)).withShare(Steering.share(stack, stacks));
            hosts.add(new SimHost(world, new SimHost.Settings(1, engine, layout, 1500, false, 0)));
        }
        return hosts;
    }
}
