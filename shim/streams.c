#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Octets that are copied before others get the lock. */
enum { SHARE = 256 << 10 };

static int broken(int flags) {
    if ((flags & MSG_NOSIGNAL) == 0) {
        raise(SIGPIPE);
    }
    return -EPIPE;
}

static bool waits(uint32_t number, int flags) {
    return (flags & MSG_DONTWAIT) == 0 && !atomic_load(&own(number)->nonblocking);
}

static bool has_room(uint32_t number) {
    if (nk_free(&session, number) != 0) {
        return true;
    }
    family_lock();
    int64_t room = nk_room(&session, number);
    family_unlock();
    uint32_t over = NK_STATUS_WRITE_END | NK_STATUS_FAILED;
    return room != 0 || (socket_status(number) & over) != 0 || atomic_load(&family->over);
}

static bool is_connected(uint32_t number) {
    return (socket_status(number) & NK_STATUS_CONNECTING) == 0 || atomic_load(&family->over);
}

/* Why nothing can be sent: 0 if it can. */
static int closed(uint32_t number, int flags) {
    uint32_t now = socket_status(number);
    if (atomic_load(&family->over)) {
        return -ENETDOWN;
    }
    if ((now & NK_STATUS_FAILED) != 0 || atomic_load_explicit(&own(number)->pending, memory_order_relaxed) != 0) {
        int error = socket_error(number);
        return error == 0 || error == EPIPE ? broken(flags) : -error;
    }
    bool open = (now & (NK_STATUS_CONNECTED | NK_STATUS_CONNECTING)) != 0 && (now & NK_STATUS_WRITE_END) == 0;
    return open && (atomic_load(&own(number)->shut) & SHUT_OUT) == 0 ? 0 : broken(flags);
}

/* Whether nothing more can be sent: looked at without telling why. */
static bool is_over(uint32_t number) {
    uint32_t now = socket_status(number);
    return atomic_load(&family->over) || (now & (NK_STATUS_FAILED | NK_STATUS_WRITE_END)) != 0
        || (now & (NK_STATUS_CONNECTED | NK_STATUS_CONNECTING)) == 0
        || atomic_load_explicit(&own(number)->pending, memory_order_relaxed) != 0 || (atomic_load(&own(number)->shut) & SHUT_OUT) != 0;
}

/* Puts as much of the pieces as there is room for, from `done` octets on. */
static ssize_t put(uint32_t number, const struct iovec *pieces, size_t count, size_t done, size_t *whole) {
    size_t skipped = done;
    ssize_t all = 0;
    *whole = 0;
    for (size_t i = 0; i < count; i++) {
        *whole += pieces[i].iov_len;
    }
    for (size_t i = 0; i < count && all < SHARE; i++) {
        if (skipped >= pieces[i].iov_len) {
            skipped -= pieces[i].iov_len;
            continue;
        }
        size_t length = pieces[i].iov_len - skipped;
        size_t most = (size_t)(SHARE - all);
        ssize_t now = nk_put(&session, number, (const char *)pieces[i].iov_base + skipped, length < most ? length : most);
        if (now < 0) {
            return all > 0 ? all : now;
        }
        all += now;
        if ((size_t)now < length) {
            break;
        }
        skipped = 0;
    }
    return all;
}

/*
 * More is to follow what is sent: as if TCP_CORK were set from before it until something is sent that nothing is to follow. With the
 * lock, and room for a request.
 */
static void follows(uint32_t number, bool more, bool before) {
    if (own(number)->more != more && more == before) {
        own(number)->more = more;
        option_corks(number, more);
    }
}

static ssize_t put_once(
    uint32_t number, const struct iovec *pieces, size_t count, size_t done, size_t *whole, int flags) {
    bool urgent = (flags & MSG_OOB) != 0;
    family_lock();
    family_spare(3);
    follows(number, (flags & MSG_MORE) != 0, true);
    ssize_t now = put(number, pieces, count, done, whole);
    if (now > 0) {
        bool last = urgent && done + (size_t)now == *whole;
        if ((last && nk_urge(&session, number) != 0) || nk_sent(&session, number) != 0) {
            family_ended();
        }
        nk_wake(&session);
    } else if (now == 0) {
        atomic_fetch_add(&own(number)->full, 1);
    }
    follows(number, (flags & MSG_MORE) != 0, false);
    family_unlock();
    return now;
}

ssize_t stream_room(uint32_t number, int flags) {
    for (;;) {
        int end = closed(number, flags);
        int64_t room = end != 0 ? end : nk_free(&session, number);
        if (room != 0) {
            return (ssize_t)room;
        }
        int slept = waits(number, flags) ? family_wait(has_room, number, -1) : -EAGAIN;
        if (slept != 0) {
            return slept;
        }
    }
}

ssize_t stream_send(uint32_t number, const struct iovec *pieces, size_t count, int flags) {
    struct own *it = own(number);
    int64_t until = until_of(it->send_ms);
    size_t done = 0;
    size_t whole = 0;
    for (;;) {
        if (done > 0 && is_over(number)) {
            /* What went is told; why no more did, the next call is. */
            return (ssize_t)done;
        }
        int end = closed(number, flags);
        if (end == 0 && !is_connected(number)) {
            end = waits(number, flags) ? family_wait(is_connected, number, until) : -EAGAIN;
            if (end == 0) {
                continue;
            }
        }
        ssize_t now = end != 0 ? end : put_once(number, pieces, count, done, &whole, flags);
        if (now < 0) {
            return done > 0 ? (ssize_t)done : now == -EPIPE ? broken(flags | MSG_NOSIGNAL) : now;
        }
        done += (size_t)now;
        if (done == whole) {
            return (ssize_t)done;
        }
        if (nk_free(&session, number) == 0) {
            int slept = waits(number, flags) ? family_wait(has_room, number, until) : -EAGAIN;
            if (slept != 0) {
                return done > 0 ? (ssize_t)done : slept;
            }
        }
    }
}

/* ----- Receiving ----- */

static bool is_inline(uint32_t number) {
    return option_tells(number, SOL_SOCKET, SO_OOBINLINE);
}

uint64_t stream_before_mark(uint32_t number) {
    uint64_t there = nk_unread(&session, number);
    int64_t mark = nk_mark(&session, number);
    return mark >= 0 && (uint64_t)mark < there && !is_inline(number) ? (uint64_t)mark : there;
}

uint64_t stream_unread(uint32_t number) {
    uint64_t there = nk_unread(&session, number);
    int64_t mark = there == 0 ? -1 : nk_mark(&session, number);
    if (mark < 0 || (uint64_t)mark >= there || is_inline(number)) {
        return there;
    }
    return mark > 0 ? (uint64_t)mark : there - 1;
}

bool stream_urgent(uint32_t number) {
    int64_t mark = nk_mark(&session, number);
    uint64_t there = nk_unread(&session, number);
    return mark >= 0 && (uint64_t)mark < there
        && own(number)->urgent_read != nk_received(&session, number) - there + (uint64_t)mark + 1;
}

/* The urgent octet alone; RFC 6093 has a stream's other octets wait for nothing. With the lock. */
static ssize_t take_urgent(uint32_t number, const struct iovec *pieces, size_t count, int flags) {
    char octet;
    int64_t mark = nk_mark(&session, number);
    uint64_t there = nk_unread(&session, number);
    if (mark < 0 || is_inline(number)) {
        return -EINVAL;
    }
    if ((uint64_t)mark >= there) {
        return -EAGAIN;
    }
    if (!stream_urgent(number)) {
        return -EINVAL;
    }
    if (nk_peek(&session, number, (size_t)mark, &octet, 1) != 1) {
        return -EPROTO;
    }
    if ((flags & MSG_PEEK) == 0) {
        own(number)->urgent_read = nk_received(&session, number) - there + (uint64_t)mark + 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].iov_len != 0) {
            memcpy(pieces[i].iov_base, &octet, 1);
            return 1;
        }
    }
    return 0;
}

/* What this thread has seen of what is there: it waits for more. */
static _Thread_local uint64_t seen __attribute__((tls_model("initial-exec")));

static bool has_octets(uint32_t number) {
    uint32_t over = NK_STATUS_READ_END | NK_STATUS_FAILED;
    return stream_unread(number) > seen || (socket_status(number) & over) != 0 || atomic_load(&family->over)
        || (atomic_load(&own(number)->shut) & SHUT_IN) != 0;
}

/* Copies octets that lie there; with MSG_TRUNC they are only counted, and `to` may be nowhere. With the lock. */
static ssize_t peek(uint32_t number, size_t from, void *to, size_t length, int flags) {
    char octet;
    if ((flags & MSG_TRUNC) == 0 || length == 0) {
        return nk_peek(&session, number, from, to, length);
    }
    ssize_t found = nk_peek(&session, number, from, &octet, 1);
    uint64_t there = nk_unread(&session, number) - from;
    return found <= 0 ? found : (ssize_t)(there < length ? there : length);
}

/* Copies what is there, from `done` octets of the pieces on. How many, 0 at the end, -EAGAIN. */
static ssize_t take(uint32_t number, const struct iovec *pieces, size_t count, size_t done, int flags) {
    bool peeks = (flags & MSG_PEEK) != 0;
    size_t skipped = done;
    ssize_t all = 0;
    bool rings = false;
    family_lock();
    family_spare(1);
    /* No read goes over the urgent octet; one that begins at it passes it. */
    int64_t mark = nk_mark(&session, number);
    bool passes = mark == 0 && nk_unread(&session, number) != 0 && !is_inline(number);
    if (passes && !peeks) {
        rings = nk_pass(&session, number, 1) > 0;
    }
    size_t from = passes && peeks ? 1 : 0;
    ssize_t share = mark > 0 && mark < SHARE ? (ssize_t)mark : SHARE;
    for (size_t i = 0; i < count && all < share; i++) {
        if (skipped >= pieces[i].iov_len) {
            skipped -= pieces[i].iov_len;
            continue;
        }
        size_t length = pieces[i].iov_len - skipped;
        length = length < (size_t)(share - all) ? length : (size_t)(share - all);
        ssize_t now = peek(
            number, peeks ? from + (size_t)all + done : 0, (char *)pieces[i].iov_base + skipped, length, flags);
        if (now <= 0) {
            all = all > 0 ? all : now;
            break;
        }
        rings |= !peeks && nk_pass(&session, number, (size_t)now) > 0;
        all += now;
        if ((size_t)now < length) {
            break;
        }
        skipped = 0;
    }
    if (rings) {
        nk_wake(&session);
    }
    family_unlock();
    return all;
}

/* What `take` found out about an end, as the program is told. */
static ssize_t ended(uint32_t number, ssize_t found) {
    if (found == -EAGAIN && atomic_load(&family->over)) {
        return -ENETDOWN;
    }
    if (found == -EAGAIN && (atomic_load(&own(number)->shut) & SHUT_IN) != 0) {
        return 0;
    }
    if (found == -EPIPE) {
        /* A reset behind the peer's end: the end is what is read, and who sends is told. */
        return 0;
    }
    if (found < 0 && found != -EAGAIN) {
        return -socket_error(number);
    }
    return found;
}

/* As long as it takes until there is more than so many octets. */
static int more(uint32_t number, uint64_t than, int64_t until) {
    seen = than;
    int slept = family_wait(has_octets, number, until);
    seen = 0;
    return slept;
}

ssize_t stream_receive(uint32_t number, const struct iovec *pieces, size_t count, int flags) {
    struct own *it = own(number);
    uint32_t now = socket_status(number);
    uint32_t ever = NK_STATUS_CONNECTED | NK_STATUS_CONNECTING | NK_STATUS_READ_END | NK_STATUS_FAILED;
    if ((flags & MSG_ERRQUEUE) != 0) {
        return -EAGAIN;
    }
    if ((flags & MSG_OOB) != 0 && !it->listening) {
        family_lock();
        ssize_t urgent = take_urgent(number, pieces, count, flags);
        family_unlock();
        return urgent;
    }
    if (it->listening || it->undone || (now & ever) == 0) {
        int error = socket_error(number);
        return error != 0 ? -error : -ENOTCONN;
    }
    size_t whole = 0;
    for (size_t i = 0; i < count; i++) {
        whole += pieces[i].iov_len;
    }
    if (whole == 0) {
        return has_octets(number) || waits(number, flags) ? 0 : -EAGAIN;
    }
    int64_t until = until_of(it->receive_ms);
    bool peeks = (flags & MSG_PEEK) != 0;
    size_t done = 0;
    for (;;) {
        ssize_t taken = take(number, pieces, count, done, flags);
        if (taken <= 0 && taken != -EAGAIN && done > 0) {
            return (ssize_t)done;
        }
        ssize_t found = ended(number, taken);
        if (found > 0) {
            done += (size_t)found;
            bool enough = (flags & MSG_WAITALL) == 0 && done >= option_low_water(number);
            int64_t mark = nk_mark(&session, number);
            if (done == whole || enough || mark == 0 || (peeks && mark > 0)) {
                return (ssize_t)done;
            }
            continue;
        }
        if (found != -EAGAIN) {
            return done > 0 ? (ssize_t)done : found;
        }
        int slept = waits(number, flags) ? more(number, peeks ? done : 0, until) : -EAGAIN;
        if (slept != 0) {
            return done > 0 ? (ssize_t)done : slept;
        }
    }
}
