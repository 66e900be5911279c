// A program that is linked statically: what it says over its sockets is checked octet by octet.
//
//   walled server PORT             takes one connection, tells who it is from, and sends back what comes
//   walled client ADDRESS PORT N   sends N octets, and checks that the same come back
//   walled many ADDRESS PORT N     begins N connections, and keeps them
//   walled leave ADDRESS PORT      begins a connection, gives up at once, and waits until it is ended
//   walled answer PORT             tells who a datagram is from, and sends it back
//   walled answers PORT            the same again and again
//   walled ask ADDRESS PORT        sends a datagram, and waits 5 s for it
//   walled asks ADDRESS PORT N     the same N times, some in a second, each from another socket
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned char octet(long at) {
    return (unsigned char)(at * 131 + at / 251);
}

static int failed(const char *what) {
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static void tell(const char *who, const struct sockaddr_in6 *at) {
    char host[INET6_ADDRSTRLEN];
    getnameinfo((const struct sockaddr *)at, sizeof *at, host, sizeof host, NULL, 0, NI_NUMERICHOST);
    printf("%s %s\n", who, strncmp(host, "::ffff:", 7) ? host : host + 7);
    fflush(stdout);
}

static int open_at(const char *address, const char *port, int type, struct sockaddr_in6 *to) {
    char mapped[64];
    snprintf(mapped, sizeof mapped, strchr(address, ':') ? "%s" : "::ffff:%s", address);
    memset(to, 0, sizeof *to);
    to->sin6_family = AF_INET6;
    to->sin6_port = htons((unsigned short)atoi(port));
    inet_pton(AF_INET6, mapped, &to->sin6_addr);
    return socket(AF_INET6, type, 0);
}

static int serve(const char *port) {
    struct sockaddr_in6 at, peer;
    socklen_t length = sizeof peer;
    static char chunk[65536];
    int listener = open_at("::", port, SOCK_STREAM, &at), one = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 8)) return failed("listen");
    printf("listens\n");
    fflush(stdout);
    int s = accept(listener, (struct sockaddr *)&peer, &length);
    if (s < 0) return failed("accept");
    tell("peer", &peer);
    ssize_t count;
    while ((count = read(s, chunk, sizeof chunk)) > 0)
        for (ssize_t done = 0, n; done < count; done += n)
            if ((n = write(s, chunk + done, (size_t)(count - done))) < 0) return failed("write");
    return count < 0 ? failed("read") : 0;
}

static int talk(const char *address, const char *port, long octets) {
    struct sockaddr_in6 at, own;
    socklen_t length = sizeof own;
    static unsigned char chunk[65536];
    int s = open_at(address, port, SOCK_STREAM, &at);
    if (connect(s, (struct sockaddr *)&at, sizeof at)) return failed("connect");
    getsockname(s, (struct sockaddr *)&own, &length);
    tell("own", &own);
    long sent = 0, got = 0;
    while (1) {
        struct pollfd ready = {s, (short)(POLLIN | (sent < octets ? POLLOUT : 0)), 0};
        poll(&ready, 1, -1);
        if (ready.revents & POLLOUT) {
            size_t n = (size_t)(octets - sent < 65536 ? octets - sent : 65536);
            for (size_t i = 0; i < n; i++) chunk[i] = octet(sent + (long)i);
            ssize_t count = send(s, chunk, n, MSG_DONTWAIT);
            if (count < 0 && errno != EAGAIN) return failed("send");
            if (count > 0 && (sent += count) == octets) shutdown(s, SHUT_WR);
        }
        if (ready.revents & (POLLIN | POLLHUP | POLLERR)) {
            ssize_t count = recv(s, chunk, sizeof chunk, MSG_DONTWAIT);
            if (count < 0 && errno == EAGAIN) continue;
            if (count < 0) return failed("recv");
            if (count == 0) break;
            for (ssize_t i = 0; i < count; i++)
                if (chunk[i] != octet(got + i)) return printf("octet %ld is wrong\n", got + (long)i), 1;
            got += count;
        }
    }
    printf("the same %ld\n", got);
    return got != octets;
}

static int many(const char *address, const char *port, long wanted) {
    struct sockaddr_in6 at;
    for (long made = 0; made < wanted; made++) {
        int s = open_at(address, port, SOCK_STREAM, &at);
        int failure = connect(s, (struct sockaddr *)&at, sizeof at) ? errno : 0;
        if (failure) {
            printf("made %ld\n", made);
            errno = failure;
            return failed("connect");
        }
    }
    printf("made %ld\n", wanted);
    return 0;
}

static int leave(const char *address, const char *port) {
    struct sockaddr_in6 at;
    int s = open_at(address, port, SOCK_STREAM | SOCK_NONBLOCK, &at);
    connect(s, (struct sockaddr *)&at, sizeof at);
    close(s);
    pause();
    return 0;
}

static int datagrams(const char *address, const char *port, int asks) {
    struct sockaddr_in6 at, peer;
    socklen_t length = sizeof peer;
    static char datagram[65536];
    int s = open_at(address, port, SOCK_DGRAM, &at);
    if (!asks && bind(s, (struct sockaddr *)&at, sizeof at)) return failed("bind");
    if (asks && sendto(s, "datagram", 8, 0, (struct sockaddr *)&at, sizeof at) < 0) return failed("sendto");
    printf("waits\n");
    fflush(stdout);
    struct pollfd ready = {s, POLLIN, 0};
    if (asks && poll(&ready, 1, 5000) != 1) return printf("no answer\n"), 1;
    ssize_t count = recvfrom(s, datagram, sizeof datagram, 0, (struct sockaddr *)&peer, &length);
    if (count < 0) return failed("recvfrom");
    tell("peer", &peer);
    if (!asks) sendto(s, datagram, (size_t)count, 0, (struct sockaddr *)&peer, length);
    close(s);
    return count != 8;
}

static int many_datagrams(const char *address, const char *port, int asks, long wanted) {
    int failed = 0;
    for (long made = 0; !failed && made != wanted; made++) {
        failed = datagrams(address, port, asks);
        if (asks) usleep(400000);
    }
    return failed;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "server")) return serve(words[2]);
    if (count == 5 && !strcmp(words[1], "client")) return talk(words[2], words[3], atol(words[4]));
    if (count == 4 && !strcmp(words[1], "leave")) return leave(words[2], words[3]);
    if (count == 5 && !strcmp(words[1], "many")) return many(words[2], words[3], atol(words[4]));
    if (count == 3 && !strcmp(words[1], "answer")) return datagrams("::", words[2], 0);
    if (count == 3 && !strcmp(words[1], "answers")) return many_datagrams("::", words[2], 0, -1);
    if (count == 5 && !strcmp(words[1], "asks")) return many_datagrams(words[2], words[3], 1, atol(words[4]));
    if (count == 4 && !strcmp(words[1], "ask")) return datagrams(words[2], words[3], 1);
    return 2;
}
