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

static bool octets(long call, const long *a, long *done) {
    switch (call) {
        case SYS_read: *done = read(NUMBER(0), AT(1), LENGTH(2)); return true;
        case SYS_write: *done = write(NUMBER(0), AT(1), LENGTH(2)); return true;
        case SYS_readv: *done = readv(NUMBER(0), AT(1), NUMBER(2)); return true;
        case SYS_writev: *done = writev(NUMBER(0), AT(1), NUMBER(2)); return true;
        /* Of a position in two halves the first is all of it, where a word is so long. */
        case SYS_preadv2: *done = preadv2(NUMBER(0), AT(1), NUMBER(2), (off_t)a[3], NUMBER(5)); return true;
        case SYS_pwritev2: *done = pwritev2(NUMBER(0), AT(1), NUMBER(2), (off_t)a[3], NUMBER(5)); return true;
        case SYS_recvfrom: *done = recvfrom(NUMBER(0), AT(1), LENGTH(2), NUMBER(3), AT(4), AT(5)); return true;
        case SYS_sendto:
            *done = sendto(NUMBER(0), AT(1), LENGTH(2), NUMBER(3), AT(4), (socklen_t)a[5]);
            return true;
        case SYS_recvmsg: *done = recvmsg(NUMBER(0), AT(1), NUMBER(2)); return true;
        case SYS_sendmsg: *done = sendmsg(NUMBER(0), AT(1), NUMBER(2)); return true;
        case SYS_recvmmsg: *done = recvmmsg(NUMBER(0), AT(1), COUNT(2), NUMBER(3), AT(4)); return true;
        case SYS_sendmmsg: *done = sendmmsg(NUMBER(0), AT(1), COUNT(2), NUMBER(3)); return true;
        case SYS_sendfile: *done = sendfile(NUMBER(0), NUMBER(1), AT(2), LENGTH(3)); return true;
        case SYS_splice: *done = splice(NUMBER(0), AT(1), NUMBER(2), AT(3), LENGTH(4), COUNT(5)); return true;
        default: return false;
    }
}

static bool sockets(long call, const long *a, long *done) {
    switch (call) {
        case SYS_socket: *done = socket(NUMBER(0), NUMBER(1), NUMBER(2)); return true;
        case SYS_bind: *done = bind(NUMBER(0), AT(1), (socklen_t)a[2]); return true;
        case SYS_connect: *done = connect(NUMBER(0), AT(1), (socklen_t)a[2]); return true;
        case SYS_listen: *done = listen(NUMBER(0), NUMBER(1)); return true;
        case SYS_accept: *done = accept(NUMBER(0), AT(1), AT(2)); return true;
        case SYS_accept4: *done = accept4(NUMBER(0), AT(1), AT(2), NUMBER(3)); return true;
        case SYS_shutdown: *done = shutdown(NUMBER(0), NUMBER(1)); return true;
        case SYS_getsockname: *done = getsockname(NUMBER(0), AT(1), AT(2)); return true;
        case SYS_getpeername: *done = getpeername(NUMBER(0), AT(1), AT(2)); return true;
        case SYS_getsockopt: *done = getsockopt(NUMBER(0), NUMBER(1), NUMBER(2), AT(3), AT(4)); return true;
        case SYS_setsockopt:
            *done = setsockopt(NUMBER(0), NUMBER(1), NUMBER(2), AT(3), (socklen_t)a[4]);
            return true;
        default: return false;
    }
}

static bool descriptors(long call, const long *a, long *done) {
    switch (call) {
        case SYS_close: *done = close(NUMBER(0)); return true;
        case SYS_close_range: *done = close_range(COUNT(0), COUNT(1), NUMBER(2)); return true;
        case SYS_dup: *done = dup(NUMBER(0)); return true;
#ifdef SYS_dup2
        case SYS_dup2: *done = dup2(NUMBER(0), NUMBER(1)); return true;
#endif
        case SYS_dup3: *done = dup3(NUMBER(0), NUMBER(1), NUMBER(2)); return true;
        case SYS_pidfd_getfd: *done = pidfd_getfd(NUMBER(0), NUMBER(1), COUNT(2)); return true;
        case SYS_fcntl: *done = fcntl(NUMBER(0), NUMBER(1), AT(2)); return true;
        case SYS_ioctl: *done = ioctl(NUMBER(0), (unsigned long)a[1], AT(2)); return true;
        case SYS_execve: *done = execve(AT(0), AT(1), AT(2)); return true;
        case SYS_execveat: *done = execveat(NUMBER(0), AT(1), AT(2), AT(3), NUMBER(4)); return true;
        default: return false;
    }
}

/* What the kernel is told of a mask where a call has no argument left. */
struct masked {
    const sigset_t *mask;
    size_t length;
};

/* The kernel's own call says how much of its time was left. What it is to refuse, it does. */
static bool selects(const long *a, long *done) {
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

static bool waits(long call, const long *a, long *done) {
    switch (call) {
#ifdef SYS_poll
        case SYS_poll: *done = poll(AT(0), (nfds_t)a[1], NUMBER(2)); return true;
#endif
        case SYS_ppoll:
            if (a[3] != 0 && LENGTH(4) != KERNEL_SET) {
                return false;
            }
            *done = ppoll(AT(0), (nfds_t)a[1], AT(2), AT(3)); return true;
#ifdef SYS_select
        case SYS_select:
            if (!select_concerns(numbers_select(NUMBER(0)), AT(1), AT(2), AT(3))) {
                /* libc's looks at its time itself. */
                return false;
            }
            *done = select(NUMBER(0), AT(1), AT(2), AT(3), AT(4)); return true;
#endif
#ifdef SYS_epoll_create
        case SYS_epoll_create: *done = epoll_create(NUMBER(0)); return true;
#endif
        case SYS_epoll_create1: *done = epoll_create1(NUMBER(0)); return true;
        case SYS_epoll_ctl: *done = epoll_ctl(NUMBER(0), NUMBER(1), NUMBER(2), AT(3)); return true;
#ifdef SYS_epoll_wait
        case SYS_epoll_wait: *done = epoll_wait(NUMBER(0), AT(1), NUMBER(2), NUMBER(3)); return true;
#endif
        case SYS_epoll_pwait:
            if (a[4] != 0 && LENGTH(5) != KERNEL_SET) {
                return false;
            }
            *done = epoll_pwait(NUMBER(0), AT(1), NUMBER(2), NUMBER(3), AT(4)); return true;
        case SYS_epoll_pwait2:
            if (a[4] != 0 && LENGTH(5) != KERNEL_SET) {
                return false;
            }
            *done = epoll_pwait2(NUMBER(0), AT(1), NUMBER(2), AT(3), AT(4)); return true;
        case SYS_pselect6: return selects(a, done);
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
    int state;
    va_list rest;
    va_start(rest, call);
    for (int i = 0; i < 6; i++) {
        a[i] = va_arg(rest, long);
    }
    va_end(rest);
    /* Nobody is cancelled at it. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    bool by_name = octets(call, a, &done) || sockets(call, a, &done) || descriptors(call, a, &done) || waits(call, a, &done)
        || handles(call, a, &done);
    pthread_setcancelstate(state, NULL);
    if (by_name) {
        return done;
    }
    done = real()->syscall(call, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (call == SYS_seccomp && done == 0 && (a[0] == SECCOMP_SET_MODE_STRICT || a[0] == SECCOMP_SET_MODE_FILTER)) {
        confine();
    }
    return done;
}
