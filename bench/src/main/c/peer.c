// The kernel's side of the bulk and ping-pong jobs: blocking calls, one connection at a time, which is what suits
// the kernel's stack best here.
// usage: peer echo|discard|source ADDRESS PORT
#include "net.h"

#include <signal.h>

#define BUFFER (1 << 20)

static char buffer[BUFFER];

static void echo(int fd) {
    no_delay(fd);
    for (ssize_t length; (length = read(fd, buffer, BUFFER)) > 0;) {
        for (ssize_t at = 0; at < length;) {
            ssize_t written = write(fd, buffer + at, (size_t)(length - at));
            if (written <= 0) {
                return;
            }
            at += written;
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
                : strcmp(args[1], "discard") == 0 ? discard
                : strcmp(args[1], "source") == 0  ? source
                                                  : NULL;
    }
    if (serve == NULL) {
        fprintf(stderr, "usage: peer echo|discard|source ADDRESS PORT\n");
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
