/* Longer than others: whoever takes it to a program of theirs takes one file. */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* docs/layouts/session.md. */
enum { MAGIC = 0x30534b4e, VERSION = 1, GREETING = 8, HELLO = 24, LONGEST = 32768, DESCRIPTORS = 4, MOST_LED = 4 };

enum { DEPOSIT = 3, JOIN = 4, TAKE_BACK = 5, DEPOSITED = DESCRIPTORS + 1 };

enum { RING_ITEMS = 64, RING_ASLEEP = 64, RING_CONSUMER = 128, REQUEST = 64, EVENT = 8 };

enum { CLIENT_WORDS = 32, SND_TAIL = 0, SND_BASE = 8, RCV_HEAD = 16, SND_WAKE = 24 };

enum {
    STACK_WORDS = 128,
    RCV_TAIL = 0,
    RCV_BASE = 8,
    RCV_WAKE = 16,
    SND_HEAD = 24,
    SND_EDGE = 32,
    STATUS = 40,
    ANSWER = 44,
    PARENT = 48,
    ERROR = 52,
    LOCAL_PORT = 54,
    REMOTE_PORT = 56,
    LINK = 58,
    LOCAL = 64,
    REMOTE = 80,
    URGENT = 96,
    LIFE = 104
};

enum { INFO = 128 };

enum { LOW = 1088, PAGE = 4096, LEAST_CAPACITY = 8192 };

/* ----- Words of either region ----- */

static uint64_t get64(const unsigned char *at, memory_order order) {
    return atomic_load_explicit((const _Atomic uint64_t *)(const void *)at, order);
}

static uint32_t get32(const unsigned char *at, memory_order order) {
    return atomic_load_explicit((const _Atomic uint32_t *)(const void *)at, order);
}

static uint16_t get16(const unsigned char *at) {
    return atomic_load_explicit((const _Atomic uint16_t *)(const void *)at, memory_order_relaxed);
}

static void put64(unsigned char *at, uint64_t value) {
    atomic_store_explicit((_Atomic uint64_t *)(void *)at, value, memory_order_release);
}

static void put32(unsigned char *at, uint32_t value) {
    atomic_store_explicit((_Atomic uint32_t *)(void *)at, value, memory_order_release);
}

static void fence(void) {
    atomic_thread_fence(memory_order_seq_cst);
}

/* ----- Where things lie ----- */

static size_t page(size_t length) {
    return (length + PAGE - 1) / PAGE * PAGE;
}

static size_t events_consumer(const struct nk_session *session) {
    return RING_ITEMS + (size_t)session->requests * REQUEST;
}

static size_t requests_consumer(const struct nk_session *session) {
    return RING_ITEMS + (size_t)session->events * EVENT;
}

static size_t missed(const struct nk_session *session) {
    return requests_consumer(session) + RING_CONSUMER;
}

static size_t client_words(const struct nk_session *session, uint32_t socket) {
    return events_consumer(session) + RING_CONSUMER + (size_t)socket * CLIENT_WORDS;
}

static size_t stack_words(const struct nk_session *session, uint32_t socket) {
    return missed(session) + 64 + (size_t)socket * STACK_WORDS;
}

static size_t ears(const struct nk_session *session, uint32_t socket) {
    return client_words(session, session->sockets) + (size_t)socket * 2;
}

static size_t send_rings(const struct nk_session *session) {
    return page(ears(session, session->sockets));
}

static size_t receive_rings(const struct nk_session *session) {
    return page(stack_words(session, session->sockets) + INFO);
}

/* Where an offset of a socket's ring lies, counted from the begin of the rings. */
static size_t place(const struct nk_session *session, uint32_t socket, size_t offset) {
    return offset < LOW ? (size_t)socket * LOW + offset
                        : (size_t)session->sockets * LOW + (size_t)socket * (session->capacity - LOW) + (offset - LOW);
}

/* Octets that lie in one piece from an offset on. */
static size_t run(const struct nk_session *session, size_t offset) {
    return offset < LOW ? LOW - offset : session->capacity - offset;
}

static unsigned char *ours(const struct nk_session *session, uint32_t socket) {
    return session->client + client_words(session, socket);
}

static const unsigned char *theirs(const struct nk_session *session, uint32_t socket) {
    return session->stack + stack_words(session, socket);
}

/* ----- Beginning and end ----- */

/* Takes the descriptors of a message; closes those that find no room. */
static int rights(struct msghdr *message, int *descriptors, int room) {
    int count = 0;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control != NULL; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t length = control->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= length; at += sizeof(int)) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(control) + at, sizeof descriptor);
            if (count < room) {
                descriptors[count++] = descriptor;
            } else {
                close(descriptor);
            }
        }
    }
    return count;
}

/* Receives a message of the daemon's. Its length, 0 at the end, or a negative errno. */
static ssize_t hear(int line, unsigned char *octets, size_t length, int *descriptors, int *count, int flags) {
    union {
        char octets[CMSG_SPACE(16 * sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct iovec piece = {octets, length};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.octets, .msg_controllen = sizeof control.octets};
    ssize_t heard;
    do {
        heard = recvmsg(line, &message, flags | MSG_CMSG_CLOEXEC);
    } while (heard < 0 && errno == EINTR);
    if (heard < 0) {
        return errno == ECONNRESET ? 0 : -errno;
    }
    *count = rights(&message, descriptors, *count);
    return heard;
}

static uint32_t number(const unsigned char *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static bool power(uint32_t value) {
    return value != 0 && (value & (value - 1)) == 0;
}

/* Takes the sizes over that a daemon's answer tells. */
static int sizes(struct nk_session *session, const unsigned char *hello, size_t length) {
    if (length < HELLO || number(hello) != MAGIC) {
        return -EPROTO;
    }
    if (number(hello + 4) != 0) {
        return -(int)number(hello + 4);
    }
    session->sockets = number(hello + 8);
    session->requests = number(hello + 12);
    session->events = number(hello + 16);
    session->capacity = number(hello + 20);
    bool sound = session->sockets != 0 && session->sockets % 2 == 0 && session->sockets <= 1 << 24
        && power(session->requests) && power(session->events) && power(session->capacity)
        && session->capacity >= LEAST_CAPACITY && session->capacity <= 1 << 30;
    if (!sound) {
        return -EPROTO;
    }
    session->client_length = send_rings(session) + (size_t)session->sockets * session->capacity;
    session->stack_length = receive_rings(session) + (size_t)session->sockets * session->capacity;
    /* Mapped, as the regions are: it may be a handler that attaches, which has interrupted malloc. */
    char *links = mmap(NULL, length - HELLO + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (links == MAP_FAILED) {
        return -ENOMEM;
    }
    memcpy(links, hello + HELLO, length - HELLO);
    session->links = links;
    session->links_length = length - HELLO + 1;
    return 0;
}

/* Whether there are addresses for both regions, and as many again for the program. */
static bool roomy(const struct nk_session *session) {
    struct rlimit addresses;
    return getrlimit(RLIMIT_AS, &addresses) != 0 || addresses.rlim_cur == RLIM_INFINITY
        || addresses.rlim_cur / 2 >= session->client_length + session->stack_length;
}

/* Who has few addresses maps the begin of each socket's rings: the rest of them is reached by system calls. */
static int map(struct nk_session *session, const int *descriptors) {
    if (!roomy(session)) {
        session->client_length = page(send_rings(session) + (size_t)session->sockets * LOW);
        session->stack_length = page(receive_rings(session) + (size_t)session->sockets * LOW);
    }
    void *client = mmap(NULL, session->client_length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptors[0], 0);
    if (client == MAP_FAILED) {
        return -errno;
    }
    session->client = client;
    void *stack = mmap(NULL, session->stack_length, PROT_READ, MAP_SHARED, descriptors[1], 0);
    if (stack == MAP_FAILED) {
        return -errno;
    }
    session->stack = stack;
    return 0;
}

/* Takes over what an answer brings: the sizes, and the first four descriptors; all are closed if it will not do. */
static int taken(
    struct nk_session *session, const unsigned char *hello, size_t length, const int *descriptors, int count, int wanted) {
    int failure = sizes(session, hello, length);
    if (failure == 0) {
        failure = count == wanted ? map(session, descriptors) : -EPROTO;
    }
    if (failure != 0) {
        for (int i = 0; i < count; i++) {
            close(descriptors[i]);
        }
        return failure;
    }
    session->client_memory = descriptors[0];
    session->stack_memory = descriptors[1];
    session->voice = descriptors[2];
    session->ear = descriptors[3];
    return 0;
}

/* Greets at an address. -EREMOTE if another stack serves this user: then the address is that one's. */
static int greet(struct nk_session *session, struct sockaddr_un *address) {
    session->line = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (session->line < 0) {
        return -errno;
    }
    if (connect(session->line, (const struct sockaddr *)address, sizeof *address) != 0) {
        return -errno;
    }
    uint32_t greeting[] = {MAGIC, VERSION};
    if (send(session->line, greeting, GREETING, MSG_NOSIGNAL) != GREETING) {
        return -errno;
    }
    static unsigned char hello[LONGEST];
    int descriptors[DESCRIPTORS];
    int count = DESCRIPTORS;
    ssize_t length = hear(session->line, hello, sizeof hello, descriptors, &count, 0);
    if (length <= 0) {
        return length == 0 ? -EPIPE : (int)length;
    }
    int failure = taken(session, hello, (size_t)length, descriptors, count, DESCRIPTORS);
    if (failure == -EREMOTE) {
        size_t next = 0;
        while (HELLO + next < (size_t)length && hello[HELLO + next] != '\n' && next < sizeof address->sun_path - 1) {
            address->sun_path[next] = (char)hello[HELLO + next];
            next++;
        }
        address->sun_path[next] = 0;
    }
    return failure;
}

/* None yet, or no more. */
static void without(struct nk_session *session) {
    memset(session, 0, sizeof *session);
    session->line = -1;
    session->voice = -1;
    session->ear = -1;
    session->client_memory = -1;
    session->stack_memory = -1;
}

int nk_attach_shared(struct nk_session *session, const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    without(session);
    if (strlen(path) >= sizeof address.sun_path) {
        return -ENAMETOOLONG;
    }
    strcpy(address.sun_path, path);
    int failure = -EREMOTE;
    for (int led = 0; failure == -EREMOTE && led <= MOST_LED; led++) {
        failure = greet(session, &address);
        if (failure != 0) {
            nk_detach(session);
        }
    }
    return failure;
}

int nk_attach(struct nk_session *session, const char *path) {
    int failure = nk_attach_shared(session, path);
    if (failure == 0) {
        session->seen = calloc(1, nk_seen_length(session));
        if (session->seen == NULL) {
            nk_detach(session);
            failure = -ENOMEM;
        }
    }
    return failure;
}

size_t nk_seen_length(const struct nk_session *session) {
    return sizeof *session->seen + session->sockets * sizeof *session->seen->woken;
}

void nk_detach(struct nk_session *session) {
    const int held[] = {session->line, session->voice, session->ear, session->client_memory, session->stack_memory};
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++) {
        if (held[i] >= 0) {
            close(held[i]);
        }
    }
    if (session->client != NULL) {
        munmap(session->client, session->client_length);
    }
    if (session->stack != NULL) {
        munmap((void *)(uintptr_t)session->stack, session->stack_length);
    }
    if (session->links != NULL) {
        munmap(session->links, session->links_length);
    }
    free(session->seen);
    without(session);
}

/* ----- Processes that join ----- */

int nk_hand(int over, const void *octets, size_t length, const int *descriptors, int count) {
    union {
        char octets[CMSG_SPACE(DEPOSITED * sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    size_t size = (size_t)count * sizeof *descriptors;
    struct iovec piece = {(void *)(uintptr_t)octets, length};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.octets, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(rights), descriptors, size);
    ssize_t sent;
    do {
        sent = sendmsg(over, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int nk_deposit(const struct nk_session *session, int own) {
    static unsigned char word[LONGEST];
    size_t names = strlen(session->links);
    const uint32_t head[] = {MAGIC, DEPOSIT, MAGIC, 0, session->sockets, session->requests, session->events, session->capacity};
    const int held[] = {session->client_memory, session->stack_memory, session->voice, session->ear, own};
    if (sizeof head + names > sizeof word) {
        return -EMSGSIZE;
    }
    memcpy(word, head, sizeof head);
    memcpy(word + sizeof head, session->links, names);
    return nk_hand(session->line, word, sizeof head + names, held, DEPOSITED);
}

int nk_join(struct nk_session *session, int over, int *own) {
    static unsigned char answer[LONGEST];
    const uint32_t ask[] = {MAGIC, JOIN};
    int descriptors[DEPOSITED];
    int count = DEPOSITED;
    int pair[2];
    without(session);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return -errno;
    }
    session->line = pair[0];
    int failure = nk_hand(over, ask, sizeof ask, &pair[1], 1);
    close(pair[1]);
    if (failure == 0) {
        ssize_t length = hear(session->line, answer, sizeof answer, descriptors, &count, 0);
        failure = length <= 0 ? (length == 0 ? -EPIPE : (int)length)
            : taken(session, answer, (size_t)length, descriptors, count, DEPOSITED);
    }
    if (failure != 0) {
        nk_detach(session);
        return failure;
    }
    *own = descriptors[DESCRIPTORS];
    return 0;
}

int nk_take_back(const struct nk_session *session, uint32_t socket, uint32_t life) {
    const uint32_t ask[] = {MAGIC, TAKE_BACK, socket, life};
    unsigned char answer[sizeof ask];
    int pair[2];
    int end;
    int count = 1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return -errno;
    }
    int failure = nk_hand(session->line, ask, sizeof ask, &pair[1], 1);
    close(pair[1]);
    ssize_t length = failure == 0 ? hear(pair[0], answer, sizeof answer, &end, &count, 0) : failure;
    close(pair[0]);
    return length <= 0 ? (length == 0 ? -EPIPE : (int)length) : count == 1 ? end : -ENOENT;
}

/* ----- Asking and being told ----- */

static void put_address(unsigned char *at, struct nk_address address) {
    memcpy(at, &address.hi, 8);
    memcpy(at + 8, &address.lo, 8);
}

int64_t nk_spare(const struct nk_session *session) {
    uint64_t taken = get64(session->stack + requests_consumer(session), memory_order_acquire);
    uint64_t asked = get64(session->client, memory_order_relaxed);
    return taken > asked || asked - taken > session->requests ? -EPROTO : (int64_t)(session->requests - (asked - taken));
}

int nk_ask(struct nk_session *session, const struct nk_request *request) {
    int64_t spare = nk_spare(session);
    if (spare <= 0) {
        return spare < 0 ? (int)spare : -EAGAIN;
    }
    uint64_t asked = get64(session->client, memory_order_relaxed);
    unsigned char *slot = session->client + RING_ITEMS + (asked & (session->requests - 1)) * REQUEST;
    slot[0] = request->op;
    slot[1] = 0;
    memcpy(slot + 2, &request->ticket, 2);
    memcpy(slot + 4, &request->socket, 4);
    memcpy(slot + 8, &request->a, 8);
    put_address(slot + 16, request->address);
    put_address(slot + 32, request->source);
    memcpy(slot + 48, &request->port, 2);
    memcpy(slot + 52, &request->scope, 4);
    memcpy(slot + 56, &request->b, 8);
    put64(session->client, asked + 1);
    return 0;
}

void nk_wake(struct nk_session *session) {
    fence();
    const unsigned char *consumer = session->stack + requests_consumer(session);
    uint64_t taken = get64(consumer, memory_order_acquire);
    bool asked = taken != get64(session->client, memory_order_relaxed);
    if (get32(consumer + RING_ASLEEP, memory_order_acquire) != 0 && (!asked || session->seen->rung != taken + 1)) {
        /* A failure shows on the line. */
        uint64_t once = 1;
        ssize_t rung = write(session->voice, &once, sizeof once);
        (void)rung;
        /*
         * It cannot sleep over what it was rung for: as long as that lies there, once is enough. Behind the ring: who dies before it leaves
         * others that share the session, who would believe this.
         */
        session->seen->rung = asked ? taken + 1 : 0;
    }
}

static uint64_t heard(const struct nk_session *session) {
    return get64(session->client + events_consumer(session), memory_order_relaxed);
}

/* How many events are there, -EPROTO if that cannot be. */
static int64_t ready(const struct nk_session *session) {
    uint64_t count = get64(session->stack, memory_order_acquire) - heard(session);
    return count > session->events ? -EPROTO : (int64_t)count;
}

int nk_next(struct nk_session *session, struct nk_event *event) {
    int64_t count = ready(session);
    if (count <= 0) {
        return (int)count;
    }
    uint64_t at = heard(session);
    size_t slot = RING_ITEMS + (at & (session->events - 1)) * EVENT;
    uint64_t item = get64(session->stack + slot, memory_order_relaxed);
    event->what = (unsigned)(item >> 56);
    event->child = (uint32_t)(item >> 32) & 0xffffff;
    event->socket = (uint32_t)item;
    put64(session->client + events_consumer(session), at + 1);
    return event->socket < session->sockets && event->child < session->sockets ? 1 : -EPROTO;
}

bool nk_missed(struct nk_session *session) {
    uint64_t now = get64(session->stack + missed(session), memory_order_acquire);
    bool grown = now != session->seen->missed;
    session->seen->missed = now;
    return grown;
}

bool nk_told(const struct nk_session *session) {
    return ready(session) != 0
        || get64(session->stack + missed(session), memory_order_acquire) != session->seen->missed;
}

void nk_asleep(struct nk_session *session, uint32_t who) {
    put32(session->client + events_consumer(session) + RING_ASLEEP, who);
    fence();
}

static _Atomic uint16_t *ears_of(const struct nk_session *session, uint32_t socket) {
    return (_Atomic uint16_t *)(void *)(session->client + ears(session, socket));
}

void nk_concerns(struct nk_session *session, uint32_t socket, uint16_t who) {
    atomic_store(ears_of(session, socket), who);
}

void nk_concerns_too(struct nk_session *session, uint32_t socket, uint16_t who, bool does) {
    if (does) {
        atomic_fetch_or(ears_of(session, socket), who);
    } else {
        atomic_fetch_and(ears_of(session, socket), (uint16_t)~who);
    }
}

/* The line may be readable: a successor has said hello again, or nobody is there any more. */
int nk_listen_again(struct nk_session *session) {
    static unsigned char again[LONGEST];
    int descriptors[DESCRIPTORS];
    int count = DESCRIPTORS;
    ssize_t length = hear(session->line, again, sizeof again, descriptors, &count, MSG_DONTWAIT);
    if (length == -EAGAIN) {
        return 0;
    }
    if (length <= 0) {
        return -EPIPE;
    }
    for (int i = 0; i < count; i++) {
        close(descriptors[i]);
    }
    return 1;
}

int nk_sleep(struct nk_session *session, int timeout) {
    nk_asleep(session, 1);
    int woken = 0;
    struct pollfd waited[] = {{session->ear, POLLIN, 0}, {session->line, POLLIN, 0}};
    if (!nk_told(session)) {
        woken = poll(waited, 2, timeout);
    }
    nk_asleep(session, 0);
    if (woken <= 0) {
        return woken < 0 && errno != EINTR ? -errno : 0;
    }
    struct epoll_event ring;
    bool rung = epoll_wait(session->ear, &ring, 1, 0) > 0;
    if (waited[1].revents != 0) {
        int failure = nk_listen_again(session);
        if (failure < 0) {
            return failure;
        }
    }
    return rung ? 1 : 0;
}

/* ----- Sockets ----- */

uint32_t nk_life(const struct nk_session *session, uint32_t socket) {
    return get32(theirs(session, socket) + LIFE, memory_order_acquire);
}

int nk_answer(const struct nk_session *session, uint32_t socket, uint16_t ticket) {
    uint32_t answer = get32(theirs(session, socket) + ANSWER, memory_order_acquire);
    return answer >> 16 == ticket ? (int)(answer & 0xffff) : -EAGAIN;
}

uint16_t nk_ticket(const struct nk_session *session, uint32_t socket) {
    uint16_t last = (uint16_t)(get32(theirs(session, socket) + ANSWER, memory_order_acquire) >> 16);
    return last == UINT16_MAX ? 1 : (uint16_t)(last + 1);
}

static struct nk_address get_address(const unsigned char *at) {
    struct nk_address address = {get64(at, memory_order_relaxed), get64(at + 8, memory_order_relaxed)};
    return address;
}

void nk_words(const struct nk_session *session, uint32_t socket, struct nk_words *words) {
    const unsigned char *at = theirs(session, socket);
    words->status = get32(at + STATUS, memory_order_acquire);
    words->parent = get32(at + PARENT, memory_order_relaxed);
    words->error = get16(at + ERROR);
    words->local_port = get16(at + LOCAL_PORT);
    words->remote_port = get16(at + REMOTE_PORT);
    words->link = get16(at + LINK);
    words->local = get_address(at + LOCAL);
    words->remote = get_address(at + REMOTE);
}

void nk_info(const struct nk_session *session, struct nk_info *info) {
    memcpy(info, session->stack + stack_words(session, session->sockets), sizeof *info);
}

_Static_assert(sizeof(struct nk_info) == INFO, "the layout's");

/* ----- Streams ----- */

static int hint(struct nk_session *session, enum nk_op op, uint32_t socket) {
    struct nk_request request = {.op = (uint8_t)op, .socket = socket};
    return nk_ask(session, &request);
}

/* Octets to the client's region. Where the system has no memory for them this ends as with any that is mapped. */
static void lay(const struct nk_session *session, size_t at, const unsigned char *from, size_t length) {
    if (at + length <= session->client_length) {
        memcpy(session->client + at, from, length);
    } else if (pwrite(session->client_memory, from, length, (off_t)at) != (ssize_t)length) {
        raise(SIGBUS);
    }
}

/* And out of the stack's. */
static void pick(const struct nk_session *session, size_t at, unsigned char *to, size_t length) {
    if (at + length <= session->stack_length) {
        memcpy(to, session->stack + at, length);
    } else if (pread(session->stack_memory, to, length, (off_t)at) != (ssize_t)length) {
        raise(SIGBUS);
    }
}

/* Copies between a socket's ring and memory of the caller's, of which one is NULL. */
static void copy(
    const struct nk_session *session, uint32_t socket, size_t offset, size_t length, const unsigned char *from,
    unsigned char *to) {
    for (size_t done = 0; done < length;) {
        size_t piece = run(session, offset);
        if (piece > length - done) {
            piece = length - done;
        }
        if (from != NULL) {
            lay(session, send_rings(session) + place(session, socket, offset), from + done, piece);
        } else {
            pick(session, receive_rings(session) + place(session, socket, offset), to + done, piece);
        }
        done += piece;
        offset = (offset + piece) & (session->capacity - 1);
    }
}

static int write_end(const struct nk_session *session, uint32_t socket) {
    const unsigned char *at = theirs(session, socket);
    uint32_t status = get32(at + STATUS, memory_order_acquire);
    if ((status & NK_STATUS_FAILED) != 0 && get16(at + ERROR) != 0) {
        return -get16(at + ERROR);
    }
    return (status & (NK_STATUS_FAILED | NK_STATUS_WRITE_END)) != 0 ? -EPIPE : 0;
}

/* Sending buffers may shrink: the edge may lie before what was written. */
static int64_t room(const struct nk_session *session, uint64_t edge, uint64_t tail) {
    int64_t free = (int64_t)(edge - tail);
    if (free > (int64_t)session->capacity || free < -(int64_t)session->capacity) {
        return -EPROTO;
    }
    return free < 0 ? 0 : free;
}

int64_t nk_free(const struct nk_session *session, uint32_t socket) {
    uint64_t edge = get64(theirs(session, socket) + SND_EDGE, memory_order_acquire);
    return room(session, edge, get64(ours(session, socket) + SND_TAIL, memory_order_relaxed));
}

int64_t nk_room(struct nk_session *session, uint32_t socket) {
    int64_t free = nk_free(session, socket);
    if (free == 0) {
        put64(ours(session, socket) + SND_WAKE, get64(ours(session, socket) + SND_TAIL, memory_order_relaxed) + 1);
        fence();
        free = nk_free(session, socket);
    }
    return free;
}

uint64_t nk_unread(const struct nk_session *session, uint32_t socket) {
    return nk_received(session, socket) - get64(ours(session, socket) + RCV_HEAD, memory_order_relaxed);
}

uint64_t nk_unsent(const struct nk_session *session, uint32_t socket) {
    uint64_t head = get64(theirs(session, socket) + SND_HEAD, memory_order_acquire);
    return get64(ours(session, socket) + SND_TAIL, memory_order_relaxed) - head;
}

bool nk_all_sent(struct nk_session *session, uint32_t socket) {
    const unsigned char *words = theirs(session, socket);
    while (nk_unsent(session, socket) != 0) {
        uint64_t edge = get64(words + SND_EDGE, memory_order_acquire);
        put64(ours(session, socket) + SND_WAKE, edge + 1);
        fence();
        /* An edge that has moved on meanwhile has passed what was asked for: nobody would say so. */
        if (get64(words + SND_EDGE, memory_order_acquire) == edge) {
            return nk_unsent(session, socket) == 0;
        }
    }
    return true;
}

uint64_t nk_received(const struct nk_session *session, uint32_t socket) {
    return get64(theirs(session, socket) + RCV_TAIL, memory_order_acquire);
}

void nk_rebase(struct nk_session *session, uint32_t socket) {
    unsigned char *words = ours(session, socket);
    uint64_t tail = get64(words + SND_TAIL, memory_order_relaxed);
    if (get64(theirs(session, socket) + SND_HEAD, memory_order_acquire) == tail) {
        put64(words + SND_BASE, tail);
    }
}

void nk_lay(struct nk_session *session, uint32_t socket, size_t from, const void *octets, size_t length) {
    unsigned char *words = ours(session, socket);
    uint64_t tail = get64(words + SND_TAIL, memory_order_relaxed);
    size_t at = (size_t)(tail - get64(words + SND_BASE, memory_order_relaxed)) + from;
    copy(session, socket, at & (session->capacity - 1), length, octets, NULL);
}

void nk_give(struct nk_session *session, uint32_t socket, size_t length) {
    unsigned char *words = ours(session, socket);
    put64(words + SND_TAIL, get64(words + SND_TAIL, memory_order_relaxed) + length);
}

ssize_t nk_put(struct nk_session *session, uint32_t socket, const void *octets, size_t length) {
    int end = write_end(session, socket);
    if (end != 0) {
        return end;
    }
    int64_t most = nk_room(session, socket);
    if (most <= 0 || length == 0) {
        return (ssize_t)most < 0 ? (ssize_t)most : 0;
    }
    if (length > (size_t)most) {
        length = (size_t)most;
    }
    nk_rebase(session, socket);
    nk_lay(session, socket, 0, octets, length);
    nk_give(session, socket, length);
    return (ssize_t)length;
}

int nk_sent(struct nk_session *session, uint32_t socket) {
    return hint(session, NK_SEND, socket);
}

int64_t nk_mark(const struct nk_session *session, uint32_t socket) {
    uint64_t behind = get64(theirs(session, socket) + URGENT, memory_order_acquire);
    uint64_t head = get64(ours(session, socket) + RCV_HEAD, memory_order_relaxed);
    return behind > head ? (int64_t)(behind - 1 - head) : -1;
}

int nk_urge(struct nk_session *session, uint32_t socket) {
    struct nk_request request = {
        .op = NK_URGENT, .socket = socket, .a = get64(ours(session, socket) + SND_TAIL, memory_order_relaxed)};
    return nk_ask(session, &request);
}

ssize_t nk_send(struct nk_session *session, uint32_t socket, const void *octets, size_t length) {
    /* Octets that the stack is not told of, because there is no room to, would wait for the next. */
    int64_t spare = nk_spare(session);
    if (spare <= 0) {
        return spare < 0 ? (ssize_t)spare : -EAGAIN;
    }
    ssize_t put = nk_put(session, socket, octets, length);
    int failure = put > 0 ? nk_sent(session, socket) : 0;
    return failure != 0 ? failure : put;
}

/* Nothing is there to be read: why. */
static ssize_t read_end(const struct nk_session *session, uint32_t socket, uint64_t head) {
    const unsigned char *at = theirs(session, socket);
    uint32_t status = get32(at + STATUS, memory_order_acquire);
    bool over = (status & (NK_STATUS_READ_END | NK_STATUS_FAILED)) != 0;
    if (!over || get64(at + RCV_TAIL, memory_order_acquire) != head) {
        return -EAGAIN;
    }
    return (status & NK_STATUS_FAILED) != 0 && get16(at + ERROR) != 0 ? -get16(at + ERROR) : 0;
}

ssize_t nk_peek(struct nk_session *session, uint32_t socket, size_t from, void *octets, size_t length) {
    const unsigned char *at = theirs(session, socket);
    uint64_t head = get64(ours(session, socket) + RCV_HEAD, memory_order_relaxed) + from;
    uint64_t there = get64(at + RCV_TAIL, memory_order_acquire) - head;
    if (there == 0) {
        return read_end(session, socket, head);
    }
    if (there > session->capacity) {
        return -EPROTO;
    }
    if (length > there) {
        length = (size_t)there;
    }
    uint64_t base = get64(at + RCV_BASE, memory_order_relaxed);
    copy(session, socket, (size_t)(head - base) & (session->capacity - 1), length, NULL, octets);
    return (ssize_t)length;
}

int nk_pass(struct nk_session *session, uint32_t socket, size_t length) {
    unsigned char *words = ours(session, socket);
    uint64_t head = get64(words + RCV_HEAD, memory_order_relaxed) + length;
    put64(words + RCV_HEAD, head);
    fence();
    uint64_t wake = get64(theirs(session, socket) + RCV_WAKE, memory_order_relaxed);
    if (head < wake || wake == session->seen->woken[socket]) {
        return 0;
    }
    int failure = hint(session, NK_READ, socket);
    if (failure != 0) {
        return failure;
    }
    session->seen->woken[socket] = wake;
    return 1;
}

ssize_t nk_receive(struct nk_session *session, uint32_t socket, void *octets, size_t length) {
    int64_t spare = nk_spare(session);
    if (spare <= 0) {
        return spare < 0 ? (ssize_t)spare : -ENOBUFS;
    }
    ssize_t got = nk_peek(session, socket, 0, octets, length);
    if (got > 0) {
        nk_pass(session, socket, (size_t)got);
    }
    return got;
}

struct nk_address nk_ipv4(uint32_t address) {
    struct nk_address mapped = {0, UINT64_C(0xffff00000000) | ntohl(address)};
    return mapped;
}
