#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/*
 * poll over descriptors of both kinds. The kernel polls those that are its own and, behind them, the thread's ear; our sockets it
 * is given as -1, which it passes over. An epoll instance is both.
 */

static const int64_t SECOND = 1000000000;

/* A socket that is not bound yet is the kernel's still, and says the same there. */
static bool is_ours(int fd, uint32_t *value) {
    enum kind kind = number_kind(fd, value);
    return (kind == OWN && !socket_carried(*value)) || (kind == POLLS && set_hears(*value));
}

/* Another thread may send while this one waits, and so make it ours: the ear hears of that. */
static bool may_be_ours(int fd) {
    uint32_t value;
    return is_ours(fd, &value) || (number_kind(fd, &value) == OPEN && (value & OPEN_DATAGRAM) != 0 && family_begin() == 0);
}

bool wait_is_ours(int fd) {
    uint32_t value;
    return may_be_ours(fd) || (number_kind(fd, &value) == POLLS && family_path() != NULL);
}

bool wait_concerns(struct pollfd *polled, nfds_t count) {
    for (nfds_t i = 0; i < count; i++) {
        if (wait_is_ours(polled[i].fd)) {
            return true;
        }
    }
    return false;
}

int wait_settled(int fd, int flags) {
    uint32_t value;
    struct timeval time = {0, 0};
    socklen_t length = sizeof time;
    if (number_kind(fd, &value) != OPEN || (value & OPEN_DATAGRAM) == 0 || (flags & (MSG_DONTWAIT | MSG_ERRQUEUE)) != 0
        || (real()->fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 || !wait_is_ours(fd)) {
        return 0;
    }
    real()->getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length);
    int64_t ns = (int64_t)time.tv_sec * 1000000000 + time.tv_usec * 1000;
    unsigned before = signals_run(ns != 0);
    struct pollfd one = {fd, POLLIN, 0};
    int found;
    do {
        found = wait_poll(&one, 1, ns == 0 ? -1 : ns, NULL);
    } while (found < 0 && errno == EINTR && signals_run(ns != 0) == before);
    errno = found == 0 ? EAGAIN : errno;
    return found > 0 ? 0 : -1;
}

/* Sets what our descriptors are ready for. How many. */
static int look(struct pollfd *polled, nfds_t count) {
    int found = 0;
    for (nfds_t i = 0; i < count; i++) {
        uint32_t value;
        if (!is_ours(polled[i].fd, &value)) {
            continue;
        }
        if (number_kind(polled[i].fd, &value) == OWN) {
            polled[i].revents = socket_ready(value, polled[i].events);
        } else {
            polled[i].revents = set_ready(value) ? (short)(polled[i].events & (POLLIN | POLLRDNORM)) : 0;
        }
        found += polled[i].revents != 0;
    }
    return found;
}

/* What the kernel is to poll: its own, and an epoll instance that has sockets of ours as well. */
static bool prepare(const struct pollfd *polled, nfds_t count, struct pollfd *kernels) {
    bool some = false;
    for (nfds_t i = 0; i < count; i++) {
        uint32_t value;
        kernels[i] = polled[i];
        kernels[i].revents = 0;
        if (number_kind(polled[i].fd, &value) == OWN && !socket_carried(value)) {
            kernels[i].fd = -1;
        }
        some |= kernels[i].fd >= 0;
    }
    kernels[count].fd = -1;
    kernels[count].events = POLLIN;
    return some;
}

/* Threads that poll epoll instances of ours, or are about to: a call of another thread's may give these something to tell. */
static _Atomic int pollers;

static bool polls_sets(const struct pollfd *polled, nfds_t count) {
    bool some = false;
    uint32_t value;
    for (nfds_t i = 0; i < count && !some; i++) {
        some = number_kind(polled[i].fd, &value) == POLLS;
    }
    return some;
}

void wait_rouse(void) {
    if (atomic_load(&pollers) != 0) {
        family_nudge_all();
    }
}

static int ask_kernel(struct pollfd *kernels, nfds_t count, int64_t ns, const sigset_t *mask) {
    struct timespec time = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    return real()->ppoll(kernels, count, ns < 0 ? NULL : &time, mask);
}

/* Both answers in one. */
static int merge(struct pollfd *polled, nfds_t count, const struct pollfd *kernels) {
    int found = 0;
    for (nfds_t i = 0; i < count; i++) {
        uint32_t value;
        if (!is_ours(polled[i].fd, &value)) {
            polled[i].revents = 0;
        }
        if (kernels[i].fd >= 0) {
            polled[i].revents = (short)(polled[i].revents | kernels[i].revents);
        }
        found += polled[i].revents != 0;
    }
    return found;
}

/* Sleeps, behind family_sleeps. As below. */
static int sleep_once(
    struct pollfd *polled, nfds_t count, struct pollfd *kernels, int64_t left, const sigset_t *mask, unsigned before) {
    int found = 1;
    bool deaf = false; /* there was no descriptor left for an ear: it looks each millisecond instead */
    if (look(polled, count) == 0) {
        kernels[count].fd = family_ear();
        signals_sleep(kernels[count].fd);
        bool came = signals_run(true) != before;
        deaf = kernels[count].fd < 0;
        found = came ? 0 : ask_kernel(kernels, count + 1, deaf ? confined_nap(left) : left, mask);
        signals_sleep(-1);
        /* Behind its time the kernel lets those in that the mask has kept out: they interrupt nothing any more. */
        bool ear_alone = (found == 0 && mask == NULL) || (found == 1 && kernels[count].revents != 0);
        if (came || (ear_alone && signals_run(true) != before)) {
            errno = EINTR;
            found = -1;
        }
    } else {
        found = ask_kernel(kernels, count, 0, mask);
    }
    int failure = errno;
    if (found > 0 && kernels[count].fd >= 0 && kernels[count].revents != 0) {
        family_heard(kernels[count].fd);
    }
    if (deaf) {
        family_hears();
    }
    kernels[count].fd = -1;
    errno = failure;
    return found;
}

static void CLEANS_UP risen(void *sets) {
    int failure = errno;
    family_rises(NULL);
    atomic_fetch_sub(&pollers, *(int *)sets);
    errno = failure;
}

/* Waits once. 1 if the kernel's are to be looked at, 0 behind the time, or -1. */
static int CLEANS_UP sleep_in_kernel(
    struct pollfd *polled, nfds_t count, struct pollfd *kernels, int64_t left, const sigset_t *mask, unsigned before) {
    int found;
    if (confined()) {
        return ask_kernel(kernels, count, confined_nap(left), mask);
    }
    int sets = polls_sets(polled, count);
    atomic_fetch_add(&pollers, sets);
    family_sleeps();
    pthread_cleanup_push(risen, &sets);
    found = sleep_once(polled, count, kernels, left, mask, before);
    pthread_cleanup_pop(1);
    return found;
}

static int wait_among(
    struct pollfd *polled, nfds_t count, struct pollfd *kernels, int64_t timeout, const sigset_t *mask) {
    int64_t until = later(timeout);
    int64_t left = timeout;
    unsigned before = signals_run(true);
    for (;;) {
        /* Each time: a socket may be carried by now. */
        bool some = prepare(polled, count, kernels);
        int ours = look(polled, count);
        if (ours > 0 || left == 0) {
            /* As the kernel: with a mask a signal may be let in, but not where there is something to tell. */
            bool lets = mask != NULL && ours == 0;
            if ((some || lets) && ask_kernel(kernels, count, 0, lets ? mask : NULL) < 0 && ours == 0) {
                return -1;
            }
            return merge(polled, count, kernels);
        }
        if (sleep_in_kernel(polled, count, kernels, left, mask, before) < 0) {
            return -1;
        }
        look(polled, count);
        int found = merge(polled, count, kernels);
        if (found > 0) {
            return found;
        }
        left = until < 0 ? -1 : until - now_ns();
        left = until >= 0 && left < 0 ? 0 : left;
    }
}

int64_t timeout_ns(const struct timespec *timeout) {
    if (timeout == NULL) {
        return -1;
    }
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= SECOND) {
        return -EINVAL;
    }
    return timeout->tv_sec > INT64_MAX / SECOND / 2 ? -1 : (int64_t)timeout->tv_sec * SECOND + timeout->tv_nsec;
}

int64_t later(int64_t ns) {
    return ns < 0 ? -1 : now_ns() + ns;
}

struct pollfd *polled_take(struct pollfd *few, nfds_t count) {
    if (count <= POLLED_FEW) {
        return few;
    }
    void *made = mmap(NULL, count * sizeof *few, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return made == MAP_FAILED ? NULL : made;
}

void polled_give(struct pollfd *taken, const struct pollfd *few, nfds_t count) {
    int failure = errno;
    if (taken != few) {
        munmap(taken, count * sizeof *taken);
    }
    errno = failure;
}

static bool some_may_be_ours(const struct pollfd *polled, nfds_t count) {
    bool some = false;
    for (nfds_t i = 0; i < count && !some; i++) {
        some = may_be_ours(polled[i].fd);
    }
    return some;
}

static void CLEANS_UP no_stranger(void *unused) {
    (void)unused;
    int failure = errno;
    sets_unpolled();
    errno = failure;
}

/* Waits where there are epoll instances, and nothing of ours in them. Whether there still is not: else it is to be waited anew. */
static bool CLEANS_UP among_strangers(struct pollfd *polled, nfds_t count, int64_t timeout, const sigset_t *mask, int *found) {
    *found = 0;
    sets_polled();
    pthread_cleanup_push(no_stranger, NULL);
    if (!some_may_be_ours(polled, count)) {
        *found = ask_kernel(polled, count, timeout, mask);
    }
    pthread_cleanup_pop(1);
    return *found < 0 || !some_may_be_ours(polled, count);
}

int wait_poll(struct pollfd *polled, nfds_t count, int64_t timeout, const sigset_t *mask) {
    struct pollfd few[POLLED_FEW];
    int64_t until = later(timeout);
    int found;
    if (!some_may_be_ours(polled, count)) {
        if (among_strangers(polled, count, timeout, mask, &found)) {
            return found;
        }
        timeout = until < 0 ? -1 : until - now_ns();
        timeout = until >= 0 && timeout < 0 ? 0 : timeout;
    }
    struct pollfd *kernels = polled_take(few, count + 1);
    if (kernels == NULL) {
        return fail(-ENOMEM);
    }
    found = wait_among(polled, count, kernels, timeout, mask);
    polled_give(kernels, few, count + 1);
    return found;
}
