/*
 * A process is about to sleep, and the stack tells of a socket at the last instant at which it does not see that. Prints what the
 * process has noted once it may look whether it need not sleep.
 */
#define _GNU_SOURCE
#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The rest of the library, which is not called. */
#pragma weak signals_forked
#pragma weak signals_sleep
#pragma weak signals_run
#pragma weak signals_begin
#pragma weak stdio_lock
#pragma weak stdio_unlock
#pragma weak stdio_end
#pragma weak sets_lock
#pragma weak sets_unlock
#pragma weak sets_forked
#pragma weak sets_shared
#pragma weak fork_counts
#pragma weak options_inherit
#pragma weak sockets_share
#pragma weak socket_leave
#pragma weak number_kind
#pragma weak numbers_end
#pragma weak number_set
#pragma weak number_hide
#pragma weak errors_length
#pragma weak confined
#pragma weak confined_nap
#pragma weak real_calls
#pragma weak real_found
#pragma weak real_find

static void tells_first(struct nk_session *of, uint32_t who);

#define nk_asleep tells_first
#include "family.c"
#undef nk_asleep

enum { REGION = 1 << 16, EVENTS_AT = 64, SOCKET = 2 };

static unsigned char *stack;

static void tells_first(struct nk_session *of, uint32_t who) {
    const uint64_t event = (uint64_t)NK_EVENT_READ << 56 | SOCKET;
    const uint64_t tail = 1;
    memcpy(stack + EVENTS_AT, &event, sizeof event);
    memcpy(stack, &tail, sizeof tail);
    nk_asleep(of, who);
}

void signals_hold(void) {
}

void signals_let(void) {
}

int main(void) {
    session.sockets = 4;
    session.requests = 4;
    session.events = 4;
    session.capacity = 1 << 16;
    session.client = calloc(1, REGION);
    session.stack = stack = calloc(1, REGION);
    session.seen = calloc(1, nk_seen_length(&session));
    family = calloc(1, sizeof *family + session.sockets * sizeof family->owns[0]);
    pthread_mutex_init(&family->lock, NULL);
    family_sleeps();
    printf("noted %d of socket %u, asleep %u\n", (int)atomic_load(&family->written), family->journal[0], family->asleep);
    fflush(stdout);
    /* What the library does at an end is not here. */
    _exit(0);
}
