/* The calls of libc that lie behind ours: one field each, found when the first of them is needed. */
#ifndef NETKEEP_REAL_H
#define NETKEEP_REAL_H

#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define NK_CALLS(CALL) \
    CALL(socket) CALL(bind) CALL(bindresvport) CALL(connect) CALL(listen) CALL(accept) CALL(accept4) CALL(shutdown) CALL(getsockname) \
    CALL(getpeername) CALL(getsockopt) CALL(setsockopt) CALL(send) CALL(sendto) CALL(sendmsg) CALL(sendmmsg) CALL(recv) \
    CALL(recvfrom) CALL(recvmsg) CALL(recvmmsg) CALL(read) CALL(write) CALL(readv) CALL(writev) CALL(preadv2) CALL(pwritev2) CALL(close) \
    CALL(close_range) CALL(closefrom) CALL(dup) CALL(dup2) CALL(dup3) CALL(fcntl) CALL(ioctl) CALL(poll) CALL(ppoll) \
    CALL(select) CALL(pselect) CALL(epoll_create) CALL(epoll_create1) CALL(epoll_ctl) CALL(epoll_wait) \
    CALL(epoll_pwait) CALL(epoll_pwait2) CALL(sendfile) CALL(splice) CALL(fork) CALL(_exit) \
    CALL(execve) CALL(execvpe) CALL(fexecve) CALL(execveat) CALL(posix_spawn) CALL(posix_spawnp) CALL(posix_spawn_file_actions_adddup2) CALL(system) CALL(popen) CALL(sigaction) CALL(fdopen) CALL(fileno) \
    CALL(pthread_cancel) CALL(vdprintf) CALL(syscall) CALL(prctl) CALL(getifaddrs) CALL(if_nametoindex) CALL(if_indextoname) \
    CALL(getaddrinfo) CALL(getaddrinfo_a) CALL(getnameinfo) CALL(gethostbyname) CALL(gethostbyname2) CALL(gethostbyaddr) \
    CALL(gethostbyname_r) CALL(gethostbyname2_r) CALL(gethostbyaddr_r)

struct real {
#define CALL(name) __typeof__(&name) name;
    NK_CALLS(CALL)
#undef CALL
};

extern struct real real_calls;
extern _Bool real_found;
void real_find(void);

static inline const struct real *real(void) {
    if (__builtin_expect(!real_found, 0)) {
        real_find();
    }
    return &real_calls;
}

#endif
