/* Longer than others: what goes and what comes share the ring and its errors. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

/* Into how many a send may be cut: as the kernel. */
enum { LONGEST_4 = 65507, LONGEST_6 = 65527, MOST_SEGMENTS = 128 };

/* How many partners are known, of all sockets, and what the stack has to say of a new one. */
enum { PARTNERS = 1024, ROUTED_MS = 50 };

static size_t padded(size_t length) {
    return (length + 7) / 8 * 8;
}

static bool waits(uint32_t number, int flags) {
    return (flags & MSG_DONTWAIT) == 0 && !atomic_load(&own(number)->nonblocking);
}

static size_t sum(const struct msghdr *message) {
    size_t length = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        length += message->msg_iov[i].iov_len;
    }
    return length;
}

/* ----- Sending ----- */

/* Copies what lies from `from` octets of the message's on to `at` in the ring. */
static void lay_octets(uint32_t number, size_t at, const struct msghdr *message, size_t from, size_t length) {
    for (size_t i = 0; i < message->msg_iovlen && length != 0; i++) {
        const struct iovec *piece = &message->msg_iov[i];
        size_t skipped = from < piece->iov_len ? from : piece->iov_len;
        size_t now = piece->iov_len - skipped < length ? piece->iov_len - skipped : length;
        nk_lay(&session, number, at, (const char *)piece->iov_base + skipped, now);
        from -= skipped;
        at += now;
        length -= now;
    }
}

static size_t longest(const struct datagram *header) {
    return address_is_four(header->remote) ? LONGEST_4 : LONGEST_6;
}

/* With the lock. */
static void give(uint32_t number, size_t length) {
    nk_give(&session, number, length);
    if (nk_sent(&session, number) != 0) {
        family_ended();
    }
    nk_wake(&session);
}

/*
 * Whether so many octets have room behind what was given: 0 or a negative errno. As with the kernel any one datagram has where nothing
 * waits, whatever SO_SNDBUF says. Where there is none yet the stack is asked to tell. With the lock.
 */
static int fits(uint32_t number, size_t all) {
    int64_t room = nk_free(&session, number);
    if (room < 0 || room >= (int64_t)all) {
        return room < 0 ? (int)room : 0;
    }
    if (!nk_all_sent(&session, number)) {
        atomic_fetch_add(&own(number)->full, 1);
        return -EAGAIN;
    }
    return all > session.capacity ? -ENOBUFS : 0;
}

bool datagram_has_room(uint32_t number) {
    if (nk_free(&session, number) >= (int64_t)(sizeof(struct datagram) + padded(LONGEST_6))) {
        return true;
    }
    family_lock();
    bool sent = nk_all_sent(&session, number);
    family_unlock();
    return sent;
}

/* All of it, in datagrams of so many octets each but the last, or nothing. With the lock. */
static int laid(uint32_t number, const struct msghdr *message, struct datagram *header, size_t length, size_t segment) {
    size_t count = length == 0 ? 1 : (length + segment - 1) / segment;
    size_t last = length - (count - 1) * segment;
    size_t all = (count - 1) * (sizeof *header + padded(segment)) + sizeof *header + padded(last);
    int unfit = fits(number, all);
    if (unfit != 0) {
        return unfit;
    }
    family_spare(1);
    nk_rebase(&session, number);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        header->length = (uint32_t)(i + 1 < count ? segment : last);
        nk_lay(&session, number, at, header, sizeof *header);
        lay_octets(number, at + sizeof *header, message, i * segment, header->length);
        at += sizeof *header + padded(header->length);
    }
    give(number, all);
    return 0;
}

/* What the header of one that is held says, behind its length, is settled by who began it. */
void datagram_release(uint32_t number) {
    struct own *it = own(number);
    if (it->holding) {
        family_spare(1);
        nk_lay(&session, number, 0, &it->held, sizeof it->held);
        give(number, sizeof(struct datagram) + padded(it->held));
        it->holding = false;
    }
}

/* As the kernel: octets are added to the datagram that is held, or begin one, and go with the first that nothing is to follow. With the lock. */
static int held(uint32_t number, const struct msghdr *message, const struct datagram *header, size_t length, bool more) {
    struct own *it = own(number);
    size_t before = it->holding ? it->held : 0;
    if (before + length > (it->holding ? it->held_most : longest(header))) {
        it->holding = false;
        return -EMSGSIZE;
    }
    int unfit = fits(number, sizeof *header + padded(before + length));
    if (unfit != 0) {
        return unfit;
    }
    if (!it->holding) {
        nk_rebase(&session, number);
        nk_lay(&session, number, 0, header, sizeof *header);
        it->held_most = (uint32_t)longest(header);
    }
    lay_octets(number, sizeof *header + before, message, 0, length);
    it->holding = true;
    it->held = (uint32_t)(before + length);
    if (!more) {
        datagram_release(number);
    }
    return 0;
}

/* All has been sent that was given: there is room for the longest again, and the stack has said what it has to say of it. */
static bool all_sent(uint32_t number) {
    family_lock();
    bool sent = nk_all_sent(&session, number);
    family_unlock();
    return sent || atomic_load(&family->over);
}

/* ----- Whether there is a way ----- */

/*
 * The kernel says at once that it has no way to somebody; the stack says so in its turn, for which a datagram waits that goes to somebody
 * new. Who is not is known by a word, which several may have the same place for: then it is waited for once more.
 */
static _Atomic uint64_t partners[PARTNERS];

static uint64_t partner(uint32_t number, const struct datagram *header) {
    const uint64_t mixes = UINT64_C(0x9e3779b97f4a7c15);
    bool local = header->remote.hi >> 54 == 0xfe80 >> 6;
    uint64_t word = (header->remote.hi + (local ? header->link : 0)) * mixes;
    word = (word ^ word >> 32 ^ header->remote.lo) * mixes;
    word = (word ^ word >> 32 ^ ((uint64_t)own(number)->life << 32 | number)) * mixes;
    return word | 1;
}

static _Atomic uint64_t *place_of_partner(uint64_t word) {
    return &partners[word >> 54];
}

_Static_assert(PARTNERS == 1 << (64 - 54), "as many places");

static void met(uint32_t number, const struct datagram *header) {
    uint64_t word = partner(number, header);
    atomic_store_explicit(place_of_partner(word), word, memory_order_relaxed);
}

static bool is_met(uint32_t number, const struct datagram *header) {
    uint64_t word = partner(number, header);
    return atomic_load_explicit(place_of_partner(word), memory_order_relaxed) == word;
}

static bool peeked(uint32_t number, uint64_t from, struct datagram *header) {
    return nk_peek(&session, number, (size_t)from, header, sizeof *header) == (ssize_t)sizeof *header;
}

/* Why the stack has not sent a datagram: it says so behind what had come before, from `begin` on. 0 or a negative errno. */
static int refused(uint32_t number, const struct datagram *sent, uint64_t begin) {
    struct datagram header;
    int failure = 0;
    if (family_wait(all_sent, number, now_ms() + ROUTED_MS) != 0) {
        return 0;
    }
    family_lock();
    uint64_t end = nk_received(&session, number);
    uint64_t head = end - nk_unread(&session, number);
    begin = begin > head ? begin : head;
    while (failure == 0 && begin < end && peeked(number, begin - head, &header)) {
        bool same = header.port == sent->port && header.remote.hi == sent->remote.hi && header.remote.lo == sent->remote.lo;
        failure = error_is_own(&header) && same ? -(int)header.error : 0;
        begin += sizeof header + padded(header.length);
    }
    /* It is told here, and nothing to be read. */
    while (failure != 0 && peeked(number, 0, &header) && error_is_own(&header)) {
        nk_pass(&session, number, sizeof header + padded(header.length));
    }
    family_unlock();
    if (failure == 0) {
        met(number, sent);
    }
    return failure == -EAFNOSUPPORT ? -ENETUNREACH : failure;
}

/* Where it goes, as the message says, or else the socket: 0 or a negative errno. */
static int addressed(uint32_t number, const struct msghdr *message, struct datagram *header) {
    struct sockaddr_in four;
    struct sockaddr_in6 six;
    const struct sockaddr *name = message->msg_name;
    socklen_t length = message->msg_namelen;
    bool nobody = own(number)->v6 && name != NULL && message->msg_namelen >= sizeof(sa_family_t) && name->sa_family == AF_UNSPEC;
    if (name != NULL && !nobody) {
        struct place place;
        if (!own(number)->v6 && message->msg_namelen < sizeof four) {
            return -EINVAL;
        }
        if (!own(number)->v6 && name->sa_family == AF_UNSPEC) {
            /* As the kernel, which knows programs that forget to say so. */
            memcpy(&four, name, sizeof four);
            four.sin_family = AF_INET;
            name = (const struct sockaddr *)(const void *)&four;
        }
        if (own(number)->v6) {
            name = place_as_six(name, &length, &six);
        }
        int failure = place_of(name, length, own(number)->v6, &place);
        if (failure != 0) {
            return own(number)->v6 ? -EINVAL : failure;
        }
        if (place.port == 0) {
            return -EINVAL;
        }
        place_meant(&place);
        header->remote = place.address;
        header->port = place.port;
        header->link = place.scope != 0 ? place.scope : header->link;
        return 0;
    }
    /* It says where it goes itself: its socket may be disconnected, or talk to another, before the stack takes it. */
    struct nk_words words;
    nk_words(&session, number, &words);
    if ((words.status & NK_STATUS_CONNECTED) == 0) {
        return -EDESTADDRREQ;
    }
    header->remote = words.remote;
    header->port = words.remote_port;
    header->link = words.remote.hi >> 54 == 0xfe80 >> 6 && header->link == 0 ? words.link : header->link;
    return 0;
}

/* What goes with it, and into how many octets it is to be cut: 0 or a negative errno. */
static int prepared(
    uint32_t number, const struct msghdr *message, size_t length, struct datagram *header, size_t *each) {
    uint16_t segment = (uint16_t)option_kept(number, IPPROTO_UDP, UDP_SEGMENT);
    int unfit = controls_asked(number, message, header, &segment);
    if (unfit != 0) {
        return unfit;
    }
    *each = segment != 0 ? segment : LONGEST_6;
    if (length > *each * MOST_SEGMENTS) {
        return -EINVAL;
    }
    int failure = addressed(number, message, header);
    if (failure != 0) {
        return failure;
    }
    /* An error that a datagram sent before has met is told instead. */
    return length > longest(header) ? -EMSGSIZE : -errors_pending(number);
}

ssize_t datagram_send(uint32_t number, const struct msghdr *message, int flags) {
    struct datagram header = {.length = 0};
    size_t length = sum(message);
    size_t each = LONGEST_6;
    if ((flags & MSG_OOB) != 0 && !own(number)->v6) {
        return -EOPNOTSUPP;
    }
    if (length > UINT16_MAX) {
        /* As the kernel: over IPv6 what is held goes with it. */
        own(number)->holding &= !own(number)->v6;
        return -EMSGSIZE;
    }
    bool more = (flags & MSG_MORE) != 0 || option_kept(number, IPPROTO_UDP, UDP_CORK) != 0;
    bool adds = own(number)->holding;
    int failure = adds ? 0 : prepared(number, message, length, &header, &each);
    if (failure == 0 && (atomic_load(&own(number)->shut) & SHUT_OUT) != 0 && !adds) {
        failure = -EPIPE;
    }
    if (failure != 0 || (own(number)->portless && message->msg_name == NULL)) {
        /* Nobody has port 0: what is sent there comes to nobody. */
        return failure != 0 ? failure : (ssize_t)length;
    }
    int64_t until = until_of(own(number)->send_ms);
    for (;;) {
        if (atomic_load(&family->over)) {
            return -ENETDOWN;
        }
        family_lock();
        if (adds && !own(number)->holding) {
            /* Another thread has let it go: this is one of its own, which says where it goes. */
            family_unlock();
            return datagram_send(number, message, flags);
        }
        bool holds = more || own(number)->holding;
        uint64_t begin = nk_received(&session, number);
        failure = holds ? held(number, message, &header, length, more) : laid(number, message, &header, length, each);
        family_unlock();
        if (failure == -EAGAIN && waits(number, flags)) {
            failure = family_wait(all_sent, number, until);
            if (failure == 0) {
                continue;
            }
        }
        bool alone = !holds && (socket_status(number) & NK_STATUS_CONNECTED) == 0;
        if (failure == 0 && alone && !is_met(number, &header)) {
            failure = refused(number, &header, begin);
        }
        return failure == 0 ? (ssize_t)length : failure;
    }
}

/* ----- Receiving ----- */

static bool has_datagram(uint32_t number) {
    return nk_unread(&session, number) != 0 || atomic_load(&family->over) || atomic_load(&own(number)->pending) != 0
        || (atomic_load(&own(number)->shut) & SHUT_IN) != 0;
}

/* Copies one to the program. With the lock. */
static ssize_t copied(uint32_t number, struct msghdr *message, int flags) {
    struct datagram header;
    ssize_t there = nk_peek(&session, number, 0, &header, sizeof header);
    if (there != (ssize_t)sizeof header) {
        return there <= 0 ? -EAGAIN : -EPROTO;
    }
    bool peeks = (flags & MSG_PEEK) != 0 && header.error == 0;
    size_t done = 0;
    for (size_t i = 0; i < message->msg_iovlen && done < header.length && header.error == 0; i++) {
        size_t left = header.length - done;
        size_t length = message->msg_iov[i].iov_len < left ? message->msg_iov[i].iov_len : left;
        ssize_t now = length == 0 ? 0
            : nk_peek(&session, number, sizeof header + done, message->msg_iov[i].iov_base, length);
        if (now < 0) {
            return now;
        }
        done += length;
    }
    if (!peeks) {
        nk_pass(&session, number, sizeof header + padded(header.length));
    }
    if (header.error != 0) {
        /* Who is connected is told; who is not could not know of whom. */
        return (socket_status(number) & NK_STATUS_CONNECTED) != 0 ? -(ssize_t)header.error : -EINTR;
    }
    met(number, &header);
    if (message->msg_name != NULL) {
        struct place place = {header.remote, header.port, header.remote.hi >> 54 == 0xfe80 >> 6 ? header.link : 0};
        place_told(&place, own(number)->v6, message->msg_name, &message->msg_namelen);
    }
    message->msg_flags = done < header.length ? MSG_TRUNC : 0;
    controls_told(number, &header, message);
    return (ssize_t)((flags & MSG_TRUNC) != 0 ? header.length : done);
}

ssize_t datagram_receive(uint32_t number, struct msghdr *message, int flags) {
    if ((flags & MSG_ERRQUEUE) != 0) {
        return errors_receive(number, message);
    }
    int64_t until = until_of(own(number)->receive_ms);
    for (;;) {
        int pending = errors_pending(number);
        if (pending != 0) {
            return -pending;
        }
        family_lock();
        ssize_t found = copied(number, message, flags);
        family_unlock();
        if (found == -EINTR) {
            continue;
        }
        if (found != -EAGAIN) {
            return found;
        }
        if (atomic_load(&family->over)) {
            return -ENETDOWN;
        }
        bool must = waits(number, flags);
        if (must && (atomic_load(&own(number)->shut) & SHUT_IN) != 0) {
            return 0;
        }
        int slept = must ? family_wait(has_datagram, number, until) : -EAGAIN;
        if (slept != 0) {
            return slept;
        }
    }
}

/* ----- Either ----- */

ssize_t message_send(uint32_t number, const struct msghdr *message, int flags) {
    bool there = memory_read(message->msg_control, message->msg_controllen);
    for (size_t i = 0; there && i < message->msg_iovlen; i++) {
        there = memory_read(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    }
    if (!there) {
        return -EFAULT;
    }
    if (own(number)->datagram) {
        return datagram_send(number, message, flags);
    }
    int unfit = controls_asked(number, message, NULL, NULL);
    return unfit != 0 ? unfit : stream_send(number, message->msg_iov, message->msg_iovlen, flags);
}

ssize_t message_receive(uint32_t number, struct msghdr *message, int flags) {
    bool dropped = (flags & MSG_TRUNC) != 0 && !own(number)->datagram; /* the octets of a stream */
    bool there = true;
    for (size_t i = 0; there && !dropped && i < message->msg_iovlen; i++) {
        there = memory_written(message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    }
    if (!there) {
        return -EFAULT;
    }
    if (own(number)->datagram) {
        bool named = message->msg_name == NULL || memory_written(message->msg_name, message->msg_namelen);
        message->msg_name = named ? message->msg_name : NULL;
        if (message->msg_control != NULL && !memory_written(message->msg_control, message->msg_controllen)) {
            /* Then there is no room for what is told. */
            message->msg_controllen = 0;
        }
        ssize_t taken = datagram_receive(number, message, flags);
        message->msg_flags |= taken >= 0 ? flags & MSG_CMSG_CLOEXEC : 0;
        /* As the kernel, which finds out when it has taken it. */
        return taken >= 0 && !named ? -EFAULT : taken;
    }
    ssize_t got = stream_receive(number, message->msg_iov, message->msg_iovlen, flags);
    if (got >= 0) {
        /* As the kernel: a stream says no address. */
        message->msg_namelen = message->msg_name != NULL ? 0 : message->msg_namelen;
        message->msg_controllen = 0;
        message->msg_flags = flags & (MSG_OOB | MSG_CMSG_CLOEXEC);
    }
    return got;
}
