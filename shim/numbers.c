#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Numbers above are never ours. A page of this is there once it is touched. */
enum { NUMBERS = 1 << 20, KIND_BITS = 3, KIND = (1 << KIND_BITS) - 1 };

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
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > NUMBERS) {
        limit.rlim_cur = NUMBERS;
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
