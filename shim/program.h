/*
 * The library under an unmodified program: what its files share. docs/programs.md tells how it works.
 *
 * Functions of the program's view (calls.c) return -1 and set errno; those below them return negative errno values.
 */
#ifndef NETKEEP_PROGRAM_H
#define NETKEEP_PROGRAM_H

#include "netkeep_session.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

/* ----- What a descriptor is: numbers.c ----- */

enum kind {
    KERNEL, /* nothing of ours */
    OWN, /* a socket of the session; the value is its number */
    OPEN, /* a socket of the kernel's that may become one of ours once it is known whom it talks to; the value tells which */
    POLLS, /* an epoll instance; the value is the number of its set */
    HIDDEN /* the library's own: not the program's to close */
};

/* Bits of the value of OPEN. */
enum { OPEN_DATAGRAM = 1, OPEN_V6 = 2, OPEN_CHANGED = 4 /* an option was set */ };

enum kind number_kind(int fd, uint32_t *value);
void number_set(int fd, enum kind kind, uint32_t value);

/* One above the highest number that was ever one of ours. */
int numbers_end(void);

/*
 * As much of sets of so many descriptors as the kernel would look at, which knows of none above its table: programs there are that say
 * how many they might have, and have room for FD_SETSIZE.
 */
int numbers_select(int wanted);

/* Moves a descriptor of the library's out of the program's way: its new number, or fd itself where there is none. */
int number_hide(int fd);

/* ----- What processes share that were forked from one another: family.c ----- */

enum { SHUT_IN = 1, SHUT_OUT = 2 };

enum { OPTIONS_KEPT = 64, APART = 18 };

enum state { UNUSED, WAITING, USED, LEFT };

/* One socket: what the program knows of it, and the stack does not. Changed with the lock. */
struct own {
    enum state state; /* WAITING to be accepted; LEFT until the stack has closed it */
    uint32_t life; /* as it was when it was opened */
    _Atomic uint32_t refs; /* descriptors, as far as we have counted */
    _Atomic uint32_t moving; /* of them, those that went into another image, which has not found them yet */
    bool v6; /* its family */
    bool datagram;
    bool listening;
    bool named; /* bound, connected or both */
    bool unplaced; /* bound to no address and no port in particular, and nothing was sent yet */
    bool asked; /* to connect, and the program has not been told that it is */
    bool undone; /* it failed, and connect said so: as if nothing had been */
    uint64_t urgent_read; /* the position behind the urgent octet that was read apart */
    bool told; /* how the connection failed has been told */
    bool fallen; /* to the stack, since nobody of the kernel's was there */
    int64_t looked_ms; /* when it was seen last, of UDP, that nobody is; on the scale of now_ms */
    _Atomic bool nonblocking;
    _Atomic unsigned shut;
    _Atomic uint32_t full; /* how often the program found no room to send */
    _Atomic uint32_t arrivals; /* connections that came, ever */
    uint32_t next; /* in the queue of a listener, number + 1 */
    uint32_t first;
    uint32_t last;
    int64_t receive_ms; /* SO_RCVTIMEO, 0 for ever, -1 for not at all */
    int64_t send_ms;
    int lingers_s; /* SO_LINGER's time, which is kept also while it does not hold */
    _Atomic bool carried; /* its octets go through the kernel's pair, and a carrier */
    uint64_t known; /* the options that were set: bits by their numbers */
    int options[OPTIONS_KEPT];
    uint32_t told_apart; /* of those that a socket of IPv6 has once for each family: bits */
    int apart[APART];
    bool holding; /* a datagram to which more may come lies behind what was given (MSG_MORE, UDP_CORK) */
    uint32_t held; /* octets of that */
    uint32_t held_most; /* as many as it may have */
    bool more; /* its last octets were sent with MSG_MORE */
    bool keeps_address; /* it was bound to one, or to a port: these it has still when it is disconnected */
    bool keeps_port;
    bool portless; /* of UDP: its peer has port 0, which nobody has */
    _Atomic bool signals; /* O_ASYNC: the kernel is to send signals about it */
    uint64_t scanned; /* up to here the ring of datagrams was looked at for errors */
    _Atomic int pending; /* errno of an error that was told to nobody yet */
};

/* Bits of processes: each has one, which two have where there are many. And one that no process has. */
enum { EARS = 15, NOBODYS_EAR = 1 << EARS };

enum { JOURNAL = 4096 };

struct family {
    pthread_mutex_t lock;
    uint64_t name; /* by chance: says which family a descriptor is of */
    _Atomic uint32_t ends; /* that were given names, ever */
    _Atomic bool shared; /* by several processes: the daemon holds the other ends of their descriptors */
    uint32_t sleepers[EARS]; /* threads */
    uint32_t asleep; /* their bits */
    _Atomic uint32_t processes; /* that were of it, ever */
    uint32_t search; /* where to look for a free number */
    _Atomic bool over; /* nobody serves the session any more */
    _Atomic uint64_t written; /* to the journal, ever */
    uint32_t journal[JOURNAL]; /* sockets to which something happened */
    struct own owns[];
};

extern struct nk_session session;
extern struct family *family;

/* Where the session is to be had, NULL for nowhere; as it was when this image began, for programs clear their environment. */
const char *family_path(void);

/* Begins the session, unless there is one. 0, or -ENETDOWN: then it has been said why. */
int family_begin(void);

/*
 * Joins the family of this name: over its line, which is this process's from now on, or else (line -1) the end of a pair. 0 or a
 * negative errno; -EXDEV if this process is of another one.
 */
int family_join(int over, int line, uint64_t name);

/* Leaves with control what is needed to join. */
void family_deposit(void);

/* This process ends. */
void family_leave(void);

/* Waits until each lock that a thread has by now has been let go of once. */
void family_settles(void);

void family_lock(void);
void family_unlock(void);

static inline struct own *own(uint32_t number) {
    return &family->owns[number];
}

/* With the lock. Waits until there is room for so many requests: before octets are put or taken, of which the stack is to be told. */
void family_spare(int64_t wanted);

/* With the lock. Puts a request, and waits for room if there is none. */
void family_ask(const struct nk_request *request);

/* With the lock. Puts a request and waits for the answer: 0 or a negative errno. */
int family_call(struct nk_request *request);

/* With the lock. Takes events: connections that came are queued at their listeners, and all is noted in the journal. */
void family_drain(void);

/* This process's bit. And: it has a descriptor of the socket's; it has closed one, which others have, too. */
uint16_t family_bit(void);
void family_hears_of(uint32_t number);
void family_left(uint32_t number);

/* With the lock. Something happened to a socket that other processes may wait for. */
void family_note(uint32_t number);

/* Nobody serves the session any more. */
void family_ended(void);

/* A descriptor that is readable, as an edge, when the stack has something; every thread has its own. -1 if there is none. */
int family_ear(void);

/* The ear has been heard; so has the line. */
void family_heard(int ear);
void family_hears(void);

/* Watches the session in an epoll instance, with this as the events' data. */
int family_watch(int epfd, uint64_t data);

/* Before and behind a sleep; and behind one as whom a cancelled thread calls last. */
void family_sleeps(void);
void family_woke(void);
void family_rises(void *unused);

/*
 * Sleeps until `ready` says yes: 0, -EINTR, -EAGAIN behind `until` (an instant of now_ms, -1 for never), or -EBADF if another thread
 * has closed it. Without the lock.
 */
int family_wait(bool (*ready)(uint32_t), uint32_t number, int64_t until);

int64_t now_ms(void);
int64_t now_ns(void);

/* The instant of now_ms until which a call waits; -1 for ever. */
static inline int64_t until_of(int64_t ms) {
    return ms == 0 ? -1 : now_ms() + (ms < 0 ? 0 : ms);
}

/* Wakes who waits at an epoll instance that family_watch has seen. */
void family_nudge(int epfd);

/* Wakes all of this process who wait at any. */
void family_nudge_all(void);
bool family_nudged(const struct epoll_event *event);

/* Whoever waits at an epoll instance of the program's comes back with an event that family_nudged knows; until it does no more. */
void family_interrupts(int epfd, bool does);

/* Another one in a child than in its parent. */
unsigned family_generation(void);

/* With the lock. A child is about to have this process's descriptors, too: forks.c. */
void fork_counts(void);

/* ----- Sockets: sockets.c ----- */

/* Sets errno to what a negative errno says: -1. */
int fail(int failure);

int socket_new(int domain, int type, int protocol);

/*
 * A descriptor for a socket: one end of a pair. Where processes share sockets, the other end is to go to the daemon by
 * socket_shown; else it is closed, and -1.
 */
int socket_end(bool datagram, int flags, int *other);
void socket_shown(uint32_t number, int end, int other);

/* Descriptors of this process are about to be another's, too: their other ends go to the daemon. With the lock. */
void sockets_share(void);

/* With the lock. Waits until the stack has closed what owes nobody anything: 0 or a negative errno. */
int socket_closed(uint32_t number);

/* Whether a connection waits at a listener, or none ever will. */
bool socket_arrived(uint32_t number);

/* With the lock. Connections that nobody has accepted are nobody's from now on. */
void socket_forsake(uint32_t listener);

/* connecting.c */
int socket_bind(int fd, const struct sockaddr *address, socklen_t length);
int socket_connect(int fd, const struct sockaddr *address, socklen_t length);
int socket_listen(int fd, int backlog);
int socket_unlisten(uint32_t number);
/* One that connects does so no more. */
int socket_abandon(uint32_t number);
int socket_accept(int fd, struct sockaddr *address, socklen_t *length, int flags);

/* sockets.c again */
int socket_shutdown(uint32_t number, int how);
int socket_name(uint32_t number, bool peer, struct sockaddr *address, socklen_t *length);

/* Who connected to one that was accepted, also where that has ended by now. */
int socket_caller(uint32_t number, struct sockaddr *address, socklen_t *length);

/* Makes a descriptor that is OPEN one of the session's. The socket's number or a negative errno. */
int64_t socket_adopt(int fd);


/*
 * With the lock. The stack gives the sockets of connections away that it accepted, and takes none back: one is opened in its stead, which
 * this descriptor is from then on, and the connection is reset. Its number, or -EOPNOTSUPP if there are more descriptors of it.
 */
int64_t socket_anew(int fd, uint32_t number);

/* Makes a socket that is bound to any address, and no more, one of the kernel's: 0 or a negative errno. */
int socket_give_up(int fd);

/* Another descriptor refers to what `from` refers to. */
void socket_doubled(int from, int to);

/* A descriptor is about to be closed; whether that waits, where SO_LINGER says so. */
void socket_leave(int fd, bool lingers);

/* The socket's status, as the program is to see it. */
uint32_t socket_status(uint32_t number);

/* The error that waits to be told of a stream, which is told with this. */
int socket_error(uint32_t number);

/* What poll says of it, of those asked for; where there is no room to send, and it was asked for, the stack is to tell. */
short socket_ready(uint32_t number, short wanted);

/* ----- Octets past the library: carrying.c, reaching.c ----- */

/* This process is a carrier. */
extern bool carrying;

/* Whether this process's octets of a socket go through the kernel's pair. */
static inline bool socket_carried(uint32_t number) {
    return __builtin_expect(atomic_load_explicit(&own(number)->carried, memory_order_relaxed), 0) && !carrying;
}

/* From now on those of the descriptors' sockets are carried that are connected and chosen. */
void sockets_carry(bool (*chosen)(int fd));

/* A socket has been connected: with NETKEEP_CARRY=1, or where the kernel is to send signals about it, it is carried from now on. */
void socket_settled(uint32_t number);

/* The kernel is to send signals about it (O_ASYNC), which knows of octets that it has itself. */
void socket_signals(uint32_t number);

/* Whether the library would be in an image: of this path (none: of that descriptor), or found as execvp finds it. */
bool image_reached(int at, const char *path);
bool image_found_reached(const char *file);

/* ----- Other images, other processes: joining.c ----- */

/* Gives an end of a pair its name, by which whoever gets it knows what it is; and the session's line. */
void end_named(int end, uint32_t number);
void line_named(void);

/*
 * Another image is about to take this one's place, and will find what is not closed then: whether there is any. What is closed then is
 * counted out. And: it did not come.
 */
bool sockets_go(void);
bool socket_goes(int fd);
void sockets_stay(void);

/* Descriptors are about to be another process's, uncounted: all that go along. Whether there are some; then sockets_lent is to follow. */
bool sockets_lend(bool (*goes)(int fd));
void sockets_lent(void);

/* Rights that a message gives away, or has brought; and a descriptor of another process's that came otherwise. */
void rights_sent(const struct msghdr *message);
void rights_come(const struct msghdr *message);
void right_come(int fd);
int pidfd_getfd(int pidfd, int target, unsigned flags);

/* ----- Addresses: addresses.c ----- */

struct place {
    struct nk_address address;
    uint16_t port;
    uint32_t scope;
};

/* An address of IPv4, and its length, as a socket over IPv6 has it, in the mapped form; any other as it is. */
const struct sockaddr *place_as_six(const struct sockaddr *address, socklen_t *length, struct sockaddr_in6 *six);

/* 0 or a negative errno. */
int place_of(const struct sockaddr *address, socklen_t length, bool v6, struct place *place);
void place_told(const struct place *place, bool v6, struct sockaddr *address, socklen_t *length);

/*
 * One address, as an IPv4 or an IPv6 address in network order; and back. The number of one of the session's links by the kernel's
 * of it, which is returned if it is none; and back, one of its own where the kernel has none. Its name, false if there is none.
 */
void address_told(struct nk_address address, bool v6, void *at);
struct nk_address address_of(const void *at, bool v6);
uint32_t link_of(uint32_t kernels);
uint32_t link_told(uint32_t number);
bool link_name(uint32_t number, char *name);

/* The number of the session's link of that name, 0 if it has none. */
uint32_t link_called(const char *name);

/* Whether it is one of IPv4, in its mapped form. And how many bits two have in common, from the first on. */
bool address_is_four(struct nk_address address);
unsigned address_common(struct nk_address one, struct nk_address other);

/* Addresses that begin alike: one of IPv4 has 96 bits more than are written. */
struct prefix {
    struct nk_address first;
    unsigned bits;
};

/* "198.18.0.0/15", "fd00::/8", or an address alone; the text is changed. False if it is none. */
bool prefix_read(char *text, struct prefix *prefix);
bool prefix_has(const struct prefix *prefix, struct nk_address address);

/* A number in digits alone, such as a port. */
bool number_read(const char *text, unsigned most, unsigned *number);

/* Where octets to a place go: this host's loopback, if it is no address in particular. */
void place_meant(struct place *place);

/* rules.c: whether what is bound to an address is the kernel's, or what is sent there. And: what was said of that when this image began. */
bool place_is_kernels(const struct sockaddr *address, socklen_t length);
bool place_leads_to_kernel(const struct sockaddr *address, socklen_t length);
const char *rules_said(void);

/* rules.c: whether an address of the loopback is the kernel's because nothing was said of it. */
bool place_is_nobodys(const struct sockaddr *address, socklen_t length);

/* carrying.c: the same of NETKEEP_CARRY: "1", or nothing. */
const char *carrying_said(void);

/* The same: whether one of the kernel's own addresses is the program's, too, at least at some port. */
bool place_stays(const struct sockaddr *address, socklen_t length);

/* connecting.c: whether what goes there from a socket of this kind (the value of OPEN) is the kernel's: nobody of the family serves it. */
bool place_leaves(const struct sockaddr *address, socklen_t length, uint32_t kind);

/* tables.c: whether a socket of UDP of the kernel's takes what is sent to a place of the loopback. */
bool kernel_takes(const struct place *place);

/*
 * connecting.c: whether what is sent there from a socket of UDP, which nobody of the family serves, is the stack's all the same: no rule says whose
 * it is, nobody of the kernel's takes it, and there is a session.
 */
bool place_falls(const struct sockaddr *address, socklen_t length);

/* Before something is sent from a socket of UDP, to an address or (NULL) to whom it talks: whether it becomes one of the kernel's for that. */
void place_settles(int fd, uint32_t number, const struct sockaddr *address, socklen_t length);

/* ----- Octets: streams.c, datagrams.c ----- */

/* docs/layouts/session.md: the header of a datagram in a ring. */
struct datagram {
    uint32_t length;
    uint16_t port;
    uint8_t hops;
    uint8_t traffic_class;
    uint32_t link;
    uint32_t error;
    struct nk_address remote;
    struct nk_address local;
};

_Static_assert(sizeof(struct datagram) == 48, "the layout's header");

/*
 * Control messages, controls.c: what a message asks for is put into the header, and (UDP_SEGMENT) into how many octets each it is to be
 * cut; 0 or a negative errno. A stream has neither, and only what is none is found. And what was asked to be told is.
 */
int controls_asked(uint32_t number, const struct msghdr *message, struct datagram *header, uint16_t *segment);
void controls_told(uint32_t number, const struct datagram *header, struct msghdr *message);
/* One of any kind, the first of a message. */
void control_told(struct msghdr *message, int level, int type, const void *what, size_t length);

/* Octets that a send would take now; waits for some. 0 or less: why there will be none. */
ssize_t stream_room(uint32_t number, int flags);
ssize_t stream_send(uint32_t number, const struct iovec *pieces, size_t count, int flags);
/*
 * Octets that a read would find: not an urgent one that is read apart, nor those behind it; those before that one; and whether there
 * is one that was not read.
 */
uint64_t stream_before_mark(uint32_t number);
uint64_t stream_unread(uint32_t number);
bool stream_urgent(uint32_t number);
ssize_t stream_receive(uint32_t number, const struct iovec *pieces, size_t count, int flags);
ssize_t datagram_send(uint32_t number, const struct msghdr *message, int flags);
ssize_t datagram_receive(uint32_t number, struct msghdr *message, int flags);

/* With the lock. A datagram to which more was to come has nothing more to wait for. */
void datagram_release(uint32_t number);

/* Whether a socket of UDP takes another datagram, of any length; where it does not the stack is to tell. */
bool datagram_has_room(uint32_t number);

/*
 * errors.c: a socket that wants errors told (IP_RECVERR) has them in a queue of its own; of one that is connected an errno waits. Takes those
 * that have come: whether one is in the queue, or an errno waits. The errno that waits, which does so no more. And one of the queue, as
 * MSG_ERRQUEUE asks for it. With the lock: none has come. And whether it is of what was sent, which the stack itself has not, not of a message.
 */
bool errors_gather(uint32_t number);
int errors_pending(uint32_t number);
ssize_t errors_receive(uint32_t number, struct msghdr *message);
size_t errors_length(void);
void errors_forget(uint32_t number);
bool error_is_own(const struct datagram *header);

/* Of either kind; for a stream the address is what it says. */
ssize_t message_send(uint32_t number, const struct msghdr *message, int flags);
ssize_t message_receive(uint32_t number, struct msghdr *message, int flags);

/* ----- Questions to control: asking.c ----- */

/*
 * Asks, over a socket of its own, and waits for the answer: its octets, or a negative errno; -EOPNOTSUPP if nobody will give one. Begins
 * the session if there is none.
 */
ssize_t control_asked(const void *question, size_t length, void *answer, size_t room);

/* ----- Interfaces: interfaces.c ----- */

/* Whether a request of ioctl asks for this machine's interfaces; and answers it as ioctl does. */
bool interfaces_concern(unsigned long request);
int interfaces_control(int fd, unsigned long request, void *value);

/* Whether this machine has addresses of IPv4, and of IPv6, besides the loopback's; false if there is no session. */
bool interfaces_have(bool *four, bool *six);

/* The stack's own addresses: how many were told. */
struct own_address {
    struct nk_address address;
    unsigned prefix; /* its length: of IPv4's mapped form */
    bool deprecated;
};

size_t interfaces_own(struct own_address *all, size_t most);

/* ----- Names: names.c, order.c ----- */

/* Whether there was nobody to ask for a name that this thread has asked for since this was asked last. */
bool names_unserved(void);

struct addrinfo;

/* Puts the addresses of a name into the order in which they are to be tried. */
void addresses_order(struct addrinfo **all);

/* ----- Options: options.c ----- */

int option_set(uint32_t number, int level, int name, const void *value, socklen_t length);
int option_get(uint32_t number, int level, int name, void *value, socklen_t *length);

/* Whether a switch was set of those that only concern what is told. */
bool option_tells(uint32_t number, int level, int name);

/* With the lock. The stack is to bind it, for a moment, as SO_REUSEADDR has it. */
void options_reuse(uint32_t number, bool does);

/* With the lock. The stack is to hold back less than a segment of a stream, as TCP_CORK has it, unless that is set anyway. */
void option_corks(uint32_t number, bool does);

/* What was set of an option that is a number; 0 if nothing was. */
int option_kept(uint32_t number, int level, int name);

/* Whether its peer is to be told by a reset that it was closed: it lingers for no time. */
bool option_aborts(uint32_t number);

/* How many octets of a stream are enough for who waits (SO_RCVLOWAT), of those that a window has room for in any case. */
uint64_t option_low_water(uint32_t number);

/* For how many seconds it lingers: of a socket of TCP, where it does. */
int option_lingers(uint32_t number);

/* Takes over what was set on a socket of the kernel's. With the lock. */
void options_take(uint32_t number, int fd);

/* What was set of another one holds of this one, too: as far as the library keeps it. */
void options_inherit(struct own *it, const struct own *from);

/* With the lock. A socket of IPv6 is bound to an address of IPv6: it is for nothing else from now on, and says so. */
void option_narrows(uint32_t number);

/* Says once more what was set. With the lock. */
void options_again(uint32_t number);

/* Sets on a socket of the kernel's what was set. */
void options_give(uint32_t number, int fd);

/* Copies what getsockopt tells, as much as there is room for: 0 or -EFAULT. */
int option_give(const void *from, size_t have, void *value, socklen_t *length);

/* ----- What is known of a socket: information.c ----- */

/* What the stack knows of a connection, and the same as TCP_INFO has it: 0 or a negative errno. */
int info_learn(uint32_t number, struct nk_info *known);
int info_get(uint32_t number, void *value, socklen_t *length);
int option_control(uint32_t number, unsigned long request, void *value);

/*
 * Groups: groups.c. Whether an option joins or leaves one; and does it, with the lock: a negative errno. Whether it says by which
 * link what is sent to groups leaves: and by which, 0 for the route's, and what is told of it. And whether it is one of these, and
 * of one of the session's links, so that it makes a socket one of ours.
 */
bool group_option(int level, int name);
int group_set(uint32_t number, int level, int name, const void *value, socklen_t length);
bool group_leaves(int level, int name);
int group_link(int level, const void *value, socklen_t length, uint32_t *link, int *told);
bool group_is_ours(int level, int name, const void *value, socklen_t length);

/* ----- Waiting: waiting.c, sets.c, sets_waiting.c ----- */

/*
 * How long a program says to wait, in nanoseconds: -1 for ever (NULL), or -EINVAL where it is no time. And: this instant so much
 * later, of now_ns; -1 for never.
 */
int64_t timeout_ns(const struct timespec *timeout);
int64_t later(int64_t ns);

/* As ppoll, timeout in nanoseconds, -1 for ever. */
int wait_poll(struct pollfd *polled, nfds_t count, int64_t timeout, const sigset_t *mask);

/* What is in an epoll instance has changed: those of this process's threads that poll one look again. */
void wait_rouse(void);

/*
 * Room for so many: the caller's own, of POLLED_FEW, or else mapped, for a handler may wait that has interrupted malloc. NULL if there is none. And
 * back, errno as it was.
 */
enum { POLLED_FEW = 64 };
struct pollfd *polled_take(struct pollfd *few, nfds_t count);
void polled_give(struct pollfd *taken, const struct pollfd *few, nfds_t count);

/* Whether what select is asked about has one of ours. */
bool select_concerns(int end, const fd_set *in, const fd_set *out, const fd_set *except);

/* Before something is received: a socket of which nothing is decided yet is waited for here. -1 with errno if nothing will be. */
int wait_settled(int fd, int flags);

/* Whether it is ours to wait for, or may come to be so; and whether one of them is. */
bool wait_is_ours(int fd);
bool wait_concerns(struct pollfd *polled, nfds_t count);

void set_made(int epfd);
int set_control(int epfd, uint32_t set, int op, int fd, struct epoll_event *event);
/* As epoll_pwait2, timeout in nanoseconds, -1 for ever. */
int set_wait(int epfd, uint32_t set, struct epoll_event *events, int most, int64_t timeout, const sigset_t *mask);
/* Whether it ever had a socket of ours, in itself or in a set within. And: whether one of these is ready. */
bool set_hears(uint32_t set);
bool set_ready(uint32_t set);
/* Another descriptor is this set, too; and one is no more. */
void set_doubled(uint32_t set, int to);
void set_left(uint32_t set, int fd);
/* A number is closed, has become the kernel's for good, or one of ours. Without the family's lock, which is taken behind that of sets. */
void sets_forget(int fd);
void sets_settled(int fd);
void sets_adopted(int fd);
void sets_lock(void);
void sets_unlock(void);
/* A thread polls sets that have nothing of ours by the kernel's instances alone: once they have, it wakes. And: it does so no more. */
void sets_polled(void);
void sets_unpolled(void);
/* A child is about to have the instances, too, and may put there what the kernel knows alone. */
void sets_shared(void);
/* This process has no thread but this one. */
void sets_forked(void);

/* ----- Without calls of the kernel's: confining.c ----- */

/* Whether this process has taken calls from itself; that it has. How long it sleeps then before it looks again, in ns; left is -1 for ever. */
bool confined(void);
void confine(void);
int64_t confined_nap(int64_t left);

/* ----- Streams of stdio: stdio.c ----- */

/* An image begins, whose sockets have been found; and it ends: what is still to be written is. */
void stdio_begin(void);
/* A socket of ours has got this number: if it is a standard stream's, that is ours, too, with all that it holds to be written. */
void stdio_moved(int fd);
void stdio_lock(void);
void stdio_unlock(void);
void stdio_end(void);

/* ----- Octets between descriptors: buffers.c ----- */

/* Room for so many octets, NULL if there is none; and back. */
enum { BUFFER = 64 << 10 };
char *buffer_take(void);
void buffer_give(char *taken);

/* ----- Memory of the program's: faults.c ----- */

/* Whether it has what a call is to read, and what it is to write; of no octets in any case. Else the call fails with EFAULT. */
bool memory_read(const void *from, size_t length);
bool memory_written(void *to, size_t length);

/* The first for several of a length, three at most, of which NULL is none. */
enum { MEMORY_EACH = 3 };
bool memory_read_each(const void *const *from, int count, size_t length);

/* A fault has come: whether it is of these, which tell. */
bool memory_missed(void *context);

/* ----- Threads that are cancelled: cancelling.c ----- */

/* Whether one ever was, here. */
extern _Atomic bool cancels;

/* A call begins at which a thread may be cancelled. */
static inline void cancelled_here(void) {
    if (__builtin_expect(atomic_load_explicit(&cancels, memory_order_relaxed), 0)) {
        pthread_testcancel();
    }
}

/* A function that a cancelled thread goes through last: a sanitizer takes what lies below for still in use. */
#define CLEANS_UP __attribute__((no_sanitize("address")))

/* This thread is not to be cancelled; and may be again, if it might before. */
void cancel_hold(void);
void cancel_let(void);

/* ----- Signals: signals.c ----- */

/* Round each lock: a handler of the program's is put off meanwhile. A child that was forked within begins without any. */
void signals_hold(void);
void signals_let(void);
void signals_forked(void);

/* From now on faults of memory are seen here first. */
void signals_begin(void);

/* As sigaction, by the kernel's structures. */
long signals_action(int number, const void *wanted, void *before);

/* How many handlers this thread has run, ever: all of them, or those without SA_RESTART. */
unsigned signals_run(bool restarting);

/* This thread is about to wait at an ear, or (-1) does so no more: a handler that comes in between keeps it from sleeping. */
void signals_sleep(int ear);

/* ----- The calls of libc behind ours: real.c ----- */

#include "real.h"

#endif
