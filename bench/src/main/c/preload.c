/*
 * preload ADDRESS: what the library under unmodified programs costs, in words. Run it with the library and without, and compare.
 *
 * A call on a descriptor of the kernel's, in nanoseconds, the least of some rounds; and in microseconds, the medians: a program that
 * is started and does nothing; one that binds a socket to ADDRESS, and so attaches; one that is given a socket by exec.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CALLS = 100000, ROUNDS = 9, PROGRAMS = 101 };

static double now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int null;
static int zero;
static int instance;

static void write_one(void) {
    if (write(null, "x", 1) != 1) {
        exit(1);
    }
}

static void read_one(void) {
    char octet;
    if (read(zero, &octet, 1) != 1) {
        exit(1);
    }
}

static void poll_one(void) {
    struct pollfd one = {zero, POLLIN, 0};
    if (poll(&one, 1, 0) != 1) {
        exit(1);
    }
}

static void wait_none(void) {
    struct epoll_event event;
    if (epoll_wait(instance, &event, 1, 0) != 0) {
        exit(1);
    }
}

static void measure(const char *name, void (*call)(void)) {
    double least = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double begun = now_ns();
        for (int i = 0; i < CALLS; i++) {
            call();
        }
        double took = (now_ns() - begun) / CALLS;
        least = took < least ? took : least;
    }
    printf("%s %.0f ns\n", name, least);
}

static int bound(const char *address) {
    struct sockaddr_in name = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, address, &name.sin_addr) != 1 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        perror(address);
        exit(1);
    }
    return fd;
}

static int compare(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

/* Starts this program once more. */
static void start(const char *name, const char *what, const char *argument) {
    double took[PROGRAMS];
    for (int i = 0; i < PROGRAMS; i++) {
        double begun = now_ns();
        int status = 1;
        pid_t child = fork();
        if (child == 0) {
            execl("/proc/self/exe", "preload", what, argument, (char *)NULL);
            _exit(1);
        }
        if (waitpid(child, &status, 0) != child || status != 0) {
            fprintf(stderr, "preload %s %s: status %x\n", what, argument, (unsigned)status);
            exit(1);
        }
        took[i] = now_ns() - begun;
    }
    qsort(took, PROGRAMS, sizeof took[0], compare);
    printf("%s %.0f us\n", name, took[PROGRAMS / 2] / 1000);
}

/* What one that was started does: nothing, bind, or ask a descriptor that it was given. */
static int started(const char *what, const char *argument) {
    struct sockaddr_in name;
    socklen_t length = sizeof name;
    if (strcmp(what, "bind") == 0) {
        bound(argument);
    }
    if (strcmp(what, "given") == 0) {
        return getsockname(atoi(argument), (struct sockaddr *)&name, &length) == 0 && name.sin_family == AF_INET ? 0 : 1;
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count == 3) {
        return started(arguments[1], arguments[2]);
    }
    if (count != 2) {
        return 2;
    }
    char number[16];
    null = open("/dev/null", O_WRONLY);
    zero = open("/dev/zero", O_RDONLY);
    instance = epoll_create1(0);
    measure("write", write_one);
    measure("read", read_one);
    measure("poll", poll_one);
    measure("epoll_wait", wait_none);
    start("a program", "nothing", "");
    start("one that attaches", "bind", arguments[1]);
    int fd = bound(arguments[1]);
    snprintf(number, sizeof number, "%d", fd);
    start("one that is given a socket", "given", number);
    close(fd);
    return 0;
}
