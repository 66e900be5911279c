#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Control messages of datagrams: how one came, or is to go. RFC 3542, sections 6 and 7, for IPv6; ip(7) for IPv4. */

/* ----- To be sent ----- */

static int number_of(const struct cmsghdr *control, int least, int *number) {
    if (control->cmsg_len < CMSG_LEN(sizeof *number)) {
        return -EINVAL;
    }
    memcpy(number, CMSG_DATA(control), sizeof *number);
    return *number < least || *number > 255 ? -EINVAL : 0;
}

static int from(const struct cmsghdr *control, bool v6, struct datagram *header) {
    struct in_pktinfo four;
    struct in6_pktinfo six;
    if (control->cmsg_len < CMSG_LEN(v6 ? sizeof six : sizeof four)) {
        return -EINVAL;
    }
    memcpy(v6 ? (void *)&six : (void *)&four, CMSG_DATA(control), v6 ? sizeof six : sizeof four);
    struct nk_address address = v6 ? address_of(&six.ipi6_addr, true) : address_of(&four.ipi_spec_dst, false);
    bool any = v6 ? address.hi == 0 && address.lo == 0 : four.ipi_spec_dst.s_addr == 0;
    if (!any) {
        header->local = address;
    }
    header->link = link_of(v6 ? six.ipi6_ifindex : (uint32_t)four.ipi_ifindex);
    return 0;
}

static int one(const struct cmsghdr *control, bool v6, struct datagram *header) {
    int number = 0;
    int failure = 0;
    if (control->cmsg_level == IPPROTO_IP && !v6) {
        switch (control->cmsg_type) {
            case IP_PKTINFO: return from(control, false, header);
            case IP_TTL:
                failure = number_of(control, 1, &number);
                header->hops = (uint8_t)number;
                return failure;
            case IP_TOS:
                failure = control->cmsg_len == CMSG_LEN(1) ? 0 : number_of(control, 0, &number);
                header->traffic_class = control->cmsg_len == CMSG_LEN(1) ? *CMSG_DATA(control) : (uint8_t)number;
                return failure;
            default: return -EINVAL;
        }
    }
    if (control->cmsg_level == IPPROTO_IPV6 && v6) {
        switch (control->cmsg_type) {
            case IPV6_PKTINFO: return from(control, true, header);
            case IPV6_HOPLIMIT:
                failure = number_of(control, -1, &number);
                header->hops = (uint8_t)(number < 0 ? 0 : number);
                return failure;
            case IPV6_TCLASS:
                failure = number_of(control, -1, &number);
                header->traffic_class = (uint8_t)(number < 0 ? 0 : number);
                return failure;
            default: return -EINVAL;
        }
    }
    /* As the kernel: what is for another layer is passed over, and descriptors go nowhere. */
    bool nothing = control->cmsg_type == SCM_RIGHTS || control->cmsg_type == SCM_CREDENTIALS
        || (control->cmsg_len == CMSG_LEN(sizeof number) && (control->cmsg_type == SO_TIMESTAMPING
                || (control->cmsg_type == SO_MARK && geteuid() == 0)));
    return control->cmsg_level == SOL_SOCKET && !nothing ? -EINVAL : 0;
}

/* One message of a socket's kind; of a stream's only what is the socket's own layer is looked at. */
static int any(const struct cmsghdr *control, uint32_t number, struct datagram *header, uint16_t *segment) {
    if (own(number)->datagram && control->cmsg_level == IPPROTO_UDP) {
        if (control->cmsg_type != UDP_SEGMENT || control->cmsg_len != CMSG_LEN(sizeof *segment)) {
            return -EINVAL;
        }
        memcpy(segment, CMSG_DATA(control), sizeof *segment);
        return 0;
    }
    return own(number)->datagram || control->cmsg_level == SOL_SOCKET ? one(control, own(number)->v6, header) : 0;
}

int controls_asked(uint32_t number, const struct msghdr *message, struct datagram *header, uint16_t *segment) {
    const unsigned char *from = message->msg_control;
    size_t left = from == NULL ? 0 : message->msg_controllen;
    while (left >= sizeof(struct cmsghdr)) {
        const struct cmsghdr *control = (const void *)from;
        /* As the kernel: one that does not fit is a mistake, which libc's CMSG_NXTHDR would pass over. */
        int failure = control->cmsg_len < sizeof *control || control->cmsg_len > left ? -EINVAL
            : any(control, number, header, segment);
        if (failure != 0) {
            return failure;
        }
        size_t length = CMSG_ALIGN(control->cmsg_len);
        from += length;
        left -= length < left ? length : left;
    }
    return 0;
}

/* ----- That came ----- */

struct room {
    struct msghdr *message;
    size_t used;
};

static void tell(struct room *room, int level, int type, const void *what, size_t length) {
    struct msghdr *message = room->message;
    size_t left = message->msg_control == NULL ? 0 : message->msg_controllen - room->used;
    if (left < CMSG_LEN(length)) {
        /* As the kernel, which gives what there is room for. */
        message->msg_flags |= MSG_CTRUNC;
        length = left < CMSG_LEN(0) ? 0 : left - CMSG_LEN(0);
    }
    if (left < CMSG_LEN(0)) {
        return;
    }
    struct cmsghdr control = {.cmsg_len = CMSG_LEN(length), .cmsg_level = level, .cmsg_type = type};
    char *at = (char *)message->msg_control + room->used;
    memcpy(at, &control, sizeof control);
    memcpy(at + CMSG_LEN(0), what, length);
    room->used += CMSG_SPACE(length) < left ? CMSG_SPACE(length) : left;
}

static void tell_four(uint32_t number, const struct datagram *header, struct room *room) {
    struct in_pktinfo info = {.ipi_ifindex = (int)link_told(header->link)};
    int hops = header->hops;
    if (option_tells(number, IPPROTO_IP, IP_PKTINFO)) {
        address_told(header->local, false, &info.ipi_addr);
        info.ipi_spec_dst = info.ipi_addr;
        tell(room, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    }
    if (option_tells(number, IPPROTO_IP, IP_RECVTTL)) {
        tell(room, IPPROTO_IP, IP_TTL, &hops, sizeof hops);
    }
    if (option_tells(number, IPPROTO_IP, IP_RECVTOS)) {
        tell(room, IPPROTO_IP, IP_TOS, &header->traffic_class, 1);
    }
}

static void tell_six(uint32_t number, const struct datagram *header, struct room *room) {
    struct in6_pktinfo info = {.ipi6_ifindex = link_told(header->link)};
    int hops = header->hops;
    int traffic_class = header->traffic_class;
    if (option_tells(number, IPPROTO_IPV6, IPV6_RECVPKTINFO)) {
        address_told(header->local, true, &info.ipi6_addr);
        tell(room, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    if (option_tells(number, IPPROTO_IPV6, IPV6_RECVHOPLIMIT)) {
        tell(room, IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, sizeof hops);
    }
    if (option_tells(number, IPPROTO_IPV6, IPV6_RECVTCLASS)) {
        tell(room, IPPROTO_IPV6, IPV6_TCLASS, &traffic_class, sizeof traffic_class);
    }
}

void control_told(struct msghdr *message, int level, int type, const void *what, size_t length) {
    struct room room = {message, 0};
    tell(&room, level, type, what, length);
    message->msg_controllen = room.used;
}

/* It is this instant that is told, at which the program takes it: the stack notes none. */
static void tell_time(uint32_t number, struct room *room) {
    bool fine = option_tells(number, SOL_SOCKET, SO_TIMESTAMPNS);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct timeval coarse = {now.tv_sec, now.tv_nsec / 1000};
    tell(room, SOL_SOCKET, fine ? SCM_TIMESTAMPNS : SCM_TIMESTAMP, fine ? (void *)&now : (void *)&coarse,
        fine ? sizeof now : sizeof coarse);
}

void controls_told(uint32_t number, const struct datagram *header, struct msghdr *message) {
    struct room room = {message, 0};
    if (option_tells(number, SOL_SOCKET, SO_TIMESTAMP) || option_tells(number, SOL_SOCKET, SO_TIMESTAMPNS)) {
        tell_time(number, &room);
    }
    if (own(number)->v6) {
        tell_six(number, header, &room);
    } else {
        tell_four(number, header, &room);
    }
    message->msg_controllen = room.used;
}
