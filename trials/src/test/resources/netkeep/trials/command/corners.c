/* Longer than others: a list of questions, in one program that both stacks are asked by. */
/*
 * corners 4|6 OWN PEER PORT: corners of the socket API, one line each. The same program says the same on the kernel's stack and on
 * ours: ProgramsTest runs both and compares.
 *
 * OWN is the address to bind to, PEER the one where the other side lives, which is always the kernel's: this program once more,
 * without the library, told what to do over a pipe. Ports from PORT on are used.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <linux/errqueue.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Programs still call siginterrupt. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static int family;
static const char *own_address;
static const char *peer_address;
static int port;
static FILE *to_peer;
static FILE *from_peer;

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static socklen_t length(void) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static union address at(const char *text, int number) {
    union address address;
    memset(&address, 0, sizeof address);
    address.any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        address.four.sin_port = htons((uint16_t)number);
        inet_pton(AF_INET, text, &address.four.sin_addr);
    } else {
        address.six.sin6_port = htons((uint16_t)number);
        inet_pton(AF_INET6, text, &address.six.sin6_addr);
    }
    return address;
}

/* ----- The group ----- */

static union address group(int number) {
    return at(family == AF_INET ? "239.7.7.7" : "ff15::7777", number);
}

/* Which of these has an address, or NULL. */
static const struct ifaddrs *having(const struct ifaddrs *all, const char *text) {
    union address wanted = at(text, 0);
    for (; all != NULL; all = all->ifa_next) {
        const union address *its = (const void *)all->ifa_addr;
        if (its == NULL || its->any.sa_family != wanted.any.sa_family) {
            continue;
        }
        bool same = family == AF_INET
            ? its->four.sin_addr.s_addr == wanted.four.sin_addr.s_addr
            : memcmp(&its->six.sin6_addr, &wanted.six.sin6_addr, sizeof wanted.six.sin6_addr) == 0;
        if (same) {
            break;
        }
    }
    return all;
}

/* The number of the link between the two, by the address that this side has there. */
static unsigned link_between(void) {
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0) {
        return 0;
    }
    const struct ifaddrs *one = having(all, getenv("CORNERS_PEER") != NULL ? peer_address : own_address);
    unsigned index = one == NULL ? 0 : if_nametoindex(one->ifa_name);
    freeifaddrs(all);
    return index;
}

static int by_link(int fd) {
    struct ip_mreqn four = {.imr_ifindex = (int)link_between()};
    int six = (int)link_between();
    return family == AF_INET ? setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &four, sizeof four)
                             : setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &six, sizeof six);
}

static long to_group(int number) {
    union address to = group(number);
    int fd = socket(family, SOCK_DGRAM, 0);
    by_link(fd);
    long sent = sendto(fd, "group", 5, 0, &to.any, length());
    close(fd);
    return sent;
}

/* ----- The other side ----- */

static void finish(int fd) {
    char octets[4096];
    while (read(fd, octets, sizeof octets) > 0) {
    }
    close(fd);
}

/* o sends an urgent octet, i receives one, l PORT listens, c PORT connects to OWN, a accepts, s N sends, r N receives, e echoes N, w shuts down, f reads to the end and
 * closes, x closes, z resets, u PORT a socket of UDP, g answers one datagram, m PORT sends one to the group, q ends. Each is answered by a number. */
static int serve(void) {
    int listener = -1;
    int fd = -1;
    char line[64];
    while (fgets(line, sizeof line, stdin) != NULL && line[0] != 'q') {
        int n = atoi(line + 1);
        long answer = 0;
        int one = 1;
        static char octets[1 << 20];
        union address name;
        socklen_t name_length = sizeof name;
        struct linger none = {1, 0};
        switch (line[0]) {
            case 'l':
                if (listener >= 0) {
                    close(listener);
                }
                listener = socket(family, SOCK_STREAM, 0);
                setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
                name = at(peer_address, n);
                answer = bind(listener, &name.any, length()) + listen(listener, 5);
                break;
            case 'c':
                fd = socket(family, SOCK_STREAM, 0);
                name = at(own_address, n);
                answer = connect(fd, &name.any, length());
                break;
            case 'a': fd = accept(listener, NULL, NULL); break;
            case 's': answer = send(fd, octets, (size_t)n, 0); break;
            case 'r': answer = recv(fd, octets, (size_t)n, MSG_WAITALL); break;
            case 'e': answer = send(fd, octets, (size_t)recv(fd, octets, (size_t)n, MSG_WAITALL), 0); break;
            case 'o': answer = send(fd, "!", 1, MSG_OOB); break;
            case 'i': answer = recv(fd, octets, 1, MSG_OOB) == 1 ? octets[0] : -1; break;
            case 'w': answer = shutdown(fd, SHUT_WR); break;
            case 'f': finish(fd); break;
            case 'x': answer = close(fd); break;
            case 'z':
                setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
                answer = close(fd);
                break;
            case 'u':
                fd = socket(family, SOCK_DGRAM, 0);
                name = at(peer_address, n);
                answer = bind(fd, &name.any, length());
                break;
            case 'm': answer = to_group(n); break;
            case 'g':
                answer = recvfrom(fd, octets, sizeof octets, 0, &name.any, &name_length);
                sendto(fd, octets, (size_t)answer, 0, &name.any, name_length);
                break;
            default: answer = -1;
        }
        printf("%ld\n", answer);
        fflush(stdout);
    }
    return 0;
}

static long peer(const char *what, int n) {
    char line[64];
    fprintf(to_peer, "%s %d\n", what, n);
    fflush(to_peer);
    return fgets(line, sizeof line, from_peer) == NULL ? -2 : atol(line);
}

static void start_peer(char **arguments) {
    int down[2];
    int up[2];
    if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) {
        exit(1);
    }
    if (fork() == 0) {
        dup2(down[0], 0);
        dup2(up[1], 1);
        unsetenv("LD_PRELOAD");
        setenv("NETKEEP_SESSION", "", 1);
        setenv("CORNERS_PEER", "1", 1);
        execv("/proc/self/exe", arguments);
        _exit(127);
    }
    close(down[0]);
    close(up[1]);
    to_peer = fdopen(down[1], "w");
    from_peer = fdopen(up[0], "r");
}

/* ----- Saying ----- */

static void say(const char *what, long result) {
    printf("%s = %ld%s%s\n", what, result, result == -1 ? " " : "", result == -1 ? strerrorname_np(errno) : "");
    fflush(stdout);
}

#define SAY(what) say(#what, (errno = 0, (long)(what)))

static void section(const char *name) {
    printf("--- %s\n", name);
}

static int option(int fd, int level, int name) {
    int value = -7;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, name, &value, &size) == 0 ? value : -1;
}

static int set(int fd, int level, int name, int value) {
    return setsockopt(fd, level, name, &value, sizeof value);
}

static int error(int fd) {
    return option(fd, SOL_SOCKET, SO_ERROR);
}

static int polled(int fd, int events, int timeout) {
    struct pollfd one = {fd, (short)events, 0};
    int found = poll(&one, 1, timeout);
    return found < 0 ? -1 : found << 16 | one.revents;
}

static const int ALL = POLLIN | POLLOUT | POLLRDHUP | POLLPRI;

static int stream(void) {
    return socket(family, SOCK_STREAM, 0);
}

static int to(int fd, const char *text, int number) {
    union address address = at(text, number);
    return connect(fd, &address.any, length());
}

static int bound(int fd, const char *text, int number) {
    union address address = at(text, number);
    return bind(fd, &address.any, length());
}

/* A socket that is connected with the other side. */
static int pair(void) {
    int fd = stream();
    peer("l", port);
    if (to(fd, peer_address, port) != 0) {
        perror("pair");
        exit(1);
    }
    peer("a", 0);
    return fd;
}

static char octets[1 << 20];
static volatile int signals;
static volatile int negative = -1;

static void counted(int signal) {
    (void)signal;
    signals++;
}

static void handle(int signal, int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = counted;
    action.sa_flags = flags;
    sigaction(signal, &action, NULL);
}

/* ----- The corners ----- */

static void fresh(void) {
    section("fresh");
    int fd = stream();
    union address name;
    socklen_t size = sizeof name;
    fd_set open;
    FD_ZERO(&open);
    FD_SET(fd, &open);
    SAY(select(fd + 1, NULL, &open, NULL, &(struct timeval){0, 0}));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, 0));
    SAY(send(fd, octets, 1, MSG_NOSIGNAL));
    SAY(send(fd, octets, 1, 0));
    SAY(signals);
    SAY(shutdown(fd, SHUT_WR));
    SAY(accept(fd, NULL, NULL));
    SAY(getpeername(fd, &name.any, &size));
    SAY(getsockname(fd, &name.any, &size));
    SAY(size == length() && name.four.sin_port == 0);
    SAY(error(fd));
    SAY(bound(fd, "203.0.113.9", 1) == -1 && (errno == EADDRNOTAVAIL || family == AF_INET6));
    close(fd);
    SAY(recv(fd, octets, 1, 0));
    SAY(polled(fd, POLLIN, 0));
    SAY(socket(family, SOCK_STREAM, IPPROTO_UDP));
    SAY(socket(family, SOCK_DGRAM, IPPROTO_TCP));
    SAY(socket(family, 77, 0));
}

static void binding(void) {
    section("binding");
    int fd = stream();
    int other = stream();
    union address address = at(own_address, port + 1);
    SAY(bind(fd, &address.any, 3));
    address.any.sa_family = AF_UNIX;
    SAY(bind(fd, &address.any, length()));
    SAY(bound(fd, own_address, port + 1));
    SAY(bound(fd, own_address, port + 2));
    SAY(bound(other, own_address, port + 1));
    SAY(recv(fd, octets, 1, 0));
    SAY(polled(fd, ALL, 0));
    SAY(listen(fd, 5));
    SAY(listen(fd, 7));
    SAY(bound(other, own_address, port + 1));
    SAY(to(fd, peer_address, port));
    SAY(send(fd, octets, 1, MSG_NOSIGNAL));
    SAY(recv(fd, octets, 1, 0));
    SAY(polled(fd, ALL, 0));
    SAY(option(fd, SOL_SOCKET, SO_ACCEPTCONN));
    SAY(option(other, SOL_SOCKET, SO_ACCEPTCONN));
    close(fd);
    SAY(bound(other, own_address, port + 1));
    close(other);
}

static void refused(void) {
    section("refused");
    int fd = stream();
    SAY(to(fd, peer_address, port + 9));
    SAY(error(fd));
    SAY(to(fd, peer_address, port + 9));
    SAY(recv(fd, octets, 1, 0));
    close(fd);
    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SAY(to(fd, peer_address, port + 9));
    SAY(polled(fd, ALL, 2000));
    SAY(error(fd));
    SAY(error(fd));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, 0));
    SAY(send(fd, octets, 1, MSG_NOSIGNAL));
    close(fd);
    fd = stream();
    union address address = at(peer_address, port);
    SAY(connect(fd, &address.any, 5));
    address.any.sa_family = 99;
    SAY(connect(fd, &address.any, length()));
    close(fd);
}

static void connecting(void) {
    section("connecting");
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    union address name;
    socklen_t size = sizeof name;
    peer("l", port);
    SAY(to(fd, peer_address, port));
    SAY(polled(fd, POLLOUT, 2000));
    SAY(error(fd));
    SAY(to(fd, peer_address, port));
    peer("a", 0);
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, 0));
    SAY(recv(fd, octets, 0, 0));
    SAY(getpeername(fd, &name.any, &size));
    SAY(ntohs(name.four.sin_port) == port);
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(fd, F_GETFD));
    SAY(bound(fd, own_address, port + 3));
    SAY(listen(fd, 1));
    SAY(accept(fd, NULL, NULL));
    close(fd);
    peer("f", 0);
}

static void streaming(void) {
    section("octets");
    int fd = pair();
    struct iovec pieces[] = {{octets, 10}, {octets + 10, 0}, {octets + 10, 990}};
    int there = -1;
    SAY(writev(fd, pieces, 3));
    SAY(peer("e", 1000));
    SAY(polled(fd, POLLIN, 2000));
    SAY(recv(fd, octets, 400, MSG_PEEK));
    SAY(ioctl(fd, FIONREAD, &there));
    SAY(there);
    SAY(readv(fd, pieces, 2));
    SAY(recv(fd, octets, 990, MSG_WAITALL));
    SAY(recv(fd, octets, 1, MSG_DONTWAIT));
    SAY(read(fd, octets, 0));
    SAY(write(fd, octets, 0));
    SAY(recv(fd, octets, 1, MSG_OOB));
    SAY(ioctl(fd, FIONBIO, &(int){1}));
    SAY(recv(fd, octets, 1, 0));
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(fd, F_SETFL, 0));
    SAY(peer("s", 5));
    SAY(recv(fd, octets, 5, MSG_WAITALL));
    SAY(peer("s", 9));
    SAY(polled(fd, POLLIN, 2000));
    SAY(recv(fd, NULL, 40, MSG_TRUNC | MSG_PEEK));
    SAY(recv(fd, NULL, 4, MSG_TRUNC));
    SAY(recv(fd, octets, 40, 0));
    SAY(writev(fd, pieces, negative));
    SAY(lseek(fd, 0, SEEK_CUR));
    int half = dup(fd);
    SAY(close(fd));
    SAY(send(half, octets, 7, 0));
    SAY(peer("r", 7));
    SAY(fcntl(half, F_SETFL, O_NONBLOCK));
    fd = fcntl(half, F_DUPFD, 50);
    SAY(fd);
    SAY(fcntl(fd, F_GETFL));
    SAY(dup2(fd, half) == half);
    SAY(close(half));
    SAY(send(fd, octets, 3, 0));
    SAY(peer("r", 3));
    SAY(close(fd));
    SAY(peer("r", 1));
    peer("x", 0);
}

static void ending(void) {
    section("ends");
    int fd = pair();
    peer("s", 3);
    peer("w", 0);
    SAY(recv(fd, octets, 10, MSG_WAITALL));
    SAY(recv(fd, octets, 10, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(polled(fd, ALL, 1000));
    SAY(polled(fd, 0, 0));
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    SAY(shutdown(fd, SHUT_WR));
    SAY(peer("r", 1));
    SAY(polled(fd, ALL, 0));
    SAY(send(fd, octets, 4, MSG_NOSIGNAL));
    signals = 0;
    SAY(write(fd, octets, 4));
    SAY(signals);
    close(fd);
    peer("x", 0);
    fd = pair();
    SAY(shutdown(fd, 5));
    SAY(shutdown(fd, SHUT_RD));
    SAY(recv(fd, octets, 10, 0));
    SAY(polled(fd, ALL, 0));
    SAY(send(fd, octets, 4, 0));
    close(fd);
    peer("f", 0);
    /* Both are done, and have said so: nothing is left of the connection but its end. */
    fd = pair();
    peer("w", 0);
    polled(fd, POLLRDHUP, 1000);
    SAY(shutdown(fd, SHUT_WR));
    SAY(peer("r", 1));
    usleep(100000);
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(error(fd));
    close(fd);
    peer("x", 0);
}

static void resets(void) {
    section("resets");
    int fd = pair();
    peer("z", 0);
    polled(fd, POLLIN, 2000);
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(error(fd));
    SAY(send(fd, octets, 4, MSG_NOSIGNAL));
    SAY(polled(fd, ALL, 0));
    SAY(shutdown(fd, SHUT_WR));
    close(fd);
    fd = pair();
    peer("z", 0);
    polled(fd, POLLIN, 2000);
    SAY(send(fd, octets, 4, MSG_NOSIGNAL));
    SAY(send(fd, octets, 4, MSG_NOSIGNAL));
    close(fd);
    fd = pair();
    peer("z", 0);
    polled(fd, POLLIN, 2000);
    SAY(error(fd));
    SAY(recv(fd, octets, 10, 0));
    close(fd);
}

static void times(void) {
    section("times and signals");
    int fd = pair();
    struct timeval brief = {0, 50000};
    struct timeval wrong = {0, 5000000};
    SAY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    SAY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wrong, sizeof wrong));
    SAY(recv(fd, octets, 1, 0));
    brief.tv_usec = 0;
    SAY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    handle(SIGALRM, 0);
    ualarm(50000, 0);
    SAY(recv(fd, octets, 1, 0));
    ualarm(50000, 0);
    SAY(polled(fd, POLLIN, -1));
    SAY(polled(fd, POLLIN, 20));
    handle(SIGALRM, SA_RESTART);
    handle(SIGPIPE, SA_RESTART);
    fprintf(to_peer, "r 1\n");
    fprintf(to_peer, "s 6\n");
    fflush(to_peer);
    ualarm(30000, 0);
    SAY(send(fd, octets, 1, 0));
    SAY(recv(fd, octets, 6, MSG_WAITALL));
    fgets(octets, 64, from_peer);
    fgets(octets, 64, from_peer);
    usleep(60000);
    close(fd);
    peer("f", 0);
}

static int within; /* what a handler sends over */
static volatile int handled;

static void sends(int signal) {
    (void)signal;
    signals += send(within, "x", 1, MSG_DONTWAIT) == 1;
    handled++;
}

/* Handlers that use a socket while what they interrupted does. */
static void handling(void) {
    section("handlers");
    struct sigaction action;
    struct sigaction before;
    struct itimerval often = {{0, 1000}, {0, 1000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    within = pair();
    memset(&action, 0, sizeof action);
    action.sa_handler = sends;
    action.sa_flags = SA_RESTART;
    SAY(sigaction(SIGALRM, &action, NULL));
    SAY(sigaction(SIGALRM, NULL, &before));
    SAY(before.sa_handler == sends);
    SAY(before.sa_flags & (SA_RESTART | SA_SIGINFO));
    signals = 0;
    setitimer(ITIMER_REAL, &often, NULL);
    int sent = 0;
    while (sent < 300 || handled < 10) {
        sent += (int)send(within, "y", 1, 0);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    SAY(peer("r", sent + signals) == sent + signals);
    SAY(shutdown(within, SHUT_WR));
    SAY(peer("r", 1));
    SAY(signal(SIGALRM, SIG_IGN) == sends);
    SAY(signal(SIGALRM, counted) == SIG_IGN);
    SAY(signal(SIGALRM, SIG_DFL) == counted);
    close(within);
    peer("x", 0);
}

static void splicing(void) {
    section("splice");
    int fd = pair();
    int ends[2];
    if (pipe(ends) != 0) {
        exit(1);
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    SAY(splice(fd, NULL, ends[1], NULL, 100, 0));
    fcntl(fd, F_SETFL, 0);
    peer("s", 50);
    polled(fd, POLLIN, 1000);
    SAY(splice(fd, NULL, ends[1], NULL, 20, 0));
    SAY(splice(fd, NULL, ends[1], NULL, 100, 0));
    SAY(splice(fd, &(off64_t){0}, ends[1], NULL, 100, 0));
    SAY(splice(fd, NULL, fd, NULL, 100, 0));
    SAY(splice(ends[0], NULL, fd, NULL, 60, 0));
    SAY(peer("r", 50));
    SAY(splice(ends[0], NULL, fd, NULL, 60, SPLICE_F_NONBLOCK));
    close(ends[1]);
    SAY(splice(ends[0], NULL, fd, NULL, 60, 0));
    peer("x", 0);
    polled(fd, POLLIN, 1000);
    SAY(splice(fd, NULL, ends[0], NULL, 100, 0));
    close(ends[0]);
    close(fd);
}

static void by_stdio(void) {
    section("stdio");
    int fd = pair();
    FILE *file = fdopen(fd, "r+");
    char *line = octets + 100;
    SAY(file != NULL);
    SAY(fileno(file) == fd);
    SAY(fprintf(file, "%d octets\n", 9));
    SAY(fflush(file));
    SAY(peer("e", 9));
    SAY(fgets(line, 100, file) == line && strcmp(line, "9 octets\n") == 0);
    SAY(dprintf(fd, "%s", "more"));
    SAY(peer("r", 4));
    SAY(peer("x", 0));
    SAY(fgetc(file));
    SAY(feof(file) != 0);
    SAY(fclose(file));
    SAY(fcntl(fd, F_GETFD));
    SAY(fileno(stdout));
    fd = pair();
    fflush(stdout);
    int before = dup(1);
    printf("held, ");
    int moved = dup2(fd, 1);
    printf("by stdout");
    int flushed = fflush(stdout);
    dup2(before, 1);
    SAY(moved);
    SAY(flushed);
    SAY(peer("r", 15));
    SAY(fileno(stdout));
    close(before);
    close(fd);
    peer("x", 0);
}

static int meanwhile[2]; /* a set, and what another thread puts there */

static void *adds(void *nothing) {
    struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT};
    usleep(50000);
    epoll_ctl(meanwhile[0], EPOLL_CTL_ADD, meanwhile[1], &event);
    usleep(50000);
    epoll_ctl(meanwhile[0], EPOLL_CTL_MOD, meanwhile[1], &event);
    return nothing;
}

/* What another thread puts into a set, and is ready, wakes who waits there. */
static void waiting(void) {
    section("epoll of several threads");
    pthread_t thread;
    struct epoll_event event;
    int idle = pair();
    peer("l", port);
    meanwhile[1] = stream();
    to(meanwhile[1], peer_address, port);
    meanwhile[0] = epoll_create1(0);
    event.events = EPOLLIN;
    SAY(epoll_ctl(meanwhile[0], EPOLL_CTL_ADD, idle, &event));
    pthread_create(&thread, NULL, adds, NULL);
    SAY(epoll_wait(meanwhile[0], &event, 1, 5000));
    SAY(epoll_wait(meanwhile[0], &event, 1, 5000));
    SAY(epoll_wait(meanwhile[0], &event, 1, 0));
    pthread_join(thread, NULL);
    SAY(epoll_ctl(meanwhile[0], EPOLL_CTL_DEL, meanwhile[1], &event));
    /* Who waits where there is no socket yet. */
    int outer = epoll_create1(0);
    close(meanwhile[0]);
    meanwhile[0] = epoll_create1(0);
    event.events = EPOLLIN;
    SAY(epoll_ctl(outer, EPOLL_CTL_ADD, meanwhile[0], &event));
    pthread_create(&thread, NULL, adds, NULL);
    SAY(epoll_wait(meanwhile[0], &event, 1, 5000));
    SAY(event.events);
    SAY(epoll_wait(outer, &event, 1, 5000));
    SAY(event.events);
    pthread_join(thread, NULL);
    SAY(epoll_wait(meanwhile[0], &event, 1, 0));
    SAY(epoll_wait(meanwhile[0], &event, 1, 0));
    SAY(epoll_wait(outer, &event, 1, 0));
    close(outer);
    close(meanwhile[0]);
    close(meanwhile[1]);
    close(idle);
    peer("x", 0);
}

static int at_mark(int fd) {
    int is = -1;
    return ioctl(fd, SIOCATMARK, &is) == 0 ? is : -1;
}

static int there(int fd) {
    int octets_there = -1;
    return ioctl(fd, FIONREAD, &octets_there) == 0 ? octets_there : -1;
}

static void urgent(void) {
    section("urgent octets");
    int fd = pair();
    SAY(at_mark(fd));
    peer("s", 3);
    peer("o", 0);
    polled(fd, POLLPRI, 1000);
    SAY(polled(fd, ALL, 0));
    peer("s", 2);
    usleep(50000);
    SAY(there(fd));
    SAY(recv(fd, octets, 10, MSG_PEEK));
    SAY(recv(fd, octets, 10, MSG_WAITALL));
    SAY(at_mark(fd));
    SAY(there(fd));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, MSG_OOB | MSG_PEEK));
    SAY(recv(fd, octets, 1, MSG_OOB));
    SAY(octets[0]);
    SAY(recv(fd, octets, 1, MSG_OOB));
    SAY(at_mark(fd));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 10, 0));
    SAY(at_mark(fd));
    SAY(recv(fd, octets, 1, MSG_OOB));
    peer("o", 0);
    polled(fd, POLLPRI, 1000);
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 10, MSG_DONTWAIT));
    SAY(polled(fd, ALL, 0));
    SAY(set(fd, SOL_SOCKET, SO_OOBINLINE, 1));
    peer("o", 0);
    polled(fd, POLLPRI, 1000);
    SAY(recv(fd, octets, 1, MSG_OOB));
    SAY(recv(fd, octets, 10, 0));
    SAY(octets[0]);
    SAY(send(fd, "abc?", 4, MSG_OOB));
    SAY(peer("r", 3));
    SAY(peer("i", 0));
    SAY(send(fd, "de", 2, 0));
    SAY(peer("r", 2));
    close(fd);
    peer("x", 0);
}

static void selecting(void) {
    section("select");
    int fd = pair();
    int ends[2];
    fd_set in;
    fd_set out;
    struct timeval brief = {0, 20000};
    if (pipe(ends) != 0) {
        exit(1);
    }
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(fd, &in);
    FD_SET(ends[0], &in);
    SAY(select(ends[1] + 1, &in, NULL, NULL, &brief));
    FD_SET(fd, &in);
    FD_SET(ends[0], &in);
    SAY(write(ends[1], "x", 1));
    SAY(select(ends[1] + 1, &in, NULL, NULL, NULL));
    SAY(FD_ISSET(fd, &in) != 0);
    SAY(FD_ISSET(ends[0], &in) != 0);
    peer("s", 1);
    polled(fd, POLLIN, 1000);
    FD_SET(fd, &in);
    FD_SET(fd, &out);
    SAY(select(ends[1] + 1, &in, &out, NULL, NULL));
    close(fd);
    close(ends[0]);
    close(ends[1]);
    peer("f", 0);
}

static struct epoll_event event;

static int waited(int set_of, int timeout) {
    memset(&event, 0, sizeof event);
    int found = epoll_wait(set_of, &event, 1, timeout);
    return found <= 0 ? found : found << 16 | (int)event.events;
}

static int control(int set_of, int op, int fd, uint32_t events) {
    struct epoll_event wanted = {.events = events, .data.fd = fd};
    return epoll_ctl(set_of, op, fd, &wanted);
}

static void polling(void) {
    section("epoll");
    int fd = pair();
    int ends[2];
    int all = epoll_create1(EPOLL_CLOEXEC);
    if (pipe(ends) != 0) {
        exit(1);
    }
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLIN));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN));
    SAY(control(all, EPOLL_CTL_ADD, ends[0], EPOLLIN));
    SAY(waited(all, 20));
    peer("s", 4);
    SAY(waited(all, 1000));
    SAY(event.data.fd == fd);
    SAY(waited(all, 0));
    SAY(polled(all, POLLIN, 0));
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET));
    SAY(waited(all, 0));
    SAY(waited(all, 0));
    SAY(write(ends[1], "x", 1));
    SAY(waited(all, 1000));
    SAY(event.data.fd == ends[0]);
    SAY(read(ends[0], octets, 1));
    peer("s", 4);
    SAY(waited(all, 1000));
    SAY(waited(all, 0));
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT));
    SAY(waited(all, 0));
    SAY(waited(all, 0));
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLOUT | EPOLLRDHUP));
    SAY(waited(all, 0));
    peer("w", 0);
    polled(fd, POLLRDHUP, 1000);
    SAY(waited(all, 0));
    SAY(control(all, EPOLL_CTL_DEL, fd, 0));
    SAY(control(all, EPOLL_CTL_DEL, fd, 0));
    SAY(control(all, 9, fd, EPOLLIN));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP | EPOLLEXCLUSIVE));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLEXCLUSIVE));
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLEXCLUSIVE));
    SAY(control(all, EPOLL_CTL_MOD, fd, EPOLLIN));
    SAY(control(all, EPOLL_CTL_DEL, fd, 0));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN));
    close(fd);
    SAY(waited(all, 0));
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN));
    fd = stream();
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT));
    SAY(waited(all, 0));
    close(fd);
    close(all);
    close(ends[0]);
    close(ends[1]);
    peer("x", 0);
}

/* As many are told of as there is room for, and none waits for ever behind another, whichever is whose. */
static void sharing(void) {
    section("epoll with little room");
    int all = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event found[4];
    int fds[4];
    int ends[2];
    if (pipe(ends) != 0) {
        exit(1);
    }
    SAY(control(all, EPOLL_CTL_ADD, ends[0], EPOLLIN));
    for (int i = 0; i < 4; i++) {
        fds[i] = socket(family, SOCK_DGRAM, 0);
        bound(fds[i], own_address, 0);
        control(all, EPOLL_CTL_ADD, fds[i], EPOLLOUT);
    }
    SAY(epoll_wait(all, found, 4, 0));
    SAY(epoll_wait(all, found, 4, 0));
    SAY(write(ends[1], "x", 1));
    int seen = 0;
    for (int i = 0; i < 40; i++) {
        waited(all, 0);
        seen |= event.data.fd == ends[0] ? 1 : 2;
        usleep(100);
    }
    SAY(seen);
    for (int i = 0; i < 4; i++) {
        close(fds[i]);
    }
    close(all);
    close(ends[0]);
    close(ends[1]);
}

/* An epoll instance within another tells of what is in it: ours, the kernel's, and both. */
static void nesting(void) {
    section("epoll within epoll");
    int fd = pair();
    int ends[2];
    int inner = epoll_create1(EPOLL_CLOEXEC);
    int outer = epoll_create1(EPOLL_CLOEXEC);
    int outermost = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event two[2];
    fd_set in;
    if (pipe(ends) != 0) {
        exit(1);
    }
    SAY(control(outermost, EPOLL_CTL_ADD, outer, EPOLLIN));
    SAY(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN));
    SAY(control(outer, EPOLL_CTL_ADD, inner, EPOLLIN));
    SAY(control(inner, EPOLL_CTL_ADD, outermost, EPOLLIN));
    SAY(control(inner, EPOLL_CTL_ADD, inner, EPOLLIN));
    SAY(control(inner, EPOLL_CTL_ADD, fd, EPOLLIN));
    SAY(waited(outer, 0));
    SAY(waited(outermost, 20));
    SAY(polled(outer, ALL, 0));
    SAY(polled(inner, ALL, 0));
    peer("s", 4);
    SAY(waited(outermost, 2000));
    SAY(event.data.fd == outer);
    SAY(waited(outer, 0));
    SAY(event.data.fd == inner);
    SAY(waited(outer, 0));
    SAY(polled(outer, ALL, 0));
    SAY(polled(inner, ALL, 0));
    FD_ZERO(&in);
    FD_SET(outermost, &in);
    SAY(select(outermost + 1, &in, NULL, NULL, NULL));
    SAY(waited(inner, 0));
    SAY(event.data.fd == fd);
    SAY(recv(fd, octets, 4, 0));
    SAY(waited(outer, 0));
    SAY(waited(outermost, 0));
    SAY(polled(outermost, ALL, 0));
    SAY(polled(inner, ALL, 0));
    SAY(control(inner, EPOLL_CTL_ADD, ends[0], EPOLLIN));
    SAY(write(ends[1], "x", 1));
    SAY(waited(outermost, 2000));
    SAY(waited(outer, 0));
    SAY(polled(inner, ALL, 0));
    SAY(waited(inner, 0));
    SAY(event.data.fd == ends[0]);
    peer("s", 4);
    polled(fd, POLLIN, 1000);
    SAY(epoll_wait(outer, two, 2, 0));
    SAY(epoll_wait(inner, two, 2, 0));
    SAY(read(ends[0], octets, 1));
    SAY(waited(outer, 0));
    SAY(recv(fd, octets, 4, 0));
    SAY(waited(outer, 0));
    SAY(control(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLET));
    SAY(waited(outer, 0));
    peer("s", 4);
    SAY(waited(outer, 2000));
    SAY(waited(outer, 20));
    SAY(polled(outer, ALL, 0));
    peer("s", 4);
    SAY(waited(outer, 2000));
    SAY(waited(outer, 20));
    SAY(control(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLONESHOT));
    SAY(waited(outer, 0));
    SAY(waited(outer, 0));
    SAY(write(ends[1], "x", 1));
    SAY(waited(outer, 0));
    SAY(control(outer, EPOLL_CTL_MOD, inner, EPOLLIN));
    SAY(waited(outer, 0));
    SAY(read(ends[0], octets, 1));
    SAY(recv(fd, octets, 8, 0));
    SAY(control(inner, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET));
    peer("s", 4);
    SAY(waited(outer, 2000));
    SAY(waited(inner, 0));
    SAY(waited(inner, 0));
    SAY(polled(inner, ALL, 0));
    SAY(waited(outer, 0));
    int twin = dup(inner);
    SAY(control(inner, EPOLL_CTL_MOD, fd, EPOLLIN));
    SAY(waited(twin, 0));
    SAY(control(outer, EPOLL_CTL_DEL, inner, 0));
    SAY(control(outer, EPOLL_CTL_DEL, inner, 0));
    SAY(waited(outer, 0));
    close(inner);
    SAY(waited(twin, 0));
    SAY(control(outer, EPOLL_CTL_ADD, twin, EPOLLIN));
    SAY(waited(outermost, 0));
    close(twin);
    SAY(waited(outer, 0));
    close(outer);
    SAY(waited(outermost, 0));
    close(outermost);
    close(fd);
    close(ends[0]);
    close(ends[1]);
    peer("x", 0);
}

static void accepting(void) {
    section("accepting");
    int listener = stream();
    union address name;
    socklen_t size = sizeof name;
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, own_address, port + 4));
    SAY(listen(listener, 5));
    SAY(fcntl(listener, F_SETFL, O_NONBLOCK));
    SAY(accept(listener, NULL, NULL));
    SAY(polled(listener, ALL, 0));
    SAY(peer("c", port + 4));
    SAY(polled(listener, ALL, 1000));
    SAY(accept4(listener, NULL, NULL, 1));
    int fd = accept4(listener, &name.any, &size, SOCK_CLOEXEC);
    SAY(fd >= 0);
    SAY(size == length() && name.any.sa_family == family);
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(fd, F_GETFD));
    SAY(getsockname(fd, &name.any, &size));
    SAY(ntohs(name.four.sin_port) == port + 4);
    SAY(polled(fd, ALL, 0));
    if (fork() == 0) {
        close(listener);
        _exit(send(fd, octets, 9, 0) == 9 && recv(fd, octets, 3, MSG_WAITALL) == 3 ? 5 : 6);
    }
    int status = 0;
    SAY(peer("r", 9));
    SAY(peer("s", 3));
    wait(&status);
    SAY(WEXITSTATUS(status));
    SAY(send(fd, octets, 2, 0));
    SAY(peer("r", 2));
    fflush(stdout);
    if (fork() == 0) {
        /* The child has it alone, and goes on with it. */
        usleep(50000);
        exit(send(fd, octets, 8, 0) == 8 ? 7 : 8);
    }
    SAY(close(fd));
    SAY(peer("r", 8));
    wait(&status);
    SAY(WEXITSTATUS(status));
    SAY(peer("r", 1));
    peer("x", 0);
    if (fork() == 0) {
        polled(listener, POLLIN, 2000);
        fd = accept(listener, NULL, NULL);
        exit(send(fd, octets, 6, 0) == 6 ? 9 : 10);
    }
    SAY(peer("c", port + 4));
    SAY(peer("r", 6));
    wait(&status);
    SAY(WEXITSTATUS(status));
    SAY(peer("r", 1));
    peer("x", 0);
    close(listener);
    SAY(peer("c", port + 4));
    peer("x", 0);
}

/* Who cannot take a connection for want of a descriptor leaves it where it is. */
static void left_queued(void) {
    section("accepting without a descriptor");
    struct rlimit before;
    int listener = stream();
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, own_address, port + 4));
    SAY(listen(listener, 5));
    SAY(fcntl(listener, F_SETFL, O_NONBLOCK));
    SAY(peer("c", port + 4));
    SAY(polled(listener, ALL, 1000));
    int next = dup(listener);
    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    SAY(setrlimit(RLIMIT_NOFILE, &(struct rlimit) {(rlim_t)next, before.rlim_max}));
    SAY(accept(listener, NULL, NULL));
    SAY(accept(listener, NULL, NULL));
    SAY(polled(listener, ALL, 0));
    SAY(setrlimit(RLIMIT_NOFILE, &before));
    int fd = accept(listener, NULL, NULL);
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    SAY(polled(listener, ALL, 0));
    close(fd);
    close(listener);
    peer("x", 0);
}

static void *accepts(void *listener) {
    errno = 0;
    accept(*(int *)listener, NULL, NULL);
    return (void *)(long)errno;
}

/* A listener that is shut down is none any more, keeps its port, and may become one again. */
static void unlistening(void) {
    section("listeners that are shut down");
    int listener = stream();
    pthread_t thread;
    void *failure = NULL;
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, own_address, port + 4));
    SAY(listen(listener, -1));
    SAY(shutdown(listener, SHUT_WR));
    SAY(polled(listener, ALL, 0));
    SAY(option(listener, SOL_SOCKET, SO_ACCEPTCONN));
    SAY(peer("c", port + 4));
    SAY(shutdown(listener, SHUT_RD));
    SAY(option(listener, SOL_SOCKET, SO_ACCEPTCONN));
    SAY(accept(listener, NULL, NULL));
    SAY(polled(listener, ALL, 0));
    SAY(peer("r", 1));
    peer("x", 0);
    SAY(peer("c", port + 4));
    peer("x", 0);
    SAY(listen(listener, 5));
    SAY(peer("c", port + 4));
    int fd = accept(listener, NULL, NULL);
    SAY(send(fd, octets, 3, 0));
    SAY(peer("r", 3));
    close(fd);
    peer("x", 0);
    pthread_create(&thread, NULL, accepts, &listener);
    usleep(50000);
    SAY(shutdown(listener, SHUT_RDWR));
    pthread_join(thread, &failure);
    SAY((long)failure == EINVAL);
    close(listener);
}

static void datagrams(void) {
    section("datagrams");
    int fd = socket(family, SOCK_DGRAM, 0);
    union address there = at(peer_address, port + 5);
    union address nobody = at(peer_address, port + 8);
    union address name;
    socklen_t size = sizeof name;
    int waiting = -1;
    peer("u", port + 5);
    SAY(bound(fd, own_address, port + 6));
    SAY(send(fd, octets, 1, 0));
    SAY(sendto(fd, octets, 70000, 0, &there.any, length()));
    SAY(sendto(fd, octets, 10, 0, &there.any, 2));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, MSG_DONTWAIT));
    SAY(sendto(fd, octets, 100, 0, &there.any, length()));
    SAY(peer("g", 0));
    SAY(polled(fd, POLLIN, 1000));
    SAY(ioctl(fd, FIONREAD, &waiting));
    SAY(waiting);
    SAY(recv(fd, octets, 40, MSG_PEEK | MSG_TRUNC));
    SAY(recvfrom(fd, octets, 40, 0, &name.any, &size));
    SAY(ntohs(name.four.sin_port) == port + 5);
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(sendto(fd, octets, 0, 0, &there.any, length()));
    SAY(peer("g", 0));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, octets, 40, 0));
    SAY(getpeername(fd, &name.any, &size));
    SAY(connect(fd, &nobody.any, length()));
    SAY(getpeername(fd, &name.any, &size));
    SAY(send(fd, octets, 10, 0));
    usleep(50000);
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(send(fd, octets, 10, 0));
    SAY(polled(fd, POLLPRI, 1000));
    SAY(polled(fd, ALL, 0));
    SAY(error(fd));
    SAY(error(fd));
    SAY(polled(fd, ALL, 0));
    SAY(send(fd, octets, 10, 0));
    SAY(polled(fd, POLLPRI, 1000));
    SAY(send(fd, octets, 10, 0));
    SAY(polled(fd, ALL, 0));
    SAY(connect(fd, &there.any, length()));
    SAY(send(fd, octets, 10, 0));
    SAY(peer("g", 0));
    SAY(recv(fd, octets, 40, 0));
    SAY(listen(fd, 1));
    SAY(accept(fd, NULL, NULL));
    /* To whom it talked as it was sent, though it talks to nobody, or to another, by now. */
    name.any.sa_family = AF_UNSPEC;
    for (int i = 0; i < 20; i++) {
        send(fd, octets, 10, 0);
        connect(fd, i % 2 == 0 ? &name.any : &nobody.any, length());
        connect(fd, &there.any, length());
    }
    SAY(send(fd, octets, 10, 0));
    SAY(connect(fd, &name.any, length()));
    int answered = 0;
    for (int i = 0; i < 21; i++) {
        answered += peer("g", 0) == 10;
    }
    SAY(answered);
    SAY(send(fd, octets, 10, 0));
    close(fd);
    peer("x", 0);
    fd = socket(family, SOCK_DGRAM, 0);
    SAY(bound(fd, own_address, port + 6));
    SAY(shutdown(fd, SHUT_RD));
    SAY(polled(fd, POLLIN, 0));
    SAY(recv(fd, octets, 40, 0));
    close(fd);
}

static union {
    char octets[256];
    struct cmsghdr aligned;
} room;

/* One error of those that wait, with all that is said of it. */
static void waiting_error(int fd) {
    union address to;
    union {
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } from;
    struct sock_extended_err error;
    struct iovec piece = {octets, 40};
    struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &piece, .msg_iovlen = 1,
        .msg_control = room.octets, .msg_controllen = sizeof room};
    union address there = at(peer_address, 0);
    bool six = family == AF_INET6;
    memset(octets, 0, 40);
    SAY(recvmsg(fd, &message, MSG_ERRQUEUE));
    SAY(message.msg_flags);
    SAY(octets[0]);
    SAY(ntohs(to.four.sin_port) - port);
    SAY((long)message.msg_namelen == (long)length());
    SAY((long)message.msg_controllen);
    struct cmsghdr *one = CMSG_FIRSTHDR(&message);
    if (one == NULL) {
        return;
    }
    SAY(one->cmsg_level);
    SAY(one->cmsg_type);
    SAY((long)one->cmsg_len);
    memcpy(&error, CMSG_DATA(one), sizeof error);
    memcpy(&from, CMSG_DATA(one) + sizeof error, six ? sizeof from.six : sizeof from.four);
    SAY(error.ee_errno);
    SAY(error.ee_origin);
    SAY(error.ee_type);
    SAY(error.ee_code);
    SAY(error.ee_info);
    SAY(error.ee_data);
    SAY(from.four.sin_family == family && from.four.sin_port == 0);
    SAY(six ? memcmp(&from.six.sin6_addr, &there.six.sin6_addr, 16) : memcmp(&from.four.sin_addr, &there.four.sin_addr, 4));
}

static void errors(void) {
    section("errors of datagrams");
    bool six = family == AF_INET6;
    int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
    int receive = six ? IPV6_RECVERR : IP_RECVERR;
    int fd = socket(family, SOCK_DGRAM, 0);
    union address nobody = at(peer_address, port + 8);
    SAY(option(fd, level, receive));
    SAY(set(fd, level, receive, 7));
    SAY(option(fd, level, receive));
    SAY(bound(fd, own_address, port + 6));
    SAY(recv(fd, octets, 10, MSG_ERRQUEUE));
    octets[0] = 42;
    SAY(sendto(fd, octets, 10, 0, &nobody.any, length()));
    SAY(polled(fd, ALL & ~POLLOUT, 1000));
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(polled(fd, ALL, 0));
    waiting_error(fd);
    SAY(recv(fd, octets, 10, MSG_ERRQUEUE));
    SAY(polled(fd, ALL, 0));
    SAY(connect(fd, &nobody.any, length()));
    octets[0] = 43;
    SAY(send(fd, octets, 20, 0));
    SAY(polled(fd, POLLIN, 1000));
    waiting_error(fd);
    SAY(recv(fd, octets, 40, MSG_DONTWAIT));
    SAY(send(fd, octets, 0, 0));
    SAY(polled(fd, POLLIN, 1000));
    SAY(error(fd));
    SAY(error(fd));
    SAY(polled(fd, POLLIN, 0));
    SAY(set(fd, level, receive, 0));
    SAY(polled(fd, POLLIN, 0));
    SAY(recv(fd, octets, 10, MSG_ERRQUEUE));
    close(fd);
    fd = pair();
    SAY(recv(fd, octets, 10, MSG_ERRQUEUE));
    close(fd);
    peer("f", 0);
}

static void options(int kind) {
    section(kind == SOCK_STREAM ? "options of streams" : "options of datagrams");
    int fd = kind == SOCK_STREAM ? pair() : socket(family, SOCK_DGRAM, 0);
    if (kind != SOCK_STREAM) {
        to(fd, peer_address, port + 8);
    }
    SAY(option(fd, SOL_SOCKET, SO_TYPE));
    SAY(option(fd, SOL_SOCKET, SO_DOMAIN));
    SAY(option(fd, SOL_SOCKET, SO_PROTOCOL));
    SAY(option(fd, SOL_SOCKET, SO_KEEPALIVE));
    SAY(set(fd, SOL_SOCKET, SO_KEEPALIVE, 5));
    SAY(option(fd, SOL_SOCKET, SO_KEEPALIVE));
    SAY(set(fd, SOL_SOCKET, SO_REUSEADDR, 1));
    SAY(option(fd, SOL_SOCKET, SO_REUSEADDR));
    SAY(set(fd, SOL_SOCKET, SO_BROADCAST, 1));
    SAY(option(fd, SOL_SOCKET, SO_BROADCAST));
    SAY(set(fd, SOL_SOCKET, SO_RCVBUF, 20000));
    SAY(option(fd, SOL_SOCKET, SO_RCVBUF));
    SAY(set(fd, SOL_SOCKET, SO_SNDBUF, 1));
    SAY(option(fd, SOL_SOCKET, SO_SNDBUF) > 0);
    SAY(set(fd, SOL_SOCKET, 7777, 1));
    SAY(set(fd, 7777, 1, 1));
    SAY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, octets, 2));
    SAY(set(fd, IPPROTO_TCP, TCP_NODELAY, 1));
    SAY(option(fd, IPPROTO_TCP, TCP_NODELAY));
    SAY(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 0));
    SAY(set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 100));
    SAY(option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
    SAY(option(fd, IPPROTO_TCP, TCP_KEEPCNT));
    SAY(option(fd, IPPROTO_TCP, TCP_KEEPINTVL));
    SAY(set(fd, IPPROTO_TCP, TCP_KEEPCNT, 128));
    SAY(set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, -1));
    struct linger linger = {1, 3};
    socklen_t size = sizeof linger;
    SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    SAY(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &size));
    SAY(linger.l_onoff * 100 + linger.l_linger);
    linger.l_onoff = 0;
    SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    close(fd);
    if (kind == SOCK_STREAM) {
        peer("f", 0);
    }
}

/* What was set before it was known whom the socket talks to. */
static void options_before(void) {
    section("options before");
    int fd = stream();
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 77);
    peer("l", port);
    SAY(to(fd, peer_address, port));
    peer("a", 0);
    SAY(option(fd, IPPROTO_TCP, TCP_NODELAY));
    SAY(option(fd, SOL_SOCKET, SO_KEEPALIVE));
    SAY(option(fd, IPPROTO_TCP, TCP_KEEPIDLE));
    SAY(option(fd, SOL_SOCKET, SO_OOBINLINE));
    close(fd);
    peer("f", 0);
}

/* What TCP_INFO says, into so many octets. */
static union {
    struct tcp_info info;
    char octets[512];
    uint64_t words[64];
} told;

static int asked(int fd, int most) {
    socklen_t size = (socklen_t)most;
    memset(&told, 0, sizeof told);
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &told, &size) == 0 ? (int)size : -1;
}

static int state(int fd) {
    return asked(fd, sizeof told) > 0 ? told.info.tcpi_state : -1;
}

enum { BYTES_RECEIVED = 16 }; /* in words */

static void information(void) {
    section("information");
    int fd = stream();
    SAY(state(fd));
    SAY(bound(fd, own_address, port + 9));
    SAY(listen(fd, 3));
    SAY(state(fd));
    SAY(told.info.tcpi_unacked);
    SAY(told.info.tcpi_sacked);
    close(fd);
    fd = pair();
    SAY(state(fd));
    SAY(told.info.tcpi_options & (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE));
    SAY(told.info.tcpi_total_retrans);
    SAY(told.info.tcpi_retransmits + told.info.tcpi_backoff);
    SAY(told.info.tcpi_rtt > 0 && told.info.tcpi_rto >= 200000 && told.info.tcpi_snd_cwnd >= 10);
    SAY(told.info.tcpi_snd_mss >= 536 && told.info.tcpi_rcv_mss >= 536 && told.info.tcpi_pmtu > told.info.tcpi_snd_mss);
    SAY(option(fd, IPPROTO_TCP, TCP_MAXSEG) == (int)told.info.tcpi_snd_mss);
    peer("s", 1000);
    SAY(recv(fd, octets, 1000, MSG_WAITALL));
    SAY(asked(fd, sizeof told) >= (BYTES_RECEIVED + 1) * 8);
    SAY(told.words[BYTES_RECEIVED]);
    SAY(asked(fd, 8));
    SAY(told.info.tcpi_state + told.info.tcpi_rto + told.info.tcpi_snd_mss);
    SAY(asked(fd, 0));
    SAY(asked(fd, -1));
    SAY(set(fd, IPPROTO_TCP, TCP_INFO, 1));
    SAY(shutdown(fd, SHUT_WR));
    SAY(peer("r", 1));
    usleep(50000);
    SAY(state(fd));
    close(fd);
    peer("x", 0);
    fd = pair();
    peer("w", 0);
    polled(fd, POLLRDHUP, 1000);
    SAY(state(fd));
    SAY(shutdown(fd, SHUT_WR));
    SAY(peer("r", 1));
    usleep(50000);
    SAY(state(fd));
    close(fd);
    peer("x", 0);
    fd = pair();
    peer("z", 0);
    polled(fd, POLLIN, 1000);
    SAY(state(fd));
    close(fd);
    fd = socket(family, SOCK_DGRAM, 0);
    to(fd, peer_address, port + 8);
    SAY(asked(fd, sizeof told));
    close(fd);
}

/* Receives one datagram, and says what control messages came with it. */
static void controls_of(int fd, size_t most) {
    struct iovec piece = {octets, 40};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room.octets, .msg_controllen = most};
    polled(fd, POLLIN, 1000);
    SAY(recvmsg(fd, &message, 0));
    SAY(message.msg_flags);
    SAY((long)message.msg_controllen);
    for (struct cmsghdr *one = CMSG_FIRSTHDR(&message); one != NULL; one = CMSG_NXTHDR(&message, one)) {
        union address own = at(own_address, 0);
        struct in_pktinfo four;
        struct in6_pktinfo six;
        SAY(one->cmsg_level);
        SAY(one->cmsg_type);
        SAY((long)one->cmsg_len);
        if (one->cmsg_level == IPPROTO_IP && one->cmsg_type == IP_PKTINFO) {
            memcpy(&four, CMSG_DATA(one), sizeof four);
            SAY(memcmp(&four.ipi_addr, &own.four.sin_addr, 4) == 0 && four.ipi_ifindex > 0);
        } else if (one->cmsg_level == IPPROTO_IPV6 && one->cmsg_type == IPV6_PKTINFO) {
            memcpy(&six, CMSG_DATA(one), sizeof six);
            SAY(memcmp(&six.ipi6_addr, &own.six.sin6_addr, 16) == 0 && six.ipi6_ifindex > 0);
        } else {
            SAY(*CMSG_DATA(one));
        }
    }
}

/* Sends with one control message. */
static long sent_with(int fd, int level, int type, const void *what, size_t size) {
    union address there = at(peer_address, port + 5);
    struct iovec piece = {octets, 20};
    struct msghdr message = {.msg_name = &there, .msg_namelen = length(), .msg_iov = &piece, .msg_iovlen = 1,
        .msg_control = room.octets, .msg_controllen = CMSG_SPACE(size)};
    struct cmsghdr *one = CMSG_FIRSTHDR(&message);
    one->cmsg_level = level;
    one->cmsg_type = type;
    one->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(one), what, size);
    return sendmsg(fd, &message, 0);
}

/* A connection that is begun by a send, to a peer that knows no Fast Open. */
static void sent_first(void) {
    section("sent first");
    union address there = at(peer_address, port);
    int fd = stream();
    SAY(peer("l", port));
    SAY(sendto(fd, octets, 7, MSG_FASTOPEN, &there.any, length()));
    SAY(peer("a", 0) >= 0);
    SAY(peer("r", 7));
    SAY(sendto(fd, octets, 7, MSG_FASTOPEN | MSG_NOSIGNAL, &there.any, length()));
    close(fd);
    peer("x", 0);
}

static void *receives(void *fd) {
    return (void *)(long)recv(*(int *)fd, octets, 40, 0);
}

static void *polls(void *fd) {
    return (void *)(long)polled(*(int *)fd, POLLIN, 3000);
}

/* A thread waits for a socket of which nothing is known yet, and another one sends. */
static void received_before(void) {
    section("received before it was sent");
    void *(*const ways[])(void *) = {receives, polls};
    union address there = at(peer_address, port + 5);
    for (int i = 0; i < 2; i++) {
        int fd = socket(family, SOCK_DGRAM, 0);
        pthread_t thread;
        void *got = NULL;
        peer("u", port + 5);
        pthread_create(&thread, NULL, ways[i], &fd);
        usleep(30000);
        SAY(sendto(fd, octets, 20, 0, &there.any, length()));
        SAY(peer("g", 0));
        pthread_join(thread, &got);
        SAY((long)got);
        close(fd);
        peer("x", 0);
    }
}

static void controls(void) {
    section("control messages");
    bool six = family == AF_INET6;
    int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
    int hops_of_one = six ? IPV6_HOPLIMIT : IP_TTL;
    int fd = socket(family, SOCK_DGRAM, 0);
    union address there = at(peer_address, port + 5);
    union address own = at(own_address, 0);
    struct in_pktinfo four = {.ipi_spec_dst = own.four.sin_addr};
    struct in6_pktinfo whole = {.ipi6_addr = own.six.sin6_addr};
    peer("u", port + 5);
    SAY(set(fd, level, six ? IPV6_RECVPKTINFO : IP_PKTINFO, 1));
    SAY(bound(fd, own_address, port + 6));
    SAY(set(fd, level, six ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 1));
    SAY(set(fd, level, six ? IPV6_RECVTCLASS : IP_RECVTOS, 5));
    SAY(option(fd, level, six ? IPV6_RECVTCLASS : IP_RECVTOS));
    SAY(sendto(fd, octets, 20, 0, &there.any, length()));
    SAY(peer("g", 0));
    controls_of(fd, sizeof room);
    SAY(sent_with(fd, level, hops_of_one, &(int){9}, sizeof(int)));
    SAY(peer("g", 0));
    controls_of(fd, CMSG_SPACE(sizeof(struct in6_pktinfo)) + 3);
    SAY(sent_with(fd, level, hops_of_one, &(int){300}, sizeof(int)));
    SAY(sent_with(fd, level, six ? IPV6_TCLASS : IP_TOS, &(int){8}, sizeof(int)));
    SAY(peer("g", 0));
    SAY(sent_with(
        fd, level, six ? IPV6_PKTINFO : IP_PKTINFO, six ? (void *)&whole : (void *)&four, six ? sizeof whole : sizeof four));
    SAY(peer("g", 0));
    SAY(sent_with(fd, level, 999, &(int){8}, sizeof(int)));
    SAY(sent_with(fd, SOL_SOCKET, 999, &(int){8}, sizeof(int)));
    SAY(set(fd, level, six ? IPV6_RECVHOPLIMIT : IP_RECVTTL, 0));
    controls_of(fd, 0);
    controls_of(fd, sizeof room);
    close(fd);
    peer("x", 0);
}

/* Options that programs ask for in passing, and of which little comes; what they say before, and behind two values. */
static void hints(int kind) {
    section(kind == SOCK_STREAM ? "hints of streams" : "hints of datagrams");
    static const int all[][2] = {
        {IPPROTO_TCP, TCP_FASTOPEN}, {IPPROTO_TCP, TCP_FASTOPEN_CONNECT}, {IPPROTO_TCP, TCP_NOTSENT_LOWAT},
        {IPPROTO_TCP, TCP_SYNCNT}, {IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS}, {IPPROTO_TCP, TCP_SAVE_SYN},
        {SOL_SOCKET, SO_DEBUG}, {SOL_SOCKET, SO_NO_CHECK}, {SOL_SOCKET, SO_RXQ_OVFL}, {SOL_SOCKET, SO_SELECT_ERR_QUEUE},
        {SOL_SOCKET, SO_BUSY_POLL}, {SOL_SOCKET, SO_SNDLOWAT}, {SOL_SOCKET, SO_TIMESTAMP}, {SOL_SOCKET, SO_TIMESTAMPNS},
        {SOL_SOCKET, SO_TIMESTAMP}, {IPPROTO_IP, IP_MTU_DISCOVER}, {IPPROTO_IP, IP_FREEBIND}, {IPPROTO_IP, IP_TRANSPARENT},
        {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT}, {IPPROTO_IPV6, IPV6_MTU_DISCOVER}, {IPPROTO_IPV6, IPV6_DONTFRAG},
        {IPPROTO_IPV6, IPV6_FREEBIND}, {IPPROTO_IPV6, IPV6_V6ONLY}, {IPPROTO_UDP, UDP_SEGMENT}, {IPPROTO_UDP, UDP_GRO},
        {7777, 1},
    };
    int fd = kind == SOCK_STREAM ? pair() : socket(family, SOCK_DGRAM, 0);
    if (kind != SOCK_STREAM) {
        to(fd, peer_address, port + 8);
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        printf("%d %d\n", all[i][0], all[i][1]);
        SAY(option(fd, all[i][0], all[i][1]));
        SAY(set(fd, all[i][0], all[i][1], 1));
        SAY(option(fd, all[i][0], all[i][1]));
        SAY(set(fd, all[i][0], all[i][1], 0));
        SAY(set(fd, all[i][0], all[i][1], -1));
        SAY(option(fd, all[i][0], all[i][1]));
        SAY(all[i][0] == IPPROTO_IPV6 ? 0 : setsockopt(fd, all[i][0], all[i][1], octets, 1));
    }
    uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    SAY(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size));
    SAY(cookie != 0);
    SAY(kind != SOCK_STREAM || option(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, family == AF_INET ? IP_MTU : IPV6_MTU) >= 1500);
    close(fd);
    if (kind == SOCK_STREAM) {
        peer("f", 0);
        fd = stream();
        SAY(set(fd, IPPROTO_TCP, TCP_FASTOPEN, 5));
        SAY(bound(fd, own_address, port + 9));
        SAY(listen(fd, 3));
        SAY(option(fd, IPPROTO_TCP, TCP_FASTOPEN));
        SAY(set(fd, IPPROTO_TCP, TCP_FASTOPEN, 6));
        SAY(set(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1));
        SAY(option(fd, IPPROTO_TCP, TCP_FASTOPEN));
        SAY(option(fd, IPPROTO_IP, IP_MTU));
        close(fd);
    }
}

/* One send that is many datagrams. */
static void segments(void) {
    section("segments");
    union address there = at(peer_address, port + 5);
    uint16_t few = 7;
    int fd = socket(family, SOCK_DGRAM, 0);
    SAY(bound(fd, own_address, port + 6));
    peer("u", port + 5);
    SAY(sent_with(fd, IPPROTO_UDP, UDP_SEGMENT, &few, sizeof few));
    for (int i = 0; i < 3; i++) {
        SAY(peer("g", 0));
    }
    SAY(sent_with(fd, IPPROTO_UDP, UDP_SEGMENT, &few, 1));
    SAY(sent_with(fd, IPPROTO_UDP, 77, &few, sizeof few));
    few = 0;
    SAY(sent_with(fd, IPPROTO_UDP, UDP_SEGMENT, &few, sizeof few));
    SAY(peer("g", 0));
    SAY(set(fd, IPPROTO_UDP, UDP_SEGMENT, 1000));
    SAY(sendto(fd, octets, 2500, 0, &there.any, length()));
    for (int i = 0; i < 3; i++) {
        SAY(peer("g", 0));
    }
    SAY(sendto(fd, octets, 65530, 0, &there.any, length()));
    SAY(set(fd, IPPROTO_UDP, UDP_SEGMENT, 1));
    SAY(sendto(fd, octets, 1000, 0, &there.any, length()));
    close(fd);
    peer("x", 0);
}

/* What was sent, when it was taken, and what takes nothing. */
static void lengths(void) {
    section("lengths and times");
    union address there = at(peer_address, port + 5);
    struct iovec piece = {octets, 0};
    int fd = socket(family, SOCK_DGRAM, 0);
    SAY(bound(fd, own_address, port + 28));
    SAY(set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1));
    peer("u", port + 5);
    SAY(sendto(fd, octets, 20, 0, &there.any, length()));
    SAY(peer("g", 0));
    SAY(polled(fd, POLLIN, 1000));
    SAY(read(fd, octets, 0));
    SAY(readv(fd, &piece, 1));
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room.octets, .msg_controllen = sizeof room};
    piece.iov_len = 40;
    SAY(recvmsg(fd, &message, 0));
    struct cmsghdr *one = CMSG_FIRSTHDR(&message);
    struct timespec told;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    SAY(one != NULL && one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_TIMESTAMPNS && one->cmsg_len == CMSG_LEN(sizeof told));
    memset(&told, 0, sizeof told);
    if (one != NULL) {
        memcpy(&told, CMSG_DATA(one), sizeof told);
    }
    SAY(now.tv_sec - told.tv_sec <= 2);
    SAY(connect(fd, &there.any, length()));
    piece.iov_len = 0;
    SAY(writev(fd, &piece, 1));
    SAY(pwritev2(fd, &piece, 1, 0, 0));
    SAY(pwritev2(fd, &piece, 1, -1, 0));
    SAY(write(fd, octets, 0));
    SAY(peer("g", 0));
    SAY(recv(fd, octets, 10, 0));
    /* The time is looked at behind each. */
    struct mmsghdr two[2] = {{.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}}};
    struct timespec none = {0, 0};
    struct timespec wrong = {-1, 0};
    piece.iov_len = 40;
    SAY(pwritev2(fd, &(struct iovec){octets, 3}, 1, -1, 0));
    SAY(peer("g", 0));
    SAY(preadv2(fd, &piece, 1, -1, 0));
    SAY(write(fd, octets, 3));
    SAY(peer("g", 0));
    SAY(recvmmsg(fd, two, 2, 0, &wrong));
    SAY(recvmmsg(fd, two, 2, 0, &none));
    SAY(two[0].msg_len);
    struct pollfd waits = {fd, POLLIN, 0};
    fd_set in;
    FD_ZERO(&in);
    FD_SET(fd, &in);
    SAY(ppoll(&waits, 1, &wrong, NULL));
    SAY(pselect(fd + 1, &in, NULL, NULL, &wrong, NULL));
    SAY(select(fd + 1, &in, NULL, NULL, &(struct timeval){-1, 0}));
    SAY(select(fd + 1, &in, NULL, NULL, &(struct timeval){0, -1}));
    /* A file is one datagram; over IPv6 the kernel loses it. */
    if (family == AF_INET6) {
        close(fd);
        peer("x", 0);
        return;
    }
    FILE *file = tmpfile();
    fwrite(octets, 1, 300, file);
    fflush(file);
    off_t from = 100;
    SAY(sendfile(fd, fileno(file), &from, 1000));
    SAY(from);
    SAY(peer("g", 0));
    SAY(recv(fd, octets, sizeof octets, 0));
    fclose(file);
    close(fd);
    peer("x", 0);
}

/* Who is accepted, and has gone by then, still is told. */
static void gone(void) {
    section("gone");
    union address name;
    socklen_t size = sizeof name;
    int listener = stream();
    memset(&name, 0, sizeof name);
    SAY(bound(listener, own_address, port + 9));
    SAY(listen(listener, 3));
    SAY(peer("c", port + 9));
    SAY(polled(listener, POLLIN, 1000));
    SAY(peer("z", 0));
    usleep(50000);
    int fd = accept(listener, &name.any, &size);
    union address expected = at(peer_address, 0);
    expected.four.sin_port = name.four.sin_port;
    SAY(name.four.sin_port != 0 && size == length() && memcmp(&name, &expected, size) == 0);
    SAY(getpeername(fd, &name.any, &size));
    SAY(recv(fd, octets, 1, 0));
    close(fd);
    close(listener);
}

static sigjmp_buf back;

static void goes_back(int signal) {
    siglongjmp(back, signal);
}

/* Addresses of no memory: refused, or a fault from whose handler the program goes on. */
static void nowhere(void) {
    section("nowhere");
    void *wrong = (void *)(intptr_t)negative;
    char *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct epoll_event event = {.events = EPOLLIN};
    union address name;
    socklen_t size = sizeof name;
    int fd = pair();
    int set_of = epoll_create1(0);
    SAY(send(fd, wrong, 10, 0));
    SAY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, wrong, 4));
    SAY(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, wrong, &size));
    SAY(getsockname(fd, wrong, &size));
    SAY(epoll_ctl(set_of, EPOLL_CTL_ADD, fd, wrong));
    SAY(epoll_ctl(set_of, EPOLL_CTL_ADD, fd, &event));
    SAY(peer("s", 10));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, wrong, 10, 0));
    SAY(epoll_wait(set_of, wrong, 1, 0));
    struct sigaction before;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = goes_back;
    sigaction(SIGSEGV, &action, &before);
    volatile bool refuses = true;
    if (sigsetjmp(back, 1) == 0) {
        refuses = epoll_wait(set_of, (void *)none, 1, 0) == -1 && errno == EFAULT;
    }
    SAY(refuses);
    refuses = true;
    if (sigsetjmp(back, 1) == 0) {
        refuses = recv(fd, none, 10, 0) == -1 && errno == EFAULT;
    }
    SAY(refuses);
    sigaction(SIGSEGV, &before, NULL);
    SAY(epoll_wait(set_of, &event, 1, 0));
    SAY(recv(fd, octets, 10, 0));
    munmap(none, 4096);
    close(set_of);
    close(fd);
    peer("f", 0);
}

/* This program once more, which has nothing of this one's: connects to a port of the loopback, or sends a datagram there. */
static int from_outside(int number, const char *how) {
    char text[16];
    int status = -1;
    snprintf(text, sizeof text, "%d", number);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        close_range(3, ~0U, 0);
        execl("/proc/self/exe", "corners", family == AF_INET6 ? "6" : "4", text, how, NULL);
        _exit(99);
    }
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Sends a datagram to a port of the loopback, to an address or connected, and takes the answer. */
static int tell_outside(const char *loopback, int number, bool connected) {
    union address there = at(loopback, number);
    struct timeval patience = {2, 0};
    int fd = socket(family, SOCK_DGRAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ssize_t done = connected && connect(fd, &there.any, length()) != 0 ? -1
        : connected                                                 ? send(fd, octets, 9, 0)
                                                                    : sendto(fd, octets, 9, 0, &there.any, length());
    return done == 9 && recv(fd, octets, 20, 0) == 7 ? 0 : errno;
}

static void *binds(void *failed) {
    int fd = stream();
    *(int *)failed = bound(fd, family == AF_INET6 ? "::" : "0.0.0.0", 0);
    close(fd);
    return NULL;
}

/* Forks while another thread makes the image's first socket: how many children could not make theirs. */
static int forks_meanwhile(void) {
    pthread_t thread;
    pid_t children[8];
    int failed = -1;
    int failures = 0;
    int status = -1;
    pthread_create(&thread, NULL, binds, &failed);
    for (int i = 0; i < 8; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            alarm(10);
            binds(&failed);
            _exit(failed == 0 ? 0 : 1);
        }
        usleep(400);
    }
    for (int i = 0; i < 8; i++) {
        failures += waitpid(children[i], &status, 0) != children[i] || status != 0;
    }
    pthread_join(thread, NULL);
    return failures + (failed != 0);
}

static int ask_outside(char **arguments) {
    family = arguments[1][0] == '6' ? AF_INET6 : AF_INET;
    if (arguments[3][0] == 'f') {
        return forks_meanwhile();
    }
    const char *loopback = family == AF_INET6 ? "::1" : "127.0.0.1";
    if (arguments[3][0] == 'u') {
        return tell_outside(loopback, atoi(arguments[2]), arguments[3][1] != 0);
    }
    int fd = socket(family, SOCK_STREAM | (arguments[3][0] == 0 ? SOCK_NONBLOCK : 0), 0);
    int done = to(fd, loopback, atoi(arguments[2]));
    if (done != 0 && errno == EINPROGRESS) {
        done = polled(fd, POLLOUT, 2000) > 0 && error(fd) == 0 ? 0 : -1;
    }
    /* The same socket once more. */
    return done == 0 ? 0 : to(fd, loopback, atoi(arguments[2])) == 0 ? 97 : errno;
}

/* Datagrams of others are answered by a child. */
static void answering(const char *where, int number) {
    union address name;
    socklen_t size = sizeof name;
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    SAY(bound(fd, where, number));
    fflush(stdout);
    pid_t child = fork();
    for (int i = 0; child == 0 && i < 2; i++) {
        recvfrom(fd, octets, 20, 0, &name.any, &size);
        sendto(fd, octets, 7, 0, &name.any, size);
    }
    if (child == 0) {
        _exit(0);
    }
    SAY(from_outside(number, "u"));
    SAY(from_outside(number, "uc"));
    SAY(waitpid(child, NULL, 0) == child);
    close(fd);
}

static void from_others(void) {
    section("from others over the loopback");
    int listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, family == AF_INET6 ? "::" : "0.0.0.0", port + 27));
    SAY(from_outside(port + 27, "waits"));
    SAY(listen(listener, 5));
    SAY(from_outside(port + 27, ""));
    int fd = accept(listener, NULL, NULL);
    SAY(fd >= 0);
    close(fd);
    close(listener);
    SAY(from_outside(port + 27, "waits"));
    answering(family == AF_INET6 ? "::" : "0.0.0.0", port + 28);
    answering(family == AF_INET6 ? "::1" : "127.0.0.1", port + 29);
}

/* ----- Groups ----- */

static int member(int fd, bool joins, const char *text) {
    union address where = at(text, 0);
    struct ip_mreqn four = {.imr_multiaddr = where.four.sin_addr, .imr_ifindex = (int)link_between()};
    struct ipv6_mreq six = {.ipv6mr_multiaddr = where.six.sin6_addr, .ipv6mr_interface = link_between()};
    return family == AF_INET
        ? setsockopt(fd, IPPROTO_IP, joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP, &four, sizeof four)
        : setsockopt(fd, IPPROTO_IPV6, joins ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP, &six, sizeof six);
}

/* By the structures of RFC 3678. */
static int of_source(int fd, int what, const char *source) {
    struct group_source_req asked = {.gsr_interface = link_between()};
    union address where = group(0);
    union address from = at(source, 0);
    bool any = what == MCAST_JOIN_GROUP || what == MCAST_LEAVE_GROUP;
    memcpy(&asked.gsr_group, &where, sizeof where);
    memcpy(&asked.gsr_source, &from, sizeof from);
    return setsockopt(fd, family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6, what, &asked,
        any ? sizeof(struct group_req) : sizeof asked);
}

static void groups(void) {
    section("groups");
    bool six = family == AF_INET6;
    const char *group_address = six ? "ff15::7777" : "239.7.7.7";
    const char *any = six ? "::" : "0.0.0.0";
    union address there = group(port + 20);
    int fd = socket(family, SOCK_DGRAM, 0);
    SAY(member(fd, true, group_address));
    SAY(bound(fd, any, port + 20));
    SAY(peer("m", port + 20));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, octets, 9, 0));
    SAY(member(fd, true, group_address));
    SAY(member(fd, true, own_address));
    SAY(member(fd, false, group_address));
    SAY(member(fd, false, group_address));
    SAY(peer("m", port + 20));
    SAY(polled(fd, POLLIN, 50));
    SAY(setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_ADD_MEMBERSHIP : IP_ADD_MEMBERSHIP, octets, 7));
    SAY(of_source(fd, MCAST_JOIN_GROUP, peer_address));
    SAY(of_source(fd, MCAST_BLOCK_SOURCE, peer_address));
    SAY(peer("m", port + 20));
    SAY(polled(fd, POLLIN, 50));
    SAY(of_source(fd, MCAST_UNBLOCK_SOURCE, peer_address));
    SAY(peer("m", port + 20));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, octets, 9, 0));
    SAY(of_source(fd, MCAST_JOIN_SOURCE_GROUP, peer_address));
    SAY(of_source(fd, MCAST_LEAVE_GROUP, peer_address));
    SAY(of_source(fd, MCAST_JOIN_SOURCE_GROUP, peer_address));
    SAY(peer("m", port + 20));
    SAY(polled(fd, POLLIN, 1000));
    SAY(of_source(fd, MCAST_LEAVE_SOURCE_GROUP, peer_address));
    SAY(by_link(fd));
    SAY(sendto(fd, octets, 9, 0, &there.any, length()));
    close(fd);
    fd = stream();
    SAY(bound(fd, own_address, 0));
    SAY(member(fd, true, group_address));
    close(fd);
}

/* ----- The loopback, which is the kernel's unless one of ours serves any address ----- */

static void over_loopback(void) {
    section("loopback");
    const char *any = family == AF_INET6 ? "::" : "0.0.0.0";
    const char *loopback = family == AF_INET6 ? "::1" : "127.0.0.1";
    int listener = stream();
    int kernels = stream();
    union address served = at(loopback, port + 22);
    union address name;
    socklen_t size = sizeof name;
    /* Who was here before, over the other family, may be in TIME-WAIT. */
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    set(kernels, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, any, port + 21));
    SAY(listen(listener, 5));
    int client = stream();
    SAY(to(client, loopback, port + 21));
    int fd = accept(listener, NULL, NULL);
    SAY(send(client, octets, 9, 0));
    SAY(recv(fd, octets, 9, MSG_WAITALL));
    SAY(getpeername(client, &name.any, &size));
    SAY(ntohs(name.four.sin_port) - port);
    close(fd);
    close(client);
    close(listener);
    fd = socket(family, SOCK_DGRAM, 0);
    client = socket(family, SOCK_DGRAM, 0);
    SAY(bound(fd, any, port + 22));
    SAY(sendto(client, octets, 7, 0, &served.any, length()));
    SAY(recvfrom(fd, octets, 9, 0, &name.any, &size));
    SAY(sendto(fd, octets, 5, 0, &name.any, size));
    SAY(recv(client, octets, 9, 0));
    close(fd);
    close(client);
    SAY(bound(kernels, loopback, port + 23));
    SAY(listen(kernels, 5));
    for (int i = 0; i < 2; i++) {
        client = stream();
        set(client, SOL_SOCKET, SO_REUSEADDR, 1);
        SAY(bound(client, any, i * (port + 24)));
        SAY(set(client, SOL_SOCKET, SO_KEEPALIVE, 1));
        SAY(to(client, loopback, port + 23));
        fd = accept(kernels, &name.any, &size);
        SAY(i == 0 || ntohs(name.four.sin_port) == port + 24);
        SAY(option(client, SOL_SOCKET, SO_KEEPALIVE));
        SAY(send(client, octets, 9, 0));
        SAY(recv(fd, octets, 9, MSG_WAITALL));
        close(fd);
        close(client);
    }
    close(kernels);
    client = stream();
    SAY(bound(client, any, 0));
    SAY(to(client, loopback, port + 23));
    close(client);
    fd = socket(family, SOCK_DGRAM, 0);
    client = socket(family, SOCK_DGRAM, 0);
    SAY(bound(fd, loopback, port + 22));
    SAY(bound(client, any, 0));
    SAY(sendto(client, octets, 7, 0, &served.any, length()));
    SAY(recvfrom(fd, octets, 9, 0, &name.any, &size));
    SAY(sendto(fd, octets, 5, 0, &name.any, size));
    SAY(recv(client, octets, 9, 0));
    close(fd);
    close(client);
}

/* ----- What older programs do ----- */

static void older(void) {
    section("older");
    struct itimerval soon = {.it_value.tv_usec = 30000};
    unsigned char small = 5;
    socklen_t size = 1;
    int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    int hops = family == AF_INET ? IP_TTL : IPV6_UNICAST_HOPS;
    int fd = pair();
    int before = signals;
    SAY(signal(SIGALRM, counted) == SIG_DFL);
    SAY(siginterrupt(SIGALRM, 1));
    setitimer(ITIMER_REAL, &soon, NULL);
    SAY(recv(fd, octets, 1, 0));
    SAY(signals - before);
    SAY(signal(SIGALRM, counted) == counted);
    setitimer(ITIMER_REAL, &soon, NULL);
    SAY(recv(fd, octets, 1, 0));
    SAY(siginterrupt(SIGALRM, 0));
    SAY(siginterrupt(999, 0));
    SAY(setsockopt(fd, level, hops, &small, 1));
    SAY(option(fd, level, hops));
    small = 9;
    SAY(getsockopt(fd, level, hops, &small, &size));
    SAY(size << 8 | small);
    close(fd);
    peer("x", 0);
}

/* ----- Interfaces ----- */

static void by_name(int fd, const char *name, const struct ifaddrs *one) {
    static const struct {
        const char *what;
        unsigned long request;
    } asked[] = {{"address", SIOCGIFADDR}, {"mask", SIOCGIFNETMASK}};
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        struct ifreq request = {.ifr_flags = 0};
        snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
        int done = ioctl(fd, asked[i].request, &request);
        const struct sockaddr *listed = one == NULL ? NULL : i == 0 ? one->ifa_addr : one->ifa_netmask;
        bool same = done == 0 && listed != NULL && listed->sa_family == AF_INET
            && ((const struct sockaddr_in *)(const void *)listed)->sin_addr.s_addr
                == ((const struct sockaddr_in *)(const void *)&request.ifr_addr)->sin_addr.s_addr;
        printf("interface's %s: %d, as listed %d\n", asked[i].what, done == 0 ? 0 : errno, same);
    }
}

static void by_request(int fd, const char *name) {
    struct ifreq request = {.ifr_flags = 0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    int done = ioctl(fd, SIOCGIFINDEX, &request);
    printf("its number: %d, %d\n", done, request.ifr_ifindex == (int)if_nametoindex(name));
    unsigned index = (unsigned)request.ifr_ifindex;
    done = ioctl(fd, SIOCGIFFLAGS, &request);
    printf("its flags: %d, %x\n", done, request.ifr_flags & (IFF_UP | IFF_LOOPBACK | IFF_BROADCAST | IFF_MULTICAST));
    done = ioctl(fd, SIOCGIFMTU, &request);
    printf("its MTU: %d, %d\n", done, request.ifr_mtu);
    done = ioctl(fd, SIOCGIFHWADDR, &request);
    printf("its kind: %d, %d\n", done, request.ifr_hwaddr.sa_family);
    memset(&request, 0, sizeof request);
    request.ifr_ifindex = (int)index;
    done = ioctl(fd, SIOCGIFNAME, &request);
    char again[IF_NAMESIZE] = "";
    printf("its name: %d, %d, %d\n", done, strcmp(request.ifr_name, name),
        if_indextoname(index, again) == NULL || strcmp(again, name) != 0);
}

static int prefix(const struct sockaddr *mask) {
    const union address *its = (const void *)mask;
    const uint8_t *octets = family == AF_INET ? (const void *)&its->four.sin_addr : (const void *)&its->six.sin6_addr;
    int bits = 0;
    for (size_t i = 0; i < (family == AF_INET ? 4 : 16); i++) {
        bits += __builtin_popcount(octets[i]);
    }
    return bits;
}

/* How many of the entries of a list are of our own address; in a list that has room for one they must be the first. */
static void listed(int fd) {
    struct ifreq entries[64];
    struct ifconf all = {.ifc_len = sizeof entries, .ifc_req = entries};
    struct ifconf length = {.ifc_buf = NULL};
    int done = ioctl(fd, SIOCGIFCONF, &all);
    int asked = ioctl(fd, SIOCGIFCONF, &length);
    int own = 0;
    union address wanted = at(own_address, 0);
    for (size_t i = 0; i < (size_t)all.ifc_len / sizeof entries[0]; i++) {
        const struct sockaddr_in *its = (const void *)&entries[i].ifr_addr;
        own += family == AF_INET && its->sin_addr.s_addr == wanted.four.sin_addr.s_addr;
    }
    struct ifconf one = {.ifc_len = sizeof entries[0] + 3, .ifc_req = entries};
    int first = ioctl(fd, SIOCGIFCONF, &one);
    printf("SIOCGIFCONF: %d, %d; own %d; room for one %d, %d; first %s\n", done, asked == 0 && length.ifc_len == all.ifc_len, own,
        first, one.ifc_len == sizeof entries[0], entries[0].ifr_name);
}

static void interfaces(void) {
    struct ifaddrs *all;
    int got = getifaddrs(&all);
    const struct ifaddrs *own = got == 0 ? having(all, own_address) : NULL;
    const struct ifaddrs *loop = got == 0 ? having(all, family == AF_INET ? "127.0.0.1" : "::1") : NULL;
    printf("getifaddrs: %d, own %d, loopback %d\n", got, own != NULL, loop != NULL);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (own != NULL) {
        printf("its prefix %d, flags %x\n", prefix(own->ifa_netmask),
            own->ifa_flags & (IFF_UP | IFF_LOOPBACK | IFF_BROADCAST | IFF_MULTICAST));
        by_name(fd, own->ifa_name, own);
        by_request(fd, own->ifa_name);
    }
    by_name(fd, "lo", loop);
    by_request(fd, "lo");
    by_name(fd, "none", NULL);
    listed(fd);
    int packets = 0;
    int links = 0;
    for (const struct ifaddrs *one = all; got == 0 && one != NULL; one = one->ifa_next) {
        packets += one->ifa_addr != NULL && one->ifa_addr->sa_family == AF_PACKET;
        const union address *its = (const void *)one->ifa_addr;
        bool local = its != NULL && its->any.sa_family == AF_INET6 && IN6_IS_ADDR_LINKLOCAL(&its->six.sin6_addr);
        links += local && its->six.sin6_scope_id == if_nametoindex(one->ifa_name);
    }
    struct if_nameindex *names = if_nameindex();
    int named = 0;
    while (names != NULL && names[named].if_index != 0) {
        named++;
    }
    printf("links %d, of their own addresses %d; if_nameindex as many %d\n", packets, links, named == packets);
    if_freenameindex(names);
    errno = 0;
    unsigned none = if_nametoindex("none");
    int failure = errno;
    char name[IF_NAMESIZE];
    errno = 0;
    const char *found = if_indextoname(12345, name);
    printf("no such: %u %d, %d %d\n", none, failure, found == NULL, errno);
    int closed = dup(fd);
    close(closed);
    struct ifconf asked = {.ifc_buf = NULL};
    int done = ioctl(closed, SIOCGIFCONF, &asked);
    printf("of a closed descriptor: %d %d", done, errno);
    done = ioctl(0, SIOCGIFCONF, &asked);
    printf("; of none of sockets: %d %d\n", done, errno);
    close(fd);
    if (got == 0) {
        freeifaddrs(all);
    }
}

static sigjmp_buf before_fault;

static void caught(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)context;
    siglongjmp(before_fault, info->si_code == SEGV_MAPERR ? 1 : 2);
}

/* A fault of the program's own is its own. */
static int faults(volatile char *where) {
    int how = sigsetjmp(before_fault, 1);
    return how != 0 ? how : *where;
}

/* Ends by a fault, or by a signal that somebody sends: as what ends it is told. */
static int ends(volatile char *where) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        if (where == NULL) {
            raise(SIGSEGV);
        }
        _exit(*where);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : -1;
}

/* A page that is not there, or (the next) may not be written, or (the third) may. */
static char *pages(void) {
    char *all = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(all, 4096, PROT_NONE);
    mprotect(all + 4096, 4096, PROT_READ);
    return all;
}

static void absent_of_streams(void *none, void *only) {
    union address name;
    socklen_t size = sizeof name;
    int there = 0;
    int fd = pair();
    struct iovec pieces[] = {{octets, 5}, {none, 5}};
    struct msghdr message = {.msg_iov = &pieces[1], .msg_iovlen = 1};
    struct msghdr lost = {.msg_iov = none, .msg_iovlen = 1};
    struct msghdr bare = {.msg_iov = pieces, .msg_iovlen = 1, .msg_namelen = 16, .msg_controllen = 64};
    SAY(send(fd, none, 5, 0));
    SAY(write(fd, none, 5));
    SAY(sendmsg(fd, &message, 0));
    SAY(sendmsg(fd, &lost, 0));
    SAY(sendmsg(fd, none, 0));
    SAY(writev(fd, none, 2));
    SAY(send(fd, only, 5, 0));
    SAY(peer("e", 5));
    SAY(polled(fd, POLLIN, 2000));
    SAY(recv(fd, none, 5, 0));
    SAY(recv(fd, (char *)only + 1, 4, 0));
    SAY(read(fd, (char *)none + 4000, 5));
    SAY(recvmsg(fd, &message, 0));
    SAY(recvmsg(fd, none, 0));
    SAY(readv(fd, none, 1));
    SAY(recvmsg(fd, &bare, MSG_PEEK));
    SAY(ioctl(fd, FIONREAD, none));
    SAY(ioctl(fd, FIONREAD, &there));
    SAY(there);
    SAY(recv(fd, octets, 9, 0));
    SAY(getpeername(fd, none, &size));
    SAY(getpeername(fd, &name.any, only));
    SAY(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, none, &size));
    SAY(getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &there, only));
    SAY(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, none, sizeof there));
    SAY(close(fd));
    peer("x", 0);
}

static void absent(void) {
    section("memory that is not there");
    char *all = pages();
    void *none = all;
    void *only = all + 4096;
    absent_of_streams(none, only);
    int fd = stream();
    SAY(bind(fd, none, length()));
    SAY(connect(fd, none, length()));
    SAY(connect(fd, only, 4096));
    set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(fd, own_address, port + 30));
    SAY(listen(fd, 5));
    SAY(peer("c", port + 30));
    SAY(polled(fd, POLLIN, 1000));
    SAY(poll(none, 1, 0));
    SAY(select(fd + 1, none, NULL, NULL, NULL));
    int set_of = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    SAY(epoll_ctl(set_of, EPOLL_CTL_ADD, fd, none));
    SAY(epoll_ctl(set_of, EPOLL_CTL_ADD, fd, &event));
    SAY(epoll_wait(set_of, only, 1, 1000));
    SAY(epoll_wait(set_of, &event, 1, 1000));
    SAY(accept(fd, none, &(socklen_t){16}));
    SAY(fcntl(fd, F_SETFL, O_NONBLOCK));
    SAY(accept(fd, NULL, NULL));
    SAY(peer("r", 1));
    peer("x", 0);
    close(set_of);
    close(fd);
    fd = socket(family, SOCK_DGRAM, 0);
    union address there = at(peer_address, port + 5);
    SAY(sendto(fd, octets, 5, 0, none, length()));
    SAY(sendto(fd, none, 5, 0, &there.any, length()));
    struct iovec piece = {octets, 5};
    struct msghdr message = {.msg_name = none, .msg_namelen = length(), .msg_iov = &piece, .msg_iovlen = 1};
    struct mmsghdr one = {.msg_hdr = message};
    SAY(sendmsg(fd, &message, 0));
    SAY(sendmmsg(fd, &one, 1, 0));
    SAY(connect(fd, &there.any, length()));
    message.msg_name = NULL;
    SAY(sendmsg(fd, &message, 0));
    close(fd);
    struct sigaction old;
    struct sigaction action = {.sa_sigaction = caught, .sa_flags = SA_SIGINFO};
    SAY(sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_handler == SIG_DFL && (old.sa_flags & SA_SIGINFO) == 0);
    SAY(ends(none));
    SAY(ends(NULL));
    SAY(sigaction(SIGSEGV, &action, NULL));
    SAY(faults(none));
    SAY(faults(NULL));
    SAY(faults((char *)none + 4095));
    SAY(ends(none));
    SAY(signal(SIGSEGV, SIG_DFL) == (void (*)(int))(void *)caught);
    munmap(all, 3 * 4096);
}
/* A message's lengths are looked at before anything else; an address that is of no use once what came has been taken. */
static void messages(void) {
    section("lengths of messages");
    int fd = pair();
    void *nowhere = (void *)-1;
    union address name;
    char control[64] = {0};
    struct iovec one = {octets, 5};
    struct iovec none = {octets, (size_t)-1};
    struct msghdr whole = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &one, .msg_iovlen = 1};
    struct msghdr message = whole;
    SAY(peer("s", 100));
    polled(fd, POLLIN, 1000);
    message.msg_namelen = (socklen_t)-1;
    SAY(recvmsg(fd, &message, 0));
    SAY(sendmsg(fd, &message, 0));
    message = whole;
    message.msg_name = nowhere;
    SAY(recvmsg(fd, &message, 0));
    message = whole;
    message.msg_control = nowhere;
    message.msg_controllen = 64;
    SAY(recvmsg(fd, &message, 0));
    SAY(recvmsg(fd, &whole, MSG_CMSG_CLOEXEC));
    SAY(whole.msg_flags == MSG_CMSG_CLOEXEC);
    SAY(recvmsg(fd, &whole, INT_MIN));
    SAY(sendmsg(fd, &whole, INT_MIN));
    message = whole;
    message.msg_iov = &none;
    SAY(recvmsg(fd, &message, 0));
    SAY(sendmsg(fd, &message, 0));
    SAY(readv(fd, &none, 1));
    SAY(writev(fd, &none, 1));
    SAY(recvfrom(fd, octets, 5, 0, nowhere, &(socklen_t){16}));
    SAY(recvfrom(fd, octets, 5, 0, &name.any, &(socklen_t){(socklen_t)-1}));
    SAY(recv(fd, octets, 5, -1));
    struct cmsghdr *first = (void *)control;
    const size_t lengths_of[] = {CMSG_LEN(4), 3, 64};
    for (int i = 0; i < 3; i++) {
        *first = (struct cmsghdr){.cmsg_len = lengths_of[i], .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        message = (struct msghdr){.msg_iov = &one, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(4)};
        SAY(sendmsg(fd, &message, 0));
        first->cmsg_type = 99;
        SAY(sendmsg(fd, &message, 0));
    }
    message.msg_controllen = (size_t)-1;
    SAY(sendmsg(fd, &message, 0));
    struct mmsghdr two[2] = {{.msg_hdr = {.msg_iov = &one, .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = nowhere, .msg_iovlen = 1}}};
    SAY(sendmmsg(fd, two, 2, 0));
    SAY(recvmmsg(fd, two, 2, 0, NULL));
    SAY(two[0].msg_len);
    SAY(preadv2(fd, &one, 1, -1, RWF_HIPRI));
    SAY(preadv2(fd, &one, 1, -1, 0x4000));
    SAY(preadv2(fd, &one, 1, 0, 0));
    SAY(pwritev2(fd, &one, 1, -1, RWF_DSYNC));
    SAY(pwritev2(fd, &one, 1, -1, 0x4000));
    SAY(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, (socklen_t)-1));
    close(fd);
    peer("x", 0);
}

/* What more is to follow waits for it: of a stream for a moment, of a datagram until it has come. */
static void held_back(void) {
    section("more to follow");
    union address there = at(peer_address, port + 5);
    int ends[2];
    int fd = pair();
    SAY(send(fd, octets, 100, MSG_MORE));
    SAY(send(fd, octets, 1, 0));
    SAY(peer("r", 101));
    SAY(send(fd, octets, 10, MSG_MORE));
    SAY(peer("r", 10));
    close(fd);
    peer("x", 0);
    if (pipe(ends) != 0) {
        exit(1);
    }
    peer("u", port + 5);
    fd = socket(family, SOCK_DGRAM, 0);
    SAY(sendto(fd, octets, 16, MSG_MORE, &there.any, length()));
    SAY(polled(fd, POLLOUT, 0));
    SAY(sendto(fd, octets, 1, 0, &there.any, length()));
    SAY(peer("g", 0));
    SAY(connect(fd, &there.any, length()));
    SAY(set(fd, IPPROTO_UDP, UDP_CORK, 1));
    SAY(option(fd, IPPROTO_UDP, UDP_CORK));
    SAY(send(fd, octets, 5, 0));
    SAY(write(fd, octets, 6));
    SAY(set(fd, IPPROTO_UDP, UDP_CORK, 0));
    SAY(peer("g", 0));
    SAY(write(ends[1], octets, 7));
    SAY(splice(ends[0], NULL, fd, NULL, 7, SPLICE_F_MORE));
    SAY(send(fd, octets, 0, 0));
    SAY(peer("g", 0));
    SAY(splice(ends[0], NULL, fd, NULL, 7, 0xff00));
    SAY(send(fd, octets, 60000, MSG_MORE));
    SAY(send(fd, octets, 60000, MSG_MORE));
    SAY(send(fd, octets, 9, 0));
    SAY(peer("g", 0));
    SAY(shutdown(fd, SHUT_WR));
    SAY(send(fd, octets, 8, MSG_NOSIGNAL));
    SAY(polled(fd, ALL, 0));
    SAY(shutdown(fd, SHUT_RDWR));
    SAY(recv(fd, octets, 8, MSG_DONTWAIT));
    SAY(polled(fd, ALL, 0));
    close(fd);
    close(ends[0]);
    close(ends[1]);
    peer("x", 0);
}

/* The address of the other side with another end. */
static const char *beside(const char *end) {
    static char text[64];
    snprintf(text, sizeof text, "%s", peer_address);
    char *last = strrchr(text, family == AF_INET ? '.' : ':') + 1;
    snprintf(last, sizeof text - (size_t)(last - text), "%s", end);
    return text;
}

/* Where no datagram can go, as the call that sends it is told. */
static void ways(void) {
    section("where there is no way");
    union address there = at(peer_address, port + 5);
    union address far = at(family == AF_INET ? "203.0.113.9" : "2001:db8::9", port + 5);
    union address everybody = at(family == AF_INET ? beside("255") : "2001:db8::9", port + 5);
    union address portless = at(peer_address, 0);
    union address own = at(own_address, 0);
    union address name;
    socklen_t size = sizeof name;
    peer("u", port + 5);
    int fd = socket(family, SOCK_DGRAM, 0);
    SAY(sendto(fd, octets, 5, 0, &far.any, length()));
    SAY(sendto(fd, octets, 5, 0, &everybody.any, length()));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 5, MSG_DONTWAIT));
    SAY(connect(fd, &far.any, length()));
    SAY(sendto(fd, octets, 5, 0, &there.any, length()));
    SAY(getsockname(fd, &name.any, &size));
    SAY(name.four.sin_port != 0);
    SAY(sendto(fd, octets, 5, 0, &far.any, length()));
    SAY(peer("g", 0));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, octets, 9, 0));
    close(fd);
    /* Which address this side would have: no peer has port 0. */
    fd = socket(family, SOCK_DGRAM, 0);
    SAY(connect(fd, &portless.any, length()));
    SAY(getpeername(fd, &name.any, &size));
    SAY(getsockname(fd, &name.any, &size));
    own.four.sin_port = name.four.sin_port;
    SAY(memcmp(&name, &own, length()));
    SAY(connect(fd, &there.any, length()));
    SAY(getpeername(fd, &name.any, &size));
    SAY(send(fd, octets, 6, 0));
    SAY(peer("g", 0));
    close(fd);
    peer("x", 0);
}

/* Sockets over IPv6, and addresses of IPv4: in the mapped form, or as they are. */
static void of_either_family(void) {
    section("addresses of IPv4 and sockets over IPv6");
    union address mapped = at("::", port + 5);
    union address four = {.four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}};
    inet_pton(AF_INET6, "::ffff:203.0.113.9", &mapped.six.sin6_addr);
    inet_pton(AF_INET, "203.0.113.9", &four.four.sin_addr);
    mapped.any.sa_family = AF_INET6;
    const int kinds[] = {SOCK_DGRAM, SOCK_STREAM};
    for (int i = 0; i < 2; i++) {
        int fd = socket(AF_INET6, kinds[i], 0);
        SAY(connect(fd, &four.any, sizeof four.four));
        SAY(bind(fd, &four.any, sizeof four.four));
        SAY(sendto(fd, octets, 5, MSG_NOSIGNAL, &four.any, sizeof four.four));
        close(fd);
        fd = socket(AF_INET6, kinds[i], 0);
        SAY(set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1));
        SAY(connect(fd, &mapped.any, sizeof mapped.six));
        SAY(bind(fd, &mapped.any, sizeof mapped.six));
        SAY(sendto(fd, octets, 5, MSG_NOSIGNAL, &mapped.any, sizeof mapped.six));
        close(fd);
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    SAY(sendto(fd, octets, 5, 0, &mapped.any, sizeof mapped.six));
    SAY(bind(fd, &mapped.any, sizeof mapped.six));
    close(fd);
}

/* More than a socket has room for: who sends waits, and may send any one datagram where nothing does. */
static void crowded(void) {
    section("many datagrams");
    union address there = at(peer_address, port + 5);
    int fd = socket(family, SOCK_DGRAM, 0);
    int sent = 0;
    peer("u", port + 5);
    SAY(connect(fd, &there.any, length()));
    for (int i = 0; i < 2000; i++) {
        sent += send(fd, octets, 9000, 0) == 9000;
    }
    SAY(sent);
    SAY(polled(fd, POLLOUT, 2000));
    SAY(set(fd, SOL_SOCKET, SO_SNDBUF, 1));
    for (int i = 0; i < 20; i++) {
        sent += send(fd, octets, 9000, 0) == 9000;
    }
    SAY(sent);
    SAY(polled(fd, POLLOUT, 2000));
    close(fd);
    peer("x", 0);
}

/* How many octets it takes for a call to come back. */
static void enough(void) {
    section("how many are enough");
    int fd = pair();
    struct timeval patience = {3, 0};
    struct timeval told = {0, 0};
    socklen_t size = sizeof told;
    SAY(peer("s", 3));
    SAY(polled(fd, POLLIN, 1000));
    fprintf(to_peer, "s 4\n");
    fflush(to_peer);
    SAY(recv(fd, octets, 7, MSG_PEEK | MSG_WAITALL));
    fgets(octets + 100, 64, from_peer);
    SAY(recv(fd, octets, 9, 0));
    SAY(set(fd, SOL_SOCKET, SO_RCVLOWAT, 10));
    SAY(option(fd, SOL_SOCKET, SO_RCVLOWAT));
    SAY(peer("s", 4));
    usleep(50000);
    SAY(polled(fd, POLLIN, 0));
    SAY(recv(fd, octets, 20, MSG_DONTWAIT | MSG_PEEK));
    SAY(peer("s", 6));
    SAY(polled(fd, POLLIN, 1000));
    SAY(recv(fd, octets, 20, 0));
    SAY(peer("s", 4));
    SAY(peer("x", 0));
    SAY(recv(fd, octets, 20, 0));
    close(fd);
    /* What a listener has is that of whom it accepts. */
    int listener = stream();
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience));
    SAY(bound(listener, own_address, port + 32));
    SAY(listen(listener, 5));
    SAY(peer("c", port + 32));
    fd = accept(listener, NULL, NULL);
    SAY(getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &told, &size));
    SAY(told.tv_sec);
    close(fd);
    close(listener);
    peer("x", 0);
}

static volatile int has_closed;

static void *closes(void *fd) {
    close(*(int *)fd);
    has_closed = 1;
    return NULL;
}

/* Who lingers closes once the peer has all of it; who connects may give that up. */
static void parting(void) {
    section("lingering, giving up");
    struct linger patience = {1, 20};
    pthread_t thread;
    int fd = pair();
    SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &patience, sizeof patience));
    for (int i = 0; i < 3; i++) {
        while (send(fd, octets, sizeof octets, MSG_DONTWAIT) > 0) {
        }
        usleep(10000);
    }
    has_closed = 0;
    pthread_create(&thread, NULL, closes, &fd);
    usleep(50000);
    SAY(has_closed);
    SAY(peer("f", 0));
    pthread_join(thread, NULL);
    SAY(has_closed);
    fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    SAY(to(fd, beside("77"), port));
    SAY(polled(fd, ALL, 0));
    SAY(shutdown(fd, SHUT_WR));
    SAY(polled(fd, ALL, 0));
    SAY(error(fd));
    SAY(fcntl(fd, F_SETFL, 0));
    SAY(peer("l", port));
    SAY(to(fd, peer_address, port));
    SAY(peer("a", 0) >= 0);
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    close(fd);
    peer("x", 0);
}

static int parted(int fd) {
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    return connect(fd, &nobody, sizeof nobody);
}

/* A stream's socket that is to talk to nobody is as a new one, and its peer is told. */
static void disconnecting(void) {
    section("sockets that are disconnected");
    union address name;
    socklen_t size = sizeof name;
    int fd = pair();
    SAY(parted(fd));
    SAY(peer("r", 1));
    peer("x", 0);
    SAY(getpeername(fd, &name.any, &size));
    SAY(polled(fd, ALL, 0));
    SAY(recv(fd, octets, 1, 0));
    SAY(error(fd));
    SAY(send(fd, octets, 1, MSG_NOSIGNAL));
    SAY(polled(fd, ALL, 0));
    SAY(to(fd, peer_address, port));
    peer("a", 0);
    SAY(connect(fd, &name.any, 3));
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    peer("x", 0);
    close(fd);
    int listener = stream();
    set(listener, SOL_SOCKET, SO_REUSEADDR, 1);
    SAY(bound(listener, own_address, port + 31));
    SAY(parted(listener));
    SAY(listen(listener, 5));
    SAY(peer("c", port + 31));
    fd = accept(listener, NULL, NULL);
    set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    SAY(parted(fd));
    SAY(peer("r", 1));
    peer("x", 0);
    SAY(option(fd, IPPROTO_TCP, TCP_NODELAY));
    SAY(error(fd));
    SAY(to(fd, peer_address, port));
    peer("a", 0);
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    close(fd);
    peer("f", 0);
    SAY(parted(listener));
    SAY(option(listener, SOL_SOCKET, SO_ACCEPTCONN));
    SAY(peer("c", port + 31));
    peer("x", 0);
    SAY(listen(listener, 5));
    SAY(peer("c", port + 31));
    peer("x", 0);
    close(listener);
}

/* The kernel sends signals about what comes, if it is asked to. */
static void signalled(void) {
    section("signals of the kernel's");
    sigset_t set_of;
    struct timespec patience = {5, 0};
    siginfo_t told;
    int on = 1;
    int fd = pair();
    sigemptyset(&set_of);
    sigaddset(&set_of, SIGIO);
    sigaddset(&set_of, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set_of, NULL);
    SAY(fcntl(fd, F_SETOWN, getpid()));
    SAY(fcntl(fd, F_SETFL, O_ASYNC));
    SAY(fcntl(fd, F_GETFL));
    SAY(fcntl(fd, F_GETOWN) == getpid());
    SAY(peer("s", 3));
    SAY(sigtimedwait(&set_of, NULL, &patience));
    SAY(recv(fd, octets, 3, MSG_WAITALL));
    SAY(fcntl(fd, F_SETSIG, SIGUSR1));
    SAY(peer("s", 2));
    SAY(sigtimedwait(&set_of, &told, &patience));
    SAY(told.si_fd == fd);
    SAY(recv(fd, octets, 2, MSG_WAITALL));
    SAY(fcntl(fd, F_SETFL, 0));
    SAY(ioctl(fd, FIOASYNC, &on));
    SAY(fcntl(fd, F_GETFL));
    SAY(send(fd, octets, 9, 0));
    SAY(peer("r", 9));
    close(fd);
    peer("x", 0);
    patience.tv_sec = 0;
    while (sigtimedwait(&set_of, NULL, &patience) > 0) {
    }
    sigprocmask(SIG_UNBLOCK, &set_of, NULL);
    /* A mask keeps one out until the wait is over. */
    handle(SIGALRM, 0);
    sigset_t alarm_of;
    sigemptyset(&alarm_of);
    sigaddset(&alarm_of, SIGALRM);
    fd = pair();
    int all = epoll_create1(EPOLL_CLOEXEC);
    control(all, EPOLL_CTL_ADD, fd, EPOLLIN);
    ualarm(20000, 0);
    SAY(epoll_pwait(all, &event, 1, 60, &alarm_of));
    ualarm(20000, 0);
    SAY(ppoll(&(struct pollfd){fd, POLLIN, 0}, 1, &(struct timespec){0, 60000000}, &alarm_of));
    SAY(epoll_pwait2(all, &event, 1, (void *)-1, NULL));
    close(all);
    close(fd);
    peer("x", 0);
}

/* What is asked of a descriptor that is a socket. */
static void described(void) {
    section("ioctl, sendfile");
    int fd = pair();
    int datagram = socket(family, SOCK_DGRAM, 0);
    int file = open("/proc/self/exe", O_RDONLY);
    int path = open("/proc/self/exe", O_PATH);
    int folder = open("/", O_RDONLY);
    int owner = getpid();
    int value = -1;
    int ends[2];
    struct ucred nobody = {7, 7, 7};
    socklen_t size = sizeof nobody;
    if (pipe(ends) != 0) {
        exit(1);
    }
    bound(datagram, own_address, 0);
    SAY(ioctl(fd, FIOSETOWN, &owner));
    SAY(ioctl(fd, SIOCGPGRP, &value));
    SAY(value == owner);
    SAY(ioctl(fd, SIOCOUTQNSD, &value));
    SAY(value);
    SAY(ioctl(datagram, SIOCATMARK, &value));
    SAY(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &nobody, &size));
    SAY(nobody.pid == 0 && nobody.uid == (uid_t)-1);
    SAY(sendfile(fd, -1, NULL, 5));
    SAY(sendfile(fd, path, NULL, 5));
    SAY(sendfile(fd, folder, NULL, 5));
    SAY(sendfile(fd, ends[1], NULL, 5));
    SAY(splice(path, NULL, fd, NULL, 5, 0));
    SAY(splice(file, NULL, fd, NULL, 5, 0));
    SAY(peer("s", 5));
    SAY(sendfile(ends[1], fd, NULL, 5));
    SAY(read(ends[0], octets, 9));
    close(ends[0]);
    close(ends[1]);
    close(folder);
    close(path);
    close(file);
    close(datagram);
    close(fd);
    peer("x", 0);
}

/* What a call is to refuse it refuses before anything has changed. */
static void refusing(void) {
    section("refused before anything has changed");
    char *all = pages();
    fd_set *only = (void *)(all + 4096);
    fd_set in;
    int ends[2];
    int fd = pair();
    if (pipe(ends) != 0) {
        exit(1);
    }
    SAY(dup3(ends[0], fd, 7));
    SAY(dup3(fd, fd, 0));
    SAY(close_range((unsigned)fd, (unsigned)fd, 99));
    SAY(close_range((unsigned)fd, (unsigned)fd - 1, 0));
    SAY(send(fd, octets, 4, 0));
    SAY(peer("r", 4));
    SAY(dup3(fd, 100, O_CLOEXEC));
    SAY(fcntl(100, F_GETFD));
    SAY(close_range(100, 100, 0));
    SAY(close_range((unsigned)fd, (unsigned)fd, CLOSE_RANGE_CLOEXEC));
    SAY(fcntl(fd, F_GETFD));
    FD_ZERO(&in);
    FD_SET(fd, &in);
    /* libc's own select reads and writes its time itself. */
    SAY(syscall(SYS_pselect6, fd + 1, &in, NULL, NULL, all, NULL));
    SAY(syscall(SYS_pselect6, fd + 1, &in, NULL, NULL, only, NULL));
#ifdef SYS_select
    SAY(syscall(SYS_select, fd + 1, &in, NULL, NULL, all));
    FD_SET(fd, &in);
    SAY(syscall(SYS_select, fd + 1, &in, NULL, NULL, only));
#endif
    mprotect(only, 4096, PROT_READ | PROT_WRITE);
    FD_SET(fd, only);
    mprotect(only, 4096, PROT_READ);
    SAY(select(fd + 1, only, NULL, NULL, &(struct timeval){0, 0}));
    close(fd);
    close(ends[0]);
    close(ends[1]);
    munmap(all, 3 * 4096);
    peer("x", 0);
}

/* Streams of stdio that are there before it is known whose the socket is. */
static void by_stdio_before(void) {
    section("stdio before a connection");
    int fd = stream();
    FILE *file = fdopen(fd, "r+");
    char *line = octets + 100;
    SAY(file != NULL && fileno(file) == fd);
    SAY(fdopen(fd, "?") == NULL);
    SAY(peer("l", port));
    SAY(to(fd, peer_address, port));
    SAY(peer("a", 0) >= 0);
    SAY(fprintf(file, "%d octets\n", 9));
    SAY(fflush(file));
    SAY(peer("e", 9));
    SAY(fgets(line, 100, file) == line && strcmp(line, "9 octets\n") == 0);
    SAY(fclose(file));
    SAY(peer("r", 1));
    peer("x", 0);
    int before = dup(STDERR_FILENO);
    close(STDERR_FILENO);
    fd = stream();
    int connected = to(fd, peer_address, port);
    long accepted = peer("a", 0);
    int written = fprintf(stderr, "by stderr");
    SAY(fd);
    SAY(connected);
    SAY(accepted >= 0);
    SAY(written);
    SAY(peer("r", 9));
    dup2(before, STDERR_FILENO);
    close(before);
    SAY(peer("r", 1));
    peer("x", 0);
}

/* The kernel's calls, by libc's call that makes any. */
static void by_number(void) {
    section("calls by their numbers");
    struct iovec piece = {octets, 5};
    struct timespec brief = {0, 20000000};
    sigset_t nothing;
    struct {
        const sigset_t *mask;
        size_t length;
    } masked = {&nothing, 8};
    fd_set in;
    int fd = pair();
    int all = epoll_create1(EPOLL_CLOEXEC);
    sigemptyset(&nothing);
    FD_ZERO(&in);
    FD_SET(fd, &in);
    control(all, EPOLL_CTL_ADD, fd, EPOLLIN);
    SAY(syscall(SYS_pselect6, fd + 1, &in, NULL, NULL, &brief, &masked));
    SAY(brief.tv_sec);
    SAY(brief.tv_nsec);
    SAY(FD_ISSET(fd, &in) != 0);
    brief.tv_nsec = 20000000;
    SAY(syscall(SYS_epoll_pwait2, all, &event, 1, &brief, NULL, 8L));
    SAY(syscall(SYS_epoll_pwait2, all, &event, 1, &brief, &nothing, 7L));
    SAY(syscall(SYS_pwritev2, fd, &piece, 1L, -1L, 0L, 0));
    SAY(syscall(SYS_pwritev2, fd, &piece, 1L, 3L, 0L, 0));
    SAY(peer("e", 5));
    FD_SET(fd, &in);
    SAY(syscall(SYS_pselect6, fd + 1, &in, NULL, NULL, NULL, NULL));
    SAY(FD_ISSET(fd, &in) != 0);
    masked.length = 7;
    SAY(syscall(SYS_pselect6, fd + 1, &in, NULL, NULL, NULL, &masked));
    SAY(syscall(SYS_epoll_pwait2, all, &event, 1, NULL, NULL, 8L));
    SAY(syscall(SYS_preadv2, fd, &piece, 1L, -1L, 0L, 0));
    SAY(syscall(SYS_preadv2, fd, &piece, 1L, 3L, 0L, 0));
    int itself = (int)syscall(SYS_pidfd_open, getpid(), 0);
    int twin = (int)syscall(SYS_pidfd_getfd, itself, fd, 0);
    SAY(twin >= 0);
    close(fd);
    SAY(send(twin, octets, 3, 0));
    SAY(peer("r", 3));
    SAY(close(twin));
    SAY(peer("r", 1));
    close(itself);
    close(all);
    peer("x", 0);
    /* Less than a millisecond, where there is nothing of ours. */
    long least = LONG_MAX;
    all = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < 50; i++) {
        struct timespec begun;
        struct timespec ended;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        epoll_pwait2(all, &event, 1, &(struct timespec){0, 100000}, NULL);
        clock_gettime(CLOCK_MONOTONIC, &ended);
        long ns = (ended.tv_sec - begun.tv_sec) * 1000000000 + ended.tv_nsec - begun.tv_nsec;
        least = ns < least ? ns : least;
    }
    SAY(least >= 100000 && least < 1000000);
    close(all);
}

static int within_set;
static volatile int wrong;

static void waits_within(int signal) {
    struct pollfd many[80];
    fd_set out;
    (void)signal;
    for (int i = 0; i < 80; i++) {
        many[i] = (struct pollfd){within, POLLOUT, 0};
    }
    FD_ZERO(&out);
    FD_SET(within, &out);
    wrong += select(within + 1, NULL, &out, NULL, &(struct timeval){0, 0}) != 1;
    wrong += poll(many, 80, 0) != 80;
    wrong += control(within_set, EPOLL_CTL_ADD, within, EPOLLOUT) != 0;
    wrong += epoll_wait(within_set, &event, 1, 0) != 1;
    wrong += control(within_set, EPOLL_CTL_DEL, within, 0) != 0;
    handled++;
}

/* Handlers that wait, while what they interrupt takes memory; and more signals than one call lets through, of which each is told. */
static void within_handlers(void) {
    section("waiting in handlers, many signals");
    struct sigaction action;
    struct itimerval often = {{0, 1000}, {0, 1000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    within = pair();
    within_set = epoll_create1(EPOLL_CLOEXEC);
    memset(&action, 0, sizeof action);
    action.sa_handler = waits_within;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, NULL);
    handled = 0;
    wrong = 0;
    setitimer(ITIMER_REAL, &often, NULL);
    for (size_t size = 0; handled < 50; size = (size + 997) % 100000) {
        void *volatile taken = malloc(size);
        free(taken);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    SAY(wrong);
    signal(SIGALRM, SIG_DFL);
    handle(SIGRTMIN + 1, SA_RESTART);
    signals = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 500; i++) {
            sigqueue(getppid(), SIGRTMIN + 1, (union sigval){.sival_int = i});
        }
        _exit(0);
    }
    while (waitpid(child, NULL, WNOHANG) == 0) {
        asked(within, sizeof told);
    }
    SAY(signals);
    signal(SIGRTMIN + 1, SIG_DFL);
    close(within_set);
    close(within);
    peer("f", 0);
}

/* Calls that libc makes of others, of its own. */
static void of_others(void) {
    section("calls that are made of others");
    union address name;
    socklen_t size = sizeof name;
    int status = -1;
    int fd = pair();
    SAY(sockatmark(fd));
    peer("o", 0);
    polled(fd, POLLPRI, 1000);
    SAY(sockatmark(fd));
    SAY(sockatmark(-1));
    close(fd);
    peer("x", 0);
    if (family == AF_INET) {
        fd = stream();
        SAY(bindresvport(fd, NULL));
        SAY(getsockname(fd, &name.any, &size));
        SAY(ntohs(name.four.sin_port) >= 512 && ntohs(name.four.sin_port) < 1024);
        SAY(bindresvport(fd, NULL));
        name.any.sa_family = AF_UNIX;
        SAY(bindresvport(fd, &name.four));
        close(fd);
    }
    fd = pair();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        dup2(fd, STDIN_FILENO);
        bool done = daemon(1, 0) == 0 && read(STDIN_FILENO, octets, 1) == 0;
        _exit(send(fd, octets, done ? 5 : 6, 0) == 5 ? 0 : 1);
    }
    SAY(waitpid(child, &status, 0) == child);
    SAY(status);
    close(fd);
    SAY(peer("r", 5));
    SAY(peer("r", 1));
    peer("x", 0);
    /* Another image, which has no socket yet. */
    SAY(from_outside(0, "forks"));
}

static void *sends_on(void *fd) {
    while (send(*(int *)fd, octets, sizeof octets, MSG_NOSIGNAL) > 0) {
    }
    return (void *)(long)errno;
}

/* Who waits for room is woken when another thread ends the sending. */
static void shutting(void) {
    section("shut while another sends");
    pthread_t thread;
    void *failure = NULL;
    int fd = pair();
    pthread_create(&thread, NULL, sends_on, &fd);
    usleep(200000);
    SAY(shutdown(fd, SHUT_WR));
    pthread_join(thread, &failure);
    SAY((long)failure == EPIPE);
    close(fd);
    peer("x", 0);
}

/* Edges of several kinds that come between two looks are told: what has come, that there is room again, and an end. */
static void edges(void) {
    section("edges at once");
    long left = 0;
    long sent;
    int fd = pair();
    int all = epoll_create1(0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET));
    peer("s", 2);
    polled(fd, POLLIN, 1000);
    SAY(waited(all, 1000));
    SAY(recv(fd, octets, 2, 0));
    for (int i = 0; i < 2; i++) {
        while ((sent = send(fd, octets, sizeof octets, 0)) > 0) {
            left += sent;
        }
        usleep(200000);
    }
    for (long got = 1; left > 0 && got > 0; left -= got) {
        got = peer("r", left < 65536 ? (int)left : 65536);
    }
    SAY(left);
    SAY(peer("w", 0));
    SAY(polled(fd, POLLRDHUP, 1000));
    SAY(polled(fd, POLLOUT, 1000));
    SAY(waited(all, 1000));
    SAY(waited(all, 0));
    close(all);
    close(fd);
    peer("x", 0);
}

static void *polls_meanwhile(void *unused) {
    (void)unused;
    return (void *)(long)polled(meanwhile[0], POLLIN, -1);
}

static void *hears(void *fd) {
    return (void *)(long)polled(*(int *)fd, POLLIN, -1);
}

/* Whether a thread that waits without an end has found something by now. */
static int found_by(pthread_t thread, void **found) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 5;
    return pthread_timedjoin_np(thread, found, &until);
}

/* A set that one thread polls, and another puts something there. */
static void polled_meanwhile(void) {
    section("polled while another thread adds");
    pthread_t thread;
    void *found = NULL;
    int idle = pair();
    meanwhile[0] = epoll_create1(0);
    meanwhile[1] = idle;
    SAY(control(meanwhile[0], EPOLL_CTL_ADD, idle, EPOLLIN));
    pthread_create(&thread, NULL, polls_meanwhile, NULL);
    usleep(200000);
    SAY(control(meanwhile[0], EPOLL_CTL_MOD, idle, EPOLLOUT));
    SAY(found_by(thread, &found));
    SAY((long)found);
    close(meanwhile[0]);
    close(idle);
    peer("x", 0);
}

static void *selects_meanwhile(void *unused) {
    fd_set set_of;
    (void)unused;
    FD_ZERO(&set_of);
    FD_SET(meanwhile[0], &set_of);
    return (void *)(long)select(meanwhile[0] + 1, &set_of, NULL, NULL, NULL);
}

/* The same of one that has nothing yet; and of one within it. */
static void polled_first(void *(*waits_so)(void *), bool nested) {
    pthread_t thread;
    void *found = NULL;
    int inner = epoll_create1(0);
    int idle = pair();
    meanwhile[0] = nested ? epoll_create1(0) : inner;
    if (nested) {
        SAY(control(meanwhile[0], EPOLL_CTL_ADD, inner, EPOLLIN));
    }
    pthread_create(&thread, NULL, waits_so, NULL);
    usleep(100000);
    SAY(control(inner, EPOLL_CTL_ADD, idle, EPOLLOUT));
    SAY(found_by(thread, &found));
    SAY((long)found);
    SAY(control(inner, EPOLL_CTL_MOD, idle, EPOLLIN));
    SAY(waited(meanwhile[0], 0));
    SAY(polled(meanwhile[0], POLLIN, 10));
    peer("s", 1);
    SAY(waited(meanwhile[0], 1000));
    if (nested) {
        close(meanwhile[0]);
    }
    close(inner);
    close(idle);
    peer("x", 0);
}

/* Another thread closes a descriptor that one polls, or puts something else in its place: who polls comes back once there is something. */
static void polled_replaced(void) {
    pthread_t thread;
    void *found = NULL;
    int other[2];
    SAY(pipe(other));
    for (int how = 0; how < 3; how++) {
        int fd = pair();
        int another = how == 2 ? stream() : -1;
        pthread_create(&thread, NULL, hears, &fd);
        usleep(100000);
        SAY(how == 0 ? close(fd) : dup2(how == 1 ? other[0] : another, fd) == fd);
        SAY(write(other[1], octets, 1));
        peer("s", 1);
        SAY(found_by(thread, &found));
        SAY(found != NULL);
        close(fd);
        close(another);
        peer("x", 0);
    }
    close(other[0]);
    close(other[1]);
}

static void polled_before(void) {
    section("polled before there is anything of ours");
    polled_first(polls_meanwhile, false);
    polled_first(polls_meanwhile, true);
    polled_first(selects_meanwhile, false);
    polled_replaced();
}

/* An instance that was there before a fork is both processes'. */
static void polled_by_both(void) {
    section("an instance over a fork");
    int steps[2];
    int ended[2];
    int later[2];
    int found = 0;
    int fd = pair();
    int all = epoll_create1(0);
    SAY(control(all, EPOLL_CTL_ADD, fd, EPOLLIN));
    SAY(pipe(steps) + pipe(ended) + pipe(later));
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct epoll_event one = {.events = EPOLLIN, .data.u64 = 77};
        int found = waited(all, 5000);
        write(steps[1], &found, sizeof found);
        read(ended[0], &found, sizeof found);
        found = waited(all, 0);
        epoll_ctl(all, EPOLL_CTL_ADD, later[0], &one);
        write(later[1], "", 1);
        write(steps[1], &found, sizeof found);
        _exit(0);
    }
    usleep(100000);
    SAY(peer("s", 1));
    SAY(read(steps[0], &found, sizeof found));
    SAY(found);
    SAY(waited(all, 5000));
    SAY(recv(fd, octets, 1, 0));
    SAY(waited(all, 0));
    SAY(write(ended[1], &found, sizeof found));
    SAY(read(steps[0], &found, sizeof found));
    SAY(found);
    waitpid(child, NULL, 0);
    SAY(waited(all, 0));
    SAY((long)event.data.u64);
    close(all);
    close(fd);
    close(steps[0]);
    close(steps[1]);
    close(ended[0]);
    close(ended[1]);
    close(later[0]);
    close(later[1]);
    peer("x", 0);
}

/* Threads wait also where no descriptor is left. */
static void without_descriptors(void) {
    section("no descriptor left");
    static int taken[1024];
    pthread_t thread;
    struct rlimit before;
    void *found = NULL;
    int count = 0;
    int fd = pair();
    getrlimit(RLIMIT_NOFILE, &before);
    struct rlimit few = {1024, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    while (count < 1024 && (taken[count] = dup(2)) >= 0) {
        count++;
    }
    pthread_create(&thread, NULL, hears, &fd);
    usleep(200000);
    SAY(peer("s", 2));
    SAY(found_by(thread, &found));
    SAY((long)found);
    SAY(recv(fd, octets, 2, 0));
    while (count > 0) {
        close(taken[--count]);
    }
    setrlimit(RLIMIT_NOFILE, &before);
    close(fd);
    peer("x", 0);
}

static pthread_key_t at_last;
static long busy_ns;

static void waits_at_last(void *fd) {
    struct timespec busy;
    polled(*(int *)fd, POLLIN, 300);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &busy);
    busy_ns = (long)busy.tv_sec * 1000000000 + busy.tv_nsec;
}

static void *waits_twice(void *fd) {
    polled(*(int *)fd, POLLIN, 10);
    pthread_setspecific(at_last, fd);
    return NULL;
}

/* What a thread calls as it ends: it sleeps there as ever. */
static void in_destructors(void) {
    section("waiting in a destructor");
    pthread_t thread;
    int fd = pair();
    SAY(pthread_key_create(&at_last, waits_at_last));
    pthread_create(&thread, NULL, waits_twice, &fd);
    pthread_join(thread, NULL);
    SAY(busy_ns > 0 && busy_ns < 100000000);
    pthread_key_delete(at_last);
    close(fd);
    peer("x", 0);
}

/* A mask lets in what is pending only where there is nothing to tell. */
static void let_in(void) {
    section("masks, and something to tell");
    sigset_t one;
    sigset_t none;
    struct timespec brief = {0, 50000000};
    int fd = pair();
    struct pollfd waits = {fd, POLLIN, 0};
    struct pollfd tells = {fd, POLLOUT, 0};
    sigemptyset(&none);
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    handle(SIGUSR1, 0);
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    signals = 0;
    raise(SIGUSR1);
    SAY(ppoll(&tells, 1, NULL, &none));
    SAY(signals);
    SAY(ppoll(&waits, 1, &brief, &none));
    SAY(signals);
    SAY(ppoll(&waits, 1, &brief, &none));
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    close(fd);
    peer("x", 0);
}

/* A close that lingers too short a time for all to be taken takes nothing back. */
static void lingering(void) {
    section("lingering too short");
    struct linger brief = {1, 1};
    long left = 0;
    long sent;
    int fd = pair();
    SAY(setsockopt(fd, SOL_SOCKET, SO_LINGER, &brief, sizeof brief));
    SAY(fcntl(fd, F_SETFL, O_NONBLOCK));
    for (int i = 0; i < 3; i++) {
        while ((sent = send(fd, octets, sizeof octets, 0)) > 0) {
            left += sent;
        }
        usleep(10000);
    }
    SAY(left > 0);
    SAY(close(fd));
    usleep(200000);
    for (long got = 1; left > 0 && got > 0; left -= got) {
        got = peer("r", left < 65536 ? (int)left : 65536);
    }
    SAY(left);
    SAY(peer("r", 1));
    peer("x", 0);
}

/* One connection more than was said may wait. */
static void queued(void) {
    section("listen, and one more");
    int listener = stream();
    int fds[3];
    SAY(set(listener, SOL_SOCKET, SO_REUSEADDR, 1));
    SAY(bound(listener, own_address, port + 4));
    SAY(listen(listener, 1));
    for (int i = 0; i < 3; i++) {
        fds[i] = stream();
        fcntl(fds[i], F_SETFL, O_NONBLOCK);
        SAY(to(fds[i], own_address, port + 4));
    }
    SAY(polled(fds[0], POLLOUT, 1000));
    SAY(polled(fds[1], POLLOUT, 1000));
    SAY(polled(fds[2], POLLOUT, 100));
    for (int i = 0; i < 2; i++) {
        close(accept(listener, NULL, NULL));
    }
    for (int i = 0; i < 3; i++) {
        close(fds[i]);
    }
    close(listener);
}

static void *resets_later(void *unused) {
    (void)unused;
    usleep(200000);
    peer("z", 0);
    return NULL;
}

/* A call that has moved something says how much; the next one says why it was not more. */
static void moved(void) {
    section("moved before it failed");
    pthread_t thread;
    ssize_t sent;
    int fd = pair();
    peer("s", 10);
    peer("z", 0);
    SAY(recv(fd, octets, 100, MSG_WAITALL));
    SAY(recv(fd, octets, 10, 0));
    SAY(recv(fd, octets, 10, 0));
    close(fd);
    fd = pair();
    pthread_create(&thread, NULL, resets_later, NULL);
    while ((sent = send(fd, octets, sizeof octets, MSG_NOSIGNAL)) == sizeof octets) {
    }
    SAY((sent > 0 ? send(fd, octets, 1, MSG_NOSIGNAL) : sent) == -1 && errno == ECONNRESET);
    SAY(send(fd, octets, 1, MSG_NOSIGNAL));
    pthread_join(thread, NULL);
    close(fd);
}

static void reconnecting(void) {
    section("connect once more");
    union address name;
    socklen_t size = sizeof name;
    int fd = stream();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    SAY(to(fd, peer_address, port + 8));
    polled(fd, POLLOUT, 2000);
    SAY(error(fd));
    SAY(to(fd, peer_address, port + 8));
    SAY(to(fd, peer_address, port + 8));
    close(fd);
    fd = pair();
    peer("z", 0);
    polled(fd, POLLIN, 2000);
    SAY(to(fd, peer_address, port));
    SAY(recv(fd, octets, 1, 0));
    SAY(to(fd, peer_address, port));
    close(fd);
    fd = stream();
    SAY(bound(fd, own_address, port + 9));
    SAY(to(fd, peer_address, port + 8));
    SAY(to(fd, peer_address, port + 8));
    peer("l", port);
    SAY(to(fd, peer_address, port));
    SAY(getsockname(fd, &name.any, &size));
    SAY(ntohs(name.four.sin_port) == port + 9);
    peer("a", 0);
    peer("z", 0);
    close(fd);
    fd = socket(family, SOCK_DGRAM, 0);
    peer("u", port + 5);
    SAY(to(fd, peer_address, port + 5));
    if (family == AF_INET) {
        SAY(to(fd, "255.255.255.255", port + 5));
    }
    SAY(send(fd, octets, 3, 0));
    SAY(peer("g", 0));
    polled(fd, POLLIN, 1000);
    SAY(recv(fd, octets, 10, MSG_OOB));
    close(fd);
    peer("x", 0);
}

static void lengths_of_names(void) {
    section("lengths of names and of control messages");
    union address there = at(peer_address, port + 5);
    struct iovec piece = {octets, 3};
    struct msghdr message = {.msg_name = &there, .msg_iov = &piece, .msg_iovlen = 1};
    char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    bool six = family == AF_INET6;
    int fd = socket(family, SOCK_DGRAM, 0);
    peer("u", port + 5);
    SAY(sendmsg(fd, &message, 0));
    SAY(sendto(fd, octets, 3, 0, &there.any, 0));
    SAY(shutdown(fd, SHUT_WR));
    SAY(send(fd, octets, 3, MSG_NOSIGNAL));
    SAY(sendto(fd, octets, 3, MSG_NOSIGNAL, &there.any, length()));
    close(fd);
    fd = socket(family, SOCK_DGRAM, 0);
    SAY(to(fd, peer_address, port + 5));
    SAY(set(fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_RECVPKTINFO : IP_PKTINFO, 1));
    SAY(sendmsg(fd, &message, 0));
    SAY(peer("g", 0));
    message.msg_name = NULL;
    message.msg_control = control;
    message.msg_controllen = CMSG_LEN(4);
    polled(fd, POLLIN, 1000);
    SAY(recvmsg(fd, &message, 0));
    SAY(message.msg_flags);
    SAY(message.msg_controllen);
    SAY(CMSG_FIRSTHDR(&message) != NULL && CMSG_FIRSTHDR(&message)->cmsg_len == CMSG_LEN(4));
    SAY(recvmmsg(fd, NULL, 0, 0, NULL));
    close(fd);
    peer("x", 0);
    fd = pair();
    peer("s", 3);
    polled(fd, POLLIN, 1000);
    message.msg_control = NULL;
    message.msg_controllen = 0;
    message.msg_namelen = 7;
    SAY(recvmsg(fd, &message, 0));
    SAY(message.msg_namelen);
    peer("s", 3);
    polled(fd, POLLIN, 1000);
    SAY(recvfrom(fd, octets, 3, 0, &there.any, NULL));
    close(fd);
    peer("x", 0);
}

/* Values that stand for others, and edges that are nobody's. */
static void values(void) {
    section("values of options, edges of what is wanted");
    struct timeval brief = {0, 50000};
    int fd = pair();
    SAY(set(fd, IPPROTO_IP, IP_TOS, 0x13));
    SAY(option(fd, IPPROTO_IP, IP_TOS));
    SAY(set(fd, IPPROTO_IP, IP_TTL, -1));
    SAY(option(fd, IPPROTO_IP, IP_TTL));
    SAY(set(fd, IPPROTO_IP, IP_MULTICAST_TTL, 3));
    SAY(option(fd, IPPROTO_IP, IP_MULTICAST_TTL));
    SAY(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &(struct in_addr){0}, sizeof(struct in_addr)));
    SAY(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 3));
    SAY(set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, 0));
    SAY(set(fd, IPPROTO_IPV6, IPV6_TCLASS, -1));
    SAY(option(fd, IPPROTO_IPV6, IPV6_TCLASS));
    SAY(set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, -1));
    SAY(option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS));
    SAY(set(fd, IPPROTO_TCP, TCP_LINGER2, 130));
    SAY(option(fd, IPPROTO_TCP, TCP_LINGER2));
    SAY(set(fd, IPPROTO_TCP, TCP_LINGER2, 0));
    SAY(option(fd, IPPROTO_TCP, TCP_LINGER2));
    SAY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 5));
    SAY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4));
    SAY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno9", 5));
    SAY(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 0));
    SAY(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &brief, sizeof brief));
    SAY(recv(fd, octets, 0, 0));
    SAY(recv(fd, octets, 0, MSG_DONTWAIT));
    int set_of = epoll_create1(0);
    SAY(control(set_of, EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLET));
    SAY(waited(set_of, 1000));
    peer("s", 1);
    polled(fd, POLLIN, 1000);
    SAY(waited(set_of, 50));
    SAY(recv(fd, octets, 0, 0));
    SAY(write(fd, octets, (size_t)negative));
    SAY(read(fd, octets, (size_t)negative));
    close(set_of);
    close(fd);
    peer("x", 0);
}

static int at_once[2]; /* a pipe */

/* ----- Threads that are cancelled ----- */

static int by_this; /* what a call is of */
static int by_that;
static sem_t may_go;
static sem_t is_there;

static struct msghdr one_octet(void) {
    static struct iovec piece = {octets, 1};
    return (struct msghdr){.msg_iov = &piece, .msg_iovlen = 1};
}

static void does(int which) {
    struct msghdr message = one_octet();
    struct mmsghdr messages = {.msg_hdr = message};
    struct pollfd one = {by_this, POLLOUT, 0};
    struct timespec soon = {0, 0};
    fd_set set_of;
    FD_ZERO(&set_of);
    FD_SET(by_this, &set_of);
    switch (which) {
        case 0: recv(by_this, octets, 1, 0); break;
        case 1: recv(by_this, octets, 1, MSG_DONTWAIT); break;
        case 2: recvfrom(by_this, octets, 1, 0, NULL, NULL); break;
        case 3: recvmsg(by_this, &message, 0); break;
        case 4: recvmmsg(by_this, &messages, 1, 0, NULL); break;
        case 5: read(by_this, octets, 1); break;
        case 6: readv(by_this, message.msg_iov, 1); break;
        case 7: send(by_this, octets, 1, 0); break;
        case 8: sendto(by_this, octets, 1, 0, NULL, 0); break;
        case 9: sendmsg(by_this, &message, 0); break;
        case 10: sendmmsg(by_this, &messages, 1, 0); break;
        case 11: write(by_this, octets, 1); break;
        case 12: writev(by_this, message.msg_iov, 1); break;
        case 13: poll(&one, 1, 0); break;
        case 14: ppoll(&one, 1, &soon, NULL); break;
        case 15: select(by_this + 1, NULL, &set_of, NULL, NULL); break;
        case 16: pselect(by_this + 1, NULL, &set_of, NULL, &soon, NULL); break;
        case 17: epoll_wait(by_that, &event, 1, 0); break;
        case 18: epoll_pwait(by_that, &event, 1, -1, NULL); break;
        case 19: accept(by_this, NULL, NULL); break;
        case 20: accept4(by_this, NULL, NULL, 0); break;
        case 21: to(by_this, peer_address, port); break;
        case 22: splice(by_this, NULL, at_once[1], NULL, 1, 0); break;
        case 23: preadv2(by_this, message.msg_iov, 1, -1, 0); break;
        case 24: pwritev2(by_this, message.msg_iov, 1, -1, 0); break;
        /* Nobody is cancelled at these. */
        case 25: shutdown(by_this, SHUT_WR); break;
        case 26: set(by_this, IPPROTO_TCP, TCP_NODELAY, 1); break;
        case 27: option(by_this, IPPROTO_TCP, TCP_MAXSEG); break;
        case 28: control(by_that, EPOLL_CTL_MOD, by_this, EPOLLIN); break;
        case 29: syscall(SYS_read, by_this, octets, 1); break;
        case 30: listen(by_this, 7); break;
        case 31: close(dup(by_this)); break;
        default: close(by_this);
    }
}

enum { CANCELLED = 33 };

static void *is_cancelled(void *which) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    sem_post(&is_there);
    sem_wait(&may_go);
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
    does((int)(long)which);
    return NULL;
}

/* Whether a thread is cancelled: at a call that it makes when it is to be already, or while it waits there. */
static long cancelled_at(long which, bool waits) {
    pthread_t thread;
    void *found = NULL;
    pthread_create(&thread, NULL, is_cancelled, (void *)which);
    sem_wait(&is_there);
    if (waits) {
        sem_post(&may_go);
        usleep(50000);
    }
    pthread_cancel(thread);
    if (!waits) {
        sem_post(&may_go);
    }
    int joined = found_by(thread, &found);
    return joined != 0 ? joined : found == PTHREAD_CANCELED;
}

static long busy_ms(void) {
    struct timespec busy;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &busy);
    return (long)busy.tv_sec * 1000 + busy.tv_nsec / 1000000;
}

/* Nothing stays of who is cancelled as it waits: others wait, and sleep, as ever. */
static void cancelled_asleep(int fd) {
    int spare[2];
    by_this = fd;
    by_that = epoll_create1(0);
    SAY(pipe(spare));
    SAY(control(by_that, EPOLL_CTL_ADD, spare[0], EPOLLIN));
    SAY(cancelled_at(18, true));
    SAY(control(by_that, EPOLL_CTL_ADD, fd, EPOLLIN));
    SAY(cancelled_at(18, true));
    SAY(cancelled_at(0, true));
    long busy = busy_ms();
    SAY(waited(by_that, 300));
    SAY(busy_ms() - busy < 100);
    peer("s", 1);
    SAY(waited(by_that, 1000));
    SAY(recv(fd, octets, 1, 0));
    close(by_that);
    close(spare[0]);
    close(spare[1]);
}

static void cancelled(void) {
    section("cancelled");
    int fd = pair();
    sem_init(&may_go, 0, 0);
    sem_init(&is_there, 0, 0);
    SAY(pipe(at_once));
    peer("s", 100);
    polled(fd, POLLIN, 1000);
    by_that = epoll_create1(0);
    control(by_that, EPOLL_CTL_ADD, fd, EPOLLIN);
    for (long which = 0; which < CANCELLED; which++) {
        bool listens = which == 19 || which == 20 || which == 30;
        by_this = fd;
        if (listens) {
            by_this = stream();
            set(by_this, SOL_SOCKET, SO_REUSEADDR, 1);
            bound(by_this, own_address, port + 19);
            listen(by_this, 5);
            peer("c", port + 19);
        } else if (which == 21) {
            by_this = stream();
        }
        printf("%ld\n", which);
        SAY(cancelled_at(which, false));
        if (by_this != fd) {
            close(by_this);
        }
    }
    SAY(fcntl(fd, F_GETFD));
    close(by_that);
    close(fd);
    close(at_once[0]);
    close(at_once[1]);
    fd = pair();
    cancelled_asleep(fd);
    close(fd);
    peer("x", 0);
}


static void *moves(void *fd) {
    off_t begin = 0;
    int to_one = socket(family, SOCK_DGRAM, 0);
    int file = open("/proc/self/exe", O_RDONLY);
    to(to_one, peer_address, port + 8);
    SAY(sendfile(*(int *)fd, file, &begin, 30000));
    SAY(sendfile(to_one, file, &begin, 1000));
    SAY(write(at_once[1], octets, 3000));
    SAY(splice(at_once[0], NULL, *(int *)fd, NULL, 3000, 0));
    SAY(splice(*(int *)fd, NULL, at_once[1], NULL, 1, 0));
    SAY(read(at_once[0], octets, 10));
    close(file);
    close(to_one);
    return NULL;
}

/* A thread whose stack is small moves octets between descriptors. */
static void within_little(void) {
    section("a small stack");
    pthread_attr_t small;
    pthread_t thread;
    int fd = pair();
    SAY(pipe(at_once));
    peer("s", 1);
    pthread_attr_init(&small);
    SAY(pthread_attr_setstacksize(&small, 40960));
    int begun = pthread_create(&thread, &small, moves, &fd);
    pthread_join(thread, NULL);
    SAY(begun);
    SAY(peer("r", 33000));
    pthread_attr_destroy(&small);
    close(at_once[0]);
    close(at_once[1]);
    close(fd);
    peer("x", 0);
}

/* A signal comes while a thread waits to receive. */
static long received_meanwhile(int fd) {
    struct itimerval soon = {.it_value.tv_usec = 30000};
    struct itimerval never = {.it_value.tv_usec = 0};
    int before = signals;
    setitimer(ITIMER_REAL, &soon, NULL);
    errno = 0;
    long got = recv(fd, octets, 1, 0);
    int failure = errno;
    setitimer(ITIMER_REAL, &never, NULL);
    return got == 1 ? 1000 : (signals - before) * 100 + failure;
}

/* Every call by which a program may say who handles a signal. */
static void by_all_names(void) {
    section("handlers, by all their calls");
    struct {
        void *handler;
        unsigned long flags;
        void *restorer;
        unsigned long mask;
    } kernels;
    struct sigaction action;
    int fd = pair();
    handle(SIGALRM, SA_RESTART);
    SAY(sigset(SIGALRM, counted) == counted);
    SAY(received_meanwhile(fd));
    SAY(sigaction(SIGALRM, NULL, &action));
    SAY(action.sa_handler == counted);
    SAY(action.sa_flags & (SA_RESTART | SA_SIGINFO | (int)SA_RESETHAND));
    SAY(sigset(SIGALRM, SIG_HOLD) == counted);
    SAY(sigset(SIGALRM, SIG_HOLD) == SIG_HOLD);
    SAY(sigset(SIGALRM, counted) == SIG_HOLD);
    SAY(sigset(SIGALRM, SIG_DFL) == counted);
    SAY(sigset(SIGALRM, counted) == SIG_DFL);
    SAY(sigset(0, counted) == SIG_ERR);
    SAY(sigset(SIGKILL, counted) == SIG_ERR);
    handle(SIGALRM, SA_RESTART);
    SAY(syscall(SYS_rt_sigaction, SIGALRM, NULL, &kernels, 8));
    SAY(kernels.handler == (void *)counted);
    SAY((kernels.flags & SA_RESTART) != 0);
    kernels.flags &= ~(unsigned long)SA_RESTART;
    SAY(syscall(SYS_rt_sigaction, SIGALRM, &kernels, NULL, 8));
    SAY(received_meanwhile(fd));
    SAY(syscall(SYS_rt_sigaction, SIGALRM, &kernels, NULL, 7));
    SAY(syscall(SYS_rt_sigaction, SIGKILL, &kernels, NULL, 8));
    SAY(sigignore(SIGALRM));
    SAY(sigaction(SIGALRM, NULL, &action));
    SAY(action.sa_handler == SIG_IGN);
    SAY(ssignal(SIGALRM, counted) == SIG_IGN);
    SAY(siginterrupt(SIGALRM, 1));
    SAY(received_meanwhile(fd));
    SAY(siginterrupt(SIGALRM, 0));
    handle(SIGALRM, 0);
    close(fd);
    peer("x", 0);
}

/* Who closes lingers, and how long, in tenths of a second: there is nobody who takes what was sent. */
static long lingers(int fd) {
    struct timespec begin;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    close(fd);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return (end.tv_sec - begin.tv_sec) * 10 + (end.tv_nsec - begin.tv_nsec) / 100000000;
}

/* A fork that fails leaves all as it was: a close is the last. */
static void forkless(void) {
    section("a fork that fails");
    struct linger brief = {1, 1};
    int fd = pair();
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        /* What was there is the parent's, too. */
        struct rlimit none = {0, 0};
        int own_one = stream();
        SAY(to(own_one, peer_address, port));
        SAY(setsockopt(own_one, SOL_SOCKET, SO_LINGER, &brief, sizeof brief));
        while (send(own_one, octets, sizeof octets, MSG_DONTWAIT) > 0) {
        }
        SAY(setresuid(12345, 12345, 12345));
        SAY(setrlimit(RLIMIT_NPROC, &none));
        SAY(fork());
        SAY(fork());
        SAY(lingers(own_one) >= 9);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    close(fd);
    peer("x", 0);
}

int main(int count, char **arguments) {
    if (count == 4) {
        return ask_outside(arguments);
    }
    if (count != 5) {
        return 2;
    }
    family = arguments[1][0] == '6' ? AF_INET6 : AF_INET;
    own_address = arguments[2];
    peer_address = arguments[3];
    port = atoi(arguments[4]);
    if (getenv("CORNERS_PEER") != NULL) {
        return serve();
    }
    handle(SIGPIPE, 0);
    start_peer(arguments);
    fresh();
    binding();
    refused();
    connecting();
    streaming();
    ending();
    resets();
    times();
    handling();
    urgent();
    splicing();
    by_stdio();
    waiting();
    selecting();
    polling();
    sharing();
    nesting();
    accepting();
    left_queued();
    unlistening();
    datagrams();
    received_before();
    sent_first();
    controls();
    options(SOCK_STREAM);
    options(SOCK_DGRAM);
    options_before();
    hints(SOCK_STREAM);
    hints(SOCK_DGRAM);
    segments();
    lengths();
    gone();
    information();
    errors();
    groups();
    over_loopback();
    from_others();
    nowhere();
    older();
    absent();
    messages();
    held_back();
    disconnecting();
    ways();
    of_either_family();
    crowded();
    enough();
    parting();
    signalled();
    described();
    refusing();
    by_stdio_before();
    by_number();
    within_handlers();
    of_others();
    lingering();
    edges();
    polled_meanwhile();
    without_descriptors();
    in_destructors();
    let_in();
    shutting();
    queued();
    moved();
    reconnecting();
    lengths_of_names();
    values();
    forkless();
    within_little();
    cancelled();
    by_all_names();
    polled_before();
    polled_by_both();
    interfaces();
    fprintf(to_peer, "q\n");
    fflush(to_peer);
    wait(NULL);
    printf("end\n");
    return 0;
}
