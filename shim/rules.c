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
    unsigned least; /* port */
    unsigned most;
    struct prefix prefix;
};

static struct rule rules[MOST_RULES];
static size_t count;
static char said[MOST_RULES * LONGEST];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static bool reads_ports(char *text, struct rule *rule) {
    char *dash = strchr(text, '-');
    if (dash != NULL) {
        *dash = 0;
    }
    return number_read(text, 65535, &rule->least) && number_read(dash != NULL ? dash + 1 : text, 65535, &rule->most)
        && rule->least <= rule->most;
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
    return whole && (*where == 0 || prefix_read(where, &rule->prefix));
}

/* A rule that makes no sense is told of, and passed over. */
static void learn(void) {
    char text[sizeof said];
    const char *told = getenv("NETKEEP_RULES");
    snprintf(said, sizeof said, "%s", told == NULL ? "" : told);
    memcpy(text, said, sizeof text);
    char *rest = text;
    for (char *one = strtok_r(text, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest)) {
        struct rule rule = {.kernels = false};
        char whole[LONGEST];
        snprintf(whole, sizeof whole, "%s", one);
        if (count < MOST_RULES && reads(one, &rule)) {
            rules[count++] = rule;
        } else {
            fprintf(stderr, "netkeep: no rule: \"%s\"\n", whole);
        }
    }
}

const char *rules_said(void) {
    pthread_once(&once, learn);
    return said;
}

/* False if it is of no family of ours. */
static bool reads_address(const struct sockaddr *address, socklen_t length, struct place *place) {
    return address != NULL && place_of(address, length, address->sa_family == AF_INET6, place) == 0;
}

static bool is_loopback(struct nk_address at) {
    return at.hi == 0 && (at.lo == 1 || at.lo >> 24 == nk_ipv4(htonl(INADDR_LOOPBACK)).lo >> 24);
}

/* The first rule that matches, or NULL. */
static const struct rule *rule_of(const struct place *place) {
    pthread_once(&once, learn);
    for (size_t i = 0; i < count; i++) {
        if (prefix_has(&rules[i].prefix, place->address) && place->port >= rules[i].least && place->port <= rules[i].most) {
            return &rules[i];
        }
    }
    return NULL;
}

static bool is_kernels(const struct place *place) {
    const struct rule *rule = rule_of(place);
    return rule != NULL ? rule->kernels : is_loopback(place->address);
}

bool place_is_kernels(const struct sockaddr *address, socklen_t length) {
    struct place place;
    return reads_address(address, length, &place) && is_kernels(&place);
}

bool place_stays(const struct sockaddr *address, socklen_t length) {
    struct place place;
    if (!reads_address(address, length, &place)) {
        return false;
    }
    pthread_once(&once, learn);
    for (size_t i = 0; i < count; i++) {
        bool all = rules[i].least == 0 && rules[i].most == 65535;
        /* Of ports alone it says nothing of addresses. */
        if (prefix_has(&rules[i].prefix, place.address) && (all || (rules[i].prefix.bits != 0 && rules[i].kernels))) {
            return rules[i].kernels || is_loopback(place.address);
        }
    }
    return is_loopback(place.address);
}

bool place_leads_to_kernel(const struct sockaddr *address, socklen_t length) {
    struct place place;
    if (!reads_address(address, length, &place)) {
        return false;
    }
    place_meant(&place);
    return is_kernels(&place);
}

bool place_is_nobodys(const struct sockaddr *address, socklen_t length) {
    struct place place;
    if (!reads_address(address, length, &place)) {
        return false;
    }
    place_meant(&place);
    return is_loopback(place.address) && rule_of(&place) == NULL;
}
