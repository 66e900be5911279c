/*
 * Processes share a session, and one of them dies as it is about to wake the stack: a signal takes it out of the call. Prints how often
 * the stack was rung then, by the next one, and by one that has no need to.
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { REGION = 1 << 20, REQUESTS_ASLEEP = 64 + 4 * 8 + 64 };

static sigjmp_buf out;

static void dies(int number) {
    (void)number;
    siglongjmp(out, 1);
}

static int rung(int bell) {
    uint64_t count = 0;
    return read(bell, &count, sizeof count) == sizeof count ? (int)count : 0;
}

int main(void) {
    static struct nk_session session = {.line = -1, .voice = -1, .ear = -1};
    const uint32_t sleeps = 1;
    int nobody[2];
    unsigned char *stack = calloc(1, REGION);
    session.sockets = 4;
    session.requests = 4;
    session.events = 4;
    session.capacity = 1 << 16;
    session.client = calloc(1, REGION);
    session.stack = stack;
    session.seen = calloc(1, nk_seen_length(&session));
    memcpy(stack + REQUESTS_ASLEEP, &sleeps, sizeof sleeps);
    signal(SIGPIPE, dies);
    if (pipe(nobody) != 0 || nk_ask(&session, &(struct nk_request) {.op = NK_OPEN}) != 0) {
        return 1;
    }
    close(nobody[0]);
    session.voice = nobody[1];
    int died = sigsetjmp(out, 1);
    if (died == 0) {
        nk_wake(&session);
    }
    session.voice = eventfd(0, EFD_NONBLOCK);
    nk_wake(&session);
    printf("died %d, rung %d, ", died, rung(session.voice));
    nk_wake(&session);
    printf("then %d\n", rung(session.voice));
    return 0;
}
