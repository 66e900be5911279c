package netkeep.session;

import netkeep.ring.Producer;

/// Where things lie in the two regions of a session. The one place that knows an offset.
///
/// ```text
/// the client's region                              the stack's region
///   requests, the producer's side                    events, the producer's side
///   events, the consumer's side                      requests, the consumer's side
///                                                    missed u64  events that found no room, ever
///   words of socket 0, 1 ...   32 octets each        words of socket 0, 1 ...   128 octets each
///   ears of socket 0, 1 ...    u16 each              [ConnectionInfo] 128
///   send rings, low parts      1088 octets each      receive rings, low parts   1088 octets each
///   send rings, high parts     the rest of each      receive rings, high parts  the rest of each
///
/// words of the client                              words of the stack
///    0  snd.tail  u64  octets given to send, ever      0  rcv.tail  u64  octets to read, ever
///    8  snd.base  u64  lies at ring offset 0           8  rcv.base  u64  lies at ring offset 0
///   16  rcv.head  u64  octets read, ever              16  rcv.wake  u64  the client says READ when it passes
///   24  snd.wake  u64  the stack says WRITE when      24  snd.head  u64  octets acknowledged, ever
///                      snd.edge passes it             32  snd.edge  u64  the client may write up to here
///                                                     40  status    u32  bits of [Status]
///                                                     44  answer    u32  ticket << 16 | errno
///                                                     48  parent    u32  the listener's socket + 1, 0 for none
///                                                     52  error     u16  errno that waits to be told
///                                                     54  local port u16, 56 remote port u16, 58 link u16
///                                                     64  local address, 80 remote address, hi and lo each
///                                                     96  urgent    u64  position behind the urgent octet, 0 none
///                                                    104  life      u32  grows when the socket becomes free
/// ```
///
/// Position `p` of a stream lies at ring offset `(p - base) & (capacity - 1)`. Whoever writes the ring moves the base
/// to its tail when the ring is empty, before it moves the tail: so a quiet stream stays within the first lines, and
/// only the low part, next to its neighbours', is ever touched: nearly four streams share a page. The high parts are a
/// sparse mapping.
///
/// Sockets `0 .. sockets/2 - 1` are opened by the client, the others by the stack, for connections that a listener
/// accepts. A datagram ring carries [Datagram]s.
///
/// @param sockets  how many, even
/// @param requests slots of the request ring, a power of two
/// @param events   slots of the event ring, a power of two
/// @param capacity octets of each stream's ring, a power of two, 8 KiB..1 GiB
public record SessionLayout(int sockets, int requests, int events, int capacity) {
    /// Octets of a request.
    public static final int REQUEST = 64;

    /// Octets of an event.
    public static final int EVENT = 8;

    /// Octets of the low part of a ring: a small request or answer. An odd number of cache lines: were it a power of
    /// two, the begins of many rings would compete for the same few places in the cache.
    public static final int LOW = 17 * 64;

    private static final int LEAST_CAPACITY = 8192;

    public static final long CLIENT_WORDS = 32;
    public static final long SND_TAIL = 0;
    public static final long SND_BASE = 8;
    public static final long RCV_HEAD = 16;
    public static final long SND_WAKE = 24;

    public static final long STACK_WORDS = 128;
    public static final long RCV_TAIL = 0;
    public static final long RCV_BASE = 8;
    public static final long RCV_WAKE = 16;
    public static final long SND_HEAD = 24;
    public static final long SND_EDGE = 32;
    public static final long STATUS = 40;
    public static final long ANSWER = 44;
    public static final long PARENT = 48;
    public static final long ERROR = 52;
    public static final long LOCAL_PORT = 54;
    public static final long REMOTE_PORT = 56;
    public static final long LINK = 58;
    public static final long LOCAL = 64;
    public static final long REMOTE = 80;
    public static final long URGENT = 96;
    public static final long LIFE = 104;

    public SessionLayout {
        require(sockets > 0 && (sockets & 1) == 0, "sockets", sockets);
        require(Integer.bitCount(requests) == 1, "requests", requests);
        require(Integer.bitCount(events) == 1, "events", events);
        require(
                Integer.bitCount(capacity) == 1 && capacity >= LEAST_CAPACITY && capacity <= 1 << 30,
                "capacity",
                capacity);
    }

    private static void require(boolean holds, String name, int value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }

    /// Where the producer's side of the ring lies in its region: of requests in the client's, of events in the
    /// stack's.
    public static long producer() {
        return 0;
    }

    /// Where the consumer's side of the event ring lies in the client's region.
    public long eventsConsumer() {
        return Producer.length(requests, REQUEST);
    }

    /// Where the consumer's side of the request ring lies in the stack's region.
    public long requestsConsumer() {
        return Producer.length(events, EVENT);
    }

    /// Where the count of events that found no room lies in the stack's region.
    public long missed() {
        return requestsConsumer() + Producer.CONSUMER_LENGTH;
    }

    /// Where a socket's words lie in the client's region.
    public long clientWords(int socket) {
        return eventsConsumer() + Producer.CONSUMER_LENGTH + socket * CLIENT_WORDS;
    }

    /// Where it lies in the client's region whom of those that share the session a socket's events concern: bits as in
    /// `asleep` of the events' consumer, 0 for all.
    public long ears(int socket) {
        return clientWords(sockets) + socket * 2L;
    }

    /// Where a socket's words lie in the stack's region.
    public long stackWords(int socket) {
        return missed() + 64 + socket * STACK_WORDS;
    }

    /// Where [ConnectionInfo] lies in the stack's region.
    public long info() {
        return stackWords(sockets);
    }

    /// Octets of the client's region.
    public long clientLength() {
        return sendRings() + (long) sockets * capacity;
    }

    /// Octets of the stack's region.
    public long stackLength() {
        return receiveRings() + (long) sockets * capacity;
    }

    /// Where the send rings begin in the client's region.
    public long sendRings() {
        return page(ears(sockets));
    }

    /// Where the receive rings begin in the stack's region.
    public long receiveRings() {
        return page(info() + ConnectionInfo.LENGTH);
    }

    /// Where a ring offset lies, counted from the begin of the rings.
    ///
    /// @param offset 0..capacity-1
    public long place(int socket, int offset) {
        return offset < LOW
                ? (long) socket * LOW + offset
                : (long) sockets * LOW + (long) socket * (capacity - LOW) + (offset - LOW);
    }

    /// Octets that lie in one piece from a ring offset on.
    public int contiguous(int offset) {
        return offset < LOW ? LOW - offset : capacity - offset;
    }

    /// The ring offset of a stream position.
    public int offset(long position, long base) {
        return (int) (position - base) & capacity - 1;
    }

    private static long page(long length) {
        return length + 4095 & ~4095L;
    }
}
