// Opens many connections and holds them until its standard input ends.
// usage: idle ADDRESS PORT COUNT SOURCE
// prints, when all are open: open N ns N; and at the end: lost N
#include "net.h"

#include <poll.h>

// Connections on their way at a time: less than any listener's backlog.
#define AT_ONCE 64
#define PATIENCE_MS 10000

static int begin(const struct sockaddr_in *from, const struct sockaddr_in *to) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int on = 1;
    if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) != 0) {
        die("socket");
    }
    if (bind(fd, (const struct sockaddr *)from, sizeof *from) != 0) {
        die("bind");
    }
    if (connect(fd, (const struct sockaddr *)to, sizeof *to) != 0 && errno != EINPROGRESS) {
        die("connect");
    }
    return fd;
}

static void finish(int fd) {
    struct pollfd ready = {.fd = fd, .events = POLLOUT};
    int answer = poll(&ready, 1, PATIENCE_MS);
    int error = 0;
    socklen_t length = sizeof error;
    if (answer < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        die("poll");
    }
    if (answer == 0 || error != 0) {
        errno = answer == 0 ? ETIMEDOUT : error;
        die("connect");
    }
}

// An idle connection has nothing to read: one that has was ended by the other side.
static long lost(struct pollfd *all, long count) {
    long ended = 0;
    if (poll(all, (nfds_t)count, 0) < 0) {
        die("poll");
    }
    for (long i = 0; i < count; i++) {
        ended += all[i].revents != 0;
    }
    return ended;
}

int main(int count, char **args) {
    if (count != 5) {
        fprintf(stderr, "usage: idle ADDRESS PORT COUNT SOURCE\n");
        return 2;
    }
    struct sockaddr_in to = address(args[1], args[2]);
    long wanted = number(args[3]);
    struct sockaddr_in from = address(args[4], "0");
    struct pollfd *all = calloc((size_t)wanted, sizeof *all);
    if (all == NULL) {
        die("calloc");
    }
    int64_t began = now_ns();
    for (long open = 0; open < wanted;) {
        long batch = wanted - open < AT_ONCE ? wanted - open : AT_ONCE;
        for (long i = open; i < open + batch; i++) {
            all[i] = (struct pollfd){.fd = begin(&from, &to), .events = POLLIN};
        }
        for (long i = open; i < open + batch; i++) {
            finish(all[i].fd);
        }
        open += batch;
    }
    printf("open %ld ns %lld\n", wanted, (long long)(now_ns() - began));
    fflush(stdout);
    char octet;
    while (read(STDIN_FILENO, &octet, 1) > 0) {
    }
    printf("lost %ld\n", lost(all, wanted));
    return 0;
}
