/*
 * The program of SessionInCTest: two streams over a session, one that it opens and one that it accepts.
 *
 * usage: attached PATH KERNEL-ADDRESS KERNEL-PORT OWN-PORT OCTETS
 *
 * Each stream carries OCTETS either way, all of them checked. It says what it does, and at the end how often it slept and
 * was woken.
 */
#define _GNU_SOURCE
#include "netkeep_session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 15, PATIENCE_MS = 20000 };

static struct nk_session session;
static unsigned long sleeps;
static unsigned long wakes;

/* The connection that an event told of, 0 for none: sockets of the upper half are never 0. */
static uint32_t waiting;
static uint32_t listening = UINT32_MAX;

static void fail(const char *what, long failure) {
    fprintf(stderr, "%s: %s\n", what, strerror((int)-failure));
    exit(1);
}

/* The octet at a position of a stream. */
static unsigned char octet(uint64_t position, unsigned seed) {
    return (unsigned char)((position * UINT64_C(2654435761) >> 24) ^ seed);
}

/* Hears events; sleeps if there are none. */
static void turn(void) {
    struct nk_event event;
    int heard = 0;
    int more;
    while ((more = nk_next(&session, &event)) > 0) {
        heard++;
        if ((event.what & NK_EVENT_ACCEPT) != 0 && event.socket == listening) {
            waiting = event.child;
        }
    }
    if (more < 0) {
        fail("event", more);
    }
    if (nk_missed(&session) || heard != 0) {
        return;
    }
    sleeps++;
    int woken = nk_sleep(&session, PATIENCE_MS);
    if (woken < 0) {
        fail("sleep", woken);
    }
    wakes += (unsigned long)woken;
}

static void ask(const struct nk_request *request) {
    int failure;
    while ((failure = nk_ask(&session, request)) == -EAGAIN) {
        nk_wake(&session);
    }
    if (failure != 0) {
        fail("request", failure);
    }
    nk_wake(&session);
}

/* Asks, and waits for the answer. */
static void call(const char *what, struct nk_request request) {
    request.ticket = nk_ticket(&session, request.socket);
    ask(&request);
    int answer;
    while ((answer = nk_answer(&session, request.socket, request.ticket)) == -EAGAIN) {
        turn();
    }
    if (answer != 0) {
        fail(what, -answer);
    }
}

static void await_connected(uint32_t socket) {
    struct nk_words words;
    nk_words(&session, socket, &words);
    while ((words.status & NK_STATUS_CONNECTED) == 0) {
        if ((words.status & NK_STATUS_FAILED) != 0) {
            fail("connect", -(long)words.error);
        }
        turn();
        nk_words(&session, socket, &words);
    }
}

/* Sends and receives that many octets at once, and both ends of the stream. */
static void both_ways(uint32_t socket, uint64_t octets, unsigned seed) {
    static unsigned char piece[PIECE];
    uint64_t sent = 0;
    uint64_t received = 0;
    bool ended = false;
    while (!ended || sent < octets) {
        ssize_t done = 0;
        if (sent < octets) {
            size_t length = octets - sent < PIECE ? (size_t)(octets - sent) : PIECE;
            for (size_t i = 0; i < length; i++) {
                piece[i] = octet(sent + i, seed);
            }
            while ((done = nk_send(&session, socket, piece, length)) == -EAGAIN) {
                nk_wake(&session);
            }
            if (done < 0) {
                fail("send", done);
            }
            sent += (uint64_t)done;
            if (sent == octets) {
                ask(&(struct nk_request) {.op = NK_SHUTDOWN, .socket = socket, .a = 2});
            }
        }
        ssize_t got = ended ? -EAGAIN : nk_receive(&session, socket, piece, sizeof piece);
        for (ssize_t i = 0; i < got; i++) {
            if (piece[i] != octet(received + (uint64_t)i, seed + 1)) {
                fprintf(stderr, "octet %llu is wrong\n", (unsigned long long)(received + (uint64_t)i));
                exit(1);
            }
        }
        nk_wake(&session);
        if (got == -EAGAIN && done == 0) {
            turn();
        } else if (got < 0 && got != -EAGAIN) {
            fail("receive", got);
        } else if (got == 0) {
            ended = true;
        } else if (got > 0) {
            received += (uint64_t)got;
        }
    }
    if (received != octets || sent != octets) {
        fprintf(stderr, "received %llu, sent %llu\n", (unsigned long long)received, (unsigned long long)sent);
        exit(1);
    }
}

static void close_socket(uint32_t socket) {
    uint32_t life = nk_life(&session, socket);
    ask(&(struct nk_request) {.op = NK_CLOSE, .socket = socket});
    while (nk_life(&session, socket) == life) {
        turn();
    }
}

/* An address of either family. */
static struct nk_address parsed(const char *text) {
    unsigned char six[16];
    if (inet_pton(AF_INET6, text, six) != 1) {
        return nk_ipv4(inet_addr(text));
    }
    struct nk_address address = {0};
    for (int i = 0; i < 8; i++) {
        address.hi = address.hi << 8 | six[i];
        address.lo = address.lo << 8 | six[8 + i];
    }
    return address;
}

static void connecting(const char *address, uint16_t port, uint64_t octets) {
    struct nk_request open = {.op = NK_OPEN, .socket = 0, .a = NK_TCP};
    call("open", open);
    struct nk_request connect = {
        .op = NK_CONNECT, .socket = 0, .address = parsed(address), .port = port};
    call("connect", connect);
    await_connected(0);
    both_ways(0, octets, 1);
    close_socket(0);
    printf("connected stream is done\n");
}

static void accepting(uint16_t port, uint64_t octets) {
    listening = 1;
    call("open", (struct nk_request) {.op = NK_OPEN, .socket = listening, .a = NK_TCP});
    call("bind", (struct nk_request) {.op = NK_BIND, .socket = listening, .port = port});
    call("listen", (struct nk_request) {.op = NK_LISTEN, .socket = listening, .a = 4});
    printf("listening\n");
    while (waiting == 0) {
        turn();
    }
    struct nk_words words;
    nk_words(&session, waiting, &words);
    if (words.parent != listening + 1) {
        fprintf(stderr, "parent %u\n", words.parent);
        exit(1);
    }
    ask(&(struct nk_request) {.op = NK_ACCEPTED, .socket = waiting});
    both_ways(waiting, octets, 3);
    close_socket(waiting);
    close_socket(listening);
    printf("accepted stream is done\n");
}

int main(int count, char **arguments) {
    if (count != 6) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    int failure = nk_attach(&session, arguments[1]);
    if (failure != 0) {
        fail("attach", failure);
    }
    printf("attached\n");
    uint64_t octets = strtoull(arguments[5], NULL, 10);
    connecting(arguments[2], (uint16_t)atoi(arguments[3]), octets);
    accepting((uint16_t)atoi(arguments[4]), octets);
    nk_detach(&session);
    printf("slept %lu woken %lu\n", sleeps, wakes);
    return 0;
}
