#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

/* Into how many a send may be cut: as the kernel. */
enum { LONGEST_4 = 65507, LONGEST_6 = 65527, MOST_SEGMENTS = 128 };

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

/* All of it, in datagrams of so many octets each but the last, or nothing. With the lock. */
static int laid(uint32_t number, const struct msghdr *message, struct datagram *header, size_t length, size_t segment) {
    size_t count = length == 0 ? 1 : (length + segment - 1) / segment;
    size_t last = length - (count - 1) * segment;
    size_t all = (count - 1) * (sizeof *header + padded(segment)) + sizeof *header + padded(last);
    int64_t room = nk_free(&session, number);
    if (room < (int64_t)all) {
        /* Of several there may never be room for all. */
        return room < 0 ? (int)room : count > 1 && nk_unsent(&session, number) == 0 ? -ENOBUFS : -EAGAIN;
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
    int64_t room = nk_free(&session, number);
    if (room < (int64_t)(sizeof *header + padded(before + length))) {
        return room < 0 ? (int)room : -EAGAIN;
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

/* All has been sent that was given: there is room for the longest again. */
static bool has_room(uint32_t number) {
    return nk_unsent(&session, number) == 0 || atomic_load(&family->over);
}

/* An error that a datagram sent before has met is told instead, to who is connected; who is not could not know of whom. */
static int failed_before(uint32_t number) {
    struct datagram header;
    int failure = 0;
    errors_gather(number);
    int pending = errors_pending(number);
    if (pending != 0 || !own(number)->named) {
        return -pending;
    }
    family_lock();
    while (failure == 0 && nk_peek(&session, number, 0, &header, sizeof header) == (ssize_t)sizeof header && header.error != 0) {
        failure = (socket_status(number) & NK_STATUS_CONNECTED) != 0 ? -(int)header.error : 0;
        nk_pass(&session, number, sizeof header + padded(header.length));
    }
    family_unlock();
    return failure;
}

/* Where it goes, as the message says, or else the socket: 0 or a negative errno. */
static int addressed(uint32_t number, const struct msghdr *message, struct datagram *header) {
    struct sockaddr_in four;
    const struct sockaddr *name = message->msg_name;
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
        int failure = place_of(name, message->msg_namelen, own(number)->v6, &place);
        if (failure != 0) {
            return failure;
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
    return length > longest(header) ? -EMSGSIZE : failed_before(number);
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
    if ((atomic_load(&own(number)->shut) & SHUT_OUT) != 0 && !own(number)->holding) {
        return -EPIPE;
    }
    bool more = (flags & MSG_MORE) != 0 || option_kept(number, IPPROTO_UDP, UDP_CORK) != 0;
    bool adds = own(number)->holding;
    int failure = adds ? 0 : prepared(number, message, length, &header, &each);
    if (failure != 0) {
        return failure;
    }
    int64_t until = own(number)->send_ms > 0 ? now_ms() + own(number)->send_ms : -1;
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
        failure = holds ? held(number, message, &header, length, more) : laid(number, message, &header, length, each);
        family_unlock();
        if (failure == -EAGAIN && waits(number, flags)) {
            failure = family_wait(has_room, number, until);
            if (failure == 0) {
                continue;
            }
        }
        return failure == 0 ? (ssize_t)length : failure;
    }
}

/* ----- Receiving ----- */

static bool has_datagram(uint32_t number) {
    return nk_unread(&session, number) != 0 || atomic_load(&family->over)
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
    if ((flags & MSG_OOB) != 0) {
        return -EOPNOTSUPP;
    }
    int64_t until = own(number)->receive_ms > 0 ? now_ms() + own(number)->receive_ms : -1;
    for (;;) {
        errors_gather(number);
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
        message->msg_namelen = 0;
        message->msg_controllen = 0;
        message->msg_flags = flags & (MSG_OOB | MSG_CMSG_CLOEXEC);
    }
    return got;
}
