/*
 * The program of VictimsTest: clients that are killed at random moments.
 *
 * usage: victims PATH KERNEL-ADDRESS KERNEL-PORT OWN-PORT COUNT AT-ONCE LIFE-MICROSECONDS SEED
 *
 * Each client is a process, whose time begins when it begins, or has attached: it attaches, and opens, connects, listens, accepts, sends, receives and closes by lot, until it is
 * killed. A client in place N of those that live listens at OWN-PORT + N. At the end it says what the clients were doing when
 * they died.
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, SOCKETS = 6, CHILDREN = 8, PIECE = 1 << 15, PATIENCE_US = 2000000 };

enum { ATTACHING, IDLE, OPENING, CONNECTING, LISTENING, ACCEPTING, SENDING, RECEIVING, CLOSING, REFUSED, PARTS };

static const char *const NAMES[PARTS] = {"attach", "idle", "open", "connect", "listen", "accept", "send", "receive", "close",
                                         "refused"};

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

static void ask(struct nk_request request) {
    while (nk_ask(&session, &request) == -EAGAIN) {
        nk_wake(&session);
    }
    nk_wake(&session);
}

/* One thing with a socket of its own, by lot; a socket is only asked for what it may be asked for. */
static void act(volatile int *part, struct nk_address kernel, uint16_t port, uint16_t own) {
    static uint32_t lives[SOCKETS];
    static enum { FREE, OPEN, STREAM, LISTENER, GONE } what[SOCKETS];
    static uint32_t children[CHILDREN];
    static int accepted;
    struct nk_event event;
    while (nk_next(&session, &event) > 0) {
        if ((event.what & NK_EVENT_ACCEPT) != 0 && accepted < CHILDREN) {
            *part = ACCEPTING;
            children[accepted++] = event.child;
            ask((struct nk_request) {.op = NK_ACCEPTED, .socket = event.child});
        }
    }
    uint32_t socket = below(SOCKETS);
    if (what[socket] == GONE && nk_life(&session, socket) != lives[socket]) {
        what[socket] = FREE;
    }
    if (accepted > 0 && below(3) == 0) {
        uint32_t child = children[below((uint32_t)accepted)];
        *part = SENDING;
        nk_send(&session, child, piece, below(PIECE));
        *part = RECEIVING;
        nk_receive(&session, child, piece, below(PIECE));
        nk_wake(&session);
    } else if (what[socket] == FREE) {
        *part = OPENING;
        lives[socket] = nk_life(&session, socket);
        what[socket] = OPEN;
        ask((struct nk_request) {.op = NK_OPEN, .socket = socket, .a = below(8) == 0 ? NK_UDP : NK_TCP, .b = 2});
        if (below(8) != 0) {
            return;
        }
        *part = LISTENING;
        what[socket] = LISTENER;
        ask((struct nk_request) {.op = NK_BIND, .socket = socket, .port = own});
        ask((struct nk_request) {.op = NK_LISTEN, .socket = socket, .a = 8});
    } else if (what[socket] == OPEN) {
        *part = CONNECTING;
        what[socket] = STREAM;
        ask((struct nk_request) {.op = NK_CONNECT, .socket = socket, .address = kernel, .port = port});
    } else if (what[socket] == STREAM && below(64) != 0) {
        *part = SENDING;
        nk_send(&session, socket, piece, below(PIECE));
        *part = RECEIVING;
        nk_receive(&session, socket, piece, below(PIECE));
        nk_wake(&session);
    } else if (what[socket] != GONE && (what[socket] != LISTENER || below(256) == 0)) {
        *part = CLOSING;
        what[socket] = GONE;
        ask((struct nk_request) {.op = NK_CLOSE, .socket = socket, .a = below(4) == 0});
    }
}

static void live(volatile int *part, const char *path, struct nk_address kernel, uint16_t port, uint16_t own) {
    *part = ATTACHING;
    if (nk_attach(&session, path) != 0) {
        *part = REFUSED;
        pause();
    }
    for (;;) {
        act(part, kernel, port, own);
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
    pid_t lives[MOST] = {0};
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
            if (lives[i] != 0 && now_us() >= ends[i]) {
                kill(lives[i], SIGKILL);
                waitpid(lives[i], NULL, 0);
                died[doing[i]]++;
                over++;
                lives[i] = 0;
            }
            if (lives[i] == 0 && begun < clients) {
                late[i] = below(4) != 0;
                ends[i] = now_us() + (late[i] ? PATIENCE_US : below(life_us));
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
                    live(&doing[i], words[1], kernel, port, (uint16_t)(own + i));
                }
                lives[i] = child;
            }
        }
        usleep(200);
    }
    printf("%ld died:", over);
    for (int part = 0; part < PARTS; part++) {
        printf(" %s %ld", NAMES[part], died[part]);
    }
    printf("\n");
    return 0;
}
