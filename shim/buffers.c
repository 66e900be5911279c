#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <sys/mman.h>

/*
 * Room for octets on their way between a socket and a file or a pipe. A thread's stack may be small, and a handler may have interrupted malloc: it is
 * mapped. A few that were given back are kept, for who takes one next.
 */

enum { KEPT = 4 };

static _Atomic(char *) kept[KEPT];

char *buffer_take(void) {
    for (int i = 0; i < KEPT; i++) {
        char *taken = atomic_load_explicit(&kept[i], memory_order_relaxed) == NULL ? NULL : atomic_exchange(&kept[i], NULL);
        if (taken != NULL) {
            return taken;
        }
    }
    void *made = mmap(NULL, BUFFER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return made == MAP_FAILED ? NULL : made;
}

void buffer_give(char *taken) {
    int failure = errno;
    for (int i = 0; i < KEPT; i++) {
        char *none = NULL;
        if (atomic_compare_exchange_strong(&kept[i], &none, taken)) {
            return;
        }
    }
    munmap(taken, BUFFER);
    errno = failure;
}
