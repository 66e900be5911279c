package netkeep.engine.tcp;

import netkeep.engine.ledger.Pool;
import netkeep.ring.Ledger;

/// The table of half-open connections.
final class HalfOpens {
    final Pool pool;
    final HalfOpen half;

    HalfOpens(Ledger ledger, int count) {
        this.pool = new Pool(ledger, count, HalfOpen.SLOT);
        this.half = new HalfOpen();
    }

    int count() {
        return pool.count();
    }

    boolean matches(int index, long localHi, long localLo, int localPort, long remoteHi, long remoteLo, int remote) {
        pool.read(index, half);
        return half.remoteLo() == remoteLo
                && half.remotePort() == remote
                && half.localPort() == localPort
                && half.remoteHi() == remoteHi
                && half.localLo() == localLo
                && half.localHi() == localHi;
    }
}
