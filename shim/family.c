/* Longer than others: processes that share a session share all of this state. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/un.h>

/*
 * A family is a process that began a session, and those that it forked: they have the session's regions, because a fork
 * leaves shared memory shared, and one lock, that the kernel frees if its holder dies. Whoever dies within it leaves
 * nothing that is not whole: what the stack reads is published by one store, and the rest is put right when it is used next.
 */

struct nk_session session;
struct family *family;

enum { RETRY_US = 50, SPINS = 50, ANSWER_NS = 50000 };

/* The events' data of the session's own descriptors, where they stand beside the program's. */
static const char watched[2];
static const char nudged;
static int nudge = -1; /* always readable: a change of its entry wakes who waits there, a ring all */

static _Thread_local int ear __attribute__((tls_model("initial-exec"))) = -1;
static _Thread_local unsigned ear_generation __attribute__((tls_model("initial-exec")));
static unsigned generation = 1; /* of this process: a child's ears are its own */
static pthread_mutex_t beginning = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t ears;
static int memory = -1; /* the family's */
static uint32_t bit; /* this process's */

void family_lock(void) {
    int failure = EBUSY;
    signals_hold();
    for (int tried = 0; failure == EBUSY && tried < SPINS; tried++) {
        failure = pthread_mutex_trylock(&family->lock);
    }
    if (failure == EBUSY) {
        failure = pthread_mutex_lock(&family->lock);
    }
    if (failure == EOWNERDEAD) {
        pthread_mutex_consistent(&family->lock);
    }
}

void family_unlock(void) {
    pthread_mutex_unlock(&family->lock);
    signals_let();
}

/* ----- Whom events concern ----- */

uint16_t family_bit(void) {
    return (uint16_t)(1u << bit);
}

static void take_bit(void) {
    bit = atomic_fetch_add(&family->processes, 1) % EARS;
}

void family_hears_of(uint32_t number) {
    nk_concerns_too(&session, number, family_bit(), true);
}

void family_left(uint32_t number) {
    uint32_t other;
    /* Where two have a bit, the other one may have the socket. */
    bool mine = atomic_load(&family->processes) <= EARS;
    for (int fd = 0; mine && fd < numbers_end(); fd++) {
        mine = number_kind(fd, &other) != OWN || other != number;
    }
    if (mine) {
        nk_concerns_too(&session, number, family_bit(), false);
    }
}

static void hear_of_all(void) {
    for (int fd = 0; fd < numbers_end(); fd++) {
        uint32_t number;
        if (number_kind(fd, &number) == OWN) {
            family_hears_of(number);
        }
    }
}

/* ----- Beginning, fork and end ----- */

unsigned family_generation(void) {
    return generation;
}

/* Also where there is no family yet: another thread may be about to begin one, or hold a lock. */
static void before_fork(void) {
    signals_hold();
    pthread_mutex_lock(&beginning);
    stdio_lock();
    sets_lock();
    sets_shared();
    if (family != NULL) {
        family_lock();
        sockets_share();
        fork_counts();
    }
}

static void parent_forked(void) {
    if (family != NULL) {
        family_unlock();
    }
    sets_unlock();
    stdio_unlock();
    pthread_mutex_unlock(&beginning);
    signals_let();
}

static void child_forked(void) {
    generation++;
    signals_forked();
    if (family != NULL) {
        /* The family's lock is the parent's. */
        take_bit();
        hear_of_all();
        signals_let();
    }
    sets_forked();
    sets_unlock();
    stdio_unlock();
    pthread_mutex_unlock(&beginning);
    signals_let();
}

/* As early as can be: libc takes memory for it, and locks, which a fork may hold. */
__attribute__((constructor(101))) static void sees_forks(void) {
    static _Atomic bool does;
    if (!atomic_exchange(&does, true)) {
        pthread_atfork(before_fork, parent_forked, child_forked);
    }
}

void family_settles(void) {
    signals_hold();
    pthread_mutex_lock(&beginning);
    stdio_lock();
    sets_lock();
    if (family != NULL) {
        family_lock();
        family_unlock();
    }
    sets_unlock();
    stdio_unlock();
    pthread_mutex_unlock(&beginning);
    signals_let();
}

static void close_ear(void *value) {
    int state;
    int fd = (int)(intptr_t)value - 1;
    if (fd == ear) {
        /* A thread that ends may wait once more, behind this. */
        ear = -1;
    }
    number_set(fd, KERNEL, 0);
    /* Also one that has ended is cancelled here else. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    real()->close(fd);
    pthread_setcancelstate(state, NULL);
}

static int failed(const char *path, int failure) {
    const char *why = failure == -EPROTO ? "does not speak this version" : strerror(-failure);
    fprintf(stderr, "netkeep: no session at %s: %s\n", path, why);
    return -ENETDOWN;
}

static size_t family_length(void) {
    return sizeof *family + session.sockets * sizeof family->owns[0] + nk_seen_length(&session) + errors_length();
}

/* The family's memory, or NULL. */
static struct family *mapped(int fd) {
    void *memory = mmap(NULL, family_length(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* From now on this process is one of a family. */
static void enter(struct family *entered, int fd) {
    session.seen = (struct nk_seen *)(void *)&entered->owns[session.sockets];
    session.line = number_hide(session.line);
    session.voice = number_hide(session.voice);
    session.ear = number_hide(session.ear);
    session.client_memory = number_hide(session.client_memory);
    session.stack_memory = number_hide(session.stack_memory);
    memory = number_hide(fd);
    nudge = number_hide(eventfd(1, EFD_CLOEXEC));
    pthread_key_create(&ears, close_ear);
    sees_forks();
    signals_begin();
    bit = atomic_fetch_add(&entered->processes, 1) % EARS;
    __atomic_store_n(&family, entered, __ATOMIC_RELEASE);
}

static int begin(const char *path) {
    int failure = nk_attach_shared(&session, path);
    if (failure != 0) {
        return failed(path, failure);
    }
    int fd = memfd_create("netkeep family", MFD_CLOEXEC);
    bool sized = fd >= 0 && ftruncate(fd, (off_t)family_length()) == 0;
    struct family *made = sized ? mapped(fd) : NULL;
    pthread_mutexattr_t kind;
    if (made == NULL || pthread_mutexattr_init(&kind) != 0
        || getrandom(&made->name, sizeof made->name, 0) != sizeof made->name) {
        real()->close(fd);
        nk_detach(&session);
        return failed(path, -ENOMEM);
    }
    pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&made->lock, &kind);
    pthread_mutexattr_destroy(&kind);
    enter(made, fd);
    return 0;
}

static int join(int over, int line, uint64_t name) {
    int fd;
    struct stat is;
    int failure = nk_join(&session, over, &fd);
    if (failure != 0) {
        return failure;
    }
    struct family *joined = fstat(fd, &is) == 0 && (size_t)is.st_size >= family_length() ? mapped(fd) : NULL;
    if (joined == NULL || joined->name != name) {
        real()->close(fd);
        nk_detach(&session);
        return -EPROTO;
    }
    if (line >= 0) {
        real()->close(session.line);
        session.line = line;
    }
    enter(joined, fd);
    return 0;
}

int family_join(int over, int line, uint64_t name) {
    signals_hold();
    pthread_mutex_lock(&beginning);
    int failure = family == NULL ? join(over, line, name) : family->name == name ? 0 : -EXDEV;
    pthread_mutex_unlock(&beginning);
    signals_let();
    return failure;
}

void family_deposit(void) {
    nk_deposit(&session, memory);
}

const char *family_path(void) {
    static char path[sizeof((struct sockaddr_un *)0)->sun_path];
    static _Atomic int known;
    int before = 0;
    if (atomic_compare_exchange_strong(&known, &before, 1)) {
        const char *said = getenv("NETKEEP_SESSION");
        strncpy(path, said == NULL ? "" : said, sizeof path - 1);
    }
    return path[0] == 0 ? NULL : path;
}

int family_begin(void) {
    if (__atomic_load_n(&family, __ATOMIC_ACQUIRE) != NULL) {
        return atomic_load(&family->over) ? -ENETDOWN : 0;
    }
    signals_hold();
    pthread_mutex_lock(&beginning);
    const char *path = family_path();
    int failure = family != NULL ? 0 : path == NULL ? -ENETDOWN : begin(path);
    pthread_mutex_unlock(&beginning);
    signals_let();
    return failure;
}

/* The program has ended, and its streams of stdio are to be whole: libc would see to that when it is too late. */
__attribute__((destructor)) static void end_image(void) {
    stdio_end();
    family_leave();
}

/* What the kernel counts is counted here, too: others of the family may go on without this process. */
void family_leave(void) {
    if (family == NULL) {
        return;
    }
    for (int fd = 0; fd < numbers_end(); fd++) {
        uint32_t number;
        if (number_kind(fd, &number) == OWN) {
            socket_leave(fd, false);
        }
    }
}

/* ----- Asking ----- */

void family_spare(int64_t wanted) {
    int64_t spare = nk_spare(&session);
    while (spare >= 0 && spare < wanted && !atomic_load(&family->over)) {
        nk_wake(&session);
        usleep(RETRY_US);
        spare = nk_spare(&session);
    }
}

void family_ask(const struct nk_request *request) {
    family_spare(1);
    if (nk_ask(&session, request) != 0) {
        family_ended();
        return;
    }
    nk_wake(&session);
}

static void sleeps(void) {
    family->sleepers[bit]++;
    family->asleep |= 1u << bit;
    nk_asleep(&session, family->asleep);
}

static void woke(void) {
    if (family->sleepers[bit] > 0) {
        family->sleepers[bit]--;
    }
    if (family->sleepers[bit] == 0) {
        family->asleep &= ~(1u << bit);
        nk_asleep(&session, family->asleep);
    }
}

/* The thread's ear has rung, or somebody looks: what comes over the line, and is not for the program. */
void family_hears(void) {
    int heard = nk_listen_again(&session);
    if (heard < 0) {
        family_ended();
    } else if (heard > 0 && atomic_load(&family->shared)) {
        family_deposit();
    }
}

static int sleep_once(int heard, int timeout) {
    struct epoll_event events[3];
    if (heard < 0) {
        /* There was no descriptor left for an ear: it looks each millisecond instead, at the line as well. */
        struct timespec nap = {.tv_nsec = confined_nap(timeout < 0 ? -1 : (int64_t)timeout * 1000000)};
        int failure = real()->ppoll(NULL, 0, &nap, NULL) < 0 ? -errno : 0;
        family_hears();
        return failure;
    }
    int count = real()->epoll_wait(heard, events, 3, timeout);
    for (int i = 0; i < count; i++) {
        if (events[i].data.u64 == (uintptr_t)&watched + 1) {
            family_hears();
        }
    }
    return count < 0 ? -errno : count;
}

void family_heard(int heard) {
    sleep_once(heard, 0);
}

int family_call(struct nk_request *request) {
    if (atomic_load(&family->over)) {
        return -ENETDOWN;
    }
    request->ticket = nk_ticket(&session, request->socket);
    family_ask(request);
    int answer = nk_answer(&session, request->socket, request->ticket);
    while (answer == -EAGAIN && confined()) {
        struct timespec nap = {.tv_nsec = ANSWER_NS};
        real()->ppoll(NULL, 0, &nap, NULL);
        answer = nk_answer(&session, request->socket, request->ticket);
    }
    while (answer == -EAGAIN) {
        sleeps();
        answer = nk_answer(&session, request->socket, request->ticket);
        if (answer == -EAGAIN) {
            family_drain();
            sleep_once(family_ear(), -1);
            answer = nk_answer(&session, request->socket, request->ticket);
        }
        woke();
        if (answer == -EAGAIN && atomic_load(&family->over)) {
            return -ENETDOWN;
        }
    }
    return -answer;
}

/* ----- Being told ----- */

void family_note(uint32_t number) {
    family->journal[atomic_load(&family->written) % JOURNAL] = number;
    atomic_fetch_add(&family->written, 1);
}

/* Who reads the journal finds that it missed some, and looks at all. */
static void note_all(void) {
    atomic_fetch_add(&family->written, JOURNAL + 1);
}

void family_ended(void) {
    atomic_store(&family->over, true);
    note_all();
}

/* A connection has come, perhaps told of before. */
static void arrived(uint32_t number) {
    struct own *child = own(number);
    struct nk_words words;
    nk_words(&session, number, &words);
    uint32_t life = nk_life(&session, number);
    bool seen = child->state != UNUSED && child->life == life;
    if (seen || (words.status & NK_STATUS_OPEN) == 0 || words.parent == 0 || words.parent > session.sockets) {
        return;
    }
    struct own *listener = own(words.parent - 1);
    memset(child, 0, sizeof *child);
    /* Nobody's, until it is accepted: who waits for it waits at the listener. */
    nk_concerns(&session, number, NOBODYS_EAR);
    child->life = life;
    child->v6 = listener->v6;
    options_inherit(child, listener);
    child->state = WAITING;
    if (listener->last != 0) {
        own(listener->last - 1)->next = number + 1;
    } else {
        listener->first = number + 1;
    }
    listener->last = number + 1;
    atomic_fetch_add(&listener->arrivals, 1);
}

void family_drain(void) {
    if (nk_missed(&session)) {
        for (uint32_t number = session.sockets / 2; number < session.sockets; number++) {
            arrived(number);
        }
        note_all();
    }
    struct nk_event event;
    int more;
    while ((more = nk_next(&session, &event)) > 0) {
        if ((event.what & NK_EVENT_ACCEPT) != 0) {
            arrived(event.child);
        }
        family_note(event.socket);
    }
    if (more < 0) {
        family_ended();
    }
}

/* ----- Sleeping ----- */

bool family_nudged(const struct epoll_event *event) {
    return event->data.u64 == (uintptr_t)&nudged;
}

void family_nudge(int epfd) {
    struct epoll_event ring = {.events = EPOLLIN | EPOLLET, .data.u64 = (uintptr_t)&nudged};
    real()->epoll_ctl(epfd, EPOLL_CTL_MOD, nudge, &ring);
}

void family_nudge_all(void) {
    const uint64_t once = 1;
    ssize_t rung = real()->write(nudge, &once, sizeof once);
    (void)rung;
}

void family_interrupts(int epfd, bool does) {
    struct epoll_event always = {.events = EPOLLIN, .data.u64 = (uintptr_t)&nudged};
    real()->epoll_ctl(epfd, does ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, nudge, &always);
}

int family_watch(int epfd, uint64_t data) {
    struct epoll_event ring = {.events = EPOLLIN | EPOLLET, .data.u64 = data};
    struct epoll_event line = {.events = EPOLLIN | EPOLLET, .data.u64 = data + 1};
    struct epoll_event always = {.events = EPOLLIN | EPOLLET, .data.u64 = (uintptr_t)&nudged};
    real()->epoll_ctl(epfd, EPOLL_CTL_ADD, nudge, &always);
    int failure = real()->epoll_ctl(epfd, EPOLL_CTL_ADD, session.ear, &ring);
    return failure != 0 ? failure : real()->epoll_ctl(epfd, EPOLL_CTL_ADD, session.line, &line);
}

int family_ear(void) {
    if (ear >= 0 && ear_generation == generation) {
        return ear;
    }
    if (ear >= 0) {
        close_ear((void *)(intptr_t)(ear + 1));
    }
    ear = number_hide(real()->epoll_create1(EPOLL_CLOEXEC));
    ear_generation = generation;
    pthread_setspecific(ears, (void *)(intptr_t)(ear + 1));
    if (ear >= 0) {
        family_watch(ear, (uintptr_t)&watched);
    }
    return ear;
}

/*
 * In this order: the stack rings for what it tells from now on, and what it has told before is taken here, or was taken by somebody who had
 * the lock. Whoever looks behind this finds all of it noted.
 */
void family_sleeps(void) {
    family_lock();
    sleeps();
    family_drain();
    family_unlock();
}

void family_woke(void) {
    family_lock();
    woke();
    family_drain();
    family_unlock();
}

int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void CLEANS_UP family_rises(void *unused) {
    (void)unused;
    signals_sleep(-1);
    family_woke();
}

/* Sleeps once, unless it is ready by now or a handler ran. */
static void CLEANS_UP rest(bool (*ready)(uint32_t), uint32_t number, int64_t left, bool restarting, unsigned before) {
    family_sleeps();
    pthread_cleanup_push(family_rises, NULL);
    if (!ready(number)) {
        int heard = family_ear();
        signals_sleep(heard);
        if (signals_run(restarting) == before) {
            sleep_once(heard, left > INT32_MAX ? INT32_MAX : (int)left);
        }
    }
    pthread_cleanup_pop(1);
}

/* Another thread has closed it meanwhile: what has its number now is somebody else's. */
static bool gone(uint32_t number, uint32_t life) {
    return own(number)->state != USED || own(number)->life != life;
}

int family_wait(bool (*ready)(uint32_t), uint32_t number, int64_t until) {
    uint32_t life = own(number)->life;
    bool restarting = until >= 0; /* even that is not begun again */
    unsigned before = signals_run(restarting);
    while (!ready(number)) {
        int64_t left = until < 0 ? -1 : until - now_ms();
        if (until >= 0 && left <= 0) {
            return -EAGAIN;
        }
        if (confined()) {
            struct timespec nap = {.tv_nsec = confined_nap(-1)};
            real()->ppoll(NULL, 0, &nap, NULL);
        } else {
            rest(ready, number, left, restarting, before);
        }
        if (gone(number, life)) {
            return -EBADF;
        }
        if (signals_run(restarting) != before && !ready(number)) {
            return -EINTR;
        }
    }
    return 0;
}
