#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <sys/mman.h>

/*
 * A fork counts each descriptor of ours once more, before there is a child, so that none that is closed meanwhile is the last. Where there comes
 * no child, which libc's handlers of a fork are not told, it is counted back: what was counted, whatever other threads have done by then.
 */

#define EXPORT __attribute__((visibility("default")))

/* What this thread's fork has counted of each socket: here until it is known whether there is a child. */
static _Thread_local uint32_t *counted __attribute__((tls_model("initial-exec")));
static _Thread_local bool waits __attribute__((tls_model("initial-exec"))); /* the library is to be told how it ended */

void fork_counts(void) {
    if (waits && counted == NULL) {
        void *room = mmap(NULL, session.sockets * sizeof *counted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        counted = room == MAP_FAILED ? NULL : room;
    }
    for (int fd = 0; fd < numbers_end(); fd++) {
        uint32_t number;
        if (number_kind(fd, &number) == OWN) {
            atomic_fetch_add(&own(number)->refs, 1);
            if (counted != NULL) {
                counted[number]++;
            }
        }
    }
}

/* Of one that another thread has closed meanwhile nothing is left to count: the kernel's count closes it. */
static void count_back(void) {
    family_lock();
    for (uint32_t number = 0; number < session.sockets; number++) {
        if (counted[number] != 0 && atomic_load(&own(number)->refs) > counted[number]) {
            atomic_fetch_sub(&own(number)->refs, counted[number]);
        }
    }
    family_unlock();
}

EXPORT pid_t fork(void) {
    /* A handler may fork that has interrupted this. */
    uint32_t *before = counted;
    bool waited = waits;
    counted = NULL;
    waits = true;
    pid_t child = real()->fork();
    int failure = errno;
    if (counted != NULL) {
        if (child < 0) {
            count_back();
        }
        munmap(counted, session.sockets * sizeof *counted);
    }
    counted = before;
    waits = waited;
    errno = failure;
    return child;
}
