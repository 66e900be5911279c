#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/*
 * A handler may use sockets. One that comes while its thread holds a lock of ours would wait for itself: so it is put off until
 * the thread holds none, which is soon. For that the library's own handler stands before the program's, and sigaction tells of the
 * program's alone. Those of faults are let be: they cannot wait, and nobody sends from there. Before those of memory the library has a handler
 * that never waits, for what is named in calls and not there (faults.c).
 */

#define EXPORT __attribute__((visibility("default")))

/* Behind the first that is put off none comes until the lock is let go of: more than so many that were on their way already are told once more. */
enum { SIGNALS = 65, MOST = 8, KERNEL_SET = 8 /* octets of a set, as the kernel has it */ };

static _Thread_local unsigned held __attribute__((tls_model("initial-exec")));
static _Thread_local unsigned waiting __attribute__((tls_model("initial-exec")));
static _Thread_local siginfo_t infos[MOST] __attribute__((tls_model("initial-exec"))); /* of those */
static _Thread_local bool shut __attribute__((tls_model("initial-exec"))); /* the thread's mask is ours, and was: */
static _Thread_local sigset_t mask_before __attribute__((tls_model("initial-exec")));

static _Atomic(void (*)(int, siginfo_t *, void *)) handlers[SIGNALS]; /* the program's */
static sigset_t blocked[SIGNALS]; /* while it runs */
static _Atomic bool restarts[SIGNALS]; /* SA_RESTART */
static _Atomic bool plain[SIGNALS]; /* without SA_SIGINFO: it takes the number alone */
static _Atomic bool never_restarts[SIGNALS]; /* what signal sets, once siginterrupt has said so */

static _Thread_local unsigned runs __attribute__((tls_model("initial-exec")));
static _Thread_local unsigned interrupts __attribute__((tls_model("initial-exec")));
static _Thread_local int asleep __attribute__((tls_model("initial-exec"))); /* where this thread waits or is about to, + 1 */

unsigned signals_run(bool restarting) {
    return restarting ? runs : interrupts;
}

void signals_sleep(int ear) {
    asleep = ear + 1;
    atomic_signal_fence(memory_order_seq_cst);
}

static void call(int number, siginfo_t *info, void *context) {
    int ear = asleep;
    runs++;
    interrupts += !atomic_load(&restarts[number]);
    asleep = 0;
    atomic_load(&handlers[number])(number, info, context);
    asleep = ear;
    if (ear > 0) {
        /* It may have come just before the thread sleeps; and what was to wake the thread it may have heard itself. */
        int failure = errno;
        family_nudge(ear - 1);
        errno = failure;
    }
}

/* All but those of faults, which cannot wait. */
static sigset_t others(void) {
    static const int faults[] = {SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGSEGV, SIGBUS};
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        sigdelset(&all, faults[i]);
    }
    return all;
}

static void came(int number, siginfo_t *info, void *interrupted) {
    ucontext_t *context = interrupted;
    if (held == 0) {
        call(number, info, context);
        return;
    }
    /* The kernel keeps what comes from here on, and its order. Of several that have come at once the last to be here interrupted the thread itself. */
    sigset_t all = others();
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    if (waiting < MOST) {
        infos[waiting++] = *info;
    } else {
        real()->syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), number, info);
    }
    sigemptyset(&mask_before);
    memcpy(&mask_before, &context->uc_sigmask, KERNEL_SET);
    shut = true;
    /* The thread goes on so. */
    sigorset(&all, &all, &mask_before);
    memcpy(&context->uc_sigmask, &all, KERNEL_SET);
}

static void deliver(void) {
    static const ucontext_t nowhere;
    int failure = errno;
    sigset_t all = others();
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &all, &before);
    before = shut ? mask_before : before;
    shut = false;
    while (waiting != 0) {
        siginfo_t first = infos[0];
        sigset_t within;
        ucontext_t context = nowhere;
        memmove(infos, infos + 1, --waiting * sizeof infos[0]);
        sigorset(&within, &before, &blocked[first.si_signo]);
        pthread_sigmask(SIG_SETMASK, &within, NULL);
        call(first.si_signo, &first, &context);
        pthread_sigmask(SIG_BLOCK, &all, NULL);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = failure;
}

void signals_hold(void) {
    held++;
    atomic_signal_fence(memory_order_seq_cst);
    if (__builtin_expect(held == 1 && atomic_load_explicit(&cancels, memory_order_relaxed), 0)) {
        cancel_hold();
    }
}

void signals_let(void) {
    if (__builtin_expect(held == 1 && atomic_load_explicit(&cancels, memory_order_relaxed), 0)) {
        cancel_let();
    }
    atomic_signal_fence(memory_order_seq_cst);
    held--;
    if (__builtin_expect(held == 0 && waiting != 0, 0)) {
        deliver();
    }
}

/* What came is the parent's. */
void signals_forked(void) {
    waiting = 0;
    if (shut) {
        shut = false;
        pthread_sigmask(SIG_SETMASK, &mask_before, NULL);
    }
}

static bool is_fault(int number) {
    return number == SIGFPE || number == SIGILL || number == SIGTRAP || number == SIGSYS || number == SIGABRT;
}

static bool is_memory(int number) {
    return number == SIGSEGV || number == SIGBUS;
}

static void faulted(int number, siginfo_t *info, void *context) {
    void (*handler)(int, siginfo_t *, void *) = atomic_load(&handlers[number]);
    bool sent = info->si_code <= 0;
    if (!sent && memory_missed(context)) {
        return;
    }
    if (handler != NULL) {
        handler(number, info, context);
        return;
    }
    /* The program has none: it ends by the same fault once more. */
    struct sigaction none = {.sa_handler = SIG_DFL};
    real()->sigaction(number, &none, NULL);
    if (sent) {
        real()->syscall(SYS_tgkill, getpid(), gettid(), number);
    }
}

void signals_begin(void) {
    struct sigaction now;
    for (int number = SIGBUS; number != 0; number = number == SIGBUS ? SIGSEGV : 0) {
        if (real()->sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL) {
            sigaction(number, &now, NULL);
        }
    }
}

EXPORT int sigaction(int number, const struct sigaction *wanted, struct sigaction *before) {
    if (number < 1 || number >= SIGNALS || is_fault(number)) {
        return real()->sigaction(number, wanted, before);
    }
    void (*old)(int, siginfo_t *, void *) = atomic_load(&handlers[number]);
    bool was_plain = atomic_load(&plain[number]);
    struct sigaction action;
    bool handles = wanted != NULL && wanted->sa_handler != SIG_DFL && wanted->sa_handler != SIG_IGN;
    bool takes = handles || (is_memory(number) && wanted != NULL && wanted->sa_handler == SIG_DFL);
    if (takes) {
        action = *wanted;
        blocked[number] = wanted->sa_mask;
        if ((wanted->sa_flags & SA_NODEFER) == 0) {
            sigaddset(&blocked[number], number);
        }
        atomic_store(&handlers[number], wanted->sa_sigaction);
        atomic_store(&restarts[number], (wanted->sa_flags & SA_RESTART) != 0);
        atomic_store(&plain[number], (wanted->sa_flags & SA_SIGINFO) == 0);
        action.sa_sigaction = is_memory(number) ? faulted : came;
        action.sa_flags |= SA_SIGINFO;
    }
    int done = real()->sigaction(number, takes ? &action : wanted, before);
    if (done != 0 && takes) {
        atomic_store(&handlers[number], old);
        atomic_store(&plain[number], was_plain);
    }
    if (done == 0 && before != NULL && (before->sa_sigaction == came || before->sa_sigaction == faulted)) {
        static const struct sigaction none;
        before->sa_sigaction = old;
        before->sa_flags &= was_plain ? ~SA_SIGINFO : ~0;
        *before = old == NULL ? none : *before;
    }
    return done;
}

static sighandler_t set(int number, sighandler_t handler, int flags) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    struct sigaction before;
    if (handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    sigemptyset(&action.sa_mask);
    if ((flags & SA_NODEFER) == 0) {
        sigaddset(&action.sa_mask, number);
    }
    return sigaction(number, &action, &before) != 0 ? SIG_ERR : before.sa_handler;
}

/* SA_RESTART, unless siginterrupt has said otherwise. */
static int usual(int number) {
    return number > 0 && number < SIGNALS && atomic_load(&never_restarts[number]) ? 0 : SA_RESTART;
}

EXPORT sighandler_t signal(int number, sighandler_t handler) {
    return set(number, handler, usual(number));
}

EXPORT int siginterrupt(int number, int does) {
    struct sigaction action;
    if (sigaction(number, NULL, &action) != 0) {
        return -1;
    }
    atomic_store(&never_restarts[number], does != 0);
    action.sa_flags = does != 0 ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
    return sigaction(number, &action, NULL);
}

EXPORT sighandler_t sysv_signal(int number, sighandler_t handler) {
    return set(number, handler, (int)SA_RESETHAND | SA_NODEFER);
}

EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler) {
    return set(number, handler, (int)SA_RESETHAND | SA_NODEFER);
}

EXPORT sighandler_t bsd_signal(int number, sighandler_t handler);

sighandler_t bsd_signal(int number, sighandler_t handler) {
    return set(number, handler, usual(number));
}

EXPORT sighandler_t ssignal(int number, sighandler_t handler) {
    return set(number, handler, usual(number));
}

EXPORT int __sigaction(int number, const struct sigaction *wanted, struct sigaction *before);

int __sigaction(int number, const struct sigaction *wanted, struct sigaction *before) {
    return sigaction(number, wanted, before);
}

/* As System V has it: without SA_RESTART, and let in from now on; or (SIG_HOLD) kept out. */
EXPORT sighandler_t sigset(int number, sighandler_t handler) {
    struct sigaction action = {.sa_handler = handler};
    struct sigaction before;
    sigset_t one;
    sigset_t masked;
    sigemptyset(&action.sa_mask);
    sigemptyset(&one);
    if (sigaddset(&one, number) != 0) {
        return SIG_ERR;
    }
    bool holds = handler == SIG_HOLD;
    if (sigaction(number, holds ? NULL : &action, &before) != 0) {
        return SIG_ERR;
    }
    pthread_sigmask(holds ? SIG_BLOCK : SIG_UNBLOCK, &one, &masked);
    return sigismember(&masked, number) == 1 ? SIG_HOLD : before.sa_handler;
}

/* What the kernel's call takes. */
struct kernel_action {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    unsigned char mask[KERNEL_SET];
};

_Static_assert(sizeof(struct kernel_action) == 32, "the kernel's");

/* A flag by which the kernel is told that there is a restorer, which libc has one of its own for. */
enum { RESTORED = 0x04000000 };

long signals_action(int number, const void *wanted, void *before) {
    struct kernel_action theirs;
    struct sigaction action = {.sa_flags = 0};
    struct sigaction old;
    if (wanted != NULL) {
        memcpy(&theirs, wanted, sizeof theirs);
        action.sa_sigaction = theirs.handler;
        action.sa_flags = (int)(theirs.flags & ~(unsigned long)RESTORED);
        memcpy(&action.sa_mask, theirs.mask, sizeof theirs.mask);
    }
    if (sigaction(number, wanted == NULL ? NULL : &action, &old) != 0) {
        return -1;
    }
    if (before != NULL) {
        theirs = (struct kernel_action){.handler = old.sa_sigaction, .flags = (unsigned long)old.sa_flags};
        memcpy(theirs.mask, &old.sa_mask, sizeof theirs.mask);
        memcpy(before, &theirs, sizeof theirs);
    }
    return 0;
}
