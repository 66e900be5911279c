// The kernel's side of the bulk and ping-pong jobs: blocking calls, one connection at a time, which is what suits
// the kernel's stack best here.
// usage: peer echo|spin|discard|source ADDRESS PORT
#include "net.h"

#include <signal.h>

#define BUFFER (1 << 20)

static char buffer[BUFFER];

static int written(int fd, ssize_t length) {
    for (ssize_t at = 0; at < length;) {
        ssize_t moved = write(fd, buffer + at, (size_t)(length - at));
        if (moved <= 0) {
            return 0;
        }
        at += moved;
    }
    return 1;
}

static void echo(int fd) {
    no_delay(fd);
    for (ssize_t length; (length = read(fd, buffer, BUFFER)) > 0;) {
        if (!written(fd, length)) {
            return;
        }
    }
}

// An echo that never sleeps while a connection is open.
static void spin(int fd) {
    no_delay(fd);
    for (;;) {
        ssize_t length = recv(fd, buffer, BUFFER, MSG_DONTWAIT);
        if (length == 0 || (length < 0 && errno != EAGAIN) || (length > 0 && !written(fd, length))) {
            return;
        }
    }
}

static void discard(int fd) {
    while (read(fd, buffer, BUFFER) > 0) {
    }
}

static void source(int fd) {
    while (write(fd, buffer, BUFFER) > 0) {
    }
}

int main(int count, char **args) {
    void (*serve)(int) = NULL;
    if (count == 4) {
        serve = strcmp(args[1], "echo") == 0      ? echo
                : strcmp(args[1], "spin") == 0    ? spin
                : strcmp(args[1], "discard") == 0 ? discard
                : strcmp(args[1], "source") == 0  ? source
                                                  : NULL;
    }
    if (serve == NULL) {
        fprintf(stderr, "usage: peer echo|spin|discard|source ADDRESS PORT\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in at = address(args[2], args[3]);
    int listener = listening(&at, 0);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            die("accept");
        }
        serve(fd);
        close(fd);
    }
}
