package netkeep.engine.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;

/// A client that writes whatever it likes into its region: mostly what could be right, sometimes anything. The worst
/// that may follow is that it is cut off.
final class Hostile {
    private final SessionLayout layout;
    private final Region ours;
    private final Producer requests;
    private final SplittableRandom luck;
    private final Tally tally;
    private final boolean[] opened;
    private final boolean[] closed;
    private final boolean[] datagrams;

    Hostile(SessionLayout layout, MemorySegment ours, MemorySegment theirs, SplittableRandom luck, Tally tally) {
        this.layout = layout;
        this.ours = new Region(ours);
        this.luck = luck;
        this.tally = tally;
        this.opened = new boolean[layout.sockets()];
        this.closed = new boolean[layout.sockets()];
        this.datagrams = new boolean[layout.sockets()];
        this.requests = new Producer(
                this.ours,
                SessionLayout.producer(),
                new Region(theirs.asReadOnly()),
                layout.requestsConsumer(),
                layout.requests(),
                SessionLayout.REQUEST,
                0);
    }

    void act() {
        tally.hostile++;
        int choice = luck.nextInt(4000);
        if (choice == 0) {
            ours.i64(8L * luck.nextInt((int) (layout.sendRings() / 8)), luck.nextLong());
        } else if (choice < 600) {
            words();
        } else {
            ask(choice == 3999);
        }
    }

    /// Octets to send that nobody wrote, and octets that nobody read.
    private void words() {
        int socket = luck.nextInt(layout.sockets() / 2);
        if (datagrams[socket] && luck.nextInt(20) != 0) {
            return;
        }
        long at = layout.clientWords(socket);
        switch (luck.nextInt(300)) {
            case 0 -> ours.i64(at + SessionLayout.SND_TAIL, luck.nextLong());
            case 1 -> ours.i64(at + SessionLayout.RCV_HEAD, luck.nextLong());
            case 2 -> ours.i64(at + SessionLayout.SND_BASE, luck.nextLong());
            case 3 -> ours.i64(at + SessionLayout.SND_WAKE, luck.nextLong());
            default ->
                ours.i64Release(at + SessionLayout.SND_TAIL, ours.i64(at + SessionLayout.SND_TAIL) + luck.nextInt(200));
        }
    }

    private void ask(boolean anything) {
        try {
            long at = requests.free();
            if (at < 0) {
                return;
            }
            int socket = luck.nextInt(layout.sockets() / 2);
            if (closed[socket] && !anything) {
                return;
            }
            int op = opened[socket] ? 2 + luck.nextInt(12) : Request.OPEN;
            if (op == Request.CLOSE && luck.nextInt(4) != 0) {
                op = Request.CONNECT;
            }
            for (int word = 0; word < SessionLayout.REQUEST; word += 8) {
                ours.i64(at + word, luck.nextInt(4) == 0 ? luck.nextLong() : luck.nextInt(100));
            }
            opened[socket] = true;
            closed[socket] |= op == Request.CLOSE;
            ours.u8(at + Request.OP, op);
            ours.i32(at + Request.SOCKET, socket);
            ours.i32(at + Request.SCOPE, luck.nextInt(8) == 0 ? luck.nextInt() : luck.nextInt(3));
            if (op == Request.OPEN) {
                datagrams[socket] = luck.nextInt(3) == 0;
                ours.i64(at + Request.A, datagrams[socket] ? 17 : 6);
            } else if (luck.nextInt(4) != 0) {
                boolean v4 = luck.nextBoolean();
                int number = luck.nextInt(4) == 0 ? 1 : Place.FIRST_PEER + luck.nextInt(40);
                ours.i64(at + Request.ADDRESS, Place.host(1, v4, number).hi());
                ours.i64(at + Request.ADDRESS + 8, Place.host(1, v4, number).lo());
            }
            if (anything) {
                ours.i64(at + 8L * luck.nextInt(8), luck.nextLong());
            }
            requests.give();
            requests.publish();
        } catch (PeerViolation wrong) {
            throw new AssertionError("the stack broke the ring", wrong);
        }
    }
}
