package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Control;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Problem;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Ledger;
import netkeep.wire.IpProtocol;
import org.jspecify.annotations.Nullable;

/// What controls IP: ICMP of both versions, neighbor and router discovery, membership of groups. It registers itself
/// with [Ip].
public final class Icmp implements Control {
    private final Errors errors;
    private final Echo echo;
    private final Ndp ndp;
    private final Routers routers;
    private final Icmp4 icmp4;
    private final Icmp6 icmp6;
    private final Reports igmp;
    private final Reports mld;

    public Icmp(Ledger ledger, Counters counters, Luck luck, Outgoing outgoing, Ip ip) {
        this.errors = new Errors(ip, counters, outgoing, new Limiter(ledger, luck));
        this.echo = new Echo(ip, counters, outgoing);
        this.ndp = new Ndp(ip, ip.discovery(), counters, outgoing);
        this.routers = new Routers(ip.discovery(), ip.nameAdvice(), ndp);
        Quotes quotes = new Quotes(ip);
        this.icmp4 = new Icmp4(ip, ip.discovery(), counters, echo, quotes);
        Mld groups6 = new Mld(ip, counters, outgoing);
        this.icmp6 = new Icmp6(
                ip,
                counters,
                echo,
                quotes,
                ndp,
                routers,
                groups6,
                Math.max(ip.discovery().links().longest(), Packet.COPIED));
        Igmp groups4 = new Igmp(ip, counters, outgoing);
        this.igmp = groups4.reports();
        this.mld = groups6.reports();
        ip.upper(IpProtocol.IGMP, groups4);
        ip.upper(IpProtocol.ICMPV4, icmp4);
        ip.upper(IpProtocol.ICMPV6, icmp6);
        ip.control(this);
    }

    /// How many records the tables have, in the order in which they are laid: for [Ledger#length].
    public static int[] counts() {
        return new int[] {Limiter.COUNT};
    }

    /// Octets of their slots.
    public static int[] slots() {
        return new int[] {Limiter.SLOT};
    }

    /// Registers who is told of echo replies, null for nobody.
    public void echoes(@Nullable Echoes echoes) {
        icmp4.echoes(echoes);
        icmp6.echoes(echoes);
    }

    /// Sends an echo request.
    ///
    /// @param link   0 for any
    /// @param data   what is to come back, from its begin; kept until the turn ends
    /// @return false if there is no way there, or no room in this turn
    public boolean echo(
            long hi, long lo, int link, int identifier, int sequence, MemorySegment data, int length, long nowNs) {
        return echo.ask(hi, lo, link, identifier, sequence, data, length, nowNs);
    }

    @Override
    public void problem(Packet packet, Problem problem, int pointer, long nowNs) {
        errors.problem(packet, problem, pointer, nowNs);
    }

    @Override
    public boolean mayAnswer(Packet packet, long nowNs) {
        return errors.mayAnswer(packet, nowNs);
    }

    @Override
    public void solicit(int link, long hi, long lo, long mac, long sourceHi, long sourceLo, long nowNs) {
        ndp.solicit(link, hi, lo, mac, sourceHi, sourceLo, nowNs);
    }

    @Override
    public void test(int link, long hi, long lo, long nonce, long nowNs) {
        ndp.test(link, hi, lo, nonce, nowNs);
    }

    @Override
    public void settled(int link, long nowNs) {
        mld.again(link, nowNs);
    }

    @Override
    public void discover(int link, long nowNs) {
        routers.begin(link, nowNs);
    }

    @Override
    public void changed(int group, long nowNs) {
        igmp.changed(group, nowNs);
        mld.changed(group, nowNs);
    }

    @Override
    public long deadlineNs() {
        return Math.min(routers.deadlineNs(), Math.min(igmp.deadlineNs(), mld.deadlineNs()));
    }

    @Override
    public void expire(long nowNs) {
        routers.expire(nowNs);
        igmp.expire(nowNs);
        mld.expire(nowNs);
    }
}
