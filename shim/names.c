#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A service of libc's name service switch, in front of which libc itself stands with its hosts file, its flags, its errors and its
 * memory: it asks control, where "dns" would ask the name servers over the kernel. libc finds it as it finds any service, by the name
 * of a library, libnss_netkeep.so.2: that is what this one is called where it is linked (-soname), and it is there already.
 *
 * finding.c has libc ask it.
 */

#define EXPORT __attribute__((visibility("default")))

/* docs/layouts/names.md. */
enum { MAGIC = 0x304e4b4e, VERSION = 2, LONGEST = 32768, LONGEST_NAME = 1100 };
enum { IPV4 = 1, IPV6 = 2, REVERSE = 4 };
enum { FOUND, NO_NAME, NOTHING, TRY_LATER, NOBODY };

struct question {
    uint32_t magic;
    uint32_t version;
    uint32_t number;
    uint32_t what;
    struct nk_address address;
    char name[LONGEST_NAME];
};

struct answer {
    uint32_t magic;
    uint32_t version;
    uint32_t number;
    uint32_t status;
    uint32_t ttl;
    uint32_t count;
    struct nk_address addresses[(LONGEST - 24) / sizeof(struct nk_address)];
    char end; /* a 0 behind the last name */
};

_Static_assert(offsetof(struct question, name) == 32 && offsetof(struct answer, addresses) == 24, "the layout's");

static _Thread_local bool unserved;

bool names_unserved(void) {
    bool was = unserved;
    unserved = false;
    return was;
}

/* ----- Asking ----- */

/* An answer, which the caller frees, or NULL. */
static struct answer *ask(struct question *question, size_t name) {
    struct answer *answer = malloc(sizeof *answer);
    if (answer == NULL) {
        return NULL;
    }
    question->magic = MAGIC;
    question->version = VERSION;
    ssize_t length = control_asked(question, offsetof(struct question, name) + name, answer, sizeof *answer - 1);
    size_t head = offsetof(struct answer, addresses);
    bool whole = length >= (ssize_t)head && answer->magic == MAGIC && answer->version == VERSION && answer->status <= NOBODY
        && answer->count <= ((size_t)length - head) / sizeof answer->addresses[0];
    if (!whole) {
        unserved |= length != -ETIMEDOUT;
        free(answer);
        return NULL;
    }
    unserved |= answer->status == NOBODY;
    ((char *)answer)[length] = 0;
    return answer;
}

/* The first of an answer's names, each of which a line feed ends. */
static char *names_of(struct answer *answer) {
    return (char *)&answer->addresses[answer->count];
}

/* Whether it is one that is asked for: as control takes them. */
static bool is_name(const char *name) {
    size_t length = 0;
    while (name[length] > ' ' && name[length] <= '~') {
        length++;
    }
    return name[length] == 0 && length != 0 && length <= LONGEST_NAME;
}

static struct answer *ask_name(const char *name, uint32_t what) {
    struct question question = {.what = what};
    size_t length = strlen(name);
    memcpy(question.name, name, length);
    return ask(&question, length);
}

/* Why there is nothing; 1 if there is. */
static enum nss_status judged(const struct answer *answer, int *failure, int *herrno) {
    uint32_t status = answer == NULL ? (uint32_t)TRY_LATER : answer->status;
    if (answer == NULL && unserved) {
        status = NOBODY;
    }
    switch (status) {
        case FOUND: return NSS_STATUS_SUCCESS;
        case NO_NAME:
            *failure = ENOENT;
            *herrno = HOST_NOT_FOUND;
            return NSS_STATUS_NOTFOUND;
        case NOTHING:
            *failure = ENOENT;
            *herrno = NO_DATA;
            return NSS_STATUS_NOTFOUND;
        case TRY_LATER:
            *failure = EAGAIN;
            *herrno = TRY_AGAIN;
            return NSS_STATUS_TRYAGAIN;
        default:
            *failure = ENOENT;
            *herrno = NO_RECOVERY;
            return NSS_STATUS_UNAVAIL;
    }
}

/* ----- The caller's memory ----- */

struct room {
    char *at;
    size_t left;
};

static void *allot(struct room *room, size_t length) {
    size_t gap = -(uintptr_t)room->at % sizeof(void *);
    if (room->left < gap || room->left - gap < length) {
        return NULL;
    }
    char *at = room->at + gap;
    room->at = at + length;
    room->left -= gap + length;
    return at;
}

/* Of a name that a line feed ends, or a 0. */
static char *allot_name(struct room *room, const char *name) {
    size_t length = strcspn(name, "\n");
    char *copy = allot(room, length + 1);
    if (copy != NULL) {
        memcpy(copy, name, length);
        copy[length] = 0;
    }
    return copy;
}

/* libc comes again with more. */
static enum nss_status too_small(struct answer *answer, int *failure, int *herrno) {
    free(answer);
    *failure = ERANGE;
    *herrno = NETDB_INTERNAL;
    return NSS_STATUS_TRYAGAIN;
}

/* ----- Addresses of names ----- */

EXPORT enum nss_status _nss_netkeep_gethostbyname4_r(
    const char *name, struct gaih_addrtuple **tuples, char *buffer, size_t length, int *failure, int *herrno, int32_t *ttl);
EXPORT enum nss_status _nss_netkeep_gethostbyname3_r(
    const char *name, int family, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno, int32_t *ttl,
    char **canonical);
EXPORT enum nss_status _nss_netkeep_gethostbyname2_r(
    const char *name, int family, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno);
EXPORT enum nss_status _nss_netkeep_gethostbyname_r(
    const char *name, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno);
EXPORT enum nss_status _nss_netkeep_gethostbyaddr2_r(
    const void *address, socklen_t octets, int family, struct hostent *host, char *buffer, size_t length, int *failure,
    int *herrno, int32_t *ttl);
EXPORT enum nss_status _nss_netkeep_gethostbyaddr_r(
    const void *address, socklen_t octets, int family, struct hostent *host, char *buffer, size_t length, int *failure,
    int *herrno);

static enum nss_status no_name(int *failure, int *herrno) {
    *failure = ENOENT;
    *herrno = HOST_NOT_FOUND;
    return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_netkeep_gethostbyname4_r(
    const char *name, struct gaih_addrtuple **tuples, char *buffer, size_t length, int *failure, int *herrno, int32_t *ttl) {
    struct room room = {buffer, length};
    if (!is_name(name)) {
        return no_name(failure, herrno);
    }
    struct answer *answer = ask_name(name, IPV4 | IPV6);
    enum nss_status status = judged(answer, failure, herrno);
    if (status != NSS_STATUS_SUCCESS) {
        free(answer);
        return status;
    }
    char *canonical = allot_name(&room, names_of(answer));
    for (uint32_t i = 0; i < answer->count; i++) {
        /* libc may have brought the first one. */
        *tuples = *tuples != NULL ? *tuples : allot(&room, sizeof **tuples);
        if (*tuples == NULL || canonical == NULL) {
            return too_small(answer, failure, herrno);
        }
        bool four = address_is_four(answer->addresses[i]);
        struct gaih_addrtuple is = {.name = i == 0 ? canonical : NULL, .family = four ? AF_INET : AF_INET6};
        address_told(answer->addresses[i], !four, is.addr);
        **tuples = is;
        tuples = &(*tuples)->next;
    }
    if (ttl != NULL) {
        *ttl = (int32_t)answer->ttl;
    }
    free(answer);
    return NSS_STATUS_SUCCESS;
}

/* What a host is called: the first name, and then all others; false if there is no room. */
static bool call(struct hostent *host, struct room *room, const char *names, const char *asked) {
    size_t count = 1;
    for (const char *at = names; *at != 0; at++) {
        count += *at == '\n';
    }
    host->h_aliases = allot(room, (count + 1) * sizeof *host->h_aliases);
    host->h_name = allot_name(room, names);
    if (host->h_aliases == NULL || host->h_name == NULL) {
        return false;
    }
    size_t others = 0;
    const char *at = names + strcspn(names, "\n");
    for (at += *at != 0; *at != 0; at += *at != 0) {
        if ((host->h_aliases[others++] = allot_name(room, at)) == NULL) {
            return false;
        }
        at += strcspn(at, "\n");
    }
    if (asked != NULL && strcasecmp(asked, host->h_name) != 0 && (host->h_aliases[others++] = allot_name(room, asked)) == NULL) {
        return false;
    }
    host->h_aliases[others] = NULL;
    return true;
}

enum nss_status _nss_netkeep_gethostbyname3_r(
    const char *name, int family, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno, int32_t *ttl,
    char **canonical) {
    struct room room = {buffer, length};
    bool six = family == AF_INET6;
    if ((!six && family != AF_INET) || !is_name(name)) {
        return no_name(failure, herrno);
    }
    struct answer *answer = ask_name(name, six ? IPV6 : IPV4);
    enum nss_status status = judged(answer, failure, herrno);
    if (status != NSS_STATUS_SUCCESS) {
        free(answer);
        return status;
    }
    host->h_addrtype = family;
    host->h_length = six ? 16 : 4;
    host->h_addr_list = allot(&room, (answer->count + 1) * sizeof *host->h_addr_list);
    char *octets = allot(&room, answer->count * (size_t)host->h_length);
    if (host->h_addr_list == NULL || octets == NULL || !call(host, &room, names_of(answer), name)) {
        return too_small(answer, failure, herrno);
    }
    for (uint32_t i = 0; i < answer->count; i++) {
        host->h_addr_list[i] = octets + i * (size_t)host->h_length;
        address_told(answer->addresses[i], six, host->h_addr_list[i]);
    }
    host->h_addr_list[answer->count] = NULL;
    if (ttl != NULL) {
        *ttl = (int32_t)answer->ttl;
    }
    if (canonical != NULL) {
        *canonical = host->h_name;
    }
    free(answer);
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_netkeep_gethostbyname2_r(
    const char *name, int family, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno) {
    return _nss_netkeep_gethostbyname3_r(name, family, host, buffer, length, failure, herrno, NULL, NULL);
}

enum nss_status _nss_netkeep_gethostbyname_r(
    const char *name, struct hostent *host, char *buffer, size_t length, int *failure, int *herrno) {
    return _nss_netkeep_gethostbyname3_r(name, AF_INET, host, buffer, length, failure, herrno, NULL, NULL);
}

/* ----- Names of addresses ----- */

enum nss_status _nss_netkeep_gethostbyaddr2_r(
    const void *address, socklen_t octets, int family, struct hostent *host, char *buffer, size_t length, int *failure,
    int *herrno, int32_t *ttl) {
    struct room room = {buffer, length};
    bool six = family == AF_INET6;
    if ((!six && family != AF_INET) || octets < (six ? 16 : 4)) {
        *failure = EAFNOSUPPORT;
        *herrno = NETDB_INTERNAL;
        return NSS_STATUS_UNAVAIL;
    }
    struct question question = {.what = REVERSE, .address = address_of(address, six)};
    struct answer *answer = ask(&question, 0);
    enum nss_status status = judged(answer, failure, herrno);
    if (status != NSS_STATUS_SUCCESS) {
        free(answer);
        return status;
    }
    host->h_addrtype = family;
    host->h_length = six ? 16 : 4;
    host->h_addr_list = allot(&room, 2 * sizeof *host->h_addr_list);
    char *own = allot(&room, 16);
    if (host->h_addr_list == NULL || own == NULL || !call(host, &room, names_of(answer), NULL)) {
        return too_small(answer, failure, herrno);
    }
    memcpy(own, address, (size_t)host->h_length);
    host->h_addr_list[0] = own;
    host->h_addr_list[1] = NULL;
    if (ttl != NULL) {
        *ttl = (int32_t)answer->ttl;
    }
    free(answer);
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_netkeep_gethostbyaddr_r(
    const void *address, socklen_t octets, int family, struct hostent *host, char *buffer, size_t length, int *failure,
    int *herrno) {
    return _nss_netkeep_gethostbyaddr2_r(address, octets, family, host, buffer, length, failure, herrno, NULL);
}
