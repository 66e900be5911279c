/*
 * Two threads wait for one set. The bell wakes one of them, which goes with something else: what the kernel has, or a signal. Prints what
 * it was told, and how often the other one was woken to look in its stead; and that nobody is where there is no other.
 */
#define _GNU_SOURCE
#include "sets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* The rest of the library, which is not called. */
#pragma weak item_list
#pragma weak item_unlist
#pragma weak item_nested
#pragma weak item_to_kernel
#pragma weak number_kind
#pragma weak socket_ready
#pragma weak confined_nap
#pragma weak set_make_bed
#pragma weak set_heard
#pragma weak fail
#pragma weak memory_read

#include "sets_waiting.c"

enum { INSTANCE = 7, BED = 8 };

static struct set one = {.epfd = INSTANCE, .bed = BED, .hears = true};
static unsigned handlers;
static int roused;
static bool interrupts;

struct nk_session session;
struct family *family;
bool carrying;
const char set_ring[3];
struct real real_calls;
_Bool real_found = true;

/* The bed has heard the bell, and at the same time a handler has run, or the kernel has something. */
static int waits(int epfd, struct epoll_event *events, int most, int timeout, const sigset_t *mask) {
    (void)timeout;
    (void)mask;
    if (epfd == INSTANCE || most < 2) {
        events[0].data.u64 = 1;
        return 1;
    }
    events[0].data.u64 = (uintptr_t)&set_ring[0];
    events[1].data.u64 = (uintptr_t)&set_ring[2];
    handlers += interrupts;
    return interrupts ? 1 : 2;
}

void real_find(void) {
}

void sets_lock(void) {
}

void sets_unlock(void) {
}

void sets_refresh(void) {
}

void set_rouse(const struct set *set) {
    roused += set == &one;
}

struct set *set_at(uint32_t set) {
    return set == 0 ? &one : NULL;
}

bool memory_written(void *to, size_t length) {
    return to != NULL && length != 0;
}

void signals_sleep(int ear) {
    (void)ear;
}

unsigned signals_run(bool restarting) {
    (void)restarting;
    return handlers;
}

unsigned family_generation(void) {
    return 0;
}

void family_sleeps(void) {
}

void family_rises(void *unused) {
    (void)unused;
}

void family_hears(void) {
}

bool family_nudged(const struct epoll_event *event) {
    (void)event;
    return false;
}

void family_interrupts(int epfd, bool does) {
    (void)epfd;
    (void)does;
}

int64_t now_ns(void) {
    return 0;
}

static void wait_for_it(const char *with, int others) {
    struct epoll_event events[4];
    atomic_store(&one.sleepers, others);
    roused = 0;
    errno = 0;
    int told = set_wait(INSTANCE, 0, events, 4, -1, NULL);
    printf("%s: told %d%s, roused %d\n", with, told, errno == EINTR ? " EINTR" : "", roused);
}

int main(void) {
    real_calls.epoll_pwait = waits;
    wait_for_it("the kernel's", 1);
    wait_for_it("the kernel's, alone", 0);
    interrupts = true;
    wait_for_it("a handler", 1);
    wait_for_it("a handler, alone", 0);
    return 0;
}
