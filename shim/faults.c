#define _GNU_SOURCE
#include "program.h"

#include <setjmp.h>
#include <ucontext.h>

/*
 * Memory that a program names and does not have is EFAULT, as from the kernel. It is touched where a call begins, before anything has
 * changed: a fault then leads back here (signals.c stands before the program's handlers). The begin and the end of what is
 * read are, of what is written the begin: how much of a room is used nobody knows yet.
 */

static _Thread_local jmp_buf *back __attribute__((tls_model("initial-exec")));

/* Where a thread goes on that has touched what is not there: outside of any handler, with the signals that it had. */
static void leave(void) {
    jmp_buf *to = back;
    back = NULL;
    _longjmp(*to, 1);
}

bool memory_missed(void *context) {
    ucontext_t *at = context;
    if (back == NULL) {
        return false;
    }
    /* As if called from there: below what a leaf may have put behind the stack's end. */
#if defined __x86_64__
    greg_t *all = at->uc_mcontext.gregs;
    all[REG_RSP] = ((all[REG_RSP] - 128) & -16) - 8;
    all[REG_RIP] = (greg_t)(uintptr_t)leave;
#elif defined __aarch64__
    at->uc_mcontext.sp = (at->uc_mcontext.sp - 128) & ~UINT64_C(15);
    at->uc_mcontext.pc = (uintptr_t)leave;
#else
    return false;
#endif
    return true;
}

/* No sanitizer is to look at what is looked at here. */
#define UNSEEN __attribute__((noinline, no_sanitize("address", "undefined")))

static bool UNSEEN touched(volatile char *const *all, int count, bool written) {
    jmp_buf here;
    signals_hold();
    if (_setjmp(here) != 0) {
        signals_let();
        return false;
    }
    back = &here;
    atomic_signal_fence(memory_order_seq_cst);
    for (int i = 0; i < count; i++) {
        (void)*all[i];
        if (written) {
            /* Changes nothing, whoever else writes there. */
            __atomic_fetch_or(all[i], 0, __ATOMIC_RELAXED);
        }
    }
    atomic_signal_fence(memory_order_seq_cst);
    back = NULL;
    signals_let();
    return true;
}

bool memory_read_each(const void *const *from, int count, size_t length) {
    volatile char *all[2 * MEMORY_EACH];
    int ends = 0;
    for (int i = 0; i < count && length != 0; i++) {
        if (from[i] != NULL) {
            all[ends++] = (char *)(uintptr_t)from[i];
            all[ends++] = (char *)((uintptr_t)from[i] + length - 1);
        }
    }
    return ends == 0 || touched(all, ends, false);
}

bool memory_read(const void *from, size_t length) {
    volatile char *ends[] = {(char *)(uintptr_t)from, (char *)((uintptr_t)from + length - 1)};
    return length == 0 || touched(ends, 2, false);
}

bool memory_written(void *to, size_t length) {
    volatile char *begin = to;
    return length == 0 || touched(&begin, 1, true);
}
