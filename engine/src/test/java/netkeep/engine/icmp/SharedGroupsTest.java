package netkeep.engine.icmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.engine.Lab;
import netkeep.engine.ip.Groups;
import netkeep.engine.ip.Joined;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

/// One session's joins leave room for those of others, and for the groups of this host's own addresses.
class SharedGroupsTest {
    private static final int SOCKETS = 100;
    private static final int GROUPS = 2000;
    private static final int LEAST = 4;
    private static final long INTERFACE_LOCAL = 0xFF01L << 48;

    private final Lab lab = new Lab().knowPeer();

    private Joined join(int session, int group) {
        int owner = SOCKETS * session + group % SOCKETS;
        Joined joined = lab.ip.join(owner, 1, 0, group(session, group), 0, 0, 0, lab.nowNs);
        lab.turn();
        return joined;
    }

    private static long group(int session, int group) {
        return Address.V4 | 0xEF01_0000L + 1000L * session + group;
    }

    private boolean heard(int session, int group) {
        return lab.ip.discovery().groups().find(1, 0, group(session, group)) >= 0;
    }

    /// How many a session gets that takes what it can.
    private int takeAll(int session) {
        for (int taken = 0; taken < 1000; taken++) {
            if (join(session, taken) == Joined.FULL) {
                return taken;
            }
            assertTrue(heard(session, taken), "group " + taken);
        }
        throw new AssertionError("no end");
    }

    @Test
    void eachMayHaveHalfOfWhatTheOthersLeave() {
        lab.ip.shareJoins(SOCKETS);

        assertEquals(96, takeAll(0));
        assertEquals(48, takeAll(1));
        assertEquals(Joined.FULL, join(0, 999));
        lab.open();
        lab.ip.shareJoins(SOCKETS);
        assertEquals(Joined.FULL, join(0, 999));
        assertEquals(24, takeAll(2));
    }

    @Test
    void whoWantsFewFindsRoomBehindThoseWhoTakeAll() {
        lab.ip.shareJoins(SOCKETS);

        for (int session = 0; session < 16; session++) {
            assertTrue(takeAll(session) >= LEAST, "session " + session);
        }
    }

    @Test
    void theOnlySessionMayHaveAll() {
        assertEquals(lab.settings.memberships(), takeAll(0));
    }

    @Test
    void addressesJoinTheirGroupsThoughSocketsHaveTakenAll() {
        takeAll(0);
        Groups groups = lab.ip.discovery().groups();

        for (int host = 1; host <= 40; host++) {
            Address address = Address.parse("fd00:198:18::1:" + host);
            assertTrue(lab.ip.addAddress(1, address.hi(), address.lo(), 64, lab.nowNs));
            lab.turn();
            long group = Address.solicitedNodeLo(address.lo());
            assertTrue(groups.find(1, Address.LINK_GROUP_HI, group) >= 0, address.toString());
        }
    }

    /// What was left is kept until routers were told so, and what they are never told of for ever, but in nobody's way.
    @Test
    void groupsThatWereLeftGiveUpTheirRoom() {
        for (int group = 0; group < GROUPS; group++) {
            for (long hi : new long[] {0, INTERFACE_LOCAL}) {
                long lo = hi == 0 ? group(0, group) : group;
                assertEquals(Joined.OK, lab.ip.join(0, 1, hi, lo, 0, 0, 0, lab.nowNs), "group " + group);
                lab.turn();
                assertEquals(Joined.OK, lab.ip.leave(0, 1, hi, lo, 0, 0, 0, lab.nowNs));
                lab.turn();
            }
        }

        assertEquals(lab.settings.memberships(), takeAll(1));
    }
}
