#define _GNU_SOURCE
#include "program.h"

#include <stdarg.h>
#include <sys/prctl.h>

/*
 * A process may take calls from itself (seccomp), and be killed by the first one that it then makes: sshd does, for who has not said yet
 * who they are. What is left to it are octets, the clock and poll; so it has no ear, but looks each millisecond.
 */

#define EXPORT __attribute__((visibility("default")))

enum { LOOK_NS = 1000000 };

static bool is_confined;

bool confined(void) {
    return is_confined;
}

void confine(void) {
    is_confined = true;
}

int64_t confined_nap(int64_t left) {
    return left < 0 || left > LOOK_NS ? LOOK_NS : left;
}

EXPORT int prctl(int option, ...) {
    va_list arguments;
    va_start(arguments, option);
    unsigned long a = va_arg(arguments, unsigned long);
    unsigned long b = va_arg(arguments, unsigned long);
    unsigned long c = va_arg(arguments, unsigned long);
    unsigned long d = va_arg(arguments, unsigned long);
    va_end(arguments);
    int done = real()->prctl(option, a, b, c, d);
    is_confined |= done == 0 && option == PR_SET_SECCOMP;
    return done;
}
