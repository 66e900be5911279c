/* Longer than others: one table of options. */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>

/* The stack's numbers: docs/layouts/session.md. */
enum {
    NO_DELAY = 1,
    CORK,
    KEEP_ALIVE,
    KEEP_IDLE,
    KEEP_INTERVAL,
    KEEP_COUNT,
    LINGER,
    SEND_BUFFER,
    RECEIVE_BUFFER,
    REUSE_ADDRESS,
    REUSE_PORT,
    TRAFFIC_CLASS,
    HOPS,
    MULTICAST_HOPS,
    MULTICAST_LOOP,
    MULTICAST_LINK,
    BROADCAST,
    USER_TIMEOUT,
    URGENT_INLINE,
    CONGESTION,
    MAX_SEGMENT,
    QUICK_ACK,
    RECEIVE_LOW_WATER,
    DONT_FRAGMENT,
    ADVERTISED_TIMEOUT,
    RECEIVE_ERRORS,
    STACKS, /* those above are the stack's; those below are only kept */
    PRIORITY = STACKS,
    MARK,
    DEFERS,
    PACKET_INFO,
    V6_ONLY,
    TELLS_HOPS,
    TELLS_CLASS,
    GROUPS_ADDRESS,
    GROUPS_INDEX,
    GROUPS_ALL,
    DISCOVER,
    DISCOVER_6,
    KEEP_WHOLE,
    SEGMENT,
    TELLS_TIME,
    TELLS_TIME_NS,
    /* Hints, and what is of use before a socket is one of ours: nothing comes of these. */
    OPENS_FAST,
    OPENS_FAST_ALWAYS,
    CONNECTS_FAST,
    UNSENT_LOW_WATER,
    SYN_COUNT,
    THIN_TIMES,
    THIN_REPEATS,
    SAVES_SYN,
    TRACES,
    UNCHECKED,
    TELLS_DROPS,
    ERRORS_WAKE,
    BUSY_POLL,
    INCOMING_CPU,
    FREE_BIND,
    TRANSPARENT,
    LATE_PORT,
    LABELS,
    JOINS_DATAGRAMS,
    HOLDS_BACK,
    LINGERS_ON,
    REST
};

_Static_assert((int)REST <= (int)OPTIONS_KEPT, "a place each");

/* Octets that a peer may send in any case, of which nothing was read; and of the name of a congestion control with its end. */
static const int64_t LONGEST_S = INT64_MAX / 1000000000; /* more is for ever */
enum { LEAST_WINDOW = 16 << 10, CONGESTION_NAME = 16 };

/* Of which kind a socket is to be. */
enum range { EITHER, STREAMS, DATAGRAMS };

struct option {
    int level;
    int name;
    int number;
    int initial;
    int least;
    int most;
    int outside; /* the errno of a value that is not within */
    enum range range;
};

static const struct option options[] = {
    {IPPROTO_TCP, TCP_NODELAY, NO_DELAY, 0, 0, 1, 0, STREAMS},
    {IPPROTO_TCP, TCP_CORK, CORK, 0, 0, 1, 0, STREAMS},
    {SOL_SOCKET, SO_KEEPALIVE, KEEP_ALIVE, 0, 0, 1, 0, EITHER},
    {IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE, 7200, 1, 32767, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL, 75, 1, 32767, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT, 9, 1, 127, EINVAL, STREAMS},
    {SOL_SOCKET, SO_SNDBUF, SEND_BUFFER, 16384, 4608, 8 << 20, 0, EITHER},
    {SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER, 131072, 2304, 8 << 20, 0, EITHER},
    {SOL_SOCKET, SO_REUSEADDR, REUSE_ADDRESS, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_REUSEPORT, REUSE_PORT, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_TOS, TRAFFIC_CLASS, 0, 0, 255, 0, EITHER},
    {IPPROTO_IPV6, IPV6_TCLASS, TRAFFIC_CLASS, 0, -1, 255, EINVAL, EITHER},
    {IPPROTO_IP, IP_TTL, HOPS, 64, 1, 255, EINVAL, EITHER},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, HOPS, 64, 0, 255, EINVAL, EITHER},
    {IPPROTO_IP, IP_MULTICAST_TTL, MULTICAST_HOPS, 1, 0, 255, EINVAL, EITHER},
    {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, MULTICAST_HOPS, 1, 0, 255, EINVAL, EITHER},
    {IPPROTO_IP, IP_MULTICAST_LOOP, MULTICAST_LOOP, 1, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, MULTICAST_LOOP, 1, 0, 1, EINVAL, EITHER},
    {SOL_SOCKET, SO_BROADCAST, BROADCAST, 0, 0, 1, 0, EITHER},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT, 0, 0, INT32_MAX, EINVAL, STREAMS},
    {SOL_SOCKET, SO_OOBINLINE, URGENT_INLINE, 0, 0, 1, 0, EITHER},
    {IPPROTO_TCP, TCP_MAXSEG, MAX_SEGMENT, 536, 88, 32767, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_QUICKACK, QUICK_ACK, 1, 0, 1, 0, STREAMS},
    {SOL_SOCKET, SO_RCVLOWAT, RECEIVE_LOW_WATER, 1, 1, INT32_MAX, 0, EITHER},
    {SOL_SOCKET, SO_PRIORITY, PRIORITY, 0, INT32_MIN, INT32_MAX, 0, EITHER},
    {SOL_SOCKET, SO_MARK, MARK, 0, INT32_MIN, INT32_MAX, 0, EITHER},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, DEFERS, 0, 0, INT32_MAX, 0, STREAMS},
    {IPPROTO_IP, IP_RECVERR, RECEIVE_ERRORS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_RECVERR, RECEIVE_ERRORS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_PKTINFO, PACKET_INFO, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_V6ONLY, V6_ONLY, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, PACKET_INFO, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_RECVTTL, TELLS_HOPS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT, TELLS_HOPS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_RECVTOS, TELLS_CLASS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_RECVTCLASS, TELLS_CLASS, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_MULTICAST_IF, GROUPS_ADDRESS, 0, INT32_MIN, INT32_MAX, 0, EITHER},
    {IPPROTO_IPV6, IPV6_MULTICAST_IF, GROUPS_INDEX, 0, 0, INT32_MAX, ENODEV, EITHER},
    {IPPROTO_IP, IP_MULTICAST_ALL, GROUPS_ALL, 1, 0, 1, EINVAL, EITHER},
    {IPPROTO_IPV6, IPV6_MULTICAST_ALL, GROUPS_ALL, 1, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_MTU_DISCOVER, DISCOVER, IP_PMTUDISC_WANT, 0, IP_PMTUDISC_OMIT, EINVAL, EITHER},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER, DISCOVER_6, IPV6_PMTUDISC_WANT, 0, IPV6_PMTUDISC_OMIT, EINVAL, EITHER},
    {IPPROTO_IPV6, IPV6_DONTFRAG, KEEP_WHOLE, 0, 0, 1, 0, EITHER},
    {IPPROTO_UDP, UDP_SEGMENT, SEGMENT, 0, 0, UINT16_MAX, EINVAL, DATAGRAMS},
    {IPPROTO_UDP, UDP_GRO, JOINS_DATAGRAMS, 0, 0, 1, 0, DATAGRAMS},
    {IPPROTO_UDP, UDP_CORK, HOLDS_BACK, 0, 0, 1, 0, DATAGRAMS},
    {SOL_SOCKET, SO_TIMESTAMP, TELLS_TIME, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_TIMESTAMPNS, TELLS_TIME_NS, 0, 0, 1, 0, EITHER},
    {IPPROTO_TCP, TCP_FASTOPEN, OPENS_FAST, 0, 0, INT32_MAX, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, OPENS_FAST_ALWAYS, 0, 0, 1, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_FASTOPEN_CONNECT, CONNECTS_FAST, 0, 0, 1, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_LOW_WATER, 0, INT32_MIN, INT32_MAX, 0, STREAMS},
    {IPPROTO_TCP, TCP_LINGER2, LINGERS_ON, 60, -1, 120, 0, STREAMS},
    {IPPROTO_TCP, TCP_SYNCNT, SYN_COUNT, 6, 1, 127, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, THIN_TIMES, 0, 0, 1, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_THIN_DUPACK, THIN_REPEATS, 0, 0, 1, EINVAL, STREAMS},
    {IPPROTO_TCP, TCP_SAVE_SYN, SAVES_SYN, 0, 0, 2, EINVAL, STREAMS},
    {SOL_SOCKET, SO_DEBUG, TRACES, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_NO_CHECK, UNCHECKED, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_RXQ_OVFL, TELLS_DROPS, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_SELECT_ERR_QUEUE, ERRORS_WAKE, 0, 0, 1, 0, EITHER},
    {SOL_SOCKET, SO_BUSY_POLL, BUSY_POLL, 0, 0, INT32_MAX, EINVAL, EITHER},
    {SOL_SOCKET, SO_INCOMING_CPU, INCOMING_CPU, -1, INT32_MIN, INT32_MAX, 0, EITHER},
    {IPPROTO_IP, IP_FREEBIND, FREE_BIND, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_FREEBIND, FREE_BIND, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_TRANSPARENT, TRANSPARENT, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_TRANSPARENT, TRANSPARENT, 0, 0, 1, 0, EITHER},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, LATE_PORT, 0, 0, 1, 0, EITHER},
    {IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, LABELS, 1, 0, 1, 0, EITHER},
};

enum { OPTIONS = sizeof options / sizeof options[0] };

static bool fits(const struct option *option, const struct own *it) {
    return option->range != (it->datagram ? STREAMS : DATAGRAMS) && (it->v6 || option->level != IPPROTO_IPV6);
}

static const struct option *find(uint32_t number, int level, int name) {
    for (size_t i = 0; i < OPTIONS; i++) {
        if (options[i].level == level && options[i].name == name && fits(&options[i], own(number))) {
            return &options[i];
        }
    }
    return NULL;
}

/* With the lock. */
static void say(uint32_t number, int option, int value) {
    struct own *it = own(number);
    it->options[option] = value;
    it->known |= UINT64_C(1) << option;
    if (option == RECEIVE_ERRORS) {
        errors_forget(number);
    }
    if (option < STACKS) {
        /* Who closes waits here. Behind that the connection goes on, as the kernel's, which the stack would reset. */
        int told = option == LINGER && value > 0 ? -1 : value;
        struct nk_request request = {
            .op = NK_OPTION, .socket = number, .a = (uint64_t)option, .b = (uint64_t)(int64_t)told};
        if (option == SEND_BUFFER && it->datagram) {
            /* Who waits for room counts on from what there was: it has to be what there is. */
            family_call(&request);
        } else {
            family_ask(&request);
        }
    }
}

static int kept(uint32_t number, int option) {
    return (own(number)->known & UINT64_C(1) << option) != 0 ? own(number)->options[option] : 0;
}

/* With the lock. An option, and what follows from it. */
static void put(uint32_t number, const struct option *option, int value) {
    int which = option->number;
    if (which == TELLS_TIME || which == TELLS_TIME_NS) {
        /* The kernel tells the one or the other. */
        say(number, TELLS_TIME, 0);
        say(number, TELLS_TIME_NS, 0);
    }
    if (which == TRAFFIC_CLASS && option->level == IPPROTO_IP && value != kept(number, which)) {
        /* As the kernel, by what RFC 1349 had there. */
        static const int priorities[] = {0, 2, 6, 4};
        say(number, PRIORITY, priorities[value >> 3 & 3]);
    }
    /* The kernel takes one, and forgets it. */
    say(number, which, which == THIN_REPEATS ? 0 : value);
    if (which == HOLDS_BACK && value == 0) {
        datagram_release(number);
    }
    if (which == DISCOVER || which == DISCOVER_6 || which == KEEP_WHOLE) {
        int how = kept(number, own(number)->v6 ? DISCOVER_6 : DISCOVER);
        say(number, DONT_FRAGMENT, how == IP_PMTUDISC_DO || how == IP_PMTUDISC_PROBE || kept(number, KEEP_WHOLE) != 0);
    }
}

/* Which it is of those that a socket of IPv6 has once for each family, where one holds for both here; -1 for another one. */
static int place_apart(const struct own *it, const struct option *option) {
    static const int both[APART / 2] = {TRAFFIC_CLASS, HOPS, MULTICAST_HOPS, MULTICAST_LOOP, RECEIVE_ERRORS, PACKET_INFO, TELLS_HOPS,
        TELLS_CLASS, GROUPS_ALL};
    for (int i = 0; it->v6 && i < APART / 2; i++) {
        if (both[i] == option->number) {
            return option->level == IPPROTO_IPV6 ? i : i + APART / 2;
        }
    }
    return -1;
}

static void keep_apart(struct own *it, const struct option *option, int value) {
    int at = place_apart(it, option);
    if (at >= 0) {
        it->apart[at] = value;
        it->told_apart |= 1u << at;
    }
}

/* What getsockopt tells. */
static int told(const struct own *it, const struct option *option) {
    int at = place_apart(it, option);
    bool set = at >= 0 ? (it->told_apart & 1u << at) != 0 : (it->known & UINT64_C(1) << option->number) != 0;
    if (!set) {
        /* A socket of IPv6 begins so. */
        bool none = it->v6 && option->level == IPPROTO_IP && option->number == GROUPS_ALL;
        return none ? 0 : option->initial;
    }
    return at >= 0 ? it->apart[at] : it->options[option->number];
}

void options_inherit(struct own *it, const struct own *from) {
    it->known = from->known;
    memcpy(it->options, from->options, sizeof it->options);
    it->told_apart = from->told_apart;
    memcpy(it->apart, from->apart, sizeof it->apart);
    it->receive_ms = from->receive_ms;
    it->send_ms = from->send_ms;
    it->lingers_s = from->lingers_s;
}

void option_narrows(uint32_t number) {
    say(number, V6_ONLY, 1);
}

/* Some are only for who is not connected, or not bound, and the kernel says so. */
static bool may(uint32_t number, const struct option *option) {
    struct nk_words words;
    nk_words(&session, number, &words);
    if (option->number == V6_ONLY) {
        return words.local_port == 0;
    }
    bool early = option->number == OPENS_FAST || option->number == OPENS_FAST_ALWAYS || option->number == CONNECTS_FAST;
    uint32_t late = NK_STATUS_CONNECTED | NK_STATUS_CONNECTING | NK_STATUS_READ_END;
    late |= option->number == CONNECTS_FAST ? (uint32_t)NK_STATUS_LISTENING : 0;
    return !early || (words.status & late) == 0;
}

static int set_time(int64_t *ms, const void *value, socklen_t length) {
    struct timeval time;
    if (length < (socklen_t)sizeof time) {
        return -EINVAL;
    }
    memcpy(&time, value, sizeof time);
    if (time.tv_usec < 0 || time.tv_usec >= 1000000) {
        return -EDOM;
    }
    *ms = time.tv_sec < 0 ? -1 : time.tv_sec > LONGEST_S ? 0 : (int64_t)time.tv_sec * 1000 + (time.tv_usec + 999) / 1000;
    return 0;
}

static int set_linger(uint32_t number, const void *value, socklen_t length) {
    struct linger linger;
    if (length < (socklen_t)sizeof linger) {
        return -EINVAL;
    }
    memcpy(&linger, value, sizeof linger);
    if (linger.l_onoff != 0) {
        own(number)->lingers_s = linger.l_linger;
    }
    /* What is below 0 the kernel takes for longer than anything. */
    say(number, LINGER, linger.l_onoff == 0 ? -1 : linger.l_linger < 0 ? INT32_MAX : linger.l_linger);
    return 0;
}

static int set_groups_link(uint32_t number, int level, const void *value, socklen_t length) {
    uint32_t link = 0;
    int told = 0;
    int failure = group_link(level, value, length, &link, &told);
    if (failure == 0) {
        say(number, MULTICAST_LINK, (int)link);
        say(number, level == IPPROTO_IP ? GROUPS_ADDRESS : GROUPS_INDEX, told);
    }
    return failure;
}

/* As with the kernel a stream, which sends to no group, tells these and takes none. */
static bool is_hops_to_groups(int level, int name) {
    return (level == IPPROTO_IP && name == IP_MULTICAST_TTL) || (level == IPPROTO_IPV6 && name == IPV6_MULTICAST_HOPS);
}

/* IPV6_ADDRFORM, ipv6(7): a socket that talks IPv4 is one of AF_INET from now on. With the lock. */
static int become_four(uint32_t number, const void *value, socklen_t length) {
    struct own *it = own(number);
    struct nk_words words;
    int wanted;
    if (length < (socklen_t)sizeof wanted) {
        return -EINVAL;
    }
    memcpy(&wanted, value, sizeof wanted);
    if (wanted != AF_INET) {
        return -EINVAL;
    }
    nk_words(&session, number, &words);
    if ((words.status & (NK_STATUS_CONNECTED | NK_STATUS_FAILED)) != NK_STATUS_CONNECTED) {
        return -ENOTCONN;
    }
    if (!address_is_four(words.remote)) {
        return -EADDRNOTAVAIL;
    }
    it->v6 = false;
    return 0;
}

static int set_congestion(uint32_t number, const void *value, socklen_t length) {
    char name[CONGESTION_NAME] = "";
    if (length == 0) {
        return -EINVAL;
    }
    memcpy(name, value, length < sizeof name - 1 ? length : sizeof name - 1);
    bool reno = strcmp(name, "reno") == 0;
    if (!reno && strcmp(name, "cubic") != 0) {
        return -ENOENT;
    }
    say(number, CONGESTION, reno);
    return 0;
}

/* TCP_DEFER_ACCEPT is kept as a number of SYN-ACKs: so many seconds, or more, as it is that long until these have been sent. */
static int deferred(int wanted) {
    int timeout = 1;
    int seconds = wanted > 0 ? timeout : 0;
    for (int sent = 1; seconds < wanted && sent < 255; sent++) {
        timeout = timeout < 60 ? 2 * timeout : 120;
        seconds += timeout;
    }
    return seconds;
}

/* -1 is a default, RFC 3542, 6.5 and RFC 3493, 5.1 and 5.2; and some values are taken for others, as by the kernel. */
static int meant(uint32_t number, const struct option *option, int wanted, bool stream) {
    if (option->number == DEFERS) {
        return deferred(wanted);
    }
    if (option->number == OPENS_FAST) {
        return wanted < SOMAXCONN ? wanted : SOMAXCONN;
    }
    if (option->number == RECEIVE_LOW_WATER) {
        int most = stream && kept(number, RECEIVE_BUFFER) != 0 ? kept(number, RECEIVE_BUFFER) / 2 : INT32_MAX;
        return wanted < 0 || wanted > most ? most : wanted;
    }
    bool hops = option->number == HOPS || option->number == MULTICAST_HOPS;
    if (option->number == LINGERS_ON && wanted == 0) {
        return option->initial;
    }
    if (wanted == -1 && (hops || option->number == TRAFFIC_CLASS) && (hops || option->level == IPPROTO_IPV6)) {
        return option->initial;
    }
    if (option->number == TRAFFIC_CLASS && (option->level == IPPROTO_IP || (wanted >= 0 && wanted <= 255))) {
        /* The ECN bits of a stream are not the program's. */
        return wanted & (stream ? 0xfc : 0xff);
    }
    return wanted;
}

/* Of IPv4's, those that the kernel takes also where there is no value: for 0. */
static bool may_be_empty(int name) {
    return name == IP_TOS || name == IP_PKTINFO || name == IP_MTU_DISCOVER || name == IP_RECVERR || name == IP_RECVTTL || name == IP_RECVTOS
        || name == IP_BIND_ADDRESS_NO_PORT;
}

/* With the lock. */
static int set(uint32_t number, int level, int name, const void *value, socklen_t length) {
    if (level == IPPROTO_IPV6 && name == IPV6_ADDRFORM && own(number)->v6) {
        return become_four(number, value, length);
    }
    if (group_option(level, name)) {
        return group_set(number, level, name, value, length);
    }
    if (!own(number)->datagram && (group_leaves(level, name) || is_hops_to_groups(level, name))) {
        return level == IPPROTO_IP ? -EINVAL : -ENOPROTOOPT;
    }
    if (group_leaves(level, name)) {
        return set_groups_link(number, level, value, length);
    }
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        return set_time(name == SO_RCVTIMEO ? &own(number)->receive_ms : &own(number)->send_ms, value, length);
    }
    if (level == SOL_SOCKET && name == SO_LINGER) {
        return set_linger(number, value, length);
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION && !own(number)->datagram) {
        return set_congestion(number, value, length);
    }
    bool forced = level == SOL_SOCKET && (name == SO_SNDBUFFORCE || name == SO_RCVBUFFORCE);
    if (forced) {
        name = name == SO_SNDBUFFORCE ? SO_SNDBUF : SO_RCVBUF;
    }
    const struct option *option = find(number, level, name);
    int wanted;
    if (option == NULL) {
        /* As the kernel, which looks at the length first. */
        bool own_layer = level == SOL_SOCKET || level == (own(number)->datagram ? IPPROTO_UDP : IPPROTO_TCP);
        return own_layer && length < (socklen_t)sizeof wanted
            ? -EINVAL
            : -ENOPROTOOPT;
    }
    bool six = level == IPPROTO_IPV6 && (name == IPV6_DONTFRAG || name == IPV6_AUTOFLOWLABEL);
    if (six && length < (socklen_t)sizeof wanted) {
        wanted = 0;
    } else if (level == IPPROTO_IP && length < (socklen_t)sizeof wanted && (length != 0 || may_be_empty(name))) {
        /* As BSD has these. */
        wanted = length == 0 ? 0 : *(const unsigned char *)value;
    } else if (length < (socklen_t)sizeof wanted) {
        return -EINVAL;
    } else {
        memcpy(&wanted, value, sizeof wanted);
    }
    if (option->outside == 0 && option->most == 1) {
        wanted = wanted != 0;
    }
    wanted = meant(number, option, wanted, !own(number)->datagram);
    if (option->number == SEND_BUFFER || option->number == RECEIVE_BUFFER) {
        /* The kernel doubles what is asked for, and tells the double. */
        wanted = wanted > 4 << 20 ? 8 << 20 : wanted < 0 ? (forced ? 0 : 8 << 20) : wanted * 2;
    }
    bool none = option->number == MAX_SEGMENT && wanted == 0;
    if (!none && (wanted < option->least || wanted > option->most)) {
        if (option->outside != 0) {
            return -option->outside;
        }
        wanted = wanted < option->least ? option->least : option->most;
    }
    if (!may(number, option)) {
        return -EINVAL;
    }
    put(number, option, wanted);
    keep_apart(own(number), option, wanted);
    return 0;
}

/* For some a program needs rights, which the kernel judges, by a socket of its own. 0 or a negative errno. */
static int judged(int level, int name, const void *value, socklen_t length) {
    bool rights = level == SOL_SOCKET
        && (name == SO_MARK || name == SO_PRIORITY || name == SO_DEBUG || name == SO_BUSY_POLL || name == SO_SNDBUFFORCE
            || name == SO_RCVBUFFORCE);
    int judge = rights ? real()->socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
    if (judge < 0) {
        return rights ? -EPERM : 0;
    }
    int failure = real()->setsockopt(judge, level, name, value, length) == 0 ? 0 : -errno;
    real()->close(judge);
    return failure;
}

int option_set(uint32_t number, int level, int name, const void *value, socklen_t length) {
    if (length > INT32_MAX) {
        return fail(-EINVAL);
    }
    if (!memory_read(value, length < CONGESTION_NAME ? length : CONGESTION_NAME)) {
        return fail(-EFAULT);
    }
    int failure = judged(level, name, value, length);
    if (failure != 0) {
        return fail(failure);
    }
    family_lock();
    failure = set(number, level, name, value, length);
    family_unlock();
    errno = failure == 0 ? errno : -failure;
    return failure == 0 ? 0 : -1;
}

/* ----- Getting ----- */

int option_give(const void *from, size_t have, void *value, socklen_t *length) {
    socklen_t most = *length < have ? *length : (socklen_t)have;
    if (!memory_written(value, most)) {
        return -EFAULT;
    }
    memcpy(value, from, most);
    *length = most;
    return 0;
}

/* As IP_MTU and IPV6_MTU tell it. */
static int path_mtu(uint32_t number, int *found) {
    struct nk_info known;
    if ((socket_status(number) & NK_STATUS_CONNECTED) == 0) {
        return -ENOTCONN;
    }
    int failure = info_learn(number, &known);
    *found = (int)known.pmtu;
    return failure;
}

static int plain(uint32_t number, int level, int name, int *found) {
    struct own *it = own(number);
    if (level == SOL_SOCKET) {
        switch (name) {
            case SO_ERROR: *found = it->datagram ? errors_pending(number) : socket_error(number); return 0;
            case SO_TYPE: *found = it->datagram ? SOCK_DGRAM : SOCK_STREAM; return 0;
            case SO_DOMAIN: *found = it->v6 ? AF_INET6 : AF_INET; return 0;
            case SO_PROTOCOL: *found = it->datagram ? IPPROTO_UDP : IPPROTO_TCP; return 0;
            case SO_ACCEPTCONN: *found = it->listening; return 0;
            case SO_SNDLOWAT: *found = 1; return 0;
            case SO_PEEK_OFF: *found = -1; return 0;
            case SO_INCOMING_NAPI_ID: *found = 0; return 0;
            default: break;
        }
    }
    const struct option *option = find(number, level, name);
    if (option == NULL) {
        /* As the kernel: of another layer than the socket's own, over IPv4 alone. */
        bool own_layer = level == SOL_SOCKET || level == IPPROTO_IP || level == (it->datagram ? IPPROTO_UDP : IPPROTO_TCP);
        return own_layer || it->v6 ? -ENOPROTOOPT : -EOPNOTSUPP;
    }
    *found = told(it, option);
    if (option->number == MAX_SEGMENT && *found == 0) {
        *found = option->initial;
    }
    if (option->number == MAX_SEGMENT && (socket_status(number) & NK_STATUS_CONNECTED) != 0) {
        struct nk_info known;
        int failure = info_learn(number, &known);
        *found = failure == 0 ? (int)known.snd_mss : 0;
        return failure;
    }
    return 0;
}

static int get(uint32_t number, int level, int name, void *value, socklen_t *length) {
    struct own *it = own(number);
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        int64_t ms = name == SO_RCVTIMEO ? it->receive_ms : it->send_ms;
        struct timeval time = {.tv_sec = ms < 0 ? 0 : ms / 1000, .tv_usec = ms < 0 ? 0 : ms % 1000 * 1000};
        return option_give(&time, sizeof time, value, length);
    }
    if (level == SOL_SOCKET && name == SO_LINGER) {
        bool on = (it->known & UINT64_C(1) << LINGER) != 0 && it->options[LINGER] >= 0;
        struct linger linger = {on, it->lingers_s};
        return option_give(&linger, sizeof linger, value, length);
    }
    if (level == IPPROTO_TCP && name == TCP_CONGESTION && !it->datagram) {
        bool reno = (it->known & UINT64_C(1) << CONGESTION) != 0 && it->options[CONGESTION] == 1;
        return option_give(reno ? "reno\0\0\0\0\0\0\0\0\0\0\0" : "cubic\0\0\0\0\0\0\0\0\0\0", 16, value, length);
    }
    if (level == IPPROTO_TCP && name == TCP_INFO && !it->datagram) {
        return info_get(number, value, length);
    }
    if (level == SOL_SOCKET && name == SO_COOKIE) {
        uint64_t cookie = (uint64_t)it->life << 32 | (number + 1);
        return *length < sizeof cookie ? -EINVAL : option_give(&cookie, sizeof cookie, value, length);
    }
    if (level == SOL_SOCKET && name == SO_PEERCRED) {
        /* Of who is elsewhere nothing is known. */
        struct ucred nobody = {0, (uid_t)-1, (gid_t)-1};
        return option_give(&nobody, sizeof nobody, value, length);
    }
    if (level == SOL_SOCKET && (name == SO_PEERGROUPS || name == SO_PEERSEC)) {
        return name == SO_PEERGROUPS ? -ENODATA : -ENOPROTOOPT;
    }
    if (level == SOL_SOCKET && name == SO_PEERNAME) {
        struct sockaddr_storage peer;
        socklen_t have = sizeof peer;
        if (socket_name(number, true, (struct sockaddr *)(void *)&peer, &have) != 0) {
            return -errno;
        }
        return *length > have ? -EINVAL : option_give(&peer, have, value, length);
    }
    bool none = (level == SOL_SOCKET && name == SO_BINDTODEVICE) || (level == IPPROTO_IP && name == IP_OPTIONS)
        || (level == IPPROTO_TCP && !it->datagram && (name == TCP_ULP || name == TCP_SAVED_SYN));
    if (none) {
        *length = 0;
        return 0;
    }
    int found = 0;
    if (level == IPPROTO_IPV6 && name == IPV6_ADDRFORM && it->v6) {
        found = AF_INET6;
        return (socket_status(number) & NK_STATUS_CONNECTED) == 0 ? -ENOTCONN : option_give(&found, sizeof found, value, length);
    }
    bool mtu = (level == IPPROTO_IP && name == IP_MTU) || (it->v6 && level == IPPROTO_IPV6 && name == IPV6_MTU);
    int failure = mtu && !it->datagram ? path_mtu(number, &found) : plain(number, level, name, &found);
    if (failure == 0 && level == IPPROTO_IP && *length > 0 && *length < sizeof found && found >= 0 && found <= 255) {
        *length = 1;
    }
    return failure != 0 ? failure : option_give(&found, sizeof found, value, length);
}

int option_get(uint32_t number, int level, int name, void *value, socklen_t *length) {
    if (!memory_written(length, sizeof *length)) {
        return fail(-EFAULT);
    }
    int failure = *length > INT32_MAX ? -EINVAL : get(number, level, name, value, length);
    errno = failure == 0 ? errno : -failure;
    return failure == 0 ? 0 : -1;
}

void option_corks(uint32_t number, bool does) {
    if (kept(number, CORK) == 0) {
        struct nk_request request = {.op = NK_OPTION, .socket = number, .a = CORK, .b = does};
        family_ask(&request);
    }
}

void options_reuse(uint32_t number, bool does) {
    if (kept(number, REUSE_ADDRESS) == 0) {
        struct nk_request request = {.op = NK_OPTION, .socket = number, .a = REUSE_ADDRESS, .b = does};
        family_ask(&request);
    }
}

int option_kept(uint32_t number, int level, int name) {
    const struct option *option = find(number, level, name);
    return option == NULL ? 0 : kept(number, option->number);
}

bool option_tells(uint32_t number, int level, int name) {
    const struct option *option = find(number, level, name);
    return option != NULL && (own(number)->known & UINT64_C(1) << option->number) != 0 && own(number)->options[option->number] != 0;
}

uint64_t option_low_water(uint32_t number) {
    int least = kept(number, RECEIVE_LOW_WATER);
    int buffer = kept(number, RECEIVE_BUFFER);
    int most = buffer != 0 && buffer / 2 < LEAST_WINDOW ? buffer / 2 : LEAST_WINDOW;
    return least <= 1 ? 1 : (uint64_t)(least < most ? least : most);
}

int option_lingers(uint32_t number) {
    const struct own *it = own(number);
    bool lingers = !it->datagram && (it->known & UINT64_C(1) << LINGER) != 0 && it->options[LINGER] > 0;
    return lingers ? it->options[LINGER] : 0;
}

bool option_aborts(uint32_t number) {
    const struct own *it = own(number);
    return (it->known & UINT64_C(1) << LINGER) != 0 && it->options[LINGER] == 0;
}

/* ----- From a socket of the kernel's ----- */

/* What the kernel says of sockets of which nothing was set, by kind: OPEN_DATAGRAM and OPEN_V6. */
static int initial[4][OPTIONS];
static bool known[4];

static int asked(int fd, const struct option *option) {
    int value = 0;
    socklen_t length = sizeof value;
    return real()->getsockopt(fd, option->level, option->name, &value, &length) == 0 ? value : 0;
}

static void learn(unsigned kind) {
    int fresh = real()->socket(
        (kind & OPEN_V6) != 0 ? AF_INET6 : AF_INET,
        ((kind & OPEN_DATAGRAM) != 0 ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    for (size_t i = 0; fresh >= 0 && i < OPTIONS; i++) {
        initial[kind][i] = asked(fresh, &options[i]);
    }
    known[kind] = fresh >= 0;
    real()->close(fresh);
}

static void take_times(uint32_t number, int fd) {
    struct timeval time;
    socklen_t length = sizeof time;
    if (real()->getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &time, &length) == 0) {
        set_time(&own(number)->receive_ms, &time, length);
    }
    if (real()->getsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, &length) == 0) {
        set_time(&own(number)->send_ms, &time, length);
    }
    struct linger linger;
    length = sizeof linger;
    if (real()->getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &length) == 0) {
        own(number)->lingers_s = linger.l_linger;
        if (linger.l_onoff != 0) {
            set_linger(number, &linger, length);
        }
    }
}

void options_take(uint32_t number, int fd) {
    struct own *it = own(number);
    unsigned kind = (it->datagram ? OPEN_DATAGRAM : 0u) | (it->v6 ? OPEN_V6 : 0u);
    if (!known[kind]) {
        learn(kind);
    }
    for (size_t i = 0; i < OPTIONS; i++) {
        int value = fits(&options[i], it) ? asked(fd, &options[i]) : initial[kind][i];
        if (value != initial[kind][i]) {
            put(number, &options[i], value);
            keep_apart(it, &options[i], value);
        }
    }
    take_times(number, fd);
}

void options_give(uint32_t number, int fd) {
    const struct own *it = own(number);
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *option = &options[i];
        if (fits(option, it) && (it->known & UINT64_C(1) << option->number) != 0) {
            bool buffer = option->number == SEND_BUFFER || option->number == RECEIVE_BUFFER;
            int value = buffer ? it->options[option->number] / 2 : told(it, option);
            real()->setsockopt(fd, option->level, option->name, &value, sizeof value);
        }
    }
    const int64_t times[] = {it->receive_ms, it->send_ms};
    for (int i = 0; i < 2; i++) {
        struct timeval time = {.tv_sec = times[i] < 0 ? -1 : times[i] / 1000, .tv_usec = times[i] < 0 ? 0 : times[i] % 1000 * 1000};
        real()->setsockopt(fd, SOL_SOCKET, i == 0 ? SO_RCVTIMEO : SO_SNDTIMEO, &time, sizeof time);
    }
    if ((it->known & UINT64_C(1) << LINGER) != 0) {
        struct linger linger = {1, it->lingers_s};
        real()->setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
        linger.l_onoff = it->options[LINGER] >= 0;
        real()->setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
}

void options_again(uint32_t number) {
    for (int option = 1; option < STACKS; option++) {
        if ((own(number)->known & UINT64_C(1) << option) != 0) {
            say(number, option, own(number)->options[option]);
        }
    }
}
