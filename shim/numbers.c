#define _GNU_SOURCE
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>

/* Numbers above are never ours. A page of this is there once it is touched. */
enum { NUMBERS = 1 << 20, KIND_BITS = 3, KIND = (1 << KIND_BITS) - 1 };

/* Below this lies what is hidden. */
enum { HIGH = 4096 };

static _Atomic uint32_t numbers[NUMBERS];
static _Atomic int end;

enum kind number_kind(int fd, uint32_t *value) {
    if ((unsigned)fd >= (unsigned)atomic_load_explicit(&end, memory_order_relaxed)) {
        return KERNEL;
    }
    uint32_t entry = atomic_load_explicit(&numbers[fd], memory_order_acquire);
    *value = entry >> KIND_BITS;
    return (enum kind)(entry & KIND);
}

void number_set(int fd, enum kind kind, uint32_t value) {
    if (fd < 0 || fd >= NUMBERS) {
        return;
    }
    if (kind == OWN) {
        family_hears_of(value);
    }
    atomic_store_explicit(&numbers[fd], value << KIND_BITS | kind, memory_order_release);
    int known = atomic_load(&end);
    while (kind != KERNEL && fd >= known && !atomic_compare_exchange_weak(&end, &known, fd + 1)) {
    }
}

int numbers_end(void) {
    return atomic_load(&end);
}

int number_hide(int fd) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > HIGH) {
        /* The kernel's table reaches up to here from now on, and is copied with each fork. */
        limit.rlim_cur = HIGH;
    }
    int from = limit.rlim_cur > 512 ? (int)limit.rlim_cur - 256 : (int)limit.rlim_cur / 2;
    int high = real()->fcntl(fd, F_DUPFD_CLOEXEC, from);
    if (high >= 0) {
        real()->close(fd);
        fd = high;
    }
    number_set(fd, HIDDEN, 0);
    return fd;
}

/* One above the program's highest descriptor, in whole words of a set; -1 if it is not to be found out. */
static int highest(void) {
    _Alignas(struct dirent64) char entries[4096];
    int top = 0;
    long length = -1;
    int all = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (all >= 0 && (length = real()->syscall(SYS_getdents64, (long)all, (long)entries, (long)sizeof entries, 0L, 0L, 0L)) > 0) {
        for (long at = 0; at < length;) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
            uint32_t value;
            int fd = atoi(entry->d_name);
            if (fd > top && fd != all && number_kind(fd, &value) != HIDDEN) {
                top = fd;
            }
            at += entry->d_reclen;
        }
    }
    if (all >= 0) {
        real()->close(all);
    }
    return length < 0 ? -1 : (top / 64 + 1) * 64;
}

int numbers_select(int wanted) {
    int failure = errno;
    int most = wanted > FD_SETSIZE ? highest() : -1;
    errno = failure;
    most = most >= 0 && most < FD_SETSIZE ? FD_SETSIZE : most;
    return most >= 0 && most < wanted ? most : wanted;
}
