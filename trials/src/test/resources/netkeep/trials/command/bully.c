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
 *   datagrams  sends as many as find room, on many sockets
 *   attach     comes and goes
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STREAMS = 4, PORTS = 32, PAYLOAD = 1000, DATAGRAM = 48 + PAYLOAD, MANY = 512 };

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
    } else if (strcmp(mode, "datagrams") == 0) {
        datagrams();
    }
    return 2;
}
