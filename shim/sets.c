#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * An epoll instance is the kernel's, and its descriptors are in it; beside it is a set of those of ours. Once it has one, the
 * session's ear is in the kernel's instance, too: so that one wait is for both.
 *
 * All of this is changed with the family's lock, and so is whole in a child.
 */

struct item {
    int fd;
    uint32_t wanted;
    bool armed; /* not one-shot that has shot */
    uint64_t data;
    uint64_t seen; /* what was told last, as an edge */
};

struct set {
    int epfd;
    bool hears;
    bool kernels; /* whether the kernel's instance was ever given something */
    size_t count;
    size_t room;
    size_t next; /* where to begin, so that each gets its turn */
    struct item *items;
};

enum { SETS = 4096 };

static struct set *sets[SETS];
static const char ring[2]; /* events' data that no program has */

static struct set *at(uint32_t set) {
    return set < SETS ? sets[set] : NULL;
}

void set_made(int epfd) {
    for (uint32_t i = 0; i < SETS; i++) {
        struct set *expected = NULL;
        struct set *made = calloc(1, sizeof *made);
        if (made == NULL) {
            return;
        }
        made->epfd = epfd;
        if (__atomic_compare_exchange_n(&sets[i], &expected, made, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            number_set(epfd, POLLS, i);
            return;
        }
        free(made);
    }
}

void set_left(uint32_t number) {
    struct set *set = at(number);
    if (set != NULL) {
        __atomic_store_n(&sets[number], NULL, __ATOMIC_RELEASE);
        free(set->items);
        free(set);
    }
}

bool set_concerns(uint32_t number) {
    struct set *set = at(number);
    return set != NULL && set->count != 0;
}

/* ----- Changing ----- */

static struct item *find(struct set *set, int fd) {
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i].fd == fd) {
            return &set->items[i];
        }
    }
    return NULL;
}

static int add(struct set *set, int fd, const struct epoll_event *event) {
    if (find(set, fd) != NULL) {
        return -EEXIST;
    }
    if (set->count == set->room) {
        size_t room = set->room == 0 ? 16 : set->room * 2;
        struct item *items = realloc(set->items, room * sizeof *items);
        if (items == NULL) {
            return -ENOMEM;
        }
        set->items = items;
        set->room = room;
    }
    if (!set->hears) {
        set->hears = family_watch(set->epfd, (uintptr_t)&ring) == 0;
    }
    set->items[set->count++] = (struct item){fd, event->events, true, event->data.u64, UINT64_MAX};
    return 0;
}

static int change(struct set *set, int op, int fd, const struct epoll_event *event) {
    struct item *item = find(set, fd);
    if (op == EPOLL_CTL_ADD) {
        return event == NULL ? -EFAULT : add(set, fd, event);
    }
    if (item == NULL) {
        return -ENOENT;
    }
    if (op == EPOLL_CTL_DEL) {
        *item = set->items[--set->count];
        return 0;
    }
    if (op != EPOLL_CTL_MOD) {
        return -EINVAL;
    }
    if (event == NULL) {
        return -EFAULT;
    }
    *item = (struct item){fd, event->events, true, event->data.u64, UINT64_MAX};
    return 0;
}

int set_control(int epfd, uint32_t number, int op, int fd, struct epoll_event *event) {
    struct set *set = at(number);
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    if (kind == OPEN && family_begin() != 0) {
        number_set(fd, KERNEL, 0);
        kind = KERNEL;
    }
    if (set == NULL || (kind != OWN && kind != OPEN)) {
        if (set != NULL && op == EPOLL_CTL_ADD) {
            set->kernels = true;
        }
        return real()->epoll_ctl(epfd, op, fd, event);
    }
    family_lock();
    int failure = change(set, op, fd, event);
    family_unlock();
    errno = failure == 0 ? errno : -failure;
    return failure == 0 ? 0 : -1;
}

void sets_forget(int fd) {
    bool some = false;
    for (uint32_t i = 0; i < SETS && !some; i++) {
        some = sets[i] != NULL;
    }
    if (!some) {
        return;
    }
    family_lock();
    for (uint32_t i = 0; i < SETS; i++) {
        if (sets[i] != NULL) {
            change(sets[i], EPOLL_CTL_DEL, fd, NULL);
        }
    }
    family_unlock();
}

void sets_settled(int fd) {
    for (uint32_t i = 0; family != NULL && i < SETS; i++) {
        struct item *item = sets[i] == NULL ? NULL : find(sets[i], fd);
        if (item != NULL) {
            struct epoll_event event = {.events = item->wanted, .data.u64 = item->data};
            sets[i]->kernels = true;
            real()->epoll_ctl(sets[i]->epfd, EPOLL_CTL_ADD, fd, &event);
        }
    }
    if (family != NULL) {
        sets_forget(fd);
    }
}

/* ----- Waiting ----- */

/* What changes whenever there is something new to be told of a socket. */
static uint64_t news(uint32_t number, uint32_t found) {
    struct own *it = own(number);
    uint64_t input = it->listening ? atomic_load(&it->arrivals) : nk_received(&session, number);
    return (input << 24) ^ ((uint64_t)atomic_load(&it->full) << 12) ^ found;
}

static uint32_t found(const struct item *item) {
    const uint32_t told = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLRDNORM | EPOLLWRNORM;
    uint32_t value;
    enum kind kind = number_kind(item->fd, &value);
    if (!item->armed) {
        return 0;
    }
    if (kind == OPEN) {
        return (value & OPEN_DATAGRAM) != 0 ? item->wanted & EPOLLOUT : (item->wanted & EPOLLOUT) | EPOLLHUP;
    }
    return kind == OWN ? (uint32_t)(unsigned short)socket_ready(value, (short)(item->wanted & told)) : 0;
}

bool set_ready(uint32_t number) {
    struct set *set = at(number);
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        if (found(&set->items[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* Whether an edge-triggered item has something that was not told. */
static bool fresh(struct item *item, uint32_t now) {
    uint32_t value;
    if (number_kind(item->fd, &value) != OWN) {
        return item->seen == UINT64_MAX;
    }
    uint64_t seen = item->seen;
    item->seen = news(value, now);
    return seen != item->seen;
}

/* Tells what there is of ours. */
static int tell(struct set *set, struct epoll_event *events, int most) {
    int told = 0;
    size_t count = set->count;
    size_t from = count == 0 ? 0 : set->next % count;
    for (size_t i = 0; i < count && told < most; i++) {
        size_t place = from + i < count ? from + i : from + i - count;
        if (place >= set->count) {
            break;
        }
        struct item *item = &set->items[place];
        uint32_t now = found(item);
        if ((item->wanted & EPOLLET) != 0 && !fresh(item, now)) {
            continue;
        }
        if (now == 0) {
            continue;
        }
        events[told].events = now;
        events[told++].data.u64 = item->data;
        item->armed = (item->wanted & EPOLLONESHOT) == 0;
        set->next = place + 1;
    }
    return told;
}

/* Takes out what the session's own descriptors have said: that is not for the program. */
static int without_ring(struct epoll_event *events, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        uint64_t data = events[i].data.u64;
        if (data != (uintptr_t)&ring && data != (uintptr_t)&ring + 1) {
            events[kept++] = events[i];
        }
    }
    return kept;
}

static int ask_kernel(struct set *set, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    int count = real()->epoll_pwait(set->epfd, events, most, timeout, mask);
    return count < 0 ? count : without_ring(events, count);
}

/* Ours first, but a quarter of the room is the kernel's. */
static int both(struct set *set, struct epoll_event *events, int most) {
    int ours = tell(set, events, set->kernels && most > 1 ? most - (most + 3) / 4 : most);
    if (!set->kernels || ours == most) {
        return ours;
    }
    int kernels = ask_kernel(set, events + ours, most - ours, 0, NULL);
    return ours + (kernels > 0 ? kernels : 0);
}

static int sleep_in_kernel(struct set *set, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    family_sleeps();
    int count = both(set, events, most);
    if (count == 0) {
        count = ask_kernel(set, events, most, timeout, mask);
    }
    int failure = errno;
    family_woke();
    errno = failure;
    return count;
}

int set_wait(int epfd, uint32_t number, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    struct set *set = at(number);
    if (set == NULL || set->count == 0 || most <= 0 || events == NULL) {
        int count = real()->epoll_pwait(epfd, events, most, timeout, mask);
        return count <= 0 || set == NULL || !set->hears ? count : without_ring(events, count);
    }
    int64_t until = timeout < 0 ? -1 : now_ms() + timeout;
    for (;;) {
        int count = both(set, events, most);
        if (count > 0 || timeout == 0) {
            return count;
        }
        count = sleep_in_kernel(set, events, most, timeout, mask);
        if (count != 0) {
            return count;
        }
        int64_t left = until < 0 ? -1 : until - now_ms();
        timeout = until < 0 ? -1 : left < 0 ? 0 : (int)left;
    }
}
