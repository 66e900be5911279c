/* Longer than others: epoll is one matter. */
#define _GNU_SOURCE
#include "sets.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum { SETS = 4096, BY_FD = 1024, PIECES = 16 << 10 };

const char set_ring[3];

/*
 * Pieces of a size, of which each that is free begins with the address of the next. They are of mapped memory: a handler may change a set that has
 * interrupted malloc. With the lock.
 */
struct pieces {
    size_t size;
    void *free;
};

static struct pieces some_sets = {sizeof(struct set), NULL};
static struct pieces some_items = {sizeof(struct item), NULL};

static struct set *sets[SETS];
static uint32_t sets_end; /* one above the highest that ever was */
static struct item *by_fd[BY_FD];
static struct item **by_number; /* as many as the session has sockets */
static uint64_t read_to; /* of the family's journal */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void sets_lock(void) {
    signals_hold();
    pthread_mutex_lock(&lock);
}

void sets_unlock(void) {
    pthread_mutex_unlock(&lock);
    signals_let();
}

static void *mapped(size_t length) {
    void *made = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return made == MAP_FAILED ? NULL : made;
}

static void piece_give(struct pieces *pieces, void *piece) {
    memcpy(piece, &pieces->free, sizeof pieces->free);
    pieces->free = piece;
}

/* One of zeros, or NULL. */
static void *piece_take(struct pieces *pieces) {
    if (pieces->free == NULL) {
        char *more = mapped(PIECES);
        for (size_t at = 0; more != NULL && at + pieces->size <= PIECES; at += pieces->size) {
            piece_give(pieces, more + at);
        }
    }
    void *taken = pieces->free;
    if (taken != NULL) {
        memcpy(&pieces->free, taken, sizeof pieces->free);
        memset(taken, 0, pieces->size);
    }
    return taken;
}

struct set *set_at(uint32_t set) {
    return set < SETS ? sets[set] : NULL;
}

void set_made(int epfd) {
    sets_lock();
    for (uint32_t i = 0; i < SETS; i++) {
        if (sets[i] == NULL) {
            sets[i] = piece_take(&some_sets);
            if (sets[i] != NULL) {
                sets[i]->epfd = epfd;
                sets[i]->bed = -1;
                sets_end = i >= sets_end ? i + 1 : sets_end;
                number_set(epfd, POLLS, i);
            }
            break;
        }
    }
    sets_unlock();
}

bool set_hears(uint32_t number) {
    struct set *set = set_at(number);
    return set != NULL && atomic_load(&set->hears);
}

/* ----- The list ----- */

void item_list(struct item *item) {
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

/* There may be something new: for the sets that its own is in, as well. */
static void list(struct item *item) {
    item_list(item);
    item->set->changes++;
    for (struct item *outer = item->set->outer; outer != NULL; outer = outer->next_by_number) {
        list(outer);
    }
}

void item_unlist(struct item *item) {
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
void sets_refresh(void) {
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

struct item *item_nested(const struct set *set, uint64_t data) {
    for (size_t i = 0; i < BY_FD; i++) {
        for (struct item *item = by_fd[i]; item != NULL; item = item->next_by_fd) {
            if (item->set == set && item->inner != NULL && item->data == data) {
                return item;
            }
        }
    }
    return NULL;
}

/* Who sleeps for a set, or is about to, looks again. */
void set_rouse(const struct set *set) {
    if (atomic_load(&set->sleepers) != 0 && set->bed >= 0) {
        family_nudge(set->bed);
    }
    for (const struct item *outer = set->outer; outer != NULL; outer = outer->next_by_number) {
        set_rouse(outer->set);
    }
}

/* Sees to it that this process's threads can sleep for a set; who takes calls from itself may not. With the lock. */
void set_make_bed(struct set *set) {
    struct epoll_event kernels = {.events = EPOLLIN, .data.u64 = (uintptr_t)&set_ring[2]};
    if (confined() || (set->bed >= 0 && set->made_by == family_generation())) {
        return;
    }
    if (set->bed >= 0) {
        number_set(set->bed, KERNEL, 0);
        real()->close(set->bed);
    }
    set->bed = real()->epoll_create1(EPOLL_CLOEXEC);
    if (set->bed >= 0) {
        set->bed = number_hide(set->bed);
        set->made_by = family_generation();
        real()->epoll_ctl(set->bed, EPOLL_CTL_ADD, set->epfd, &kernels);
        family_watch(set->bed, (uintptr_t)&set_ring);
    }
}

/* Threads that poll instances, whichever, in which there was nothing of ours. */
static _Atomic int polling;
static _Atomic bool interrupted; /* one of them is to be called */

void set_heard(struct set *set) {
    if (set->interrupted && atomic_load(&set->strangers) == 0 && atomic_load(&polling) == 0) {
        set->interrupted = false;
        family_interrupts(set->epfd, false);
    }
}

void sets_polled(void) {
    atomic_fetch_add(&polling, 1);
}

void sets_unpolled(void) {
    if (atomic_fetch_sub(&polling, 1) != 1 || !atomic_load(&interrupted)) {
        return;
    }
    sets_lock();
    atomic_store(&interrupted, false);
    for (uint32_t i = 0; i < sets_end; i++) {
        if (sets[i] != NULL) {
            set_heard(sets[i]);
        }
    }
    sets_unlock();
}

/* From now on a set has something of ours, and so have those that it is in: who waits in the kernel's instance is to wait anew. */
static void hear(struct set *set) {
    if (atomic_exchange(&set->hears, true)) {
        return;
    }
    set_make_bed(set);
    if (atomic_load(&set->strangers) != 0 || atomic_load(&polling) != 0) {
        set->interrupted = true;
        atomic_store(&interrupted, true);
        family_interrupts(set->epfd, true);
    }
    for (struct item *outer = set->outer; outer != NULL; outer = outer->next_by_number) {
        hear(outer->set);
    }
}

/* Its socket's number is known by now. */
static void settle(struct item *item) {
    uint32_t number;
    if (!item->settled && item->inner == NULL && number_kind(item->fd, &number) == OWN) {
        item->settled = true;
        item->number = number;
        item->next_by_number = by_number[number];
        by_number[number] = item;
    }
    list(item);
}

static void wants(struct item *item, const struct epoll_event *event) {
    item->wanted = event->events;
    item->data = event->data.u64;
    item->armed = true;
    item->seen = UINT64_MAX;
}

static struct item *put(struct set *set, int fd, const struct epoll_event *event) {
    struct item *item = piece_take(&some_items);
    if (item != NULL) {
        item->fd = fd;
        item->set = set;
        item->next_by_fd = by_fd[(unsigned)fd % BY_FD];
        by_fd[(unsigned)fd % BY_FD] = item;
        set->count++;
        wants(item, event);
    }
    return item;
}

static int add(struct set *set, int fd, const struct epoll_event *event) {
    if (find(set, fd) != NULL) {
        return -EEXIST;
    }
    if (by_number == NULL) {
        by_number = mapped(session.sockets * sizeof(struct item *));
        read_to = atomic_load(&family->written);
    }
    struct item *item = by_number == NULL ? NULL : put(set, fd, event);
    if (item == NULL) {
        return -ENOMEM;
    }
    hear(set);
    settle(item);
    return 0;
}

static void drop(struct item *item) {
    item_unlist(item);
    struct item **link = &by_fd[(unsigned)item->fd % BY_FD];
    while (*link != item) {
        link = &(*link)->next_by_fd;
    }
    *link = item->next_by_fd;
    if (item->settled || item->inner != NULL) {
        link = item->settled ? &by_number[item->number] : &item->inner->outer;
        while (*link != item) {
            link = &(*link)->next_by_number;
        }
        *link = item->next_by_number;
    }
    item->set->nests -= item->inner != NULL;
    item->set->count--;
    piece_give(&some_items, item);
}

/* As the kernel: who is woken alone is so from the beginning, and has no other wishes. */
static bool is_exclusive(uint32_t events) {
    return (events & EPOLLEXCLUSIVE) != 0;
}

static int change(struct set *set, int op, int fd, const struct epoll_event *event) {
    const uint32_t beside = EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
    struct item *item = find(set, fd);
    if (op != EPOLL_CTL_DEL && is_exclusive(event->events) && (op == EPOLL_CTL_MOD || (event->events & ~beside) != 0)) {
        return -EINVAL;
    }
    if (op == EPOLL_CTL_ADD) {
        return add(set, fd, event);
    }
    if (op != EPOLL_CTL_DEL && op != EPOLL_CTL_MOD) {
        return -EINVAL;
    }
    if (item == NULL) {
        return -ENOENT;
    }
    if (op == EPOLL_CTL_DEL) {
        drop(item);
        return 0;
    }
    if (is_exclusive(item->wanted)) {
        return -EINVAL;
    }
    wants(item, event);
    list(item);
    return 0;
}

/* An instance within another: the kernel has judged what was asked, and tells of what is its own. */
static int nest(struct set *set, int op, int fd, struct set *inner, const struct epoll_event *event) {
    struct item *item = find(set, fd);
    if (op == EPOLL_CTL_ADD) {
        item = put(set, fd, event);
        if (item == NULL) {
            return -ENOMEM;
        }
        set->kernels = true;
        set->nests++;
        item->inner = inner;
        item->next_by_number = inner->outer;
        inner->outer = item;
        if (atomic_load(&inner->hears)) {
            hear(set);
        }
    } else if (item != NULL && op == EPOLL_CTL_DEL) {
        drop(item);
        return 0;
    } else if (item != NULL) {
        wants(item, event);
    }
    if (item != NULL) {
        list(item);
    }
    return 0;
}

int set_control(int epfd, uint32_t number, int op, int fd, struct epoll_event *event) {
    struct set *set = set_at(number);
    uint32_t value = 0;
    enum kind kind = number_kind(fd, &value);
    if (op != EPOLL_CTL_DEL && !memory_read(event, sizeof *event)) {
        return fail(-EFAULT);
    }
    if (kind == OPEN && family_begin() != 0) {
        number_set(fd, KERNEL, 0);
        kind = KERNEL;
    }
    bool carried = kind == OWN && socket_carried(value);
    if (carried) {
        sets_settled(fd);
    }
    bool ours = set != NULL && !carried && (kind == OWN || kind == OPEN);
    struct set *inner = set != NULL && kind == POLLS ? set_at(value) : NULL;
    if (!ours) {
        if (set != NULL && op == EPOLL_CTL_ADD) {
            set->kernels = true;
        }
        int done = real()->epoll_ctl(epfd, op, fd, event);
        if (done != 0 || inner == NULL) {
            return done;
        }
    }
    sets_lock();
    int failure = ours ? change(set, op, fd, event) : nest(set, op, fd, inner, event);
    if (failure == 0 && op != EPOLL_CTL_DEL) {
        set_rouse(set);
        wait_rouse();
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

void item_to_kernel(struct item *item) {
    uint32_t shot = EPOLLET | EPOLLONESHOT;
    struct epoll_event event = {
        .events = item->armed ? item->wanted : item->wanted & shot, .data.u64 = item->data};
    item->set->kernels = true;
    real()->epoll_ctl(item->set->epfd, EPOLL_CTL_ADD, item->fd, &event);
    drop(item);
}

void sets_settled(int fd) {
    each(fd, item_to_kernel);
}

void sets_shared(void) {
    for (uint32_t i = 0; i < sets_end; i++) {
        if (sets[i] != NULL) {
            sets[i]->kernels = true;
        }
    }
}

void sets_forked(void) {
    atomic_store(&polling, 0);
    for (uint32_t i = 0; i < sets_end; i++) {
        if (sets[i] != NULL) {
            atomic_store(&sets[i]->sleepers, 0);
            atomic_store(&sets[i]->strangers, 0);
        }
    }
}

/* Another descriptor that is this set goes on. */
static bool has_double(struct set *set, uint32_t number, int fd) {
    uint32_t value;
    if (set->doubles == 0) {
        return false;
    }
    set->doubles--;
    for (int other = 0; other < numbers_end() && set->epfd == fd; other++) {
        if (other != fd && number_kind(other, &value) == POLLS && value == number) {
            set->epfd = other;
        }
    }
    return true;
}

void set_doubled(uint32_t number, int to) {
    struct set *set = set_at(number);
    if (set != NULL) {
        sets_lock();
        set->doubles++;
        number_set(to, POLLS, number);
        sets_unlock();
    }
}

void set_left(uint32_t number, int fd) {
    struct set *set = set_at(number);
    if (set == NULL) {
        return;
    }
    sets_lock();
    if (has_double(set, number, fd)) {
        sets_unlock();
        return;
    }
    sets[number] = NULL;
    while (set->outer != NULL) {
        drop(set->outer);
    }
    for (size_t i = 0; i < BY_FD && set->count != 0; i++) {
        for (struct item *item = by_fd[i]; item != NULL;) {
            struct item *next = item->next_by_fd;
            if (item->set == set) {
                drop(item);
            }
            item = next;
        }
    }
    if (set->bed >= 0) {
        number_set(set->bed, KERNEL, 0);
        real()->close(set->bed);
    }
    /* As with the kernel it is there for who waits in it. */
    if (atomic_load(&set->sleepers) == 0 && atomic_load(&set->strangers) == 0) {
        piece_give(&some_sets, set);
    }
    sets_unlock();
}
