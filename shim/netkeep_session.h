/*
 * A session with a stack in another process: docs/session.md in C11.
 *
 * One thread at a time uses a session, or they share a lock. Nothing here waits but nk_sleep and what says that it calls it.
 * Failures are negative errno values; -EPROTO means that the other side broke the layout: the session is then of no use.
 */
#ifndef NETKEEP_SESSION_H
#define NETKEEP_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { NK_TCP = 6, NK_UDP = 17 };

/* What is asked: the op of a request. */
enum nk_op {
    NK_OPEN = 1,
    NK_BIND,
    NK_LISTEN,
    NK_CONNECT,
    NK_SEND,
    NK_READ,
    NK_SHUTDOWN,
    NK_CLOSE,
    NK_OPTION,
    NK_ACCEPTED,
    NK_URGENT,
    NK_JOIN,
    NK_LEAVE,
    NK_INFO
};

/* The bits of an event: what became of a socket. */
enum { NK_EVENT_READ = 1, NK_EVENT_WRITE = 2, NK_EVENT_ACCEPT = 4, NK_EVENT_ANSWER = 8, NK_EVENT_STATE = 16 };

/* The bits of a socket's status. */
enum {
    NK_STATUS_OPEN = 1,
    NK_STATUS_BOUND = 2,
    NK_STATUS_LISTENING = 4,
    NK_STATUS_CONNECTING = 8,
    NK_STATUS_CONNECTED = 16,
    NK_STATUS_READ_END = 32,
    NK_STATUS_WRITE_END = 64,
    NK_STATUS_FAILED = 128
};

/* 128 bits, each half a number in network order; IPv4 in its mapped form, see nk_ipv4. */
struct nk_address {
    uint64_t hi;
    uint64_t lo;
};

/* Fields that the op does not name may hold anything. */
struct nk_request {
    uint8_t op;
    uint16_t ticket;
    uint32_t socket;
    uint64_t a;
    uint64_t b;
    struct nk_address address;
    struct nk_address source;
    uint16_t port;
    uint32_t scope;
};

struct nk_event {
    unsigned what;
    uint32_t socket;
    uint32_t child;
};

/* What the stack says of a socket. */
struct nk_words {
    uint32_t status;
    uint32_t parent; /* the listener's socket + 1, 0 for none */
    uint16_t error;
    uint16_t local_port;
    uint16_t remote_port;
    uint16_t link;
    struct nk_address local;
    struct nk_address remote;
};

/* What is known of a connection: as drawn in docs/layouts/session.md. Lengths are octets, times microseconds. */
struct nk_info {
    uint32_t state; /* 0 CLOSED ... 10 TIME-WAIT */
    uint32_t extensions; /* 1 timestamps, 2 SACK, 4 ECN, 8 window scale */
    uint32_t snd_mss;
    uint32_t rcv_mss;
    uint32_t pmtu;
    uint32_t rto;
    uint32_t srtt;
    uint32_t rttvar;
    uint32_t min_rtt;
    uint32_t cwnd;
    uint32_t ssthresh;
    uint32_t in_flight;
    uint32_t snd_wnd;
    uint32_t rcv_wnd;
    uint32_t retransmits;
    uint32_t backoff;
    uint64_t acknowledged;
    uint64_t sent;
    uint64_t received;
    uint32_t snd_scale;
    uint32_t rcv_scale;
    uint64_t heard;
    uint32_t gaps;
    uint32_t free[5];
};

struct nk_session {
    int line; /* the connection to the daemon, open as long as the session */
    int voice; /* the client's end of the doorbell: what wakes the stack, */
    int ear; /* and what the stack wakes us by */
    int client_memory; /* the regions, for who joins, and for those of whose addresses there are few (RLIMIT_AS): else they may */
    int stack_memory; /* be closed, and -1 */

    /* The four sizes of the layout. */
    uint32_t sockets;
    uint32_t requests;
    uint32_t events;
    uint32_t capacity;

    unsigned char *client; /* the client's region */
    const unsigned char *stack; /* the stack's region */
    size_t client_length; /* of which so much is mapped */
    size_t stack_length;
    char *links; /* the names of the stack's links, from number 1 on, each ended by a line feed */
    size_t links_length;

    /* What this side remembers, begun as zeros: nk_seen_length octets, which processes that share a session share, too. */
    struct nk_seen *seen;
};

struct nk_seen {
    uint64_t missed; /* as seen last */
    uint64_t rung; /* how many requests had been taken when the stack was rung last, + 1 */
    uint64_t woken[]; /* per socket: the rcv.wake that READ was asked for */
};

/* ----- Beginning and end ----- */

/* Attaches to the daemon that listens at a path. Waits for its answer. */
int nk_attach(struct nk_session *session, const char *path);

/*
 * As nk_attach, but for what is remembered: the caller provides it before the first request.
 *
 * For processes that share a session: those that were forked after it was begun have its regions, too. They share a lock.
 */
int nk_attach_shared(struct nk_session *session, const char *path);

size_t nk_seen_length(const struct nk_session *session);

/*
 * Leaves with control what a process needs to join the session that was not forked from one that has it: its regions, its
 * doorbell, and a descriptor of the caller's own. 0 or a negative errno.
 */
int nk_deposit(const struct nk_session *session, int own);

/*
 * Joins a session of which something was deposited: `over` its line, or the end of a pair whose other end control was given by
 * `hold`. Waits for the answer. What is remembered the caller provides, as with nk_attach_shared. The depositor's own descriptor is
 * the caller's from now on. 0 or a negative errno: -ENOENT if nothing was deposited.
 */
int nk_join(struct nk_session *session, int over, int *own);

/* Sends a word with descriptors, which stay open: to control over the line, or such an end. 0 or a negative errno. */
int nk_hand(int over, const void *octets, size_t length, const int *descriptors, int count);

/*
 * Takes an end back that control was given by `hold`, which looks at it no more. Waits for the answer. The end, which is the caller's
 * from now on, or a negative errno: -ENOENT if control has none of this socket.
 */
int nk_take_back(const struct nk_session *session, uint32_t socket, uint32_t life);

/* Ends a session: what it left open is closed by the stack. */
void nk_detach(struct nk_session *session);

/* ----- Asking and being told ----- */

/* How many requests there is room for. -EPROTO if what the stack says cannot be. */
int64_t nk_spare(const struct nk_session *session);

/* Puts a request. -EAGAIN while there is no room: nk_wake, and try again a little later. */
int nk_ask(struct nk_session *session, const struct nk_request *request);

/* Wakes the stack if it sleeps: behind each nk_ask, or the last of several. */
void nk_wake(struct nk_session *session);

/* Takes an event. 1, or 0 if there is none. */
int nk_next(struct nk_session *session, struct nk_event *event);

/* Whether events found no room since this was asked last: then every socket is to be looked at. */
bool nk_missed(struct nk_session *session);

/* Whether an event waits, or one found no room: a look that changes nothing. */
bool nk_told(const struct nk_session *session);

/*
 * Says who is about to sleep, of several that share the session: then the stack rings. 1 for one alone, 0 for nobody. Look at
 * everything once more behind it.
 */
void nk_asleep(struct nk_session *session, uint32_t who);

/* Whom of those a socket's events concern: bits as above, none for all. And: one more, or one less. */
void nk_concerns(struct nk_session *session, uint32_t socket, uint16_t who);
void nk_concerns_too(struct nk_session *session, uint32_t socket, uint16_t who, bool does);

/*
 * Takes what came over the line: 0 if nothing did, 1 if control is another one, which knows nothing of what the last one was given,
 * or -EPIPE if nobody will serve this session any more. Never waits.
 */
int nk_listen_again(struct nk_session *session);

/*
 * Sleeps until the stack has something, unless it has by now.
 *
 * 1 if it was woken, 0 if there was something or the time is over, -EPIPE if nobody will serve this session any more.
 * timeout in milliseconds, -1 for ever.
 */
int nk_sleep(struct nk_session *session, int timeout);

/* ----- Sockets ----- */

/* How often the socket has become free: another value than when it was opened says that it is. */
uint32_t nk_life(const struct nk_session *session, uint32_t socket);

/* The errno of the request with this ticket, -EAGAIN while there is no answer. */
int nk_answer(const struct nk_session *session, uint32_t socket, uint16_t ticket);

/* A ticket that the socket's last answer does not carry. */
uint16_t nk_ticket(const struct nk_session *session, uint32_t socket);

void nk_words(const struct nk_session *session, uint32_t socket, struct nk_words *words);

/* What the stack told last, once NK_INFO has been answered. */
void nk_info(const struct nk_session *session, struct nk_info *info);

/* ----- Streams ----- */

/*
 * Copies octets to the socket's send ring and asks the stack to send them; nk_wake is the caller's.
 *
 * How many, 0 if there is no room: then an event WRITE tells when there is. -EAGAIN while there is no room for a request, as nk_ask;
 * -EPIPE if nothing can be sent any more, or the errno with which the connection failed.
 */
ssize_t nk_send(struct nk_session *session, uint32_t socket, const void *octets, size_t length);

/*
 * Copies octets out of the socket's receive ring.
 *
 * How many, 0 at the end of the stream, -EAGAIN if there are none yet, -ENOBUFS while there is no room for a request: nk_wake, and try
 * again a little later; else the errno with which the connection failed.
 */
ssize_t nk_receive(struct nk_session *session, uint32_t socket, void *octets, size_t length);

/* As nk_send in pieces: octets are put, and then, once for several, the stack is asked to send them, or it may never look. */
ssize_t nk_put(struct nk_session *session, uint32_t socket, const void *octets, size_t length);
int nk_sent(struct nk_session *session, uint32_t socket);

/*
 * As nk_put in pieces, for datagrams: octets are laid so far behind what was given, where there is room, and then given. Where the ring is
 * empty nk_rebase first has that begin at the ring's low part; what was laid by then, and not given, is lost.
 */
void nk_rebase(struct nk_session *session, uint32_t socket);
void nk_lay(struct nk_session *session, uint32_t socket, size_t from, const void *octets, size_t length);
void nk_give(struct nk_session *session, uint32_t socket, size_t length);

/* As nk_receive in pieces: octets behind those to be read next are copied, and the first are passed over. */
ssize_t nk_peek(struct nk_session *session, uint32_t socket, size_t from, void *octets, size_t length);
/* 1 if the stack was asked to tell the peer of the room, -EAGAIN if it has to be and there is none for the request: pass 0 octets later. */
int nk_pass(struct nk_session *session, uint32_t socket, size_t length);

/*
 * Octets before the urgent one, from those on that are read next: it may not have come yet. -1 if there is none, or it was passed.
 * And: the octet that was put last is urgent, ask for it before nk_sent. 0 or a negative errno.
 */
int64_t nk_mark(const struct nk_session *session, uint32_t socket);
int nk_urge(struct nk_session *session, uint32_t socket);

/* Octets that wait to be read; those that are not acknowledged yet (of datagrams: not sent). */
uint64_t nk_unread(const struct nk_session *session, uint32_t socket);
uint64_t nk_unsent(const struct nk_session *session, uint32_t socket);

/*
 * Octets that can be put. Where there are none, an event WRITE is asked for: only with the lock, where there is one.
 * -EPROTO if what the stack says cannot be.
 */
int64_t nk_room(struct nk_session *session, uint32_t socket);

/* The same, and nothing is asked for. */
int64_t nk_free(const struct nk_session *session, uint32_t socket);

/* Whether all that was given has been sent, or acknowledged. Where it has not, an event WRITE tells when more of it has: only with the lock. */
bool nk_all_sent(struct nk_session *session, uint32_t socket);

/* How far the stack is with a socket: numbers that are others once something has happened. */
uint64_t nk_received(const struct nk_session *session, uint32_t socket);

/* The address of an IPv4 address in network order. */
struct nk_address nk_ipv4(uint32_t address);

#endif
