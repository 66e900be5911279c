/*
 * settings 4|6 OWN PORT: what becomes of options of sockets that are set, one line each: what setsockopt says, and what getsockopt tells
 * behind it. The same program says the same on the kernel's stack and on ours: SettingsTest runs both and compares.
 *
 * OWN is the address to bind to. Ports from PORT on are used.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int family;
static const char *own_address;
static int port;

union address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

static socklen_t length(void) {
    return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static union address at(int number) {
    union address address;
    memset(&address, 0, sizeof address);
    address.any.sa_family = (sa_family_t)family;
    if (family == AF_INET) {
        address.four.sin_port = htons((uint16_t)number);
        inet_pton(AF_INET, own_address, &address.four.sin_addr);
    } else {
        address.six.sin6_port = htons((uint16_t)number);
        inet_pton(AF_INET6, own_address, &address.six.sin6_addr);
    }
    return address;
}

static void fails(const char *what) {
    perror(what);
    exit(1);
}

/* ----- Whose options ----- */

enum kind { BOUND, LISTENS, CONNECTED, ACCEPTED, DATAGRAMS, TALKS, KINDS };

static const char *const kinds[] = {"bound", "listens", "connected", "accepted", "datagrams", "datagrams to one"};

static int bound(int type, int number) {
    int one = 1;
    union address name = at(number);
    int fd = socket(family, type, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, &name.any, length()) != 0) {
        fails("bind");
    }
    return fd;
}

static void make(int *made) {
    union address name = at(port + LISTENS);
    made[BOUND] = bound(SOCK_STREAM, port + BOUND);
    made[LISTENS] = bound(SOCK_STREAM, port + LISTENS);
    made[CONNECTED] = socket(family, SOCK_STREAM, 0);
    made[DATAGRAMS] = bound(SOCK_DGRAM, port + DATAGRAMS);
    made[TALKS] = bound(SOCK_DGRAM, port + TALKS);
    if (listen(made[LISTENS], 5) != 0 || connect(made[CONNECTED], &name.any, length()) != 0) {
        fails("connect");
    }
    made[ACCEPTED] = accept(made[LISTENS], NULL, NULL);
    name = at(port + DATAGRAMS);
    if (connect(made[TALKS], &name.any, length()) != 0) {
        fails("connect");
    }
}

/* ----- Numbers ----- */

/* All that can be set to a number; buffers, whose bounds are each stack's own, below. And some that are told alone, and some that are none. */
static const struct {
    int level;
    int name;
} all[] = {
    {IPPROTO_TCP, TCP_NODELAY}, {IPPROTO_TCP, TCP_CORK}, {SOL_SOCKET, SO_KEEPALIVE}, {IPPROTO_TCP, TCP_KEEPIDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL}, {IPPROTO_TCP, TCP_KEEPCNT}, {SOL_SOCKET, SO_REUSEADDR}, {SOL_SOCKET, SO_REUSEPORT},
    {IPPROTO_IP, IP_TOS}, {IPPROTO_IPV6, IPV6_TCLASS}, {IPPROTO_IP, IP_TTL}, {IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {IPPROTO_IP, IP_MULTICAST_TTL}, {IPPROTO_IPV6, IPV6_MULTICAST_HOPS}, {IPPROTO_IP, IP_MULTICAST_LOOP},
    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP}, {SOL_SOCKET, SO_BROADCAST}, {IPPROTO_TCP, TCP_USER_TIMEOUT},
    {SOL_SOCKET, SO_OOBINLINE}, {IPPROTO_TCP, TCP_MAXSEG}, {IPPROTO_TCP, TCP_QUICKACK},
    {SOL_SOCKET, SO_PRIORITY}, {SOL_SOCKET, SO_MARK}, {IPPROTO_TCP, TCP_DEFER_ACCEPT}, {IPPROTO_IP, IP_RECVERR},
    {IPPROTO_IPV6, IPV6_RECVERR}, {IPPROTO_IP, IP_PKTINFO}, {IPPROTO_IPV6, IPV6_V6ONLY},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO}, {IPPROTO_IP, IP_RECVTTL}, {IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    {IPPROTO_IP, IP_RECVTOS}, {IPPROTO_IPV6, IPV6_RECVTCLASS}, {IPPROTO_IP, IP_MULTICAST_ALL},
    {IPPROTO_IPV6, IPV6_MULTICAST_ALL}, {IPPROTO_IP, IP_MTU_DISCOVER}, {IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    {IPPROTO_IPV6, IPV6_DONTFRAG}, {IPPROTO_UDP, UDP_SEGMENT}, {IPPROTO_UDP, UDP_GRO}, {IPPROTO_UDP, UDP_CORK},
    {SOL_SOCKET, SO_TIMESTAMP}, {SOL_SOCKET, SO_TIMESTAMPNS}, {IPPROTO_TCP, TCP_FASTOPEN},
    {IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE}, {IPPROTO_TCP, TCP_FASTOPEN_CONNECT}, {IPPROTO_TCP, TCP_NOTSENT_LOWAT},
    {IPPROTO_TCP, TCP_LINGER2}, {IPPROTO_TCP, TCP_SYNCNT}, {IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS},
    {IPPROTO_TCP, TCP_THIN_DUPACK}, {IPPROTO_TCP, TCP_SAVE_SYN}, {SOL_SOCKET, SO_DEBUG}, {SOL_SOCKET, SO_NO_CHECK},
    {SOL_SOCKET, SO_RXQ_OVFL}, {SOL_SOCKET, SO_SELECT_ERR_QUEUE}, {SOL_SOCKET, SO_BUSY_POLL},
    {SOL_SOCKET, SO_INCOMING_CPU}, {IPPROTO_IP, IP_FREEBIND}, {IPPROTO_IPV6, IPV6_FREEBIND},
    {IPPROTO_IP, IP_TRANSPARENT}, {IPPROTO_IPV6, IPV6_TRANSPARENT}, {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
    {IPPROTO_IPV6, IPV6_AUTOFLOWLABEL}, {SOL_SOCKET, SO_TYPE}, {SOL_SOCKET, SO_PROTOCOL}, {SOL_SOCKET, SO_DOMAIN},
    {SOL_SOCKET, SO_ACCEPTCONN}, {SOL_SOCKET, SO_SNDLOWAT}, {SOL_SOCKET, SO_INCOMING_NAPI_ID}, {SOL_SOCKET, 7777},
    {IPPROTO_TCP, 7777}, {IPPROTO_IP, 7777}, {IPPROTO_IPV6, 7777}, {IPPROTO_UDP, 7777}, {7777, 1},
};

static const char *said(int result) {
    return result == 0 ? "0" : strerrorname_np(errno);
}

static void tell(int fd, int level, int name, socklen_t room) {
    int value = -7;
    socklen_t size = room;
    char octets[512];
    memset(octets, 0, sizeof octets);
    memcpy(octets, &value, sizeof value);
    int result = getsockopt(fd, level, name, octets, &size);
    memcpy(&value, octets, sizeof value);
    if (result != 0 || size > sizeof value) {
        printf(" get %s (%u)", said(result), result != 0 ? 0 : size);
    } else {
        printf(" get %d (%u)", value, size);
    }
}

static void number(int fd, int level, int name) {
    static const int values[] = {1, 0, 2, 3, 0x13, 64, 100, 200, 255, 256, 1000, 65535, 65536, INT_MAX, INT_MIN, -1, -2, 5};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        printf(" %d: %s", values[i], said(setsockopt(fd, level, name, &values[i], sizeof values[i])));
        tell(fd, level, name, sizeof values[i]);
    }
}

/* Values that are too short, or longer, and room that is. */
static void lengths(int fd, int level, int name) {
    long one = 1;
    static const socklen_t all[] = {0, 1, 2, 3, 8};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        printf(" long %u: %s", all[i], said(setsockopt(fd, level, name, &one, all[i])));
        tell(fd, level, name, all[i]);
    }
}

/* What the peer, the path or the processor decides is another one's on each stack. */
static bool is_asked(int kind, int level, int name) {
    bool met = kind == CONNECTED || kind == ACCEPTED;
    return !met || !((level == IPPROTO_TCP && name == TCP_MAXSEG) || (level == SOL_SOCKET && name == SO_INCOMING_CPU)
        || (level == IPPROTO_IP && name == IP_MULTICAST_TTL) || (level == IPPROTO_IPV6 && name == IPV6_MULTICAST_HOPS));
}

static void numbers(const int *fds) {
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (int kind = 0; kind < KINDS; kind++) {
            if (!is_asked(kind, all[i].level, all[i].name)) {
                continue;
            }
            printf("%s, %d %d:", kinds[kind], all[i].level, all[i].name);
            tell(fds[kind], all[i].level, all[i].name, sizeof(int));
            number(fds[kind], all[i].level, all[i].name);
            printf("\n%s, %d %d:", kinds[kind], all[i].level, all[i].name);
            lengths(fds[kind], all[i].level, all[i].name);
            printf("\n");
        }
    }
}

/* ----- Others ----- */

static void lingering(int fd) {
    static const struct linger all[] = {{0, 7}, {1, 5}, {0, 0}, {0, 9}, {1, 0}, {7, 65535}, {-1, 3}, {1, 1000000}, {0, 0}};
    struct linger told;
    socklen_t size;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size = sizeof told;
        printf("linger %d %d: %s", all[i].l_onoff, all[i].l_linger, said(setsockopt(fd, SOL_SOCKET, SO_LINGER, &all[i], sizeof told)));
        printf(" get %s", said(getsockopt(fd, SOL_SOCKET, SO_LINGER, &told, &size)));
        printf(" %d %d (%u)\n", told.l_onoff, told.l_linger, size);
    }
    size = 4;
    printf("linger, short: %s", said(setsockopt(fd, SOL_SOCKET, SO_LINGER, &all[1], 4)));
    printf(" get %s (%u)\n", said(getsockopt(fd, SOL_SOCKET, SO_LINGER, &told, &size)), size);
}

/* Times that are whole ticks of the kernel's, of which there are 100 a second, or some times as many. */
static void times(int fd, int name) {
    static const struct timeval all[] = {{0, 20000}, {0, 500000}, {3, 0}, {3, 220000}, {100000, 0}, {0, 1000000}, {0, -1}, {-1, 0}, {-5, 999999},
        {LONG_MAX / 100, 0}, {0, 0}};
    struct timeval told;
    socklen_t size;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        size = sizeof told;
        printf("time %d %ld %ld: %s", name, all[i].tv_sec, all[i].tv_usec, said(setsockopt(fd, SOL_SOCKET, name, &all[i], sizeof told)));
        printf(" get %s", said(getsockopt(fd, SOL_SOCKET, name, &told, &size)));
        printf(" %ld %ld (%u)\n", told.tv_sec, told.tv_usec, size);
    }
    size = 8;
    printf("time %d, short: %s", name, said(setsockopt(fd, SOL_SOCKET, name, &all[1], 8)));
    printf(" get %s (%u)\n", said(getsockopt(fd, SOL_SOCKET, name, &told, &size)), size);
}

static void buffers(int fd) {
    static const int all[] = {1000, 1, 10000, 50000, 0};
    static const int names[] = {SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE};
    for (size_t name = 0; name < sizeof names / sizeof names[0]; name++) {
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
            printf("buffer %d %d: %s", names[name], all[i], said(setsockopt(fd, SOL_SOCKET, names[name], &all[i], sizeof all[i])));
            tell(fd, SOL_SOCKET, names[name] == SO_SNDBUFFORCE ? SO_SNDBUF : names[name] == SO_RCVBUFFORCE ? SO_RCVBUF : names[name], 4);
            printf("\n");
        }
        lengths(fd, SOL_SOCKET, names[name]);
        printf("\n");
    }
}

/* A stream has them bounded by its buffer, once that is set. */
static void low_water(int fd) {
    static const int all[] = {0, 1, 700, 65535, 1000000, -1, INT_MAX, 5, 1};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        printf("low water %d: %s", all[i], said(setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &all[i], sizeof all[i])));
        tell(fd, SOL_SOCKET, SO_RCVLOWAT, 4);
        printf("\n");
    }
}

static void congestion(int fd) {
    static const char *const all[] = {"reno", "nobody", "cubic", "cubicinventory", "", "reno"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char told[32] = "";
        socklen_t size = i == 2 ? 3 : sizeof told;
        printf("congestion %s: %s", all[i], said(setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, all[i], (socklen_t)strlen(all[i]))));
        printf(" get %s", said(getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, told, &size)));
        printf(" %s (%u)\n", told, size);
    }
}

static void others(const int *fds) {
    for (int kind = 0; kind < KINDS; kind++) {
        printf("--- %s\n", kinds[kind]);
        lingering(fds[kind]);
        times(fds[kind], SO_RCVTIMEO);
        times(fds[kind], SO_SNDTIMEO);
        congestion(fds[kind]);
        buffers(fds[kind]);
        low_water(fds[kind]);
    }
}

/* Who is not root may not set all of them. */
static void as_nobody(const int *fds) {
    static const int names[] = {SO_DEBUG, SO_PRIORITY, SO_MARK, SO_BUSY_POLL, SO_SNDBUFFORCE, SO_RCVBUFFORCE};
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) {
        fails("setresuid");
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int kind = 0; kind < KINDS; kind++) {
            bool buffer = names[i] == SO_SNDBUFFORCE || names[i] == SO_RCVBUFFORCE;
            int one = 1;
            printf("nobody's, %s, socket %d:", kinds[kind], names[i]);
            if (buffer) {
                printf(" %s", said(setsockopt(fds[kind], SOL_SOCKET, names[i], &one, sizeof one)));
            } else {
                number(fds[kind], SOL_SOCKET, names[i]);
            }
            printf("\n");
        }
    }
}

int main(int count, char **arguments) {
    int fds[KINDS];
    if (count != 4) {
        return 2;
    }
    family = arguments[1][0] == '6' ? AF_INET6 : AF_INET;
    own_address = arguments[2];
    port = atoi(arguments[3]);
    make(fds);
    numbers(fds);
    others(fds);
    as_nobody(fds);
    printf("end\n");
    return 0;
}
