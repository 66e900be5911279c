package netkeep.engine.tcp;

import netkeep.engine.ledger.Luck;

/// The numbers that a connection begins with.
final class Initial {
    private final Luck luck;
    private final TcpSettings settings;

    Initial(Luck luck, TcpSettings settings) {
        this.luck = luck;
        this.settings = settings;
    }

    /// An initial sequence number, RFC 9293 §3.4.1 and RFC 6528 §3: a clock of 4 us and a keyed hash of the flow.
    int iss(long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remotePort, long nowNs) {
        long hash = luck.hash(localHi, localLo, remoteHi, remoteLo, (long) localPort << 16 | remotePort);
        return (int) (nowNs / 4000) + (int) hash;
    }

    /// Where a flow's timestamps begin (RFC 7323 §7.1): the same for all flows between two hosts.
    int timestampOffset(long localHi, long localLo, long remoteHi, long remoteLo) {
        return (int) luck.hash(localHi, localLo, remoteHi, remoteLo, -1);
    }

    /// The window scale that we tell, RFC 7323 §2.2: enough for the greatest buffer.
    int receiveScale() {
        int scale = 0;
        while (scale < 14 && 0xFFFF << scale < settings.receiveBufferMax()) {
            scale++;
        }
        return scale;
    }

    /// RFC 6928 §2.
    static int window(int mss) {
        return Math.min(10 * mss, Math.max(2 * mss, 14600));
    }
}
