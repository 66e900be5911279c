package netkeep.engine.ip;

import netkeep.wire.Address;

/// The groups that links listen to.
final class Groups {
    private final Addresses addresses;

    Groups(Addresses addresses) {
        this.addresses = addresses;
    }

    /// Whether packets to that group, arriving on that link, are for this host.
    boolean member(int link, long hi, long lo) {
        return own(link, hi, lo);
    }

    /// The groups that nobody need join: all hosts, all nodes, and those in which our addresses are asked for.
    private boolean own(int link, long hi, long lo) {
        if (hi == 0) {
            return lo == Address.ALL_HOSTS_V4;
        }
        if (hi != Address.LINK_GROUP_HI) {
            return false;
        }
        if (lo == Address.ALL_NODES_LO) {
            return true;
        }
        if (!Address.isSolicitedNode(hi, lo)) {
            return false;
        }
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link && !addresses.v4(i) && Address.solicitedNodeLo(addresses.lo(i)) == lo) {
                return true;
            }
        }
        return false;
    }
}
