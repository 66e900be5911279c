/*
 * carried serve ADDRESS PORT STATIC, carried raw ADDRESS PORT, carried echo COUNT: octets that come past the library.
 *
 * serve gives three connections to a program that is linked statically: by fork and exec; by posix_spawn; and once more, for good. It
 * says a line itself before and after, which must be in their places. raw makes system calls of its own for half of what it reads and
 * writes. echo is the static program: it sends so many octets back, or (0) all to the end.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void check(int good, const char *what) {
    if (!good) {
        perror(what);
        exit(1);
    }
}

static ssize_t own_call(long call, int fd, const void *octets, size_t length) {
#if defined(__x86_64__)
    ssize_t done;
    __asm__ volatile("syscall" : "=a"(done) : "a"(call), "D"(fd), "S"(octets), "d"(length) : "rcx", "r11", "memory");
    return done;
#elif defined(__aarch64__)
    register long number __asm__("x8") = call;
    register long first __asm__("x0") = fd;
    register const void *second __asm__("x1") = octets;
    register size_t third __asm__("x2") = length;
    __asm__ volatile("svc 0" : "+r"(first) : "r"(number), "r"(second), "r"(third) : "memory");
    return first;
#else
#error "no system call here"
#endif
}

static ssize_t libcs_call(long call, int fd, const void *octets, size_t length) {
    return syscall(call, fd, octets, length);
}

static ssize_t named_call(long call, int fd, const void *octets, size_t length) {
    return call == SYS_read ? read(fd, (void *)(unsigned long)octets, length) : write(fd, octets, length);
}

typedef ssize_t (*call)(long, int, const void *, size_t);

/* Reads a line by one way, and says it by another. */
static void pass(int fd, const char *who, call in, call out) {
    char line[100];
    size_t length = (size_t)sprintf(line, "%s ", who);
    do {
        check(in(SYS_read, fd, line + length, 1) == 1, "read");
    } while (line[length++] != '\n');
    check(out(SYS_write, fd, line, length) == (ssize_t)length, "write");
}

static void echo(size_t count) {
    static char octets[10000];
    size_t all = 0;
    while (count == 0 || all < count) {
        size_t most = count == 0 || count - all > sizeof octets ? sizeof octets : count - all;
        ssize_t got = read(0, octets, most);
        check(got >= 0, "read");
        if (got == 0) {
            break;
        }
        for (ssize_t done = 0; done < got;) {
            ssize_t now = write(1, octets + done, (size_t)(got - done));
            check(now > 0, "write");
            done += now;
        }
        all += (size_t)got;
    }
}

static int listening(const char *address, const char *port) {
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)atoi(port))};
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = six.sin6_port};
    int v6 = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
    check(v6 || inet_pton(AF_INET, address, &four.sin_addr) == 1, "inet_pton");
    int fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(v6 ? bind(fd, (struct sockaddr *)&six, sizeof six) == 0 : bind(fd, (struct sockaddr *)&four, sizeof four) == 0, "bind");
    check(listen(fd, 5) == 0, "listen");
    puts("listening");
    fflush(stdout);
    return fd;
}

static pid_t forked(int fd, const char *program, const char *count) {
    pid_t child = fork();
    if (child == 0) {
        dup2(fd, 0);
        dup2(fd, 1);
        execl(program, "carried", "echo", count, (char *)NULL);
        _exit(127);
    }
    return child;
}

static pid_t spawned(int fd, const char *program, const char *count) {
    char *line[] = {"carried", "echo", (char *)(unsigned long)count, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 0);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    check(posix_spawn(&child, program, &actions, NULL, line, environ) == 0, "posix_spawn");
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static void awaited(pid_t child) {
    int status;
    check(waitpid(child, &status, 0) == child && status == 0, "the child");
}

static void serve(int listener, const char *program) {
    for (int i = 0; i < 2; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        int epfd = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event event = {.events = EPOLLIN};
        check(epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &event) == 0 && epoll_wait(epfd, &event, 1, -1) == 1, "epoll");
        pass(fd, "before", named_call, named_call);
        awaited(i == 0 ? forked(fd, program, "1000003") : spawned(fd, program, "1000003"));
        check(epoll_wait(epfd, &event, 1, -1) == 1 && event.events == EPOLLIN, "epoll once more");
        pass(fd, "after", named_call, named_call);
        close(epfd);
        close(fd);
    }
    int fd = accept(listener, NULL, NULL);
    pid_t child = forked(fd, program, "0");
    close(fd);
    awaited(child);
}

static void raw(int listener) {
    int carries = getenv("NETKEEP_CARRY") != NULL;
    int fd = accept(listener, NULL, NULL);
    call other = carries ? own_call : libcs_call;
    for (int i = 0; i < 100; i++) {
        pass(fd, "named", named_call, other);
        pass(fd, "raw", other, named_call);
        pass(fd, "both raw", other, other);
    }
    close(fd);
}

int main(int count, char **arguments) {
    if (count == 3) {
        echo((size_t)atol(arguments[2]));
    } else if (count == 5) {
        serve(listening(arguments[2], arguments[3]), arguments[4]);
    } else if (count == 4) {
        raw(listening(arguments[2], arguments[3]));
    }
    return 0;
}
