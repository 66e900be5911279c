#define _GNU_SOURCE
#include "program.h"

/*
 * A thread may be cancelled by another one. What POSIX has as a place for that is one here, too, also where the call would not wait; and nothing else
 * is: what the library calls while it holds a lock, or on behalf of a call that is no such place, cancels nobody. In a program that cancels nobody
 * nothing is asked of the threads.
 */

#define EXPORT __attribute__((visibility("default")))

_Atomic bool cancels;

static _Thread_local int state __attribute__((tls_model("initial-exec"))); /* before */
static _Thread_local bool held __attribute__((tls_model("initial-exec")));

EXPORT int pthread_cancel(pthread_t thread) {
    if (!atomic_exchange(&cancels, true)) {
        /* Who has a lock has taken it before this was known: nobody is cancelled until it is let go of. */
        family_settles();
    }
    return real()->pthread_cancel(thread);
}

void cancel_hold(void) {
    held = pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state) == 0;
}

void cancel_let(void) {
    if (held) {
        held = false;
        pthread_setcancelstate(state, NULL);
    }
}
