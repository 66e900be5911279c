#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

/* Calls of libc that make others of libc's own, past ours: here they make ours. */

#define EXPORT __attribute__((visibility("default")))

EXPORT int sockatmark(int fd) {
    int is = 0;
    return ioctl(fd, SIOCATMARK, &is) != 0 ? -1 : is;
}

/* A port that was root's alone once; none of those below, which have names. */
enum { RESERVED = 600, RESERVED_END = 1024, RESERVED_COUNT = RESERVED_END - RESERVED };

EXPORT int bindresvport(int fd, struct sockaddr_in *address) {
    uint32_t value;
    enum kind kind = number_kind(fd, &value);
    struct sockaddr_in any = {.sin_family = AF_INET};
    if (kind != OWN && kind != OPEN) {
        return real()->bindresvport(fd, address);
    }
    address = address == NULL ? &any : address;
    if (address->sin_family != AF_INET) {
        return fail(-EAFNOSUPPORT);
    }
    int begin = getpid() % RESERVED_COUNT;
    int done = -1;
    errno = EADDRINUSE;
    for (int i = 0; i < RESERVED_COUNT && done != 0 && errno == EADDRINUSE; i++) {
        address->sin_port = htons((uint16_t)(RESERVED + (begin + i) % RESERVED_COUNT));
        done = bind(fd, (const struct sockaddr *)(const void *)address, sizeof *address);
    }
    return done;
}

EXPORT int daemon(int stays, int keeps) {
    struct stat is;
    pid_t child = fork();
    if (child > 0) {
        _exit(0);
    }
    if (child < 0 || setsid() < 0) {
        return -1;
    }
    if (stays == 0 && chdir("/") != 0) {
        /* As libc, which goes on from where it is. */
        errno = 0;
    }
    if (keeps != 0) {
        return 0;
    }
    int null = open("/dev/null", O_RDWR);
    if (null < 0) {
        return -1;
    }
    bool right = fstat(null, &is) == 0 && S_ISCHR(is.st_mode) && is.st_rdev == makedev(1, 3);
    for (int fd = 0; right && fd <= STDERR_FILENO; fd++) {
        dup2(null, fd);
    }
    if (!right || null > STDERR_FILENO) {
        close(null);
    }
    return right ? 0 : fail(-ENODEV);
}

/* Of a process that shares no socket with another the descriptor leads nowhere: docs/programs.md. */
EXPORT int pidfd_getfd(int pidfd, int target, unsigned flags) {
    int fd = (int)real()->syscall(SYS_pidfd_getfd, pidfd, target, flags);
    if (fd >= 0 && family_path() != NULL) {
        right_come(fd);
    }
    return fd;
}
