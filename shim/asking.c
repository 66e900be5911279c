#define _GNU_SOURCE
#include "program.h"

#include <errno.h>

/*
 * Questions to control. The answer comes over a socket that goes with the question: threads, and processes that share the session's
 * line, ask without being in one another's way.
 */

/* Longer than a resolver takes to give up; and how often a control may die over a question. */
enum { PATIENCE_MS = 90000, TRIES = 4 };

/* Waits for the answer: its length, 0 if who should give it is gone or will not, or a negative errno. */
static ssize_t awaited(int over, void *answer, size_t room) {
    struct pollfd one = {over, POLLIN, 0};
    int64_t until = now_ms() + PATIENCE_MS;
    for (;;) {
        int64_t left = until - now_ms();
        int ready = left <= 0 ? 0 : real()->poll(&one, 1, (int)left);
        if (ready == 0) {
            return -ETIMEDOUT;
        }
        ssize_t length = ready < 0 ? -1 : real()->recv(over, answer, room, MSG_DONTWAIT);
        if (length >= 0 || errno == ECONNRESET) {
            return length < 0 ? 0 : length;
        }
        if (errno != EINTR && errno != EAGAIN) {
            return -errno;
        }
    }
}

ssize_t control_asked(const void *question, size_t length, void *answer, size_t room) {
    int failure = confined() ? -ENETDOWN : family_begin();
    ssize_t told = 0;
    for (int tried = 0; failure == 0 && told == 0 && tried < TRIES; tried++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
            return -errno;
        }
        failure = nk_hand(session.line, question, length, &pair[1], 1);
        real()->close(pair[1]);
        told = failure == 0 ? awaited(pair[0], answer, room) : failure;
        real()->close(pair[0]);
    }
    return failure != 0 ? failure : told == 0 ? -EOPNOTSUPP : told;
}
