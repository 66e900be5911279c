/*
 * The program of VictimsTest: clients that are killed at random moments.
 *
 * usage: victims PATH KERNEL-ADDRESS KERNEL-PORT OWN-PORT COUNT AT-ONCE LIFE-MICROSECONDS SEED
 *
 * Each client is a process, whose time begins when it begins, or has attached: it attaches, and asks for whatever can be asked for by
 * lot, until it is killed; every other one kills itself in the middle of one kind of work, in turn of each. A client in place N of
 * those that live listens at OWN-PORT + N. At the end it says what the clients were doing when they died.
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, SOCKETS = 6, CHILDREN = 8, PIECE = 1 << 15, PATIENCE_US = 2000000, HEADER = 48, OPTIONS = 24 };

/* What there is of each below at first: who is to die in the middle of one dies of that. */
enum {
    ATTACHING, IDLE, ACCEPTING, REFUSED, OPENING, CONNECTING, LISTENING, SENDING, RECEIVING, CLOSING, BINDING, JOINING, LEAVING, OPTION,
    INFO, URGENT, SHUTTING, HOLDING, DEPOSITING, SHARING, TAKING_BACK, NAMES, ADDRESSES, PARTS
};

static const char *const WORDS[PARTS] = {
    "attach", "idle", "accept", "refused", "open", "connect", "listen", "send", "receive", "close", "bind", "join-group", "leave-group",
    "option", "info", "urgent", "shutdown", "hold", "deposit", "join", "give-back", "names", "addresses"};

/* Magic numbers and kinds of docs/layouts/session.md, names.md, addresses.md. */
enum { SESSION = 0x30534b4e, HOLD = 2, JOIN = 4, TAKE_BACK = 5, NAME = 0x304e4b4e, NAMES_VERSION = 2, ADDRESS = 0x30494b4e };

/* What each client that lives is doing; shared with it. */
static volatile int *doing;

static uint64_t state;

static uint32_t below(uint32_t bound) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) * bound >> 31);
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static struct nk_session session;
static unsigned char piece[PIECE];
static volatile int *part;

/* In the middle of what it dies, and how often it does that before; 0 for nothing. */
static int fate;
static uint32_t before;

static void here(void) {
    if (*part == fate && before-- == 0) {
        raise(SIGKILL);
    }
}

static void ask(int what, struct nk_request request) {
    *part = what;
    while (nk_ask(&session, &request) == -EAGAIN) {
        nk_wake(&session);
    }
    here();
    nk_wake(&session);
    here();
}

static enum { FREE, OPEN, STREAM, LISTENER, DATAGRAMS, GONE } kinds[SOCKETS];
static uint32_t lives[SOCKETS];
static int ends[SOCKETS]; /* of a pair whose other end control holds; 0 for none */

/* Says words to control over a pair of its own, and waits for the answer, or not. */
static void tell(int what, const void *words, size_t length, bool wait) {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        return;
    }
    *part = what;
    nk_hand(session.line, words, length, &pair[1], 1);
    close(pair[1]);
    here();
    if (wait) {
        while (recv(pair[0], piece, sizeof piece, 0) < 0 && errno == EINTR) {
        }
        here();
    }
    close(pair[0]);
}

/* One thing with control, by lot. */
static void control(uint32_t socket) {
    const uint32_t hold[] = {SESSION, HOLD, socket, lives[socket]};
    const uint32_t back[] = {SESSION, TAKE_BACK, socket, lives[socket]};
    const uint32_t join[] = {SESSION, JOIN};
    const uint32_t address[] = {ADDRESS, 1};
    uint32_t name[12] = {NAME, NAMES_VERSION, socket, 1};
    int pair[2];
    memcpy(name + 8, "a.name.test", 12);
    switch (below(6)) {
    case 0:
        if (ends[socket] != 0 || kinds[socket] == FREE || kinds[socket] == GONE
            || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
            return;
        }
        ends[socket] = pair[0];
        *part = HOLDING;
        nk_hand(session.line, hold, sizeof hold, &pair[1], 1);
        here();
        close(pair[1]);
        return;
    case 1:
        tell(TAKING_BACK, back, sizeof back, below(8) == 0);
        return;
    case 2:
        *part = DEPOSITING;
        pair[0] = eventfd(0, EFD_CLOEXEC);
        nk_deposit(&session, pair[0]);
        here();
        close(pair[0]);
        return;
    case 3:
        tell(SHARING, join, sizeof join, below(8) == 0);
        return;
    case 4:
        tell(NAMES, name, sizeof name - 1, below(8) == 0);
        return;
    default:
        tell(ADDRESSES, address, sizeof address, below(8) == 0);
        return;
    }
}

static uint16_t ticket(uint32_t socket) {
    return nk_ticket(&session, socket);
}

/* One thing with a socket of UDP. */
static void datagrams(uint32_t socket, struct nk_address kernel, uint16_t port) {
    static unsigned char datagram[HEADER + PIECE];
    struct nk_address group = nk_ipv4(htonl(0xEF010203));
    uint32_t length = 8 * below(100);
    switch (below(4)) {
    case 0:
        ask(BINDING, (struct nk_request) {.op = NK_BIND, .socket = socket, .address = nk_ipv4(0), .ticket = ticket(socket)});
        return;
    case 1:
        ask(JOINING, (struct nk_request) {.op = NK_JOIN, .socket = socket, .address = group, .scope = 1});
        return;
    case 2:
        ask(LEAVING, (struct nk_request) {.op = NK_LEAVE, .socket = socket, .address = group, .scope = 1});
        return;
    default:
        *part = SENDING;
        memcpy(datagram, &length, sizeof length);
        memcpy(datagram + 4, &port, sizeof port);
        memcpy(datagram + 16, &kernel, sizeof kernel);
        if (nk_room(&session, socket) >= HEADER + (int64_t)length) {
            nk_send(&session, socket, datagram, HEADER + length);
        }
        here();
        nk_wake(&session);
        return;
    }
}

/* One thing with a socket of TCP that is connected, or will be. */
static void stream(uint32_t socket) {
    switch (below(16)) {
    case 0:
        ask(INFO, (struct nk_request) {.op = NK_INFO, .socket = socket, .ticket = ticket(socket)});
        return;
    case 1:
        ask(URGENT, (struct nk_request) {.op = NK_URGENT, .socket = socket, .a = below(PIECE)});
        return;
    case 2:
        if (below(8) == 0) {
            ask(SHUTTING, (struct nk_request) {.op = NK_SHUTDOWN, .socket = socket, .a = 1 + below(3)});
        }
        return;
    default:
        *part = SENDING;
        nk_send(&session, socket, piece, below(PIECE));
        here();
        *part = RECEIVING;
        nk_receive(&session, socket, piece, below(PIECE));
        here();
        nk_wake(&session);
        return;
    }
}

/* One thing with a socket of its own, by lot; a socket is only asked for what it may be asked for. */
static void act(struct nk_address kernel, uint16_t port, uint16_t own) {
    static uint32_t children[CHILDREN];
    static int accepted;
    struct nk_event event;
    while (nk_next(&session, &event) > 0) {
        if ((event.what & NK_EVENT_ACCEPT) != 0 && accepted < CHILDREN) {
            children[accepted++] = event.child;
            ask(ACCEPTING, (struct nk_request) {.op = NK_ACCEPTED, .socket = event.child});
        }
    }
    uint32_t socket = below(SOCKETS);
    if (kinds[socket] == GONE && nk_life(&session, socket) != lives[socket]) {
        kinds[socket] = FREE;
        if (ends[socket] != 0) {
            close(ends[socket]);
            ends[socket] = 0;
        }
    }
    if (below(128) == 0) {
        control(socket);
    } else if (kinds[socket] != FREE && kinds[socket] != GONE && below(32) == 0) {
        ask(OPTION,
            (struct nk_request) {
                .op = NK_OPTION, .socket = socket, .a = below(OPTIONS), .b = below(9000), .ticket = ticket(socket)});
    } else if (accepted > 0 && below(3) == 0) {
        stream(children[below((uint32_t)accepted)]);
    } else if (kinds[socket] == FREE) {
        bool udp = below(4) == 0;
        lives[socket] = nk_life(&session, socket);
        kinds[socket] = udp ? DATAGRAMS : OPEN;
        ask(OPENING, (struct nk_request) {.op = NK_OPEN, .socket = socket, .a = udp ? NK_UDP : NK_TCP, .b = 2});
        if (udp || below(8) != 0) {
            return;
        }
        kinds[socket] = LISTENER;
        ask(BINDING, (struct nk_request) {.op = NK_BIND, .socket = socket, .port = own});
        ask(LISTENING, (struct nk_request) {.op = NK_LISTEN, .socket = socket, .a = 8});
    } else if (kinds[socket] == OPEN) {
        kinds[socket] = STREAM;
        ask(CONNECTING, (struct nk_request) {.op = NK_CONNECT, .socket = socket, .address = kernel, .port = port});
    } else if (kinds[socket] == STREAM && below(64) != 0) {
        stream(socket);
    } else if (kinds[socket] == DATAGRAMS && below(64) != 0) {
        datagrams(socket, kernel, port);
    } else if (kinds[socket] != GONE && (kinds[socket] != LISTENER || below(256) == 0)) {
        kinds[socket] = GONE;
        ask(CLOSING, (struct nk_request) {.op = NK_CLOSE, .socket = socket, .a = below(4) == 0});
    }
}

static void live(const char *path, struct nk_address kernel, uint16_t port, uint16_t own) {
    *part = ATTACHING;
    if (nk_attach(&session, path) != 0) {
        *part = REFUSED;
        pause();
    }
    for (;;) {
        act(kernel, port, own);
        if (below(1 << 16) == 0) {
            *part = IDLE;
            nk_sleep(&session, 1);
        }
    }
}

int main(int count, char **words) {
    if (count != 9) {
        return 2;
    }
    struct nk_address kernel = nk_ipv4(inet_addr(words[2]));
    uint16_t port = (uint16_t)atoi(words[3]);
    int own = atoi(words[4]);
    long clients = atol(words[5]);
    int most = atoi(words[6]);
    uint32_t life_us = (uint32_t)atol(words[7]);
    state = strtoull(words[8], NULL, 10);
    if (most < 1 || most > MOST) {
        return 2;
    }
    doing = mmap(NULL, sizeof(int) * MOST, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t processes[MOST] = {0};
    int64_t ends[MOST] = {0};
    bool late[MOST] = {0};
    long died[PARTS] = {0};
    long begun = 0;
    long over = 0;
    while (over < clients) {
        for (int i = 0; i < most; i++) {
            if (late[i] && doing[i] != ATTACHING) {
                late[i] = false;
                ends[i] = now_us() + below(life_us);
            }
            if (processes[i] != 0 && now_us() >= ends[i]) {
                kill(processes[i], SIGKILL);
            }
            if (processes[i] != 0 && waitpid(processes[i], NULL, WNOHANG) == processes[i]) {
                died[doing[i]]++;
                over++;
                processes[i] = 0;
            }
            if (processes[i] == 0 && begun < clients) {
                int of = begun % 2 == 0 ? 0 : OPENING + (int)(begun / 2 % (PARTS - OPENING));
                late[i] = of == 0 && below(4) != 0;
                ends[i] = now_us() + (late[i] || of != 0 ? PATIENCE_US : below(life_us));
                doing[i] = ATTACHING;
                uint64_t luck = state + (uint64_t)++begun;
                pid_t child = fork();
                if (child < 0) {
                    perror("fork");
                    return 1;
                }
                if (child == 0) {
                    prctl(PR_SET_PDEATHSIG, SIGKILL);
                    state = luck * UINT64_C(0x9E3779B97F4A7C15);
                    part = &doing[i];
                    fate = of;
                    before = below(4);
                    live(words[1], kernel, port, (uint16_t)(own + i));
                }
                processes[i] = child;
            }
        }
        usleep(200);
    }
    printf("%ld died:", over);
    for (int what = 0; what < PARTS; what++) {
        printf(" %s %ld", WORDS[what], died[what]);
    }
    printf("\n");
    return 0;
}
