#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The calls by which a program finds names: libc's, which is told to ask control where it would ask the name servers ("dns", or
 * systemd's "resolve", of nsswitch.conf), as long as control has some to ask. Which families this machine has (AI_ADDRCONFIG), and in which
 * order addresses come, is decided here: libc would judge by the kernel's addresses.
 */

#define EXPORT __attribute__((visibility("default")))

enum { LONGEST = 512, ELSEWHERE_MS = 10000 };

static const char FILE_NAME[] = "/etc/nsswitch.conf";

static char systems[LONGEST] = "files dns"; /* what libc has where the file says nothing */
static char ours[2 * LONGEST];
static bool replaces;
static bool placed;
static int64_t elsewhere; /* until then control had nobody to ask */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void hold(void) {
    pthread_mutex_lock(&lock);
}

static void let(void) {
    pthread_mutex_unlock(&lock);
}

/* ----- Where names are looked for ----- */

static void read_systems(void) {
    char line[LONGEST];
    FILE *file = fopen(FILE_NAME, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "#\n")] = 0;
        const char *name = line + strspn(line, " \t");
        if (strncmp(name, "hosts", 5) == 0 && name[5 + strspn(name + 5, " \t")] == ':') {
            snprintf(systems, sizeof systems, "%s", strchr(name, ':') + 1);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* systemd's service reads the hosts file itself. */
static const char *instead(const char *word) {
    return strcmp(word, "dns") == 0 ? "netkeep" : strcmp(word, "resolve") == 0 ? "files netkeep" : word;
}

static void learn(void) {
    char text[LONGEST];
    char *rest = text;
    read_systems();
    memcpy(text, systems, sizeof text);
    size_t length = 0;
    for (char *word = strtok_r(text, " \t", &rest); word != NULL; word = strtok_r(NULL, " \t", &rest)) {
        replaces |= instead(word) != word;
        length += (size_t)snprintf(ours + length, sizeof ours - length, "%s ", instead(word));
        if (length >= sizeof ours) {
            replaces = false;
            break;
        }
    }
    pthread_atfork(hold, let, let);
}

/* Before libc looks. */
static void prepare(void) {
    if (family_path() == NULL || confined()) {
        return;
    }
    pthread_once(&once, learn);
    hold();
    bool wanted = replaces && now_ms() >= elsewhere;
    if (wanted != placed && __nss_configure_lookup("hosts", wanted ? ours : systems) == 0) {
        placed = wanted;
    }
    let();
    names_unserved();
}

/* Behind it: whether nobody was there to be asked, so that libc is to look once more, by itself. */
static bool again(void) {
    if (!names_unserved()) {
        return false;
    }
    hold();
    elsewhere = now_ms() + ELSEWHERE_MS;
    let();
    prepare();
    return true;
}

/* ----- The calls ----- */

#define FOUND(type, asked) \
    prepare(); \
    type found = real()->asked; \
    return again() ? real()->asked : found

EXPORT struct hostent *gethostbyname(const char *name) {
    FOUND(struct hostent *, gethostbyname(name));
}

EXPORT struct hostent *gethostbyname2(const char *name, int af) {
    FOUND(struct hostent *, gethostbyname2(name, af));
}

EXPORT struct hostent *gethostbyaddr(const void *address, socklen_t length, int af) {
    FOUND(struct hostent *, gethostbyaddr(address, length, af));
}

EXPORT int gethostbyname_r(
    const char *name, struct hostent *host, char *buffer, size_t length, struct hostent **result, int *herrno) {
    FOUND(int, gethostbyname_r(name, host, buffer, length, result, herrno));
}

EXPORT int gethostbyname2_r(
    const char *name, int af, struct hostent *host, char *buffer, size_t length, struct hostent **result, int *herrno) {
    FOUND(int, gethostbyname2_r(name, af, host, buffer, length, result, herrno));
}

EXPORT int gethostbyaddr_r(
    const void *address, socklen_t octets, int af, struct hostent *host, char *buffer, size_t length, struct hostent **result,
    int *herrno) {
    FOUND(int, gethostbyaddr_r(address, octets, af, host, buffer, length, result, herrno));
}

EXPORT int getnameinfo(
    const struct sockaddr *address, socklen_t octets, char *host, socklen_t host_length, char *service, socklen_t service_length,
    int flags) {
    FOUND(int, getnameinfo(address, octets, host, host_length, service, service_length, flags));
}

/* It looks in threads of libc's own. */
EXPORT int getaddrinfo_a(int mode, struct gaicb *list[], int count, struct sigevent *event) {
    prepare();
    return real()->getaddrinfo_a(mode, list, count, event);
}

/* As libc judges it, but by the addresses that the program sees: of a single family that is there only that is wanted. */
static int narrowed(struct addrinfo *hints) {
    bool four;
    bool six;
    if ((hints->ai_flags & AI_ADDRCONFIG) == 0 || !interfaces_have(&four, &six)) {
        return 0;
    }
    hints->ai_flags &= ~AI_ADDRCONFIG;
    if (hints->ai_family == AF_UNSPEC && four != six) {
        hints->ai_family = four ? AF_INET : AF_INET6;
    }
    return (hints->ai_family == AF_INET && !four) || (hints->ai_family == AF_INET6 && !six) ? EAI_NONAME : 0;
}

EXPORT int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    struct addrinfo wanted = {.ai_flags = AI_V4MAPPED | AI_ADDRCONFIG};
    int failure = 0;
    if (family_path() != NULL) {
        wanted = hints != NULL ? *hints : wanted;
        failure = narrowed(&wanted);
        hints = &wanted;
    }
    if (failure != 0) {
        return failure;
    }
    prepare();
    failure = real()->getaddrinfo(node, service, hints, found);
    if (again()) {
        if (failure == 0) {
            freeaddrinfo(*found);
        }
        failure = real()->getaddrinfo(node, service, hints, found);
    }
    if (failure == 0 && node != NULL && family_path() != NULL) {
        addresses_order(found);
    }
    return failure;
}
