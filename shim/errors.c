#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <string.h>

/*
 * Errors about datagrams. They come in the socket's ring, among datagrams: from there they are taken here, whatever lies before them. Of a
 * socket that is connected the errno is told once, by the next call. As Linux tells who sets IP_RECVERR or IPV6_RECVERR, connected or not, each
 * that a message brought waits in a queue as well, with what is known of it. The queues lie behind all else that the family shares; what is
 * touched of them is there.
 */

enum { MOST = 8, QUOTED = 552 };

struct waiting {
    struct datagram header;
    unsigned char octets[QUOTED];
};

struct queue {
    uint32_t first; /* taken, ever */
    uint32_t last; /* put, ever */
    struct waiting waiting[MOST];
};

size_t errors_length(void) {
    return session.sockets * sizeof(struct queue);
}

static struct queue *queue_of(uint32_t number) {
    char *queues = (char *)session.seen + nk_seen_length(&session);
    return (struct queue *)(void *)queues + number;
}

static bool wanted(uint32_t number) {
    return option_tells(number, IPPROTO_IP, IP_RECVERR);
}

static size_t room_of(const struct datagram *header) {
    return sizeof *header + (header->length + 7u) / 8 * 8;
}

static bool is_connected(uint32_t number) {
    return (socket_status(number) & NK_STATUS_CONNECTED) != 0;
}

bool error_is_own(const struct datagram *header) {
    return header->error != 0 && header->local.hi == 0 && header->local.lo == 0;
}

/* With the lock. */
static void put(uint32_t number, const struct datagram *header, size_t from) {
    struct queue *queue = queue_of(number);
    bool whole = wanted(number) && !error_is_own(header);
    if (!whole && !is_connected(number)) {
        return; /* who has no peer could not know of whom */
    }
    atomic_store(&own(number)->pending, (int)header->error);
    if (!whole || queue->last - queue->first == MOST) {
        return;
    }
    struct waiting *to = &queue->waiting[queue->last % MOST];
    to->header = *header;
    to->header.length = header->length < QUOTED ? header->length : QUOTED;
    if (to->header.length != 0) {
        nk_peek(&session, number, from + sizeof *header, to->octets, to->header.length);
    }
    queue->last++;
}

/* With the lock. */
static void gather(uint32_t number) {
    struct own *it = own(number);
    struct datagram header;
    uint64_t end = nk_received(&session, number);
    uint64_t head = end - nk_unread(&session, number);
    if (it->scanned < head) {
        it->scanned = head;
    }
    while (it->scanned < end) {
        size_t from = (size_t)(it->scanned - head);
        if (nk_peek(&session, number, from, &header, sizeof header) != (ssize_t)sizeof header) {
            return;
        }
        if (header.error != 0) {
            put(number, &header, from);
        }
        it->scanned += room_of(&header);
    }
    /* What stands in the queue is nothing to be read. */
    while (nk_peek(&session, number, 0, &header, sizeof header) == (ssize_t)sizeof header && header.error != 0) {
        nk_pass(&session, number, room_of(&header));
    }
}

bool errors_gather(uint32_t number) {
    bool whole = wanted(number);
    bool some = false;
    if (whole || (nk_unread(&session, number) != 0 && is_connected(number))) {
        family_lock();
        gather(number);
        some = whole && queue_of(number)->first != queue_of(number)->last;
        family_unlock();
    }
    return some || atomic_load(&own(number)->pending) != 0;
}

int errors_pending(uint32_t number) {
    errors_gather(number);
    return atomic_load(&own(number)->pending) == 0 ? 0 : atomic_exchange(&own(number)->pending, 0);
}

void errors_forget(uint32_t number) {
    queue_of(number)->first = queue_of(number)->last;
    atomic_store(&own(number)->pending, 0);
}

static bool is_v4(struct nk_address address) {
    return address.hi == 0 && address.lo >> 32 == 0xffff;
}

/* The message's own part, and who sent it. */
static void tell(uint32_t number, const struct datagram *header, struct msghdr *message) {
    struct {
        struct sock_extended_err error;
        union {
            struct sockaddr any;
            struct sockaddr_in four;
            struct sockaddr_in6 six;
        } offender;
    } told;
    bool v6 = own(number)->v6;
    struct place from = {header->local, 0, 0};
    socklen_t length = sizeof told.offender;
    memset(&told, 0, sizeof told);
    told.error.ee_errno = header->error;
    told.error.ee_origin = is_v4(header->remote) ? SO_EE_ORIGIN_ICMP : SO_EE_ORIGIN_ICMP6;
    told.error.ee_type = header->hops;
    told.error.ee_code = header->traffic_class;
    told.error.ee_info = header->link;
    place_told(&from, v6, &told.offender.any, &length);
    control_told(message, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVERR : IP_RECVERR, &told,
        sizeof told.error + length);
}

ssize_t errors_receive(uint32_t number, struct msghdr *message) {
    struct waiting waiting;
    if (!wanted(number)) {
        return -EAGAIN;
    }
    family_lock();
    gather(number);
    struct queue *queue = queue_of(number);
    bool some = queue->first != queue->last;
    if (some) {
        waiting = queue->waiting[queue->first++ % MOST];
        /* What is told here is told, unless there is another. */
        atomic_store(&own(number)->pending,
            queue->first == queue->last ? 0 : (int)queue->waiting[queue->first % MOST].header.error);
    }
    family_unlock();
    if (!some) {
        return -EAGAIN;
    }
    size_t done = 0;
    for (size_t i = 0; i < message->msg_iovlen && done < waiting.header.length; i++) {
        size_t left = waiting.header.length - done;
        size_t length = message->msg_iov[i].iov_len < left ? message->msg_iov[i].iov_len : left;
        memcpy(message->msg_iov[i].iov_base, waiting.octets + done, length);
        done += length;
    }
    if (message->msg_name != NULL) {
        struct place to = {waiting.header.remote, waiting.header.port, 0};
        place_told(&to, own(number)->v6, message->msg_name, &message->msg_namelen);
    }
    message->msg_flags = MSG_ERRQUEUE | (done < waiting.header.length ? MSG_TRUNC : 0);
    tell(number, &waiting.header, message);
    return (ssize_t)done;
}
