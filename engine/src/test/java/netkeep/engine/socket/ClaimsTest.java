package netkeep.engine.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import netkeep.ring.Region;
import netkeep.sim.Seeds;
import netkeep.wire.IpProtocol;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private static final int STACKS = 3;
    private static final int PORT = 80;

    private final List<Region> tables = new ArrayList<>();
    private final List<Claims> stacks = new ArrayList<>();

    ClaimsTest() {
        for (int stack = 0; stack < STACKS; stack++) {
            tables.add(new Region(Arena.ofAuto().allocate(Claims.LENGTH, Long.BYTES)));
        }
        for (int stack = 0; stack < STACKS; stack++) {
            stacks.add(successor(stack));
        }
    }

    private Claims successor(int stack) {
        return new Claims(new Share(stack, STACKS, 0, new Claims.Tables(tables)));
    }

    private int owner(int asked, int protocol) {
        return stacks.get(asked).owner(protocol, 0, 1, PORT, 0, 2, 9);
    }

    private void assertOwner(int owner, int protocol) {
        for (int asked = 0; asked < STACKS; asked++) {
            assertEquals(owner, owner(asked, protocol), "stack " + asked);
        }
    }

    @Test
    void whoUsesAPortOwnsItsFlows() {
        Claims one = stacks.get(1);
        assertTrue(one.claim(IpProtocol.TCP, PORT, false));
        one.enter(IpProtocol.TCP, PORT);
        one.publish();

        assertOwner(1, IpProtocol.TCP);
        assertFalse(stacks.get(0).claim(IpProtocol.TCP, PORT, false));
        assertFalse(stacks.get(2).claim(IpProtocol.TCP, PORT, true));
        // Of the other protocol nobody uses it: whoever is asked answers.
        assertEquals(2, owner(2, IpProtocol.UDP));
        assertTrue(stacks.get(0).claim(IpProtocol.UDP, PORT, false));
    }

    /// The listener is gone, and a connection that it accepted goes on.
    @Test
    void portIsGivenUpWithItsLastUseAndNotBeforeThatCounts() {
        Claims one = stacks.get(1);
        assertTrue(one.claim(IpProtocol.TCP, PORT, false));
        one.enter(IpProtocol.TCP, PORT);
        one.enter(IpProtocol.TCP, PORT);
        one.leave(IpProtocol.TCP, PORT);
        one.publish();
        assertOwner(1, IpProtocol.TCP);
        one.leave(IpProtocol.TCP, PORT);
        // A death now would bring it back.
        assertOwner(1, IpProtocol.TCP);
        one.publish();
        assertTrue(stacks.get(0).claim(IpProtocol.TCP, PORT, false));
    }

    @Test
    void whatIsClaimedForNothingIsGivenUpWithTheTurn() {
        assertTrue(stacks.get(1).claim(IpProtocol.TCP, PORT, false));
        assertFalse(stacks.get(0).claim(IpProtocol.TCP, PORT, false));
        stacks.get(1).publish();
        assertTrue(stacks.get(0).claim(IpProtocol.TCP, PORT, false));
    }

    @Test
    void whatIsSharedTheFirstOfItsStacksOwns() {
        for (int stack : new int[] {2, 1}) {
            assertTrue(stacks.get(stack).claim(IpProtocol.UDP, PORT, true));
            stacks.get(stack).enter(IpProtocol.UDP, PORT);
        }
        assertOwner(1, IpProtocol.UDP);
        assertFalse(stacks.get(0).claim(IpProtocol.UDP, PORT, false));
    }

    /// A stack that is not trusted writes what it likes to its table.
    @Test
    void onlyPortsThatWereGrantedAreBelieved() {
        BitSet granted = new BitSet();
        granted.set(PORT);
        Claims.Tables shown = new Claims.Tables(2);
        shown.joins(0, tables.get(0), null);
        Claims ours = new Claims(new Share(0, 2, 0, shown));
        shown.joins(1, tables.get(1), granted);
        for (int place = 0; place < Claims.LENGTH; place++) {
            tables.get(1).u8(place, 0xFF);
        }

        for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP}) {
            assertEquals(1, ours.owner(protocol, 0, 1, PORT, 0, 2, 9));
            assertFalse(ours.claim(protocol, PORT, true));
            for (int port : new int[] {0, PORT - 1, PORT + 1, 65535}) {
                assertEquals(0, ours.owner(protocol, 0, 1, port, 0, 2, 9), "port " + port);
                assertTrue(ours.claim(protocol, port, false), "port " + port);
            }
        }
        shown.leaves(1);
        assertEquals(0, ours.owner(IpProtocol.TCP, 0, 1, PORT, 0, 2, 9));
        assertTrue(ours.claim(IpProtocol.TCP, PORT, false));
    }

    /// It keeps to that, too, and leaves to the other what nobody uses, as long as that is there.
    @Test
    void whoIsGrantedSomePortsBindsNoOthers() {
        BitSet granted = new BitSet();
        granted.set(PORT);
        Claims.Tables shown = new Claims.Tables(2);
        Share share = new Share(1, 2, 0, shown);
        shown.joins(0, tables.get(0), null);
        shown.joins(1, tables.get(1), share.with(granted));
        shown.home(0);
        Claims ours = new Claims(share);

        assertTrue(ours.mayBind(PORT) && ours.mayBind(share.port(7)));
        assertFalse(ours.mayBind(PORT + 1) || ours.mayBind(share.port(7) + 1));
        assertEquals(0, ours.owner(IpProtocol.TCP, 0, 1, PORT, 0, 2, 9));
        assertTrue(ours.claim(IpProtocol.TCP, PORT, false));
        assertEquals(1, ours.owner(IpProtocol.TCP, 0, 1, PORT, 0, 2, 9));
        shown.leaves(0);
        assertEquals(1, ours.owner(IpProtocol.TCP, 0, 1, PORT + 1, 0, 2, 9));
    }

    /// Whatever a turn that was cut off had claimed or left.
    @Test
    void successorShowsWhatItsRecordsUse() {
        Seeds.each(200, luck -> {
            int[] uses = new int[8];
            Claims live = successor(0);
            for (int step = 0; step < 200; step++) {
                int port = luck.nextInt(uses.length);
                if (luck.nextBoolean() && live.claim(IpProtocol.TCP, port, false)) {
                    live.enter(IpProtocol.TCP, port);
                    uses[port]++;
                } else if (uses[port] > 0) {
                    live.leave(IpProtocol.TCP, port);
                    uses[port]--;
                }
                if (luck.nextInt(10) == 0) {
                    live.publish();
                }
                for (int each = 0; each < uses.length; each++) {
                    assertTrue(uses[each] == 0 || tables.get(0).u8(each) != 0, "hidden: " + each);
                }
                if (luck.nextInt(20) == 0) {
                    live.claim(IpProtocol.TCP, luck.nextInt(uses.length), false);
                    live = successor(0);
                    for (int each = 0; each < uses.length; each++) {
                        for (int use = 0; use < uses[each]; use++) {
                            live.enter(IpProtocol.TCP, each);
                        }
                    }
                    live.settle();
                    for (int each = 0; each < uses.length; each++) {
                        assertEquals(uses[each] != 0, tables.get(0).u8(each) != 0, "port " + each);
                    }
                }
            }
            for (int port = 0; port < uses.length; port++) {
                for (; uses[port] > 0; uses[port]--) {
                    live.leave(IpProtocol.TCP, port);
                }
            }
            live.publish();
        });
    }
}
