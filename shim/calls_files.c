/* Longer than others: calls of descriptors whatever they are stand here by their names. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <linux/fs.h>
#include <linux/sockios.h>
#include <net/if.h>

/* The calls of descriptors in general, and of waiting. */

#define EXPORT __attribute__((visibility("default")))

static bool is_hidden(int fd) {
    uint32_t value;
    return number_kind(fd, &value) == HIDDEN;
}

static int bad(void) {
    errno = EBADF;
    return -1;
}

/* ----- Descriptors ----- */

EXPORT int close(int fd) {
    cancelled_here();
    if (is_hidden(fd)) {
        return bad();
    }
    socket_leave(fd, true);
    return real()->close(fd);
}

/* Closes all but ours that lie there. */
static int close_between(unsigned first, unsigned last, int flags) {
    unsigned begin = first;
    unsigned end = (unsigned)numbers_end();
    for (unsigned fd = first; fd < end && fd <= last; fd++) {
        if (((unsigned)flags & CLOSE_RANGE_CLOEXEC) == 0 && !is_hidden((int)fd)) {
            socket_leave((int)fd, true);
        }
        if (is_hidden((int)fd)) {
            if (fd > begin) {
                real()->close_range(begin, fd - 1, flags);
            }
            begin = fd + 1;
        }
    }
    return begin > last ? 0 : real()->close_range(begin, last, flags);
}

EXPORT int close_range(unsigned first, unsigned last, int flags) {
    bool wrong = first > last || ((unsigned)flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC)) != 0;
    return wrong ? real()->close_range(first, last, flags) : close_between(first, last, flags);
}

EXPORT void closefrom(int first) {
    if (close_between(first < 0 ? 0 : (unsigned)first, UINT_MAX, 0) != 0) {
        for (int fd = first; fd < numbers_end(); fd++) {
            close(fd);
        }
    }
}

EXPORT int dup(int fd) {
    int made = real()->dup(fd);
    if (made >= 0) {
        socket_doubled(fd, made);
    }
    return made;
}

static int doubled_to(int fd, int to, int made) {
    if (made >= 0 && fd != to) {
        socket_doubled(fd, to);
    }
    return made;
}

EXPORT int dup2(int fd, int to) {
    if (is_hidden(to) || is_hidden(fd)) {
        return bad();
    }
    if (fd != to && real()->fcntl(fd, F_GETFD) >= 0) {
        socket_leave(to, true);
    }
    return doubled_to(fd, to, real()->dup2(fd, to));
}

EXPORT int dup3(int fd, int to, int flags) {
    if (is_hidden(to) || is_hidden(fd)) {
        return bad();
    }
    if (fd != to && (flags & ~O_CLOEXEC) == 0 && real()->fcntl(fd, F_GETFD) >= 0) {
        socket_leave(to, true);
    }
    return doubled_to(fd, to, real()->dup3(fd, to, flags));
}

EXPORT int fcntl(int fd, int command, ...) {
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    uint32_t number;
    if (command == F_SETFL && ((intptr_t)argument & O_ASYNC) != 0 && number_kind(fd, &number) == OWN) {
        socket_signals(number);
    }
    int done = real()->fcntl(fd, command, argument);
    if (done < 0) {
        return done;
    }
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC) {
        socket_doubled(fd, done);
    } else if (command == F_SETFL && number_kind(fd, &number) == OWN) {
        atomic_store(&own(number)->nonblocking, ((intptr_t)argument & O_NONBLOCK) != 0);
    }
    return done;
}

EXPORT int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));

/* What is asked of a socket and concerns the system: any of the kernel's is asked. */
static int ask_system(unsigned long request, void *value) {
    int fd = real()->socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool named = interfaces_concern(request) && memory_written(value, sizeof(struct ifconf));
    int done = fd < 0 ? -1 : named ? interfaces_control(fd, request, value) : real()->ioctl(fd, request, value);
    int failure = errno;
    real()->close(fd);
    errno = failure;
    return done;
}

/* Of a socket: whether the kernel's end answers it, for it concerns the descriptor. */
static bool is_of_descriptor(unsigned long request) {
    switch (request) {
        case FIONBIO: case FIOCLEX: case FIONCLEX: case FIOASYNC: case FIOSETOWN: case SIOCSPGRP: case FIOGETOWN: case SIOCGPGRP:
        case FIGETBSZ:
            return true;
        default: return false;
    }
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    uint32_t number;
    if (number_kind(fd, &number) != OWN) {
        bool named = interfaces_concern(request) && memory_written(argument, sizeof(struct ifconf));
        return named ? interfaces_control(fd, request, argument) : real()->ioctl(fd, request, argument);
    }
    if (request == FIOASYNC && memory_read(argument, sizeof(int)) && *(const int *)argument != 0) {
        socket_signals(number);
    }
    if (is_of_descriptor(request)) {
        /* The kernel's end has it, too. */
        int done = real()->ioctl(fd, request, argument);
        return done < 0 || request != FIONBIO ? done : option_control(number, request, argument);
    }
    if (socket_carried(number)) {
        return real()->ioctl(fd, request, argument);
    }
    if (request == SIOCGSTAMP_OLD || request == SIOCGSTAMPNS_OLD) {
        /* No datagram has been told with its time. */
        return fail(-ENOENT);
    }
    bool own_words = request == SIOCATMARK || request == SIOCOUTQ || request == SIOCOUTQNSD;
    return (request & 0xff00) == 0x8900 && !own_words ? ask_system(request, argument) : option_control(number, request, argument);
}

EXPORT pid_t vfork(void) {
    return fork();
}

/* A process that ends has its sockets counted out; one that is killed, the kernel counts. */
EXPORT void _exit(int code) {
    family_leave();
    real()->_exit(code);
    __builtin_unreachable();
}

EXPORT void _Exit(int code) __attribute__((alias("_exit")));

/* ----- Waiting ----- */

/* Octets of a set of signals, as the kernel reads it. */
enum { KERNEL_SET = 8 };

static bool times_there(const struct timespec *timeout, const sigset_t *mask) {
    return (timeout == NULL || memory_read(timeout, sizeof *timeout)) && (mask == NULL || memory_read(mask, KERNEL_SET));
}

/* More than that no process has, and the kernel says so. */
enum { MOST_POLLED = 1 << 24 };

static int64_t in_ns(int ms) {
    return ms < 0 ? -1 : (int64_t)ms * 1000000;
}

EXPORT int poll(struct pollfd *polled, nfds_t count, int timeout) {
    cancelled_here();
    if (count > MOST_POLLED || !memory_written(polled, count * sizeof *polled) || !wait_concerns(polled, count)) {
        return real()->poll(polled, count, timeout);
    }
    return wait_poll(polled, count, in_ns(timeout), NULL);
}

EXPORT int ppoll(struct pollfd *polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask) {
    cancelled_here();
    if (count > MOST_POLLED || !memory_written(polled, count * sizeof *polled) || !wait_concerns(polled, count)) {
        return real()->ppoll(polled, count, timeout, mask);
    }
    if (!times_there(timeout, mask)) {
        return fail(-EFAULT);
    }
    int64_t ns = timeout_ns(timeout);
    return ns == -EINVAL ? fail(-EINVAL) : wait_poll(polled, count, ns, mask);
}

EXPORT int __poll_chk(struct pollfd *polled, nfds_t count, int timeout, size_t room);
EXPORT int __ppoll_chk(
    struct pollfd *polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room);

int __poll_chk(struct pollfd *polled, nfds_t count, int timeout, size_t room) {
    if (room / sizeof *polled < count) {
        abort();
    }
    return poll(polled, count, timeout);
}

int __ppoll_chk(
    struct pollfd *polled, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room) {
    if (room / sizeof *polled < count) {
        abort();
    }
    return ppoll(polled, count, timeout, mask);
}

/* A set of descriptors may be longer than FD_SETSIZE: whoever made it knows. */
static bool has(const fd_set *set, int fd) {
    const unsigned long *words = (const unsigned long *)(const void *)set;
    const unsigned bits = 8 * sizeof *words;
    return set != NULL && (words[(unsigned)fd / bits] & 1UL << (unsigned)fd % bits) != 0;
}

static void keep(fd_set *set, int fd, bool kept) {
    unsigned long *words = (unsigned long *)(void *)set;
    const unsigned bits = 8 * sizeof *words;
    if (set != NULL && !kept) {
        words[(unsigned)fd / bits] &= ~(1UL << (unsigned)fd % bits);
    }
}

/* What is not there the kernel is given, and tells. */
bool select_concerns(int end, const fd_set *in, const fd_set *out, const fd_set *except) {
    const void *const all[MEMORY_EACH] = {in, out, except};
    if (end > 0 && !memory_read_each(all, MEMORY_EACH, (size_t)(end - 1) / 8 + 1)) {
        return false;
    }
    for (int fd = 0; fd < end && fd < numbers_end(); fd++) {
        if ((has(in, fd) || has(out, fd) || has(except, fd)) && wait_is_ours(fd)) {
            return true;
        }
    }
    return false;
}

enum { READS = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR, WRITES = POLLOUT | POLLWRNORM | POLLERR };

static int answer(struct pollfd *polled, nfds_t count, fd_set *in, fd_set *out, fd_set *except) {
    int found = 0;
    for (nfds_t i = 0; i < count; i++) {
        if ((polled[i].revents & POLLNVAL) != 0) {
            return bad();
        }
    }
    if (!memory_written(in, in != NULL) || !memory_written(out, out != NULL) || !memory_written(except, except != NULL)) {
        return fail(-EFAULT);
    }
    for (nfds_t i = 0; i < count; i++) {
        int fd = polled[i].fd;
        bool reads = has(in, fd) && (polled[i].revents & READS) != 0;
        bool writes = has(out, fd) && (polled[i].revents & WRITES) != 0;
        bool urgent = has(except, fd) && (polled[i].revents & POLLPRI) != 0;
        keep(in, fd, reads);
        keep(out, fd, writes);
        keep(except, fd, urgent);
        found += reads + writes + urgent;
    }
    return found;
}

static int select_by_poll(
    int end, fd_set *in, fd_set *out, fd_set *except, int64_t timeout, const sigset_t *mask) {
    nfds_t count = 0;
    for (int fd = 0; fd < end; fd++) {
        count += has(in, fd) || has(out, fd) || has(except, fd);
    }
    struct pollfd few[POLLED_FEW];
    struct pollfd *polled = polled_take(few, count);
    if (polled == NULL) {
        return fail(-ENOMEM);
    }
    nfds_t at = 0;
    for (int fd = 0; fd < end && at < count; fd++) {
        int events = (has(in, fd) ? POLLIN | POLLRDNORM | POLLRDBAND : 0) | (has(out, fd) ? POLLOUT | POLLWRNORM : 0)
            | (has(except, fd) ? POLLPRI : 0);
        if (events != 0) {
            polled[at++] = (struct pollfd){fd, (short)events, 0};
        }
    }
    int found = wait_poll(polled, at, timeout, mask);
    if (found >= 0) {
        found = answer(polled, at, in, out, except);
    }
    polled_give(polled, few, count);
    return found;
}

EXPORT int select(int end, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout) {
    cancelled_here();
    end = numbers_select(end);
    if (!select_concerns(end, in, out, except)) {
        return real()->select(end, in, out, except, timeout);
    }
    struct timespec time = {0, 0};
    if (timeout != NULL) {
        if (!memory_read(timeout, sizeof *timeout)) {
            return fail(-EFAULT);
        }
        if (timeout->tv_sec < 0 || timeout->tv_usec < 0) {
            return fail(-EINVAL);
        }
        /* More than a second of microseconds is as much. */
        time.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000;
        time.tv_nsec = timeout->tv_usec % 1000000 * 1000;
    }
    int64_t ns = timeout_ns(timeout == NULL ? NULL : &time);
    int64_t begun = now_ms();
    int found = select_by_poll(end, in, out, except, ns, NULL);
    if (timeout != NULL && ns >= 0 && memory_written(timeout, sizeof *timeout)) {
        /* Linux says how much of it was left, where there is room to say so. */
        int64_t left = ns / 1000000 - (now_ms() - begun);
        left = left < 0 ? 0 : left;
        timeout->tv_sec = left / 1000;
        timeout->tv_usec = left % 1000 * 1000;
    }
    return found;
}

EXPORT int pselect(
    int end, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout, const sigset_t *mask) {
    cancelled_here();
    end = numbers_select(end);
    if (!select_concerns(end, in, out, except)) {
        return real()->pselect(end, in, out, except, timeout, mask);
    }
    if (!times_there(timeout, mask)) {
        return fail(-EFAULT);
    }
    int64_t ns = timeout_ns(timeout);
    return ns == -EINVAL ? fail(-EINVAL) : select_by_poll(end, in, out, except, ns, mask);
}

static int instance(int epfd) {
    if (epfd >= 0) {
        set_made(epfd);
    }
    return epfd;
}

EXPORT int epoll_create(int size) {
    return instance(real()->epoll_create(size));
}

EXPORT int epoll_create1(int flags) {
    return instance(real()->epoll_create1(flags));
}

EXPORT int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event) {
    uint32_t set;
    return number_kind(epfd, &set) == POLLS ? set_control(epfd, set, op, fd, event)
                                            : real()->epoll_ctl(epfd, op, fd, event);
}

EXPORT int epoll_pwait(int epfd, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    cancelled_here();
    uint32_t set;
    return number_kind(epfd, &set) == POLLS ? set_wait(epfd, set, events, most, in_ns(timeout), mask)
                                            : real()->epoll_pwait(epfd, events, most, timeout, mask);
}

EXPORT int epoll_wait(int epfd, struct epoll_event *events, int most, int timeout) {
    cancelled_here();
    uint32_t set;
    return number_kind(epfd, &set) == POLLS ? set_wait(epfd, set, events, most, in_ns(timeout), NULL)
                                            : real()->epoll_wait(epfd, events, most, timeout);
}

EXPORT int epoll_pwait2(
    int epfd, struct epoll_event *events, int most, const struct timespec *timeout, const sigset_t *mask) {
    cancelled_here();
    uint32_t set;
    if (number_kind(epfd, &set) != POLLS) {
        return real()->epoll_pwait2(epfd, events, most, timeout, mask);
    }
    if (!times_there(timeout, mask)) {
        return fail(-EFAULT);
    }
    int64_t ns = timeout_ns(timeout);
    return ns == -EINVAL ? fail(-EINVAL) : set_wait(epfd, set, events, most, ns, mask);
}
