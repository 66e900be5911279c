// The bare server: epoll, one thread, one fixed answer of 128 octets, and no more of HTTP than where a request ends.
// usage: bare ADDRESS PORT
#include "net.h"

#include <sys/epoll.h>
#include <sys/resource.h>

#define EVENTS 512
#define REQUEST 4096

static const char ANSWER[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 128\r\n\r\n"
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// How much of the end of a request was seen: the count of octets of "\r\n\r\n" that match so far, by descriptor.
static unsigned char *matched;

static void accept_all(int epoll, int listener, long limit) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EAGAIN || errno == ECONNABORTED) {
                return;
            }
            die("accept");
        }
        if (fd >= limit) {
            close(fd);
            continue;
        }
        no_delay(fd);
        matched[fd] = 0;
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            die("epoll_ctl");
        }
    }
}

// Counts the requests that end in these octets.
static int requests(int fd, const char *octets, ssize_t length) {
    static const char END[] = "\r\n\r\n";
    int ends = 0;
    unsigned char seen = matched[fd];
    for (ssize_t at = 0; at < length; at++) {
        seen = octets[at] == END[seen] ? (unsigned char)(seen + 1) : octets[at] == '\r';
        if (seen == 4) {
            ends++;
            seen = 0;
        }
    }
    matched[fd] = seen;
    return ends;
}

static void serve(int fd) {
    char octets[REQUEST];
    ssize_t length = read(fd, octets, sizeof octets);
    if (length < 0 && errno == EAGAIN) {
        return;
    }
    if (length <= 0) {
        close(fd);
        return;
    }
    for (int due = requests(fd, octets, length); due > 0; due--) {
        // A peer that does not read loses its connection: a short write ends it.
        if (write(fd, ANSWER, sizeof ANSWER - 1) != (ssize_t)(sizeof ANSWER - 1)) {
            close(fd);
            return;
        }
    }
}

int main(int count, char **args) {
    if (count != 3) {
        fprintf(stderr, "usage: bare ADDRESS PORT\n");
        return 2;
    }
    struct sockaddr_in at = address(args[1], args[2]);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        die("getrlimit");
    }
    matched = calloc(files.rlim_cur, 1);
    int listener = listening(&at, SOCK_NONBLOCK);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    if (matched == NULL || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) != 0) {
        die("epoll");
    }
    static struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd == listener) {
                accept_all(epoll, listener, (long)files.rlim_cur);
            } else {
                serve(events[i].data.fd);
            }
        }
    }
}
