#define _GNU_SOURCE
#include "program.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Whose an address is. What NETKEEP_RULES says, the first rule that matches; else loopback is the kernel's, and all else ours. The
 * words are those that the agent of JVMs has: "netkeep=127.0.0.0/8,kernel=198.18.7.7@80,netkeep=@8000-8999".
 */

enum { MOST_RULES = 64, LONGEST = 64 };

struct rule {
    bool kernels;
    unsigned bits; /* of the prefix: one of IPv4 has 96 more */
    unsigned least; /* port */
    unsigned most;
    struct in6_addr prefix;
};

static struct rule rules[MOST_RULES];
static size_t count;
static char said[MOST_RULES * LONGEST];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* An IPv4 address as an IPv6 one. */
static struct in6_addr mapped(struct in_addr four) {
    struct in6_addr six = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    memcpy(six.s6_addr + 12, &four, sizeof four);
    return six;
}

static bool reads_number(const char *text, unsigned most, unsigned *number) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    *number = (unsigned)value;
    return *text >= '0' && *text <= '9' && *end == 0 && value <= most;
}

static bool reads_ports(char *text, struct rule *rule) {
    char *dash = strchr(text, '-');
    if (dash != NULL) {
        *dash = 0;
    }
    return reads_number(text, 65535, &rule->least) && reads_number(dash != NULL ? dash + 1 : text, 65535, &rule->most)
        && rule->least <= rule->most;
}

static bool reads_prefix(char *text, struct rule *rule) {
    struct in_addr four;
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash = 0;
    }
    bool is_four = inet_pton(AF_INET, text, &four) == 1;
    if (!is_four && inet_pton(AF_INET6, text, &rule->prefix) != 1) {
        return false;
    }
    unsigned all = is_four ? 32 : 128;
    unsigned bits = all;
    if (slash != NULL && !reads_number(slash + 1, all, &bits)) {
        return false;
    }
    if (is_four) {
        rule->prefix = mapped(four);
    }
    rule->bits = bits + 128 - all;
    return true;
}

/* NAME=PREFIX, NAME=PREFIX@PORTS or NAME=@PORTS. */
static bool reads(char *text, struct rule *rule) {
    char *where = strchr(text, '=');
    if (where == NULL) {
        return false;
    }
    *where++ = 0;
    rule->kernels = strcmp(text, "kernel") == 0;
    if (!rule->kernels && strcmp(text, "netkeep") != 0) {
        return false;
    }
    rule->most = 65535;
    char *ports = strchr(where, '@');
    if (ports != NULL) {
        *ports++ = 0;
    }
    bool whole = (ports == NULL || reads_ports(ports, rule)) && (ports != NULL || *where != 0);
    return whole && (*where == 0 || reads_prefix(where, rule));
}

/* A rule that makes no sense is told of, and passed over. */
static void learn(void) {
    char text[sizeof said];
    const char *told = getenv("NETKEEP_RULES");
    snprintf(said, sizeof said, "%s", told == NULL ? "" : told);
    memcpy(text, said, sizeof text);
    char *rest = text;
    for (char *one = strtok_r(text, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        struct rule rule = {.bits = 0};
        char whole[LONGEST];
        snprintf(whole, sizeof whole, "%s", one);
        if (count < MOST_RULES && reads(one, &rule)) {
            rules[count++] = rule;
        } else {
            fprintf(stderr, "netkeep: no rule: \"%s\"\n", whole);
        }
    }
}

static bool begins_with(const struct in6_addr *address, const struct rule *rule) {
    unsigned octets = rule->bits / 8;
    unsigned rest = rule->bits % 8;
    return memcmp(address, &rule->prefix, octets) == 0
        && (rest == 0 || (address->s6_addr[octets] ^ rule->prefix.s6_addr[octets]) >> (8 - rest) == 0);
}

const char *rules_said(void) {
    pthread_once(&once, learn);
    return said;
}

/* False if it is of no family of ours. */
static bool reads_address(const struct sockaddr *address, socklen_t length, struct in6_addr *at, unsigned *port) {
    if (address != NULL && address->sa_family == AF_INET && length >= (socklen_t)sizeof(struct sockaddr_in)) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
        *at = mapped(four->sin_addr);
        *port = ntohs(four->sin_port);
        return true;
    }
    if (address != NULL && address->sa_family == AF_INET6 && length >= (socklen_t)sizeof(struct sockaddr_in6)) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
        *at = six->sin6_addr;
        *port = ntohs(six->sin6_port);
        return true;
    }
    return false;
}

static bool is_kernels(const struct in6_addr *at, unsigned port) {
    pthread_once(&once, learn);
    for (size_t i = 0; i < count; i++) {
        if (begins_with(at, &rules[i]) && port >= rules[i].least && port <= rules[i].most) {
            return rules[i].kernels;
        }
    }
    return IN6_IS_ADDR_LOOPBACK(at) || (IN6_IS_ADDR_V4MAPPED(at) && at->s6_addr[12] == IN_LOOPBACKNET);
}

bool place_is_kernels(const struct sockaddr *address, socklen_t length) {
    struct in6_addr at;
    unsigned port;
    return reads_address(address, length, &at, &port) && is_kernels(&at, port);
}

bool place_leads_to_kernel(const struct sockaddr *address, socklen_t length) {
    struct in6_addr at;
    unsigned port;
    if (!reads_address(address, length, &at, &port)) {
        return false;
    }
    struct in6_addr any = mapped((struct in_addr){INADDR_ANY});
    if (IN6_IS_ADDR_UNSPECIFIED(&at)) {
        at = in6addr_loopback;
    } else if (memcmp(&at, &any, sizeof at) == 0) {
        at = mapped((struct in_addr){htonl(INADDR_LOOPBACK)});
    }
    return is_kernels(&at, port);
}
