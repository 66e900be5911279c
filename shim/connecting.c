/* Longer than others: which stack an address leads to, and what becomes of it, is one matter. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

/* As many as the kernel allows, and has where the number is negative. */
enum { MOST_WAITING = 4096 };

/* RFC 863. */
enum { DISCARD = 9 };

/* For an answer over the loopback; and how often it is looked whether the kernel has somebody there by now. */
enum { AT_ONCE_MS = 50, LOOK_MS = 1000 };

/* ----- Bind, listen, connect ----- */

/* The program's socket of a descriptor that is OPEN or OWN, with the lock; or a negative errno without. */
static int64_t held(int fd) {
    int64_t number = socket_adopt(fd);
    if (number >= 0) {
        family_lock();
    }
    return number;
}

static bool is_any(const struct place *place) {
    return place->address.hi == 0 && (place->address.lo == 0 || place->address.lo == nk_ipv4(0).lo);
}

static void settle(int fd) {
    number_set(fd, KERNEL, 0);
    sets_settled(fd);
}

/* With the lock. */
static int bind_to(uint32_t number, const struct place *place) {
    struct own *it = own(number);
    struct nk_request request = {
        .op = NK_BIND, .socket = number, .address = place->address, .port = place->port, .scope = place->scope};
    if (!it->v6 && place->address.lo == nk_ipv4(0).lo) {
        request.address.lo = 0;
    }
    int failure = family_call(&request);
    it->named |= failure == 0;
    /* As the kernel: one of IPv4, and the socket is for IPv6 only. */
    return failure == -EAFNOSUPPORT ? -EINVAL : failure;
}

/* An address that each link has, and no link is said: RFC 4007, 6. */
static bool lacks_link(uint32_t number, const struct place *place) {
    struct nk_words words;
    nk_words(&session, number, &words);
    return place->address.hi >> 54 == 0xfe80 >> 6 && place->scope == 0 && words.link == 0;
}

int socket_bind(int fd, const struct sockaddr *address, socklen_t length) {
    uint32_t value = 0;
    if (number_kind(fd, &value) == OPEN && place_is_kernels(address, length)) {
        settle(fd);
        return real()->bind(fd, address, length);
    }
    struct place place;
    int64_t number = held(fd);
    if (number < 0) {
        return fail((int)number);
    }
    struct own *it = own((uint32_t)number);
    struct sockaddr_in any;
    if (!it->v6 && length >= (socklen_t)sizeof any && address->sa_family == AF_UNSPEC) {
        /* As the kernel, which knows programs that forget to say so. */
        memcpy(&any, address, sizeof any);
        any.sin_family = any.sin_addr.s_addr == 0 ? AF_INET : AF_UNSPEC;
        address = (const struct sockaddr *)(const void *)&any;
    }
    int failure = place_of(address, length, it->v6, &place);
    if (failure == 0) {
        failure = lacks_link((uint32_t)number, &place) ? -EINVAL : bind_to((uint32_t)number, &place);
    }
    it->unplaced = failure == 0 && place.port == 0 && is_any(&place);
    if (failure == 0) {
        it->keeps_port = place.port != 0;
        it->keeps_address = !is_any(&place);
    }
    if (failure == 0 && it->v6 && it->keeps_address && !address_is_four(place.address)) {
        option_narrows((uint32_t)number);
    }
    family_unlock();
    return failure == 0 ? 0 : fail(failure);
}

int socket_listen(int fd, int backlog) {
    int64_t number = held(fd);
    if (number < 0) {
        return fail((int)number);
    }
    struct own *it = own((uint32_t)number);
    unsigned most = (unsigned)backlog > MOST_WAITING ? MOST_WAITING : (unsigned)backlog;
    struct nk_request request = {.op = NK_LISTEN, .socket = (uint32_t)number, .a = most};
    int failure = it->datagram ? -EOPNOTSUPP : family_call(&request);
    it->listening |= failure == 0;
    it->named |= failure == 0;
    family_unlock();
    return failure == 0 ? 0 : fail(failure);
}

static bool connected_or_not(uint32_t number) {
    return (socket_status(number) & NK_STATUS_CONNECTING) == 0 || atomic_load(&family->over);
}

/* Whether somebody of the family is bound to any address and this port: over the loopback, too, who asks there finds it in the stack. */
static bool is_served(const struct place *place, bool datagram) {
    bool four = place->address.hi == 0 && place->address.lo >> 32 == nk_ipv4(0).lo >> 32;
    for (uint32_t number = 0; family != NULL && number < session.sockets / 2; number++) {
        const struct own *it = own(number);
        struct nk_words words;
        if (it->state != USED || it->datagram != datagram || !(datagram ? it->named : it->listening)) {
            continue;
        }
        nk_words(&session, number, &words);
        struct place bound = {words.local, words.local_port, 0};
        bool takes = four ? !it->v6 || !option_tells(number, IPPROTO_IPV6, IPV6_V6ONLY) : it->v6;
        if (takes && words.local_port == place->port && is_any(&bound) && (words.status & NK_STATUS_CONNECTED) == 0) {
            return true;
        }
    }
    return false;
}

bool place_leaves(const struct sockaddr *address, socklen_t length, uint32_t kind) {
    struct place place;
    return place_leads_to_kernel(address, length)
        && !(place_of(address, length, (kind & OPEN_V6) != 0, &place) == 0 && is_served(&place, (kind & OPEN_DATAGRAM) != 0));
}

bool place_falls(const struct sockaddr *address, socklen_t length) {
    struct place place;
    if (!place_is_nobodys(address, length) || place_of(address, length, address->sa_family == AF_INET6, &place) != 0) {
        return false;
    }
    place_meant(&place);
    return !kernel_takes(&place) && family_begin() == 0;
}

/* Whether the kernel has refused, also by now: over the loopback it knows at once. Then that has been told. */
static bool is_refused(int fd) {
    int failure = errno;
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (failure == EINPROGRESS && real()->getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0
        && info.tcpi_state == TCP_CLOSE) {
        length = sizeof failure;
        real()->getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &length);
    }
    errno = failure;
    return failure == ECONNREFUSED;
}

/*
 * Over the loopback the kernel is asked first. Whom it refuses the stack is, where somebody else may wait who is bound to any address:
 * as if there were one loopback. 0, or -1 as connect; 1 where the stack is to be asked.
 */
static int connect_outside(int fd, uint32_t kind, const struct sockaddr *address, socklen_t length) {
    bool datagram = (kind & OPEN_DATAGRAM) != 0;
    if (datagram && place_falls(address, length)) {
        return 1;
    }
    if (datagram || !place_is_nobodys(address, length)) {
        settle(fd);
        return real()->connect(fd, address, length);
    }
    int done = real()->connect(fd, address, length);
    if (done != 0 && is_refused(fd)) {
        return family_begin() == 0 ? 1 : fail(-ECONNREFUSED);
    }
    int failure = errno;
    settle(fd);
    errno = failure;
    return done;
}

/* Whether a socket that is bound is to go to the loopback, where nobody of the family is: the kernel's it is then. */
static bool gives_up(uint32_t number, const struct sockaddr *address, socklen_t length) {
    struct own *it = own(number);
    struct nk_words words;
    nk_words(&session, number, &words);
    struct place bound = {words.local, 0, 0};
    uint32_t more = NK_STATUS_CONNECTED | NK_STATUS_CONNECTING | NK_STATUS_FAILED | NK_STATUS_LISTENING;
    uint32_t kind = (it->datagram ? OPEN_DATAGRAM : 0u) | (it->v6 ? OPEN_V6 : 0u);
    bool alone = atomic_load(&it->refs) == 1; /* others who have it would not learn of it */
    if (it->datagram && place_leaves(address, length, kind) && place_falls(address, length)) {
        return false;
    }
    if (it->fallen && !it->datagram) {
        /* The kernel has its turn again. */
        return alone && (it->undone || it->told) && place_leaves(address, length, kind);
    }
    return alone && (words.status & more) == 0 && is_any(&bound) && place_leaves(address, length, kind);
}

/* One that has fallen to the stack is the kernel's once somebody is there. */
static void looks_again(int fd, uint32_t number, const struct sockaddr *address, socklen_t length) {
    struct own *it = own(number);
    struct sockaddr_storage peer;
    socklen_t peers = sizeof peer;
    int64_t now = now_ms();
    if (now - it->looked_ms < LOOK_MS || atomic_load(&it->refs) != 1) {
        return;
    }
    it->looked_ms = now;
    bool connected = socket_name(number, true, (struct sockaddr *)(void *)&peer, &peers) == 0;
    if (address == NULL && connected) {
        address = (const struct sockaddr *)(const void *)&peer;
        length = peers;
    }
    uint32_t kind = OPEN_DATAGRAM | (it->v6 ? OPEN_V6 : 0u);
    if (address != NULL && place_leaves(address, length, kind) && !place_falls(address, length) && socket_give_up(fd) == 0 && connected) {
        real()->connect(fd, (const struct sockaddr *)(const void *)&peer, peers);
    }
}

void place_settles(int fd, uint32_t number, const struct sockaddr *address, socklen_t length) {
    if (own(number)->fallen) {
        looks_again(fd, number, address, length);
        return;
    }
    if (own(number)->unplaced && address != NULL) {
        own(number)->unplaced = false;
        if (gives_up(number, address, length)) {
            socket_give_up(fd);
        }
    }
}

/* A socket of UDP is to talk to nobody in particular. */
static int dissolve(uint32_t number) {
    struct nk_request request = {.op = NK_CONNECT, .socket = number, .port = 0};
    family_call(&request);
    own(number)->portless = false;
    family_unlock();
    return 0;
}

/*
 * The stack connects a socket once, and listens for good; the kernel does again and again: it is opened anew, and what it was is closed,
 * or reset. With the lock.
 */
static int again(uint32_t number, bool abort) {
    struct own *it = own(number);
    struct nk_request close = {.op = NK_CLOSE, .socket = number, .a = abort};
    family_ask(&close);
    int failure = socket_closed(number);
    if (failure != 0) {
        return failure;
    }
    it->life = nk_life(&session, number);
    it->named = false;
    bool only = option_tells(number, IPPROTO_IPV6, IPV6_V6ONLY);
    struct nk_request open = {.op = NK_OPEN, .socket = number, .a = NK_TCP, .b = only ? 1 : it->v6 ? 0 : 2};
    failure = family_call(&open);
    if (failure == 0) {
        options_again(number);
    }
    return failure;
}

/* What it was before may still have connections at that port: as with the kernel, it is bound all the same. With the lock. */
static int bind_again(uint32_t number, const struct place *place) {
    options_reuse(number, true);
    int failure = bind_to(number, place);
    options_reuse(number, false);
    return failure;
}

/* It keeps its port: whoever waits for connections is told that there will be none. */
int socket_unlisten(uint32_t number) {
    struct nk_words words;
    family_lock();
    nk_words(&session, number, &words);
    own(number)->listening = false;
    socket_forsake(number);
    int failure = again(number, false);
    if (failure == 0) {
        struct place place = {words.local, words.local_port, words.link};
        failure = bind_again(number, &place);
    }
    family_note(number);
    family_unlock();
    return failure == 0 ? 0 : fail(failure);
}

/*
 * A socket of TCP is to talk to nobody (connect to AF_UNSPEC): it is as a new one, but for what it was bound to and its options, and its peer is
 * told by a reset. With the lock, which it lets go of.
 */
static int disconnect(int fd, uint32_t number) {
    struct own *it = own(number);
    struct nk_words words;
    nk_words(&session, number, &words);
    bool parted = (words.status & (NK_STATUS_CONNECTED | NK_STATUS_CONNECTING)) != 0 && (words.status & NK_STATUS_FAILED) == 0;
    bool accepted = number >= session.sockets / 2;
    if ((words.status & (NK_STATUS_CONNECTED | NK_STATUS_CONNECTING | NK_STATUS_FAILED | NK_STATUS_LISTENING)) == 0) {
        family_unlock();
        return 0;
    }
    it->listening = false;
    socket_forsake(number);
    int64_t made = accepted ? socket_anew(fd, number) : again(number, parted);
    number = accepted && made >= 0 ? (uint32_t)made : number;
    it = own(number);
    if (made >= 0) {
        it->told = it->undone = it->asked = it->fallen = false;
        atomic_store(&it->shut, 0);
        atomic_store(&it->pending, parted ? ECONNRESET : 0);
    }
    if (made >= 0 && it->keeps_port) {
        struct place place = {it->keeps_address ? words.local : (struct nk_address){0, 0}, words.local_port, words.link};
        made = bind_again(number, &place);
    }
    family_note(number);
    family_unlock();
    return made >= 0 ? 0 : fail((int)made);
}

int socket_abandon(uint32_t number) {
    family_lock();
    return disconnect(-1, number);
}

/*
 * Connects once more. As the kernel: who was told that it is connected is so for good; who was not told of the failure is now, or, where
 * SO_ERROR was, that there was one; only then it begins anew, from where it was bound to. With the lock.
 */
static int after_failure(uint32_t number) {
    struct own *it = own(number);
    if (it->asked) {
        int error = socket_error(number);
        it->asked = false;
        it->undone = true;
        return error != 0 ? -error : -ECONNABORTED;
    }
    if (!it->undone) {
        return -EISCONN;
    }
    struct nk_words words;
    nk_words(&session, number, &words);
    int failure = again(number, false);
    if (failure == 0 && (it->keeps_port || it->keeps_address)) {
        struct place place = {it->keeps_address ? words.local : (struct nk_address){0, 0}, it->keeps_port ? words.local_port : 0, words.link};
        failure = bind_again(number, &place);
    }
    return failure;
}

/* With the lock. */
static int begin_connecting(uint32_t number, const struct place *place) {
    struct own *it = own(number);
    uint32_t now = socket_status(number);
    if (it->listening) {
        return -EISCONN;
    }
    if (!it->datagram && (now & NK_STATUS_FAILED) != 0) {
        int failure = after_failure(number);
        if (failure != 0) {
            return failure;
        }
    }
    if (it->asked && (now & (NK_STATUS_CONNECTED | NK_STATUS_FAILED)) == NK_STATUS_CONNECTED) {
        it->asked = false;
        return 1;
    }
    /* A socket of UDP is told so which address it would have; to the stack port 0 is nobody, so it is another one. */
    bool portless = it->datagram && place->port == 0;
    struct nk_request request = {.op = NK_CONNECT, .socket = number, .address = place->address,
        .port = portless ? DISCARD : place->port, .scope = place->scope};
    int failure = family_call(&request);
    if (failure == 0) {
        it->portless = portless;
        it->told = false;
        it->undone = false;
        it->named = true;
        it->asked = !it->datagram;
        if (!it->datagram) {
            atomic_store(&it->pending, 0);
        }
    }
    /* As the kernel: one of IPv4, and the socket is for IPv6 only. */
    return failure == -EAFNOSUPPORT ? -ENETUNREACH : failure;
}

/* Whether it listens, or is connected, and the program knows. */
static bool is_taken(uint32_t number) {
    uint32_t now = socket_status(number);
    bool was = (now & (NK_STATUS_CONNECTED | NK_STATUS_FAILED)) != 0;
    return own(number)->listening || (was && !own(number)->asked && !own(number)->undone);
}

/* As the kernel: a socket of UDP over IPv6 is connected to addresses of IPv4 as they are. */
static bool takes_either(int fd) {
    uint32_t value = 0;
    enum kind kind = number_kind(fd, &value);
    return kind == OPEN ? (value & (OPEN_DATAGRAM | OPEN_V6)) == (OPEN_DATAGRAM | OPEN_V6)
                        : kind == OWN && own(value)->datagram && own(value)->v6;
}

int socket_connect(int fd, const struct sockaddr *address, socklen_t length) {
    uint32_t value = 0;
    bool fallen = false;
    struct place place;
    struct sockaddr_in6 six;
    if (takes_either(fd)) {
        address = place_as_six(address, &length, &six);
    }
    if (number_kind(fd, &value) == OPEN) {
        if (place_of(address, length, (value & OPEN_V6) != 0, &place) != 0) {
            /* Nobody's: the kernel says what is wrong. */
            return real()->connect(fd, address, length);
        }
        if (place_leaves(address, length, value)) {
            int done = connect_outside(fd, value, address, length);
            if (done <= 0) {
                return done;
            }
            fallen = true;
        }
    } else if (number_kind(fd, &value) == OWN && gives_up(value, address, length)) {
        int failure = socket_give_up(fd);
        return failure == 0 ? real()->connect(fd, address, length) : fail(failure);
    }
    int64_t found = held(fd);
    if (found < 0) {
        return fail((int)found);
    }
    uint32_t number = (uint32_t)found;
    struct own *it = own(number);
    it->fallen |= fallen;
    it->looked_ms = now_ms();
    if (address != NULL && length >= (socklen_t)sizeof(sa_family_t) && address->sa_family == AF_UNSPEC) {
        return it->datagram ? dissolve(number) : disconnect(fd, number);
    }
    int failure = place_of(address, length, it->v6, &place);
    if (failure != 0 && !it->datagram && length >= (socklen_t)sizeof(sa_family_t) && is_taken(number)) {
        /* As the kernel, which looks at that first. */
        failure = -EISCONN;
    }
    if (failure == 0) {
        place_meant(&place);
        failure = lacks_link(number, &place) ? -EINVAL : begin_connecting(number, &place);
        family_note(number);
    }
    family_unlock();
    if (failure == -EALREADY && !atomic_load(&it->nonblocking)) {
        failure = 0;
    }
    if (failure != 0 || it->datagram) {
        return failure >= 0 ? 0 : fail(failure);
    }
    if (fallen) {
        /* As the kernel has said it, at once. */
        family_wait(connected_or_not, number, now_ms() + AT_ONCE_MS);
    }
    if (atomic_load(&it->nonblocking) && !(fallen && (socket_status(number) & NK_STATUS_FAILED) != 0)) {
        return fail(-EINPROGRESS);
    }
    int64_t until = until_of(it->send_ms);
    int slept = family_wait(connected_or_not, number, until);
    if (slept != 0) {
        /* Another thread has shut it down. */
        return fail(slept == -EAGAIN ? -EINPROGRESS : slept == -EBADF ? -ECONNRESET : slept);
    }
    int error = socket_error(number);
    it->asked = false;
    it->undone = error != 0;
    if (error == 0) {
        socket_settled(number);
    }
    return error == 0 ? 0 : fail(-error);
}

/* ----- Accept ----- */

/* Takes the first of those that wait, for a descriptor that is there already. With the lock. 0 if there is none. */
static uint32_t take(uint32_t number) {
    struct own *listener = own(number);
    uint32_t first = listener->first;
    if (first != 0) {
        struct own *child = own(first - 1);
        listener->first = child->next;
        if (listener->first == 0) {
            listener->last = 0;
        }
        child->next = 0;
        child->state = USED;
        child->named = true;
        atomic_store(&child->refs, 1);
        struct nk_request request = {.op = NK_ACCEPTED, .socket = first - 1};
        family_ask(&request);
    }
    return first;
}

static int accepted(uint32_t number, int flags) {
    for (;;) {
        struct own *listener = own(number);
        if (!listener->listening) {
            return -EINVAL;
        }
        int64_t until = until_of(listener->receive_ms);
        bool must = !atomic_load(&listener->nonblocking);
        if (!socket_arrived(number)) {
            int slept = must ? family_wait(socket_arrived, number, until) : -EAGAIN;
            if (slept != 0) {
                return slept == -EBADF ? -EINVAL : slept;
            }
        }
        if (atomic_load(&family->over)) {
            return -ENETDOWN;
        }
        int other;
        int fd = socket_end(false, flags, &other);
        if (fd < 0) {
            return fd;
        }
        family_lock();
        uint32_t child = take(number);
        family_unlock();
        if (child != 0) {
            atomic_store(&own(child - 1)->nonblocking, (flags & SOCK_NONBLOCK) != 0);
            number_set(fd, OWN, child - 1);
            socket_shown(child - 1, fd, other);
            socket_settled(child - 1);
            return fd;
        }
        if (other >= 0) {
            real()->close(other);
        }
        real()->close(fd);
    }
}

int socket_accept(int fd, struct sockaddr *address, socklen_t *length, int flags) {
    uint32_t number;
    if (number_kind(fd, &number) != OWN) {
        return fail(-EINVAL);
    }
    if ((flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) != 0) {
        return fail(-EINVAL);
    }
    if (own(number)->datagram) {
        return fail(-EOPNOTSUPP);
    }
    int made = accepted(number, flags);
    if (made < 0) {
        return fail(made);
    }
    if (address != NULL && number_kind(made, &number) == OWN && socket_caller(number, address, length) != 0) {
        /* As the kernel: it has been taken, and is nobody's. */
        int failure = -errno;
        close(made);
        return fail(failure);
    }
    return made;
}
