#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/syscall.h>

/*
 * libc's call by which a program makes a system call that has no name there, or past the name that it has: those of sockets and
 * descriptors are ours, as by their names. Programs that make system calls of their own are not seen here.
 */

#define EXPORT __attribute__((visibility("default")))

/* Octets of a set of signals; the kernel refuses another length. */
enum { KERNEL_SET = 8 };

#define NUMBER(i) ((int)a[i])
#define LENGTH(i) ((size_t)a[i])
#define COUNT(i) ((unsigned)a[i])
#define AT(i) ((void *)a[i])

/* Nobody is cancelled at it. */
static int held(void) {
    int state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    return state;
}

#define BY_NAME(made) \
    { \
        int state = held(); \
        *done = made; \
        pthread_setcancelstate(state, NULL); \
        return true; \
    }

/* Of these the library has nothing to say where the descriptor is the kernel's. */
static bool is_kernels(long call, const long *a) {
    uint32_t value;
    switch (call) {
        case SYS_read:
        case SYS_write:
        case SYS_readv:
        case SYS_writev:
        case SYS_preadv2:
        case SYS_pwritev2:
        case SYS_recvfrom:
        case SYS_sendto: return number_kind(NUMBER(0), &value) == KERNEL;
        default: return false;
    }
}

static bool octets(long call, const long *a, long *done) {
    switch (call) {
        case SYS_read: BY_NAME(read(NUMBER(0), AT(1), LENGTH(2)))
        case SYS_write: BY_NAME(write(NUMBER(0), AT(1), LENGTH(2)))
        case SYS_readv: BY_NAME(readv(NUMBER(0), AT(1), NUMBER(2)))
        case SYS_writev: BY_NAME(writev(NUMBER(0), AT(1), NUMBER(2)))
        /* Of a position in two halves the first is all of it, where a word is so long. */
        case SYS_preadv2: BY_NAME(preadv2(NUMBER(0), AT(1), NUMBER(2), (off_t)a[3], NUMBER(5)))
        case SYS_pwritev2: BY_NAME(pwritev2(NUMBER(0), AT(1), NUMBER(2), (off_t)a[3], NUMBER(5)))
        case SYS_recvfrom: BY_NAME(recvfrom(NUMBER(0), AT(1), LENGTH(2), NUMBER(3), AT(4), AT(5)))
        case SYS_sendto: BY_NAME(sendto(NUMBER(0), AT(1), LENGTH(2), NUMBER(3), AT(4), (socklen_t)a[5]))
        case SYS_recvmsg: BY_NAME(recvmsg(NUMBER(0), AT(1), NUMBER(2)))
        case SYS_sendmsg: BY_NAME(sendmsg(NUMBER(0), AT(1), NUMBER(2)))
        case SYS_recvmmsg: BY_NAME(recvmmsg(NUMBER(0), AT(1), COUNT(2), NUMBER(3), AT(4)))
        case SYS_sendmmsg: BY_NAME(sendmmsg(NUMBER(0), AT(1), COUNT(2), NUMBER(3)))
        case SYS_sendfile: BY_NAME(sendfile(NUMBER(0), NUMBER(1), AT(2), LENGTH(3)))
        case SYS_splice: BY_NAME(splice(NUMBER(0), AT(1), NUMBER(2), AT(3), LENGTH(4), COUNT(5)))
        default: return false;
    }
}

static bool sockets(long call, const long *a, long *done) {
    switch (call) {
        case SYS_socket: BY_NAME(socket(NUMBER(0), NUMBER(1), NUMBER(2)))
        case SYS_bind: BY_NAME(bind(NUMBER(0), AT(1), (socklen_t)a[2]))
        case SYS_connect: BY_NAME(connect(NUMBER(0), AT(1), (socklen_t)a[2]))
        case SYS_listen: BY_NAME(listen(NUMBER(0), NUMBER(1)))
        case SYS_accept: BY_NAME(accept(NUMBER(0), AT(1), AT(2)))
        case SYS_accept4: BY_NAME(accept4(NUMBER(0), AT(1), AT(2), NUMBER(3)))
        case SYS_shutdown: BY_NAME(shutdown(NUMBER(0), NUMBER(1)))
        case SYS_getsockname: BY_NAME(getsockname(NUMBER(0), AT(1), AT(2)))
        case SYS_getpeername: BY_NAME(getpeername(NUMBER(0), AT(1), AT(2)))
        case SYS_getsockopt: BY_NAME(getsockopt(NUMBER(0), NUMBER(1), NUMBER(2), AT(3), AT(4)))
        case SYS_setsockopt: BY_NAME(setsockopt(NUMBER(0), NUMBER(1), NUMBER(2), AT(3), (socklen_t)a[4]))
        default: return false;
    }
}

static bool descriptors(long call, const long *a, long *done) {
    switch (call) {
        case SYS_close: BY_NAME(close(NUMBER(0)))
        case SYS_close_range: BY_NAME(close_range(COUNT(0), COUNT(1), NUMBER(2)))
        case SYS_dup: BY_NAME(dup(NUMBER(0)))
#ifdef SYS_dup2
        case SYS_dup2: BY_NAME(dup2(NUMBER(0), NUMBER(1)))
#endif
        case SYS_dup3: BY_NAME(dup3(NUMBER(0), NUMBER(1), NUMBER(2)))
        case SYS_pidfd_getfd: BY_NAME(pidfd_getfd(NUMBER(0), NUMBER(1), COUNT(2)))
        case SYS_fcntl: BY_NAME(fcntl(NUMBER(0), NUMBER(1), AT(2)))
        case SYS_ioctl: BY_NAME(ioctl(NUMBER(0), (unsigned long)a[1], AT(2)))
        case SYS_execve: BY_NAME(execve(AT(0), AT(1), AT(2)))
        case SYS_execveat: BY_NAME(execveat(NUMBER(0), AT(1), AT(2), AT(3), NUMBER(4)))
        default: return false;
    }
}

/* What the kernel is told of a mask where a call has no argument left. */
struct masked {
    const sigset_t *mask;
    size_t length;
};

/* libc's looks at its time itself. */
static bool selects(const long *a, long *done) {
    bool concerns = select_concerns(numbers_select(NUMBER(0)), AT(1), AT(2), AT(3));
    *done = concerns ? select(NUMBER(0), AT(1), AT(2), AT(3), AT(4)) : -1;
    return concerns;
}

/* The kernel's own call says how much of its time was left. What it is to refuse, it does. */
static bool selects_within(const long *a, long *done) {
    struct timespec *timeout = AT(4);
    const struct masked *masked = AT(5);
    bool there = (timeout == NULL || memory_read(timeout, sizeof *timeout)) && (masked == NULL || memory_read(masked, sizeof *masked));
    const sigset_t *mask = there && masked != NULL ? masked->mask : NULL;
    if (!there || (mask != NULL && masked->length != KERNEL_SET) || !select_concerns(numbers_select(NUMBER(0)), AT(1), AT(2), AT(3))) {
        return false;
    }
    int64_t until = later(timeout_ns(timeout));
    *done = pselect(NUMBER(0), AT(1), AT(2), AT(3), timeout, mask);
    int failure = errno;
    if (until >= 0 && memory_written(timeout, sizeof *timeout)) {
        int64_t left = until - now_ns();
        left = left < 0 ? 0 : left;
        *timeout = (struct timespec){.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    }
    errno = failure;
    return true;
}

static bool uncancelled(bool (*by_name)(const long *, long *), const long *a, long *done) {
    int state = held();
    bool is = by_name(a, done);
    pthread_setcancelstate(state, NULL);
    return is;
}

static bool waits(long call, const long *a, long *done) {
    switch (call) {
#ifdef SYS_poll
        case SYS_poll: BY_NAME(poll(AT(0), (nfds_t)a[1], NUMBER(2)))
#endif
        case SYS_ppoll:
            if (a[3] != 0 && LENGTH(4) != KERNEL_SET) {
                return false;
            }
            BY_NAME(ppoll(AT(0), (nfds_t)a[1], AT(2), AT(3)))
#ifdef SYS_select
        case SYS_select: return uncancelled(selects, a, done);
#endif
#ifdef SYS_epoll_create
        case SYS_epoll_create: BY_NAME(epoll_create(NUMBER(0)))
#endif
        case SYS_epoll_create1: BY_NAME(epoll_create1(NUMBER(0)))
        case SYS_epoll_ctl: BY_NAME(epoll_ctl(NUMBER(0), NUMBER(1), NUMBER(2), AT(3)))
#ifdef SYS_epoll_wait
        case SYS_epoll_wait: BY_NAME(epoll_wait(NUMBER(0), AT(1), NUMBER(2), NUMBER(3)))
#endif
        case SYS_epoll_pwait:
            if (a[4] != 0 && LENGTH(5) != KERNEL_SET) {
                return false;
            }
            BY_NAME(epoll_pwait(NUMBER(0), AT(1), NUMBER(2), NUMBER(3), AT(4)))
        case SYS_epoll_pwait2:
            if (a[4] != 0 && LENGTH(5) != KERNEL_SET) {
                return false;
            }
            BY_NAME(epoll_pwait2(NUMBER(0), AT(1), NUMBER(2), AT(3), AT(4)))
        case SYS_pselect6: return uncancelled(selects_within, a, done);
        default: return false;
    }
}

/* Octets of an action, as the kernel has it. */
enum { KERNEL_ACTION = 32 };

/* Those between belong to libc, whose call refuses them. What the kernel is to refuse, it does. */
static bool handles(long call, const long *a, long *done) {
    bool libcs = NUMBER(0) > SIGSYS && NUMBER(0) < SIGRTMIN;
    if (call != SYS_rt_sigaction || libcs || LENGTH(3) != KERNEL_SET || (a[1] != 0 && !memory_read(AT(1), KERNEL_ACTION))
        || (a[2] != 0 && !memory_written(AT(2), KERNEL_ACTION))) {
        return false;
    }
    *done = signals_action(NUMBER(0), AT(1), AT(2));
    return true;
}

EXPORT long syscall(long call, ...) {
    long a[6];
    long done;
    va_list rest;
    va_start(rest, call);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(rest, long);
    }
    va_end(rest);
    if (!is_kernels(call, a)
        && (octets(call, a, &done) || sockets(call, a, &done) || descriptors(call, a, &done) || waits(call, a, &done)
            || handles(call, a, &done))) {
        return done;
    }
    done = real()->syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (call == SYS_seccomp && done == 0 && (a[0] == SECCOMP_SET_MODE_STRICT || a[0] == SECCOMP_SET_MODE_FILTER)) {
        confine();
    }
    return done;
}
