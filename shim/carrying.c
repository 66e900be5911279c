#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

/*
 * What is read from or written to a descriptor past the library goes through the pair that it is an end of. A socket that an image
 * is to have which the library does not reach is carried from then on: its octets go through the pair alone, and a process of
 * its own, the carrier, moves them between the pair's other end, which control gives back for that, and the session. Who has
 * the library then reads and writes the pair by the kernel's calls, as the others do: so the order of octets is the kernel's.
 *
 * The carrier is of the family, but nobody's child, and has nothing of the program's open. It ends once nobody has the
 * socket any more.
 */

bool carrying;

/* Octets one way: they stay where they are until they have been taken. */
struct way {
    int from;
    int to;
    bool full; /* `to` took no more */
    bool over;
};

struct load {
    uint32_t number;
    struct way in;
    struct way out;
};

static char octets[65536];

static void end(struct way *way, int fd, int how) {
    shutdown(fd, how);
    way->over = true;
}

static void move(struct way *way, bool datagrams) {
    ssize_t got = recv(way->from, octets, sizeof octets, MSG_PEEK | MSG_DONTWAIT);
    way->full = false;
    if (got == 0 && datagrams) {
        /* An empty one, which nobody could tell from an end. */
        recv(way->from, octets, 0, MSG_DONTWAIT);
        return;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR || (datagrams && errno != ENETDOWN))) {
        return;
    }
    if (got <= 0) {
        end(way, way->to, SHUT_WR);
        return;
    }
    ssize_t put = send(way->to, octets, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (put < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
        way->full = true;
    } else if (put < 0 && !datagrams) {
        end(way, way->from, SHUT_RD);
    } else {
        recv(way->from, octets, (size_t)(put < 0 ? got : put), MSG_DONTWAIT);
    }
}

static short wanted(const struct way *in, const struct way *out) {
    bool reads = !in->over && !in->full;
    return (short)((reads ? POLLIN : 0) | (!out->over && out->full ? POLLOUT : 0));
}

static void carry(struct load *loads, size_t count) {
    struct pollfd polled[2 * count];
    size_t left = count;
    while (left != 0) {
        for (size_t i = 0; i < count; i++) {
            struct load *load = &loads[i];
            polled[2 * i] = (struct pollfd){load->in.from, wanted(&load->in, &load->out), 0};
            polled[2 * i + 1] = (struct pollfd){load->out.from, wanted(&load->out, &load->in), 0};
            /* That nobody has it any more matters once all has been taken. */
            if (polled[2 * i].events == 0) {
                polled[2 * i].fd = -1;
            }
            if (polled[2 * i + 1].events == 0 && load->out.full) {
                polled[2 * i + 1].fd = -1;
            }
        }
        if (poll(polled, 2 * count, -1) < 0 && errno != EINTR) {
            return;
        }
        for (size_t i = 0; i < count; i++) {
            struct load *load = &loads[i];
            if (load->in.from < 0 || (polled[2 * i].revents | polled[2 * i + 1].revents) == 0) {
                continue;
            }
            bool datagrams = own(load->number)->datagram;
            bool alone = (polled[2 * i + 1].revents & POLLHUP) != 0;
            if (!load->out.over) {
                move(&load->out, datagrams && !alone);
            }
            if (!load->in.over) {
                move(&load->in, datagrams);
            }
            if (alone && load->out.over) {
                close(load->in.from);
                close(load->out.from);
                load->in.from = load->in.to = load->out.from = load->out.to = -1;
                load->in.over = load->out.over = true;
                left--;
            }
        }
    }
}

/* A process of its own that no program waits for, and that nobody is told the end of: whether this is it. */
static bool apart(void) {
    sigset_t child;
    sigset_t before;
    sigset_t pending;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &child, &before);
    sigpending(&pending);
    pid_t between = fork();
    if (between == 0) {
        if (fork() == 0) {
            return true;
        }
        _exit(0);
    }
    while (between > 0 && waitpid(between, NULL, 0) < 0 && errno == EINTR) {
    }
    siginfo_t info;
    static const struct timespec now;
    if (!sigismember(&pending, SIGCHLD) && sigtimedwait(&child, &info, &now) > 0 && info.si_pid != between) {
        /* That of another child. */
        kill(getpid(), SIGCHLD);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return false;
}

/* What this process is not to have of the program that it was. The pairs' other ends are hidden. */
static void shed(void) {
    sigset_t none;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int number = 1; number < SIGRTMAX; number++) {
        usual.sa_handler = number == SIGPIPE ? SIG_IGN : SIG_DFL;
        real()->sigaction(number, &usual, NULL);
    }
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    setsid();
    closefrom(0);
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        open("/dev/null", O_RDWR);
    }
    if (chdir("/") != 0) {
        return;
    }
}

/* An end for the carrier, which is a pair's like any; it has been counted. */
static int end_of(uint32_t number) {
    int other;
    int fd = socket_end(own(number)->datagram, SOCK_CLOEXEC, &other);
    if (fd >= 0) {
        number_set(fd, OWN, number);
        socket_shown(number, fd, other);
    }
    return fd;
}

static void carrier(struct load *loads, size_t count) {
    carrying = true;
    for (size_t i = 0; i < count; i++) {
        atomic_fetch_add(&own(loads[i].number)->refs, 1);
    }
    shed();
    for (size_t i = 0; i < count; i++) {
        int fd = end_of(loads[i].number);
        if (fd < 0) {
            _exit(1);
        }
        loads[i].in.from = fd;
        loads[i].out.to = fd;
    }
    carry(loads, count);
    _exit(0);
}

/* Whether it is carried from now on, and was not before: then with the other end of its pair. */
static bool begin(uint32_t number, struct load *load) {
    struct own *it = own(number);
    bool before = false;
    if (it->listening || (socket_status(number) & NK_STATUS_CONNECTED) == 0
        || !atomic_compare_exchange_strong(&it->carried, &before, true)) {
        return false;
    }
    int other = nk_take_back(&session, number, it->life);
    if (other < 0) {
        atomic_store(&it->carried, false);
        return false;
    }
    *load = (struct load){.number = number, .in.to = number_hide(other)};
    load->out.from = load->in.to;
    family_lock();
    family_note(number);
    family_unlock();
    return true;
}

static void carry_all(struct load *loads, size_t count) {
    if (count == 0) {
        return;
    }
    int failure = errno;
    if (apart()) {
        carrier(loads, count);
    }
    for (size_t i = 0; i < count; i++) {
        number_set(loads[i].in.to, KERNEL, 0);
        real()->close(loads[i].in.to);
    }
    errno = failure;
}

void sockets_carry(bool (*chosen)(int fd)) {
    size_t count = 0;
    int most = numbers_end();
    struct load *loads = calloc((size_t)most + 1, sizeof *loads);
    for (int fd = 0; loads != NULL && fd < most; fd++) {
        uint32_t number;
        if (number_kind(fd, &number) == OWN && chosen(fd) && begin(number, &loads[count])) {
            count++;
        }
    }
    carry_all(loads, count);
    free(loads);
}

static bool always;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void learn(void) {
    const char *told = getenv("NETKEEP_CARRY");
    always = told != NULL && told[0] == '1';
}

const char *carrying_said(void) {
    pthread_once(&once, learn);
    return always ? "1" : "";
}

void socket_settled(uint32_t number) {
    struct load load;
    if (*carrying_said() != 0 || atomic_load(&own(number)->signals)) {
        family_lock();
        sockets_share();
        family_unlock();
        if (begin(number, &load)) {
            carry_all(&load, 1);
        }
    }
}

void socket_signals(uint32_t number) {
    atomic_store(&own(number)->signals, true);
    if ((socket_status(number) & NK_STATUS_CONNECTED) != 0) {
        socket_settled(number);
    }
}
