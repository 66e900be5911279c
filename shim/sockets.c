/* Longer than others: the life of a socket in one place. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CLOSING_US = 20, LINGERING_US = 200 };

int fail(int failure) {
    errno = -failure;
    return -1;
}

uint32_t socket_status(uint32_t number) {
    struct nk_words words;
    nk_words(&session, number, &words);
    return words.status;
}

int socket_error(uint32_t number) {
    struct own *it = own(number);
    struct nk_words words;
    int pending = it->datagram ? 0 : atomic_exchange(&it->pending, 0);
    if (pending != 0) {
        return pending;
    }
    nk_words(&session, number, &words);
    if ((words.status & NK_STATUS_FAILED) == 0 || it->told) {
        return 0;
    }
    it->told = true;
    return words.error;
}

/* ----- Making one ----- */

int socket_new(int domain, int type, int protocol) {
    int fd = real()->socket(domain, type, protocol);
    int plain = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    bool stream = plain == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP);
    bool datagram = plain == SOCK_DGRAM && (protocol == 0 || protocol == IPPROTO_UDP);
    if (fd >= 0 && (domain == AF_INET || domain == AF_INET6) && (stream || datagram) && family_path() != NULL) {
        number_set(fd, OPEN, (datagram ? OPEN_DATAGRAM : 0u) | (domain == AF_INET6 ? OPEN_V6 : 0u));
    }
    return fd;
}

/* A number that is free, opened. With the lock. -EMFILE if there is none. */
static int64_t opened(bool datagram, bool v6, bool only) {
    uint32_t half = session.sockets / 2;
    for (uint32_t tried = 0; tried < half; tried++) {
        uint32_t number = (family->search + tried) % half;
        struct own *it = own(number);
        uint32_t life = nk_life(&session, number);
        if (it->state == UNUSED || it->life != life) {
            memset(it, 0, sizeof *it);
            it->life = life;
            it->v6 = v6;
            it->datagram = datagram;
            it->state = USED;
            nk_concerns(&session, number, family_bit());
            family->search = (number + 1) % half;
            struct nk_request request = {
                .op = NK_OPEN, .socket = number, .a = datagram ? NK_UDP : NK_TCP, .b = only ? 1 : v6 ? 0 : 2};
            int failure = family_call(&request);
            if (failure != 0) {
                it->state = UNUSED;
            }
            return failure != 0 ? failure : (int64_t)number;
        }
    }
    return -EMFILE;
}

/* Waits until the stack has closed what owes nobody anything. With the lock. */
int socket_closed(uint32_t number) {
    while (nk_life(&session, number) == own(number)->life) {
        if ((!confined() && nk_listen_again(&session) < 0) || atomic_load(&family->over)) {
            family_ended();
            return -ENETDOWN;
        }
        usleep(CLOSING_US);
    }
    return 0;
}

void socket_forsake(uint32_t listener) {
    struct own *it = own(listener);
    for (uint32_t child = it->first; child != 0; child = own(child - 1)->next) {
        own(child - 1)->state = LEFT;
    }
    it->first = 0;
    it->last = 0;
}

/* Gives a socket back to the stack. With the lock. */
static void left(uint32_t number, bool abort) {
    struct own *it = own(number);
    if (it->state != USED) {
        return;
    }
    socket_forsake(number);
    it->state = LEFT;
    struct nk_request request = {.op = NK_CLOSE, .socket = number, .a = abort};
    family_ask(&request);
    if (it->listening) {
        /* As with the kernel: from now on it is refused who comes. */
        socket_closed(number);
    }
}

/* ----- The kernel's end of a pair, which is what the program holds ----- */

/* As octets or datagrams go by the kernel, should they: an end that is closed is told of either way. */
int socket_end(bool datagram, int flags, int *other) {
    int pair[2];
    *other = -1;
    int type = (datagram ? SOCK_SEQPACKET : SOCK_STREAM) | flags;
    if (socketpair(AF_UNIX, type, 0, pair) != 0) {
        /* There may be a number for one still, and the other is not needed: who has kept one back accepts by it, and closes. */
        int alone = errno == EMFILE && !atomic_load(&family->shared) ? real()->socket(AF_UNIX, type, 0) : -1;
        return alone < 0 ? -errno : alone;
    }
    if (atomic_load(&family->shared)) {
        *other = pair[1];
    } else {
        real()->close(pair[1]);
    }
    return pair[0];
}

/* docs/layouts/session.md: hold. */
void socket_shown(uint32_t number, int end, int other) {
    if (other < 0) {
        return;
    }
    const uint32_t hold[] = {0x30534b4e, 2, number, own(number)->life};
    end_named(end, number);
    nk_hand(session.line, hold, sizeof hold, &other, 1);
    real()->close(other);
}

/* Puts a descriptor's end in its place, and whom the kernel is to send signals, and which. 0 or a negative errno. */
static int put_in_place(int end, int fd) {
    int flags = real()->fcntl(fd, F_GETFD);
    int status_flags = real()->fcntl(fd, F_GETFL);
    struct f_owner_ex owner;
    if (real()->fcntl(fd, F_GETOWN_EX, &owner) == 0 && owner.pid != 0) {
        real()->fcntl(end, F_SETOWN_EX, &owner);
        real()->fcntl(end, F_SETSIG, real()->fcntl(fd, F_GETSIG));
    }
    if (status_flags > 0 && (status_flags & O_ASYNC) != 0) {
        real()->fcntl(end, F_SETFL, real()->fcntl(end, F_GETFL) | O_ASYNC);
    }
    return real()->dup3(end, fd, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0) < 0 ? -errno : 0;
}

/* So far nobody else has them: each is replaced wherever it is. */
static void share(uint32_t number) {
    int other;
    int end = socket_end(own(number)->datagram, atomic_load(&own(number)->nonblocking) ? SOCK_NONBLOCK : 0, &other);
    uint32_t value;
    for (int fd = 0; end >= 0 && fd < numbers_end(); fd++) {
        if (number_kind(fd, &value) == OWN && value == number) {
            put_in_place(end, fd);
        }
    }
    if (end >= 0) {
        socket_shown(number, end, other);
        real()->close(end);
    }
}

void sockets_share(void) {
    if (atomic_exchange(&family->shared, true)) {
        return;
    }
    line_named();
    family_deposit();
    for (uint32_t number = 0; number < session.sockets; number++) {
        if (own(number)->state == USED) {
            share(number);
        }
    }
}

int64_t socket_adopt(int fd) {
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    if (kind != OPEN) {
        return kind == OWN ? (int64_t)value : -ENOTSOCK;
    }
    int failure = family_begin();
    if (failure != 0) {
        return failure;
    }
    int only = 0;
    socklen_t length = sizeof only;
    if ((value & OPEN_V6) != 0) {
        /* Also where nothing was set: the system has a switch for it. */
        real()->getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, &length);
    }
    family_lock();
    int64_t number = opened((value & OPEN_DATAGRAM) != 0, (value & OPEN_V6) != 0, only != 0);
    if (number >= 0) {
        int status_flags = real()->fcntl(fd, F_GETFL);
        if ((value & OPEN_CHANGED) != 0) {
            options_take((uint32_t)number, fd);
        }
        int other;
        int end = socket_end((value & OPEN_DATAGRAM) != 0, (status_flags & O_NONBLOCK) != 0 ? SOCK_NONBLOCK : 0, &other);
        int failure_of_end = end < 0 ? end : put_in_place(end, fd);
        if (failure_of_end != 0) {
            left((uint32_t)number, false);
            number = failure_of_end;
            if (other >= 0) {
                real()->close(other);
            }
        } else {
            socket_shown((uint32_t)number, fd, other);
            struct own *it = own((uint32_t)number);
            atomic_store(&it->nonblocking, (status_flags & O_NONBLOCK) != 0);
            atomic_store(&it->signals, (status_flags & O_ASYNC) != 0);
            atomic_store(&it->refs, 1);
            number_set(fd, OWN, (uint32_t)number);
        }
        if (end >= 0) {
            real()->close(end);
        }
    }
    family_unlock();
    sets_adopted(fd);
    if (number >= 0) {
        stdio_moved(fd);
    }
    return number;
}

/* What the library keeps of one is the other's, too; the stack is told. With the lock. */
static void resemble(struct own *it, uint32_t number, const struct own *old) {
    options_inherit(it, old);
    atomic_store(&it->nonblocking, atomic_load(&old->nonblocking));
    atomic_store(&it->refs, 1);
    options_again(number);
}

int64_t socket_anew(int fd, uint32_t number) {
    struct own *old = own(number);
    if (atomic_load(&old->refs) != 1 || socket_carried(number)) {
        return -EOPNOTSUPP;
    }
    int64_t made = opened(false, old->v6, option_tells(number, IPPROTO_IPV6, IPV6_V6ONLY));
    if (made < 0) {
        return made;
    }
    int other;
    int end = socket_end(false, atomic_load(&old->nonblocking) ? SOCK_NONBLOCK : 0, &other);
    int failure = end < 0 ? end : put_in_place(end, fd);
    if (failure != 0) {
        left((uint32_t)made, false);
        return failure;
    }
    socket_shown((uint32_t)made, fd, other);
    resemble(own((uint32_t)made), (uint32_t)made, old);
    number_set(fd, OWN, (uint32_t)made);
    real()->close(end);
    /* Its peer is told by a reset. */
    left(number, true);
    return made;
}

/* A socket of the kernel's like this one, bound as it is: its descriptor or a negative errno. */
static int kernels_of(uint32_t number) {
    const struct own *it = own(number);
    struct nk_words words;
    nk_words(&session, number, &words);
    int status_flags = atomic_load(&it->nonblocking) ? SOCK_NONBLOCK : 0;
    int fd = real()->socket(it->v6 ? AF_INET6 : AF_INET, (it->datagram ? SOCK_DGRAM : SOCK_STREAM) | status_flags, 0);
    struct place place = {{0, 0}, words.local_port, 0};
    struct sockaddr_in6 address;
    socklen_t length = sizeof address;
    int only = option_tells(number, IPPROTO_IPV6, IPV6_V6ONLY);
    if (fd < 0) {
        return -errno;
    }
    options_give(number, fd);
    if (it->v6) {
        real()->setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    }
    place_told(&place, it->v6, (struct sockaddr *)(void *)&address, &length);
    if (words.local_port != 0 && !it->fallen && real()->bind(fd, (const struct sockaddr *)(const void *)&address, length) != 0) {
        int failure = -errno;
        real()->close(fd);
        return failure;
    }
    return fd;
}

int socket_give_up(int fd) {
    uint32_t number;
    if (number_kind(fd, &number) != OWN) {
        return -EBADF;
    }
    int made = kernels_of(number);
    if (made < 0) {
        return made;
    }
    family_lock();
    left(number, option_aborts(number));
    family_unlock();
    number_set(fd, KERNEL, 0);
    int failure = put_in_place(made, fd);
    real()->close(made);
    sets_settled(fd);
    return failure;
}

/* ----- Descriptors come and go ----- */

void socket_doubled(int from, int to) {
    uint32_t value;
    enum kind kind = number_kind(from, &value);
    if (kind == OPEN) {
        int64_t number = socket_adopt(from);
        if (number < 0) {
            return;
        }
        value = (uint32_t)number;
        kind = OWN;
        int flags = real()->fcntl(to, F_GETFD);
        real()->dup3(from, to, (flags & FD_CLOEXEC) != 0 ? O_CLOEXEC : 0);
    }
    if (kind == OWN) {
        atomic_fetch_add(&own(value)->refs, 1);
        number_set(to, OWN, value);
        stdio_moved(to);
    }
    if (kind == POLLS) {
        set_doubled(value, to);
    }
}

/* The thread is cancelled: its descriptor is closed all the same. */
static void closes(void *fd) {
    real()->close(*(int *)fd);
}

/*
 * SO_LINGER, socket(7): who closes waits until the peer has what was sent, and the end of it, so long at most. It is looked at now and then, for
 * nobody is told of a socket that is closed.
 */
static void CLEANS_UP linger(uint32_t number, uint32_t life, int seconds, int fd) {
    const int64_t until = now_ms() + (int64_t)seconds * 1000;
    const unsigned before = signals_run(true);
    pthread_cleanup_push(closes, &fd);
    while (nk_life(&session, number) == life && (socket_status(number) & NK_STATUS_CONNECTED) != 0
        && !atomic_load(&family->over) && now_ms() < until && signals_run(true) == before) {
        usleep(LINGERING_US);
    }
    pthread_cleanup_pop(0);
}

void socket_leave(int fd, bool lingers) {
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    if (kind == KERNEL) {
        return;
    }
    number_set(fd, KERNEL, 0);
    sets_forget(fd);
    if (kind == POLLS) {
        set_left(value, fd);
    }
    if (kind != OWN) {
        return;
    }
    if (atomic_fetch_sub(&own(value)->refs, 1) != 1) {
        family_left(value);
    } else {
        family_lock();
        uint32_t life = own(value)->life;
        int seconds = lingers && !confined() && own(value)->state == USED ? option_lingers(value) : 0;
        left(value, option_aborts(value));
        family_unlock();
        if (seconds > 0) {
            linger(value, life, seconds, fd);
        }
        if (atomic_load(&family->shared) && !confined()) {
            /* Tells who holds the other end that there is nothing to do. */
            real()->send(fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
}

/* ----- What a socket is ----- */

bool socket_arrived(uint32_t number) {
    if (own(number)->first == 0 && nk_told(&session)) {
        family_lock();
        family_drain();
        family_unlock();
    }
    return own(number)->first != 0 || !own(number)->listening || atomic_load(&family->over);
}

int socket_shutdown(uint32_t number, int how) {
    if (how < SHUT_RD || how > SHUT_RDWR) {
        return fail(-EINVAL);
    }
    struct own *it = own(number);
    unsigned bits = (unsigned)how + 1;
    if (it->listening) {
        return (bits & SHUT_IN) == 0 ? 0 : socket_unlisten(number);
    }
    uint32_t now = socket_status(number);
    bool connected = (now & NK_STATUS_CONNECTED) != 0 && (now & NK_STATUS_FAILED) == 0;
    if (!it->datagram && (now & NK_STATUS_CONNECTING) != 0) {
        return socket_abandon(number);
    }
    if (!connected && !it->datagram) {
        return fail(-ENOTCONN);
    }
    /* As the kernel: a socket of UDP that is not connected wakes who waits for it, and says that it failed. */
    atomic_fetch_or(&it->shut, bits);
    struct nk_request request = {.op = NK_SHUTDOWN, .socket = number, .a = bits};
    family_lock();
    family_ask(&request);
    family_note(number);
    family_unlock();
    return connected ? 0 : fail(-ENOTCONN);
}

static int name_told(
    uint32_t number, const struct nk_words *words, bool peer, struct sockaddr *address, socklen_t *length) {
    if (!memory_written(length, sizeof *length)) {
        return fail(-EFAULT);
    }
    if (*length > INT32_MAX) {
        return fail(-EINVAL);
    }
    if (!memory_written(address, *length)) {
        return fail(-EFAULT);
    }
    struct place place = {peer ? words->remote : words->local, peer ? words->remote_port : words->local_port, 0};
    place.scope = place.address.hi >> 54 == 0xfe80 >> 6 ? words->link : 0;
    place_told(&place, own(number)->v6, address, length);
    return 0;
}

int socket_name(uint32_t number, bool peer, struct sockaddr *address, socklen_t *length) {
    struct nk_words words;
    nk_words(&session, number, &words);
    bool nobody = (words.status & NK_STATUS_CONNECTED) == 0 || (words.status & NK_STATUS_FAILED) != 0;
    if (peer && (nobody || own(number)->portless)) {
        return fail(-ENOTCONN);
    }
    return name_told(number, &words, peer, address, length);
}

int socket_caller(uint32_t number, struct sockaddr *address, socklen_t *length) {
    struct nk_words words;
    nk_words(&session, number, &words);
    return name_told(number, &words, true, address, length);
}

static short ready_to_read(uint32_t number, uint32_t now) {
    if (own(number)->listening) {
        return socket_arrived(number) ? POLLIN | POLLRDNORM : 0;
    }
    bool end = (now & NK_STATUS_READ_END) != 0 || (atomic_load(&own(number)->shut) & SHUT_IN) != 0;
    bool there = own(number)->datagram ? nk_unread(&session, number) != 0 : stream_unread(number) >= option_low_water(number);
    short found = end || there ? POLLIN | POLLRDNORM : 0;
    return (short)(found | (end ? POLLRDHUP : 0));
}

static short ready_to_write(uint32_t number, uint32_t now) {
    struct own *it = own(number);
    const short yes = POLLOUT | POLLWRNORM;
    if (it->listening || it->datagram) {
        return it->datagram && datagram_has_room(number) ? yes : 0;
    }
    if ((now & NK_STATUS_WRITE_END) != 0 || atomic_load(&it->shut) & SHUT_OUT || nk_free(&session, number) != 0) {
        return yes;
    }
    family_lock();
    int64_t room = nk_room(&session, number);
    family_unlock();
    return room != 0 ? yes : 0;
}

short socket_ready(uint32_t number, short wanted) {
    struct own *it = own(number);
    if (atomic_load(&family->over)) {
        return (short)((wanted & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM)) | POLLERR | POLLHUP);
    }
    uint32_t now = socket_status(number);
    short found = it->datagram && errors_gather(number) ? POLLERR : 0;
    /* Once it was connected, and both sides are done with it, READ_END is left of that. */
    uint32_t ever = NK_STATUS_CONNECTED | NK_STATUS_READ_END;
    if (!it->datagram && !it->listening && (it->undone || (now & (ever | NK_STATUS_FAILED)) == 0)) {
        int error = atomic_load(&it->pending) != 0 ? POLLERR : 0;
        return (short)((now & NK_STATUS_CONNECTING) != 0 ? 0 : (wanted & (POLLOUT | POLLWRNORM)) | POLLHUP | error);
    }
    if ((wanted & (POLLIN | POLLRDNORM | POLLRDHUP)) != 0) {
        found = (short)(found | ready_to_read(number, now));
    }
    if ((wanted & (POLLOUT | POLLWRNORM)) != 0) {
        found = (short)(found | ready_to_write(number, now));
    }
    if ((wanted & POLLPRI) != 0 && !it->datagram && !it->listening && stream_urgent(number)) {
        found |= POLLPRI;
    }
    found = (short)(found & (wanted | POLLERR));
    bool both = (now & NK_STATUS_READ_END) != 0
        && ((now & NK_STATUS_WRITE_END) != 0 || (atomic_load(&it->shut) & SHUT_OUT) != 0);
    bool shut = it->datagram ? atomic_load(&it->shut) == (SHUT_IN | SHUT_OUT) : both || (now & NK_STATUS_FAILED) != 0;
    if (!it->listening && shut) {
        found |= POLLHUP;
    }
    if ((now & NK_STATUS_FAILED) != 0) {
        found = (short)(found | (wanted & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM | POLLRDHUP)));
        found = (short)(found | (it->told ? 0 : POLLERR));
    }
    return found;
}
