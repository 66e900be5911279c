#define _GNU_SOURCE
#include "sets.h"

#include <errno.h>

/* Waiting for a set: what it has to tell, and the sleep until it has. */

enum { KERNEL_NS = 50000, HEARD = 4, KERNEL_SET = 8, MS = 1000000, SECOND = 1000 * MS };

/* As epoll_pwait2, ns -1 for ever; whole milliseconds are waited for by the older call, which more processes are allowed. */
static int sleep_for(int epfd, struct epoll_event *events, int most, int64_t ns, const sigset_t *mask) {
    struct timespec time = {.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
    bool whole = ns < 0 || (ns % MS == 0 && ns / MS <= INT32_MAX);
    return whole ? real()->epoll_pwait(epfd, events, most, ns < 0 ? -1 : (int)(ns / MS), mask)
                 : real()->epoll_pwait2(epfd, events, most, &time, mask);
}

/* Of what is told as an edge: octets that came, or connections, then how often there was no room, then what there is. */
enum { FULL_BITS = 16, FOUND_BITS = 14 };

_Static_assert(EPOLLRDHUP < 1 << FOUND_BITS, "what there is has room");

/* What changes whenever there is something new to be told of a socket: as the kernel, of what is wanted of it alone. */
static uint64_t news(const struct item *item, uint32_t found) {
    struct own *it = own(item->number);
    bool reads = (item->wanted & (EPOLLIN | EPOLLRDNORM | EPOLLPRI | EPOLLRDHUP)) != 0;
    bool writes = (item->wanted & (EPOLLOUT | EPOLLWRNORM)) != 0;
    uint64_t input = !reads ? 0 : it->listening ? atomic_load(&it->arrivals) : nk_received(&session, item->number);
    uint64_t full = writes ? atomic_load(&it->full) % (1 << FULL_BITS) : 0;
    return (input << FULL_BITS | full) << FOUND_BITS | found;
}

static uint32_t found(const struct item *item) {
    const uint32_t told = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLRDNORM | EPOLLWRNORM;
    uint32_t value;
    enum kind kind = number_kind(item->fd, &value);
    if (!item->armed) {
        return 0;
    }
    if (kind == OPEN) {
        uint32_t writes = item->wanted & (EPOLLOUT | EPOLLWRNORM);
        return (value & OPEN_DATAGRAM) != 0 ? writes : writes | EPOLLHUP;
    }
    return kind == OWN ? (uint32_t)(unsigned short)socket_ready(value, (short)(item->wanted & told)) : 0;
}

static bool is_ready(const struct set *set);

/* What an item has to tell; of a set within, what ours have: the kernel tells of its own itself. */
static uint32_t now_of(const struct item *item) {
    if (item->inner == NULL) {
        return found(item);
    }
    return item->armed && is_ready(item->inner) ? item->wanted & (EPOLLIN | EPOLLRDNORM) : 0;
}

static uint64_t news_of(const struct item *item, uint32_t now) {
    return item->inner != NULL ? item->inner->changes : item->settled ? news(item, now) : 0;
}

static bool is_ready(const struct set *set) {
    for (const struct item *item = set->first; item != NULL; item = item->behind) {
        uint32_t now = now_of(item);
        if (now != 0 && ((item->wanted & EPOLLET) == 0 || item->seen != news_of(item, now))) {
            return true;
        }
    }
    return false;
}

bool set_ready(uint32_t number) {
    sets_lock();
    sets_refresh();
    const struct set *set = set_at(number);
    bool ready = set != NULL && is_ready(set);
    sets_unlock();
    return ready;
}

/* Whether an edge-triggered item has something that was not told. */
static bool fresh(struct item *item, uint32_t now) {
    uint64_t seen = item->seen;
    item->seen = news_of(item, now);
    return seen != item->seen;
}

/* It has been told, which is all that was wanted: the kernel's instance tells no more of it, either. */
static void disarm(struct item *item) {
    struct epoll_event none = {.events = item->wanted & (EPOLLET | EPOLLONESHOT), .data.u64 = item->data};
    item->armed = false;
    if (item->inner != NULL) {
        real()->epoll_ctl(item->set->epfd, EPOLL_CTL_MOD, item->fd, &none);
    }
}

/* Tells what there is of ours: each that is looked at goes to the list's end, or out of it. */
static int tell(struct set *set, struct epoll_event *events, int most) {
    int told = 0;
    sets_lock();
    sets_refresh();
    size_t left = set->listed;
    for (; left > 0 && told < most; left--) {
        struct item *item = set->first;
        if (item->settled && socket_carried(item->number)) {
            item_to_kernel(item);
            continue;
        }
        uint32_t now = now_of(item);
        bool edges = (item->wanted & EPOLLET) != 0;
        item_unlist(item);
        if ((edges && !fresh(item, now)) || now == 0) {
            continue;
        }
        events[told].events = now;
        events[told++].data.u64 = item->data;
        if ((item->wanted & EPOLLONESHOT) != 0) {
            disarm(item);
        }
        if (!edges) {
            item_list(item);
        }
    }
    if (left > 0 && told > 0) {
        /* There was no room to look at them: who sleeps has some. */
        set_rouse(set);
    }
    sets_unlock();
    return told;
}

/* Whether the kernel tells of a set within of which ours were told: that is told once. */
static bool told_before(const struct set *set, const struct epoll_event *ours, int count, uint64_t data) {
    bool told = false;
    sets_lock();
    struct item *item = item_nested(set, data);
    if (item != NULL && (item->wanted & EPOLLONESHOT) != 0) {
        item->armed = false;
    }
    for (int i = 0; item != NULL && i < count && !told; i++) {
        told = ours[i].data.u64 == data;
    }
    sets_unlock();
    return told;
}

/* Behind what ours have told. What wakes strangers is not for the program. */
static int ask_kernel(struct set *set, struct epoll_event *events, int ours, int most) {
    int count = real()->epoll_pwait(set->epfd, events + ours, most - ours, 0, NULL);
    int kept = ours;
    for (int i = ours; i < ours + count; i++) {
        if (!family_nudged(&events[i]) && (set->nests == 0 || !told_before(set, events, ours, events[i].data.u64))) {
            events[kept++] = events[i];
        }
    }
    return kept;
}

/*
 * The kernel is asked seldom while there is something of ours, but then first, for a quarter of the room: for all of it where that is one
 * event, and every other time. Where there are sets within ours come first, for what both know of these is told once.
 */
static int kernels_share(struct set *set, struct epoll_event *events, int most) {
    int64_t now = set->kernels && set->listed != 0 && set->nests == 0 ? now_ns() : 0;
    if (now - set->asked_ns < KERNEL_NS || (most == 1 && set->kernels_last)) {
        set->kernels_last = false;
        return 0;
    }
    set->asked_ns = now;
    int told = ask_kernel(set, events, 0, (most + 3) / 4);
    set->kernels_last = told > 0;
    return told;
}

static int both(struct set *set, struct epoll_event *events, int most, bool sleeps) {
    int told = kernels_share(set, events, most);
    int room = told == 0 && set->nests != 0 && most > 1 ? most - (most + 3) / 4 : most - told;
    told += room > 0 ? tell(set, events + told, room) : 0;
    if (!set->kernels || told == most || (told == 0 && sleeps)) {
        return told;
    }
    int64_t now = now_ns();
    if (told != 0 && now - set->asked_ns < KERNEL_NS) {
        return told;
    }
    set->asked_ns = now;
    return ask_kernel(set, events, told, most);
}

/* What has become of a sleep. */
struct slept {
    bool interrupted;
    bool rung; /* it has heard something of ours, of which no other thread at this bed is told */
};

/* Sleeps until there is something, perhaps. 1 if the kernel is to be asked, 0 or -1. */
static int lie_down(struct set *set, int64_t timeout, const sigset_t *mask, unsigned before, struct slept *slept) {
    struct epoll_event heard[HEARD];
    int kernels = 0;
    if (set->bed < 0 || set->made_by != family_generation()) {
        sets_lock();
        set_make_bed(set);
        sets_unlock();
    }
    if (set->bed < 0) {
        /* It looks each millisecond instead. */
        struct pollfd one = {set->epfd, POLLIN, 0};
        struct timespec nap = {.tv_nsec = confined_nap(timeout)};
        return real()->ppoll(&one, 1, &nap, mask);
    }
    signals_sleep(set->bed);
    bool came = signals_run(true) != before;
    int count = came ? 0 : sleep_for(set->bed, heard, HEARD, timeout, mask);
    signals_sleep(-1);
    if (came || (signals_run(true) != before && (mask == NULL || count > 0))) {
        /* Behind its time the kernel lets those in that the mask has kept out: they interrupt nothing any more. */
        slept->interrupted = true;
    }
    for (int i = 0; i < count; i++) {
        bool its = heard[i].data.u64 == (uintptr_t)&set_ring[2];
        kernels |= its;
        slept->rung |= !its;
        if (heard[i].data.u64 == (uintptr_t)&set_ring[1]) {
            family_hears();
        }
    }
    return count < 0 ? count : kernels;
}

/* One who sleeps for a set. */
struct sleeper {
    struct set *set;
    bool leaves; /* with something else than what the bell was for */
};

/* Sleeps, behind family_sleeps. As below. */
static int sleep_once(
    struct sleeper *sleeper, struct epoll_event *events, int most, int64_t timeout, const sigset_t *mask, unsigned before) {
    struct slept slept = {false, false};
    int count = tell(sleeper->set, events, most);
    if (count != 0) {
        sleeper->leaves = false;
        return count;
    }
    count = lie_down(sleeper->set, timeout, mask, before, &slept);
    count = count > 0 ? ask_kernel(sleeper->set, events, 0, most) : count;
    if (count == 0 && slept.interrupted) {
        errno = EINTR;
        count = -1;
    }
    sleeper->leaves = count != 0 && slept.rung;
    return count;
}

static void CLEANS_UP risen(void *which) {
    const struct sleeper *sleeper = which;
    int failure = errno;
    family_rises(NULL);
    if (sleeper->leaves && atomic_load(&sleeper->set->sleepers) > 1) {
        /* It goes with something else: who sleeps there still looks in its stead. */
        sets_lock();
        set_rouse(sleeper->set);
        sets_unlock();
    }
    atomic_fetch_sub(&sleeper->set->sleepers, 1);
    errno = failure;
}

/* Sleeps once. As epoll_wait, 0 also where it is to be looked once more. */
static int CLEANS_UP sleep_in_kernel(
    struct set *set, struct epoll_event *events, int most, int64_t timeout, const sigset_t *mask, unsigned before) {
    struct sleeper sleeper = {set, true}; /* who is cancelled leaves so */
    int count;
    atomic_fetch_add(&set->sleepers, 1);
    family_sleeps();
    pthread_cleanup_push(risen, &sleeper);
    count = sleep_once(&sleeper, events, most, timeout, mask, before);
    pthread_cleanup_pop(1);
    return count;
}

/* A thread waits no more where there is nothing of ours. */
static void CLEANS_UP no_stranger(void *which) {
    struct set *set = which;
    int failure = errno;
    atomic_fetch_sub(&set->strangers, 1);
    if (atomic_load(&set->hears)) {
        sets_lock();
        set_heard(set);
        sets_unlock();
    }
    errno = failure;
}

/* What the kernel's instance has told, but for what wakes strangers. */
static int for_program(struct epoll_event *events, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (!family_nudged(&events[i])) {
            events[kept++] = events[i];
        }
    }
    return count < 0 ? count : kept;
}

/* Waits where there is nothing of ours, in the kernel's instance. 0, too, as soon as there is. */
static int CLEANS_UP among_strangers(struct set *set, struct epoll_event *events, int most, int64_t timeout, const sigset_t *mask) {
    int count;
    atomic_fetch_add(&set->strangers, 1);
    pthread_cleanup_push(no_stranger, set);
    count = atomic_load(&set->hears) ? 0 : sleep_for(set->epfd, events, most, timeout, mask);
    pthread_cleanup_pop(1);
    return for_program(events, count);
}

int set_wait(int epfd, uint32_t number, struct epoll_event *events, int most, int64_t timeout, const sigset_t *mask) {
    struct set *set = set_at(number);
    if (set == NULL || most <= 0 || most > INT32_MAX / (int)sizeof *events) {
        return sleep_for(epfd, events, most, timeout, mask);
    }
    if (timeout == 0 && !atomic_load(&set->hears)) {
        /* Who only looks need not be called from there. */
        int count = mask == NULL ? real()->epoll_wait(epfd, events, most, 0) : real()->epoll_pwait(epfd, events, most, 0, mask);
        return for_program(events, count);
    }
    int64_t until = timeout <= 0 ? timeout : now_ns() + timeout;
    int64_t unit = timeout % MS == 0 ? MS : 1;
    unsigned before = signals_run(true);
    for (bool heard = false;;) {
        bool hears = atomic_load(&set->hears);
        if (hears && !heard && mask != NULL && !memory_read(mask, KERNEL_SET)) {
            return sleep_for(epfd, events, most, timeout, mask);
        }
        if (hears && !heard && !memory_written(events, sizeof *events)) {
            return fail(-EFAULT);
        }
        heard = hears;
        int count = hears ? both(set, events, most, timeout != 0) : among_strangers(set, events, most, timeout, mask);
        if (count != 0 || timeout == 0 || !atomic_load(&set->hears)) {
            return count;
        }
        count = hears ? sleep_in_kernel(set, events, most, timeout, mask, before) : 0;
        if (count != 0) {
            return count;
        }
        int64_t left = until < 0 ? -1 : until - now_ns();
        timeout = until < 0 ? -1 : left < 0 ? 0 : (left + unit - 1) / unit * unit;
    }
}
