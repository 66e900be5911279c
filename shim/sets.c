#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * An epoll instance is the kernel's, and its descriptors are in it; beside it is a set of those of ours. Once it has one, the
 * session's ear is in the kernel's instance, too: so that one wait is for both.
 *
 * What may have something to tell stands in its set's list: whatever was put or changed there, what was ready when it was told
 * last, and each whose socket the family's journal has named since. Nothing else is looked at.
 *
 * All of this is a process's own, and changed with `lock`, which is taken before the family's; a fork holds both.
 */

struct item {
    int fd;
    bool settled; /* the socket's number is known */
    bool armed; /* not one-shot that has shot */
    bool listed;
    uint32_t number;
    uint32_t wanted;
    uint64_t data;
    uint64_t seen; /* what was told last, as an edge */
    struct set *set;
    struct item *next_by_fd;
    struct item *next_by_number;
    struct item *before; /* in the list */
    struct item *behind;
};

struct set {
    int epfd;
    bool hears;
    _Atomic int sleepers; /* threads that wait in the kernel's instance */
    bool kernels; /* whether the kernel's instance was ever given something */
    size_t count;
    size_t listed;
    int64_t asked_ns; /* when the kernel was asked last */
    struct item *first; /* of the list */
    struct item *last;
};

enum { SETS = 4096, BY_FD = 1024, KERNEL_NS = 50000 };

static struct set *sets[SETS];
static uint32_t sets_end; /* one above the highest that ever was */
static struct item *by_fd[BY_FD];
static struct item **by_number; /* as many as the session has sockets */
static uint64_t read_to; /* of the family's journal */
static const char ring[2]; /* events' data that no program has */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void sets_lock(void) {
    signals_hold();
    pthread_mutex_lock(&lock);
}

void sets_unlock(void) {
    pthread_mutex_unlock(&lock);
    signals_let();
}

static struct set *at(uint32_t set) {
    return set < SETS ? sets[set] : NULL;
}

void set_made(int epfd) {
    sets_lock();
    for (uint32_t i = 0; i < SETS; i++) {
        if (sets[i] == NULL) {
            sets[i] = calloc(1, sizeof *sets[i]);
            if (sets[i] != NULL) {
                sets[i]->epfd = epfd;
                sets_end = i >= sets_end ? i + 1 : sets_end;
                number_set(epfd, POLLS, i);
            }
            break;
        }
    }
    sets_unlock();
}

bool set_hears(uint32_t number) {
    struct set *set = at(number);
    return set != NULL && set->hears;
}

bool set_concerns(uint32_t number) {
    struct set *set = at(number);
    return set != NULL && set->count != 0;
}

/* ----- The list ----- */

static void list(struct item *item) {
    if (!item->listed) {
        struct set *set = item->set;
        item->listed = true;
        item->before = set->last;
        item->behind = NULL;
        *(set->last != NULL ? &set->last->behind : &set->first) = item;
        set->last = item;
        set->listed++;
    }
}

static void unlist(struct item *item) {
    if (item->listed) {
        struct set *set = item->set;
        item->listed = false;
        *(item->before != NULL ? &item->before->behind : &set->first) = item->behind;
        *(item->behind != NULL ? &item->behind->before : &set->last) = item->before;
        set->listed--;
    }
}

static void list_all(void) {
    for (size_t i = 0; i < BY_FD; i++) {
        for (struct item *item = by_fd[i]; item != NULL; item = item->next_by_fd) {
            list(item);
        }
    }
}

/* Takes what has become of the family's sockets since this process looked last. */
static void refresh(void) {
    if (family == NULL || by_number == NULL) {
        return;
    }
    if (!nk_told(&session) && atomic_load(&family->written) == read_to) {
        return;
    }
    family_lock();
    family_drain();
    uint64_t end = atomic_load(&family->written);
    if (end - read_to > JOURNAL) {
        list_all();
        read_to = end;
    }
    for (; read_to != end; read_to++) {
        struct item *item = by_number[family->journal[read_to % JOURNAL]];
        for (; item != NULL; item = item->next_by_number) {
            list(item);
        }
    }
    family_unlock();
}

/* ----- Changing ----- */

static struct item *find(const struct set *set, int fd) {
    struct item *item = by_fd[(unsigned)fd % BY_FD];
    while (item != NULL && (item->fd != fd || item->set != set)) {
        item = item->next_by_fd;
    }
    return item;
}

/* Its socket's number is known by now. */
static void settle(struct item *item) {
    uint32_t number;
    if (!item->settled && number_kind(item->fd, &number) == OWN) {
        item->settled = true;
        item->number = number;
        item->next_by_number = by_number[number];
        by_number[number] = item;
    }
    list(item);
}

static int add(struct set *set, int fd, const struct epoll_event *event) {
    if (find(set, fd) != NULL) {
        return -EEXIST;
    }
    if (by_number == NULL) {
        by_number = calloc(session.sockets, sizeof(struct item *));
        read_to = atomic_load(&family->written);
    }
    struct item *item = by_number == NULL ? NULL : calloc(1, sizeof *item);
    if (item == NULL) {
        return -ENOMEM;
    }
    if (!set->hears) {
        set->hears = family_watch(set->epfd, (uintptr_t)&ring) == 0;
    }
    item->fd = fd;
    item->set = set;
    item->next_by_fd = by_fd[(unsigned)fd % BY_FD];
    by_fd[(unsigned)fd % BY_FD] = item;
    set->count++;
    item->wanted = event->events;
    item->data = event->data.u64;
    item->armed = true;
    item->seen = UINT64_MAX;
    settle(item);
    return 0;
}

static void drop(struct item *item) {
    unlist(item);
    struct item **link = &by_fd[(unsigned)item->fd % BY_FD];
    while (*link != item) {
        link = &(*link)->next_by_fd;
    }
    *link = item->next_by_fd;
    if (item->settled) {
        link = &by_number[item->number];
        while (*link != item) {
            link = &(*link)->next_by_number;
        }
        *link = item->next_by_number;
    }
    item->set->count--;
    free(item);
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
        drop(item);
        return 0;
    }
    if (op != EPOLL_CTL_MOD) {
        return -EINVAL;
    }
    if (event == NULL) {
        return -EFAULT;
    }
    item->wanted = event->events;
    item->data = event->data.u64;
    item->armed = true;
    item->seen = UINT64_MAX;
    list(item);
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
    bool carried = kind == OWN && socket_carried(value);
    if (carried) {
        sets_settled(fd);
    }
    if (set == NULL || carried || (kind != OWN && kind != OPEN)) {
        if (set != NULL && op == EPOLL_CTL_ADD) {
            set->kernels = true;
        }
        return real()->epoll_ctl(epfd, op, fd, event);
    }
    sets_lock();
    int failure = change(set, op, fd, event);
    if (failure == 0 && op != EPOLL_CTL_DEL && atomic_load(&set->sleepers) != 0) {
        family_nudge(set->epfd);
    }
    sets_unlock();
    errno = failure == 0 ? errno : -failure;
    return failure == 0 ? 0 : -1;
}

/* Calls for each item of a descriptor, which may drop it. */
static void each(int fd, void (*call)(struct item *)) {
    if (by_fd[(unsigned)fd % BY_FD] == NULL) {
        return;
    }
    sets_lock();
    for (struct item *item = by_fd[(unsigned)fd % BY_FD]; item != NULL;) {
        struct item *next = item->next_by_fd;
        if (item->fd == fd) {
            call(item);
        }
        item = next;
    }
    sets_unlock();
}

void sets_forget(int fd) {
    each(fd, drop);
}

void sets_adopted(int fd) {
    each(fd, settle);
}

static void to_kernel(struct item *item) {
    uint32_t shot = EPOLLET | EPOLLONESHOT;
    struct epoll_event event = {
        .events = item->armed ? item->wanted : item->wanted & shot, .data.u64 = item->data};
    item->set->kernels = true;
    real()->epoll_ctl(item->set->epfd, EPOLL_CTL_ADD, item->fd, &event);
    drop(item);
}

void sets_settled(int fd) {
    each(fd, to_kernel);
}

void set_left(uint32_t number) {
    struct set *set = at(number);
    if (set == NULL) {
        return;
    }
    sets_lock();
    sets[number] = NULL;
    for (size_t i = 0; i < BY_FD && set->count != 0; i++) {
        for (struct item *item = by_fd[i]; item != NULL;) {
            struct item *next = item->next_by_fd;
            if (item->set == set) {
                drop(item);
            }
            item = next;
        }
    }
    free(set);
    sets_unlock();
}

/* ----- Waiting ----- */

/* What changes whenever there is something new to be told of a socket. */
static uint64_t news(uint32_t number, uint32_t found) {
    struct own *it = own(number);
    uint64_t input = it->listening ? atomic_load(&it->arrivals) : nk_received(&session, number);
    return (input << 24) ^ ((uint64_t)atomic_load(&it->full) << 12) ^ found;
}

static uint32_t found(const struct item *item) {
    const uint32_t told = EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP | EPOLLRDNORM | EPOLLWRNORM;
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
    bool ready = false;
    sets_lock();
    refresh();
    for (struct item *item = set == NULL ? NULL : set->first; item != NULL && !ready; item = item->behind) {
        ready = found(item) != 0;
    }
    sets_unlock();
    return ready;
}

/* Whether an edge-triggered item has something that was not told. */
static bool fresh(struct item *item, uint32_t now) {
    uint64_t seen = item->seen;
    item->seen = item->settled ? news(item->number, now) : 0;
    return seen != item->seen;
}

/* Tells what there is of ours: each that is looked at goes to the list's end, or out of it. */
static int tell(struct set *set, struct epoll_event *events, int most) {
    int told = 0;
    sets_lock();
    refresh();
    for (size_t left = set->listed; left > 0 && told < most; left--) {
        struct item *item = set->first;
        if (item->settled && socket_carried(item->number)) {
            to_kernel(item);
            continue;
        }
        uint32_t now = found(item);
        bool edges = (item->wanted & EPOLLET) != 0;
        unlist(item);
        if (edges && !fresh(item, now)) {
            continue;
        }
        if (now == 0) {
            continue;
        }
        events[told].events = now;
        events[told++].data.u64 = item->data;
        item->armed = (item->wanted & EPOLLONESHOT) == 0;
        if (!edges) {
            list(item);
        }
    }
    sets_unlock();
    return told;
}

/* Takes out what the session's own descriptors have said: that is not for the program. */
static int without_ring(struct epoll_event *events, int count) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        uint64_t data = events[i].data.u64;
        if (data == (uintptr_t)&ring + 1) {
            family_hears();
        } else if (data != (uintptr_t)&ring && !family_nudged(&events[i])) {
            events[kept++] = events[i];
        }
    }
    return kept;
}

static int ask_kernel(struct set *set, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    int count = real()->epoll_pwait(set->epfd, events, most, timeout, mask);
    return count < 0 ? count : without_ring(events, count);
}

/* Ours first, but a quarter of the room is the kernel's; which is asked seldom while there is something of ours. */
static int both(struct set *set, struct epoll_event *events, int most, bool sleeps) {
    int ours = tell(set, events, set->kernels && most > 1 ? most - (most + 3) / 4 : most);
    if (!set->kernels || ours == most || (ours == 0 && sleeps)) {
        return ours;
    }
    int64_t now = now_ns();
    if (ours != 0 && now - set->asked_ns < KERNEL_NS) {
        return ours;
    }
    set->asked_ns = now;
    int kernels = ask_kernel(set, events + ours, most - ours, 0, NULL);
    return ours + (kernels > 0 ? kernels : 0);
}

static int sleep_in_kernel(
    struct set *set, struct epoll_event *events, int most, int timeout, const sigset_t *mask, unsigned before) {
    atomic_fetch_add(&set->sleepers, 1);
    family_sleeps();
    int count = tell(set, events, most);
    if (count == 0) {
        signals_sleep(set->epfd);
        count = signals_run(true) == before ? ask_kernel(set, events, most, timeout, mask) : 0;
        signals_sleep(-1);
        if (count == 0 && signals_run(true) != before) {
            errno = EINTR;
            count = -1;
        }
    }
    int failure = errno;
    family_woke();
    atomic_fetch_sub(&set->sleepers, 1);
    errno = failure;
    return count;
}

int set_wait(int epfd, uint32_t number, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    struct set *set = at(number);
    if (set == NULL || most <= 0 || events == NULL) {
        return real()->epoll_pwait(epfd, events, most, timeout, mask);
    }
    int64_t until = timeout < 0 ? -1 : now_ms() + timeout;
    unsigned before = signals_run(true);
    for (;;) {
        int count = both(set, events, most, timeout != 0);
        if (count > 0 || timeout == 0) {
            return count;
        }
        count = sleep_in_kernel(set, events, most, timeout, mask, before);
        if (count != 0) {
            return count;
        }
        int64_t left = until < 0 ? -1 : until - now_ms();
        timeout = until < 0 ? -1 : left < 0 ? 0 : (int)left;
    }
}
