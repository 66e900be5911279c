/*
 * The program of FairnessTest: a neighbor that takes what it can get.
 *
 * usage: bully MODE PATH KERNEL-ADDRESS KERNEL-PORT OWN-PORT
 *
 *   burn       is as busy, and does not touch the daemon
 *   unread     connects, and never reads what comes
 *   awake      looks for events without end, and never sleeps
 *   requests   asks as much as finds room: opens, connects, listens, closes
 *   hints      the same with requests that ask for nothing
 *   opens      opens, binds and listens with all its sockets, closes them, and begins again
 *   bell       rings without end
 *   ears       is woken in as many epoll instances as there may be, by an answer in each turn
 *   voices     empties and fills what it rings with, has it in as many epoll instances as there may be, and puts it in and out
 *   deaf       closes its bell, and asks
 *   scribbles  writes anything, rings, and comes again when it is cut off
 *   datagrams  sends as many as find room, on many sockets
 *   attach     comes and goes
 *   orphans    has children that die, each with a socket that nobody used before and a connection to KERNEL-PORT + 1 whose peer
 *              does not read; then it is as busy as burn
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STREAMS = 4, PORTS = 32, PAYLOAD = 1000, DATAGRAM = 48 + PAYLOAD, MANY = 512, HOPS = 13, INSTANCES = 4096, CHILDREN = 50 };

static struct nk_session session;
static struct nk_address kernel;
static uint16_t port;
static uint16_t own;
static volatile unsigned long done;

static void hear(void) {
    struct nk_event event;
    while (nk_next(&session, &event) > 0) {
        done++;
    }
    nk_missed(&session);
}

/* Waits for room, as busily as it can. */
static void ask(struct nk_request request) {
    while (nk_ask(&session, &request) != 0) {
        nk_wake(&session);
        hear();
    }
    nk_wake(&session);
}

static void attach(const char *path) {
    if (nk_attach(&session, path) != 0) {
        fprintf(stderr, "refused\n");
        exit(1);
    }
}

static void unread(void) {
    for (uint32_t i = 0; i < STREAMS; i++) {
        ask((struct nk_request) {.op = NK_OPEN, .socket = i, .a = NK_TCP, .b = 2});
        ask((struct nk_request) {.op = NK_CONNECT, .socket = i, .address = kernel, .port = port});
    }
    for (;;) {
        done++;
    }
}

static void requests(void) {
    static uint32_t lives[MANY];
    static bool open[MANY];
    for (uint32_t i = 0;; i = (i + 1) % MANY) {
        hear();
        if (open[i]) {
            lives[i] = nk_life(&session, i);
            ask((struct nk_request) {.op = NK_CLOSE, .socket = i, .a = 1});
            open[i] = false;
        } else if (nk_life(&session, i) != lives[i] || lives[i] == 0) {
            ask((struct nk_request) {.op = NK_OPEN, .socket = i, .a = NK_TCP, .b = 2});
            if (i % 2 == 0) {
                ask((struct nk_request) {.op = NK_CONNECT, .socket = i, .address = kernel, .port = 1});
            } else {
                ask((struct nk_request) {.op = NK_LISTEN, .socket = i, .a = 8});
            }
            open[i] = true;
        }
    }
}

static void hints(void) {
    ask((struct nk_request) {.op = NK_OPEN, .socket = 0, .a = NK_TCP, .b = 2});
    for (;;) {
        ask((struct nk_request) {.op = NK_SEND, .socket = 0});
    }
}

static void opens(void) {
    for (;;) {
        for (uint32_t i = 0; i < MANY; i++) {
            ask((struct nk_request) {.op = NK_OPEN, .socket = i, .a = NK_TCP, .b = 2});
            ask((struct nk_request) {.op = NK_BIND, .socket = i, .port = (uint16_t)(own + i)});
            ask((struct nk_request) {.op = NK_LISTEN, .socket = i, .a = 4096});
        }
        for (uint32_t i = 0; i < MANY; i++) {
            uint32_t life = nk_life(&session, i);
            ask((struct nk_request) {.op = NK_CLOSE, .socket = i});
            while (nk_life(&session, i) == life) {
                hear();
            }
        }
    }
}

static void bell(void) {
    uint64_t once = 1;
    for (;;) {
        ssize_t rung = write(session.voice, &once, sizeof once);
        done += (unsigned long)rung;
    }
}

/* An epoll instance that has a file, or -1: then the kernel allows no more. */
static int instance(int file) {
    struct epoll_event any = {.events = EPOLLIN};
    int one = epoll_create1(EPOLL_CLOEXEC);
    if (one >= 0 && epoll_ctl(one, EPOLL_CTL_ADD, file, &any) != 0) {
        close(one);
        return -1;
    }
    return one;
}

static void in_many(int file) {
    for (int i = 0; i < INSTANCES && instance(file) >= 0; i++) {
        done++;
    }
}

static void ears(void) {
    in_many(instance(session.ear));
    in_many(session.ear);
    ask((struct nk_request) {.op = NK_OPEN, .socket = 0, .a = NK_UDP, .b = 2});
    for (;;) {
        nk_asleep(&session, 1);
        hear();
        ask((struct nk_request) {
            .op = NK_OPTION, .socket = 0, .a = HOPS, .b = 64, .ticket = nk_ticket(&session, 0)});
    }
}

static void voices(void) {
    int inner = instance(session.voice);
    uint64_t full = UINT64_MAX - 1;
    uint64_t word;
    ask((struct nk_request) {.op = NK_OPEN, .socket = 0, .a = NK_TCP, .b = 2});
    for (;;) {
        struct epoll_event any = {.events = EPOLLIN};
        in_many(inner);
        for (int i = 0; i < MANY; i++) {
            done += write(session.voice, &full, sizeof full) > 0;
            done += epoll_ctl(session.ear, EPOLL_CTL_ADD, session.voice, &any) == 0;
            done += epoll_ctl(session.ear, EPOLL_CTL_MOD, session.voice, &any) == 0;
            done += read(session.voice, &word, sizeof word) > 0;
            done += epoll_ctl(session.ear, EPOLL_CTL_DEL, session.voice, &any) == 0;
            struct nk_request hint = {.op = NK_SEND, .socket = 0};
            done += nk_ask(&session, &hint) == 0;
        }
    }
}

static void deaf(void) {
    close(session.voice);
    close(session.ear);
    session.voice = -1;
    session.ear = -1;
    hints();
}

/* Dies when nothing has found room for long. */
static void orphan(const char *path) {
    static const unsigned char octets[PAYLOAD];
    attach(path);
    ask((struct nk_request) {.op = NK_OPEN, .socket = MANY - 1, .a = NK_TCP, .b = 2});
    ask((struct nk_request) {.op = NK_OPEN, .socket = 0, .a = NK_TCP, .b = 2});
    ask((struct nk_request) {.op = NK_CONNECT, .socket = 0, .address = kernel, .port = (uint16_t)(port + 1)});
    for (int idle = 0; idle < 1000; idle++) {
        hear();
        if (nk_send(&session, 0, octets, PAYLOAD) > 0) {
            nk_wake(&session);
            idle = 0;
        } else {
            usleep(200);
        }
    }
    _exit(0);
}

static void orphans(const char *path) {
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() == 0) {
            orphan(path);
        }
    }
    while (wait(NULL) > 0) {
        done++;
    }
    printf("%lu are dead\n", done);
    fflush(stdout);
    for (;;) {
        done++;
    }
}

static uint32_t below(uint32_t bound) {
    static uint64_t state = 1;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) * bound >> 31);
}

/* Mostly small numbers, near to what is there, in requests and words: so that checks are passed, too. */
static void scribble(size_t words) {
    size_t at = (below(64) == 0 ? (size_t)below(UINT32_C(1) << 30) : (size_t)below((uint32_t)words)) & ~(size_t)7;
    uint64_t value;
    if (at + sizeof value > session.client_length) {
        return;
    }
    memcpy(&value, session.client + at, sizeof value);
    uint32_t what = below(16);
    value = what == 0 ? (uint64_t)below(UINT32_MAX) << 32 | below(UINT32_MAX) : what == 1 ? UINT64_MAX : value + below(4);
    memcpy(session.client + at, &value, sizeof value);
}

static void scribbles(const char *path) {
    for (;;) {
        if (nk_attach(&session, path) != 0) {
            continue;
        }
        size_t words = (size_t)session.requests * 64 + (size_t)session.sockets * 32 + 192;
        uint64_t once = 1;
        while (nk_listen_again(&session) >= 0) {
            for (int i = 0; i < 64; i++) {
                scribble(words);
            }
            done += write(session.voice, &once, sizeof once) > 0;
        }
        nk_detach(&session);
    }
}

static void datagrams(void) {
    unsigned char datagram[DATAGRAM] = {0};
    uint32_t length = PAYLOAD;
    memcpy(datagram, &length, sizeof length);
    memcpy(datagram + 4, &port, sizeof port);
    memcpy(datagram + 16, &kernel, sizeof kernel);
    for (uint32_t i = 0; i < PORTS; i++) {
        ask((struct nk_request) {.op = NK_OPEN, .socket = i, .a = NK_UDP, .b = 2});
        ask((struct nk_request) {.op = NK_BIND, .socket = i, .address = nk_ipv4(0), .port = (uint16_t)(own + i)});
    }
    for (;;) {
        hear();
        for (uint32_t i = 0; i < PORTS; i++) {
            while (nk_send(&session, i, datagram, DATAGRAM) == DATAGRAM) {
                nk_wake(&session);
            }
        }
    }
}

int main(int count, char **words) {
    if (count != 6) {
        return 2;
    }
    const char *mode = words[1];
    kernel = nk_ipv4(inet_addr(words[3]));
    port = (uint16_t)atoi(words[4]);
    own = (uint16_t)atoi(words[5]);
    while (strcmp(mode, "attach") == 0) {
        attach(words[2]);
        nk_detach(&session);
    }
    if (strcmp(mode, "burn") == 0) {
        for (;;) {
            done++;
        }
    }
    if (strcmp(mode, "scribbles") == 0) {
        scribbles(words[2]);
    }
    if (strcmp(mode, "orphans") == 0) {
        orphans(words[2]);
    }
    attach(words[2]);
    if (strcmp(mode, "unread") == 0) {
        unread();
    } else if (strcmp(mode, "awake") == 0) {
        for (;;) {
            hear();
        }
    } else if (strcmp(mode, "requests") == 0) {
        requests();
    } else if (strcmp(mode, "hints") == 0) {
        hints();
    } else if (strcmp(mode, "opens") == 0) {
        opens();
    } else if (strcmp(mode, "bell") == 0) {
        bell();
    } else if (strcmp(mode, "ears") == 0) {
        ears();
    } else if (strcmp(mode, "voices") == 0) {
        voices();
    } else if (strcmp(mode, "deaf") == 0) {
        deaf();
    } else if (strcmp(mode, "datagrams") == 0) {
        datagrams();
    }
    return 2;
}
