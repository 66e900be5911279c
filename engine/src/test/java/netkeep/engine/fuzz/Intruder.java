package netkeep.engine.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import netkeep.ring.Region;
import netkeep.session.Datagram;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.wire.Address;

/// A client that writes into its region what the protocol asks for, the same but for one field, or anything at all.
///
/// It knows enough of the protocol to get far: it opens, binds, listens, connects, sends and reads.
final class Intruder {
    private static final int[] REQUEST_FIELDS = {
        (int) Request.OP,
        (int) Request.FLAGS,
        (int) Request.TICKET,
        (int) Request.SOCKET,
        (int) Request.A,
        (int) Request.ADDRESS,
        (int) Request.ADDRESS + 8,
        (int) Request.SOURCE,
        (int) Request.SOURCE + 8,
        (int) Request.PORT,
        (int) Request.SCOPE,
        (int) Request.B
    };
    private static final int[] FIELD_LENGTHS = {1, 1, 2, 4, 8, 8, 8, 8, 8, 2, 4, 8};
    private static final long[] CLIENT_WORDS = {
        SessionLayout.SND_TAIL, SessionLayout.SND_BASE, SessionLayout.RCV_HEAD, SessionLayout.SND_WAKE
    };
    private static final int PORTS = 8;

    private final SessionLayout layout;
    private final Region ours;
    private final Region theirs;
    private final SplittableRandom luck;
    private final Invasions tally;
    private final int half;

    // What it has asked for, by socket.
    private final int[] protocol;
    private final boolean[] closed;
    private final int[] lives;
    private long asked;

    Intruder(SessionLayout layout, MemorySegment ours, MemorySegment theirs, SplittableRandom luck, Invasions tally) {
        this.layout = layout;
        this.ours = new Region(ours);
        this.theirs = new Region(theirs.asReadOnly());
        this.luck = luck;
        this.tally = tally;
        this.half = layout.sockets() / 2;
        this.protocol = new int[layout.sockets()];
        this.closed = new boolean[layout.sockets()];
        this.lives = new int[layout.sockets()];
    }

    /// One operation, or none where there is nothing to do: what was not written counts for nothing.
    void act() {
        int choice = luck.nextInt(100);
        if (choice < 3) {
            wild();
            tally.operations++;
            tally.wild++;
            return;
        }
        boolean changed = choice < 40;
        boolean done = luck.nextInt(3) == 0 ? counters(changed) : request(changed);
        if (done) {
            tally.operations++;
            if (changed) {
                tally.changed++;
            } else {
                tally.valid++;
            }
        }
    }

    /// Anything, anywhere before the rings of octets; or one octet anywhere.
    private void wild() {
        for (int i = luck.nextInt(4); i >= 0; i--) {
            if (luck.nextBoolean()) {
                ours.i64(8L * luck.nextInt((int) (layout.sendRings() / 8)), twist(luck.nextLong()));
            } else {
                ours.u8(luck.nextLong(layout.clientLength()), luck.nextInt(256));
            }
        }
    }

    private long twist(long value) {
        return switch (luck.nextInt(9)) {
            case 0 -> luck.nextLong();
            case 1 -> 0;
            case 2 -> -1;
            case 3 -> Long.MIN_VALUE;
            case 4 -> Long.MAX_VALUE;
            case 5 -> value + 1;
            case 6 -> value - 1;
            case 7 -> value + luck.nextInt(2 * layout.capacity()) - layout.capacity();
            default -> value ^ 1L << luck.nextInt(64);
        };
    }

    // Counters.

    /// @return whether anything was written
    private boolean counters(boolean changed) {
        int socket = luck.nextInt(layout.sockets());
        long words = layout.clientWords(socket);
        switch (luck.nextInt(16)) {
            case 0 -> {
                long at = layout.eventsConsumer();
                long heard = theirs.i64Acquire(SessionLayout.producer());
                ours.i64Release(at, changed ? twist(heard) : heard);
                ours.i32Release(at + 64, changed ? (int) twist(1) : luck.nextInt(2));
            }
            case 1 -> {
                if (!changed || luck.nextInt(4) != 0) {
                    return false;
                }
                ours.i64Release(SessionLayout.producer(), twist(asked));
            }
            case 2 -> {
                long edge = theirs.i64Acquire(layout.stackWords(socket) + SessionLayout.SND_EDGE);
                ours.i64Release(words + SessionLayout.SND_WAKE, changed ? twist(edge) : edge + 1);
            }
            case 3, 4, 5, 6 -> {
                return read(socket, words, changed);
            }
            default -> {
                return send(socket, words, changed);
            }
        }
        return true;
    }

    /// Says that it has read what there is.
    private boolean read(int socket, long words, boolean changed) {
        if (protocol[socket] == 0 || closed[socket]) {
            return false;
        }
        long tail = theirs.i64Acquire(layout.stackWords(socket) + SessionLayout.RCV_TAIL);
        ours.i64Release(words + SessionLayout.RCV_HEAD, changed && luck.nextInt(4) == 0 ? twist(tail) : tail);
        put(Request.READ, socket, 0, 0);
        give(-1);
        return true;
    }

    private boolean send(int socket, long words, boolean changed) {
        if (protocol[socket] == 0 || closed[socket]) {
            return false;
        }
        long tail = ours.i64(words + SessionLayout.SND_TAIL);
        long room = theirs.i64Acquire(layout.stackWords(socket) + SessionLayout.SND_EDGE) - tail;
        boolean twisted = changed && luck.nextInt(4) == 0;
        long more;
        if (protocol[socket] == 17) {
            more = datagram(socket, tail, words, changed && !twisted);
        } else {
            more = luck.nextInt(1 << luck.nextInt(14));
        }
        if (more > room) {
            return false;
        }
        if (theirs.i64Acquire(layout.stackWords(socket) + SessionLayout.SND_HEAD) == tail) {
            ours.i64(words + SessionLayout.SND_BASE, tail);
        }
        ours.i64Release(words + SessionLayout.SND_TAIL, tail + more);
        if (twisted) {
            long at = words + CLIENT_WORDS[luck.nextInt(CLIENT_WORDS.length)];
            ours.i64Release(at, twist(ours.i64(at)));
        }
        put(Request.SEND, socket, 0, 0);
        give(-1);
        return true;
    }

    /// Lays a datagram down, perhaps with one field wrong.
    ///
    /// @return how much of the ring it takes
    private long datagram(int socket, long tail, long words, boolean changed) {
        int length = luck.nextInt(1 << luck.nextInt(11));
        long base = theirs.i64Acquire(layout.stackWords(socket) + SessionLayout.SND_HEAD) == tail
                ? tail
                : ours.i64(words + SessionLayout.SND_BASE);
        if ((tail & 7) != 0) {
            return Datagram.room(length);
        }
        for (int word = 0; word < Datagram.HEADER; word += 8) {
            ours.i64(at(socket, tail + word, base), 0);
        }
        ours.i32(at(socket, tail + Datagram.LENGTH, base), length);
        ours.u16(at(socket, tail + Datagram.PORT, base), port());
        Address to = address();
        ours.i64(at(socket, tail + Datagram.REMOTE, base), to.hi());
        ours.i64(at(socket, tail + Datagram.REMOTE + 8, base), to.lo());
        if (changed) {
            long at = at(socket, (tail & ~7L) + 8 * luck.nextInt(Datagram.HEADER / 8), base);
            ours.i64(at, twist(ours.i64(at)));
        }
        return Datagram.room(length);
    }

    /// Where an octet of a ring lies. The ring's pieces are multiples of eight, and so are positions of datagrams: if
    /// they are not any more, another place does as well.
    private long at(int socket, long position, long base) {
        return layout.sendRings() + layout.place(socket, layout.offset(position & ~7L, base & ~7L)) + (position & 7);
    }

    private int port() {
        return luck.nextInt(6) == 0 ? Friends.PORT : 6000 + luck.nextInt(PORTS);
    }

    private Address address() {
        boolean v4 = luck.nextBoolean();
        int number = luck.nextInt(3) != 0 ? 1 : Place.FIRST_PEER + luck.nextInt(4);
        return Place.host(1, v4, number);
    }

    // Requests.

    /// @return whether there was something to ask, and room for it
    private boolean request(boolean changed) {
        int socket = luck.nextInt(layout.sockets());
        if (socket >= half) {
            accepted(socket);
        }
        boolean open = protocol[socket] != 0;
        boolean gone = open && closed[socket] && life(socket) != lives[socket];
        if (open && closed[socket] && !gone || socket >= half && (!open || gone)) {
            return false;
        }
        if (!open || gone) {
            int which = luck.nextInt(3) == 0 ? 17 : 6;
            put(Request.OPEN, socket, which, luck.nextInt(3));
            boolean given = give(changed ? socket : -1);
            if (given) {
                protocol[socket] = which;
                closed[socket] = false;
            }
            return given;
        }
        int op = Request.BIND + luck.nextInt(Request.INFO - Request.OPEN);
        if (op == Request.CLOSE && luck.nextInt(3) != 0) {
            op = Request.CONNECT;
        }
        put(op, socket, a(op, socket), luck.nextInt(1 << luck.nextInt(20)));
        if (op == Request.CLOSE) {
            lives[socket] = life(socket);
        }
        boolean given = give(changed ? socket : -1);
        closed[socket] |= given && op == Request.CLOSE;
        return given;
    }

    private int life(int socket) {
        return theirs.i32Acquire(layout.stackWords(socket) + SessionLayout.LIFE);
    }

    /// Whether the stack has given a connection to a socket of its half.
    private void accepted(int socket) {
        boolean open = (theirs.i32Acquire(layout.stackWords(socket) + SessionLayout.STATUS) & Status.OPEN) != 0;
        boolean fresh = protocol[socket] == 0 || closed[socket] && life(socket) != lives[socket];
        if (open && fresh) {
            protocol[socket] = 6;
            closed[socket] = false;
        }
    }

    private long a(int op, int socket) {
        return switch (op) {
            case Request.LISTEN -> 1 + luck.nextInt(8);
            case Request.SHUTDOWN -> 1 + luck.nextInt(3);
            case Request.OPTION -> luck.nextInt(27);
            case Request.URGENT -> ours.i64(layout.clientWords(socket) + SessionLayout.SND_TAIL);
            case Request.CLOSE -> luck.nextInt(2);
            default -> luck.nextInt(4);
        };
    }

    /// Fills the next slot, valid in all fields.
    private void put(int op, int socket, long a, long b) {
        long at = slot();
        ours.clear(at, SessionLayout.REQUEST);
        ours.u8(at + Request.OP, op);
        ours.u16(at + Request.TICKET, luck.nextInt(1 << 16));
        ours.i32(at + Request.SOCKET, socket);
        ours.i64(at + Request.A, a);
        ours.i64(at + Request.B, b);
        Address address = op == Request.BIND && luck.nextBoolean() ? Address.of(0, 0) : address();
        ours.i64(at + Request.ADDRESS, address.hi());
        ours.i64(at + Request.ADDRESS + 8, address.lo());
        ours.u16(at + Request.PORT, port());
        ours.i32(at + Request.SCOPE, luck.nextInt(3));
    }

    private long slot() {
        return 64 + (asked & layout.requests() - 1) * SessionLayout.REQUEST;
    }

    /// Gives the slot that was filled; with `change` not negative after one of its fields was changed.
    ///
    /// @return whether there was room
    private boolean give(int change) {
        if (asked - theirs.i64Acquire(layout.requestsConsumer()) >= layout.requests()) {
            return false;
        }
        if (change >= 0) {
            // A socket that is none ends all: the other fields are to be seen, too.
            int field = luck.nextInt(REQUEST_FIELDS.length);
            field = field == 3 && luck.nextInt(4) != 0 ? 4 : field;
            long at = slot() + REQUEST_FIELDS[field];
            switch (FIELD_LENGTHS[field]) {
                case 1 -> ours.u8(at, (int) twist(ours.u8(at)));
                case 2 -> ours.u16(at, (int) twist(ours.u16(at)));
                case 4 -> ours.i32(at, (int) twist(ours.i32(at)));
                default -> ours.i64(at, twist(ours.i64(at)));
            }
        }
        tally.ops.merge(ours.u8(slot() + Request.OP), 1L, Long::sum);
        asked++;
        ours.i64Release(SessionLayout.producer(), asked);
        return true;
    }
}
