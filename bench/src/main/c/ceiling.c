// The ceiling: reads frames from a TAP and writes answers to it, with the least of TCP that the load's programs need.
// It keeps nothing of a connection: all that an answer needs is in the segment that it answers, and a segment with
// octets is one request. Only the stream of `source`, of which there is one, has a window and a position. No checksum
// is looked at and nobody is refused, for the peer is this machine's kernel.
// usage: ceiling DEVICE SPIN_MICROSECONDS echo|discard|source|FILE
#include "net.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>

#define MSS 1460
#define STAMP 12
#define SEGMENT (MSS - STAMP)
// As many whole segments as a packet takes.
#define LONG (45 * SEGMENT)
#define LONG_BATCH 4
#define BATCH 64
// What is told as free, and the most that is under way: more would leave the caches before it is read.
#define WINDOW (1 << 20)
#define SCALE 8

// A frame as the TAP gives and takes it.
struct frame {
    struct virtio_net_hdr virtio;
    struct ether_header ether;
    struct iphdr ip;
    struct tcphdr tcp;
    uint8_t rest[2048];
};
#define IP offsetof(struct frame, ip)
#define TCP offsetof(struct frame, tcp)
_Static_assert(IP == 24 && TCP == 44, "a frame has no padding");

static const uint8_t MAC[ETH_ALEN] = {2, 0, 0, 0, 0, 1};

static enum { ECHO, DISCARD, SOURCE, CANNED } mode;
static char canned[SEGMENT];
static size_t canned_length;
static int tap;

// The frame that was read, those that answer, and the next one of the stream: its octets never change.
static struct {
    struct frame frame;
    uint8_t more[65536];
} came, stream;
static struct frame answers[BATCH];
static size_t lengths[BATCH];
static int due;
static uint32_t una, nxt, window;
static int shift, streams;

static void put(const void *frame, size_t length) {
    if (write(tap, frame, length) < 0) {
        die("write");
    }
}

static uint16_t folded(uint64_t sum) {
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)sum;
}

// What a TCP option of the frame that was read holds, or NULL.
static const uint8_t *option(uint8_t kind) {
    const uint8_t *at = came.frame.rest;
    const uint8_t *end = (const uint8_t *)&came.frame.tcp + came.frame.tcp.th_off * 4;
    while (at < end && *at != TCPOPT_EOL && *at != kind) {
        at += *at == TCPOPT_NOP ? 1 : at[1];
    }
    return at < end && *at == kind ? at + 2 : NULL;
}

// The headers of a frame that goes back to where one came from.
static void head(struct frame *out, uint8_t flags, uint32_t acknowledged) {
    static uint32_t clock;
    const struct frame *in = &came.frame;
    const uint8_t *stamp = option(TCPOPT_TIMESTAMP);
    uint32_t options[STAMP / 4] = {htonl(TCPOPT_TSTAMP_HDR), htonl(++clock)};
    memcpy(&options[2], stamp == NULL ? (uint8_t[4]){0} : stamp, 4);
    memcpy(out->rest, options, STAMP);
    out->virtio = (struct virtio_net_hdr){
        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = TCP - sizeof out->virtio, .csum_offset = 16};
    memcpy(out->ether.ether_dhost, in->ether.ether_shost, ETH_ALEN);
    memcpy(out->ether.ether_shost, MAC, ETH_ALEN);
    out->ether.ether_type = htons(ETHERTYPE_IP);
    out->ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .frag_off = htons(IP_DF), .protocol = IPPROTO_TCP};
    out->ip.saddr = in->ip.daddr;
    out->ip.daddr = in->ip.saddr;
    out->tcp = (struct tcphdr){.th_sport = in->tcp.th_dport, .th_dport = in->tcp.th_sport, .th_seq = in->tcp.th_ack};
    out->tcp.th_ack = htonl(acknowledged);
    out->tcp.th_off = (sizeof out->tcp + STAMP) / 4;
    out->tcp.th_flags = flags;
    out->tcp.th_win = htons(WINDOW >> SCALE);
}

// The lengths and sums, that of TCP for the other side to finish.
static size_t sealed(struct frame *out, size_t octets) {
    size_t segment = out->tcp.th_off * 4u + octets;
    uint32_t words[5];
    out->ip.tot_len = htons((uint16_t)(sizeof out->ip + segment));
    out->ip.check = 0;
    memcpy(words, &out->ip, sizeof words);
    out->ip.check = (uint16_t)~folded((uint64_t)words[0] + words[1] + words[2] + words[3] + words[4]);
    out->tcp.th_sum = folded((uint64_t)words[3] + words[4] + htons(IPPROTO_TCP) + htons((uint16_t)segment));
    return TCP + segment;
}

// Whoever is asked for is here.
static void tell_address(struct frame *frame, size_t length) {
    struct ether_arp *arp = (struct ether_arp *)&frame->ip;
    uint8_t asked[4];
    if (arp->ea_hdr.ar_op == htons(ARPOP_REQUEST)) {
        memcpy(asked, arp->arp_tpa, 4);
        memcpy(arp->arp_tpa, arp->arp_spa, 4);
        memcpy(arp->arp_tha, arp->arp_sha, ETH_ALEN);
        memcpy(arp->arp_sha, MAC, ETH_ALEN);
        memcpy(arp->arp_spa, asked, 4);
        arp->ea_hdr.ar_op = htons(ARPOP_REPLY);
        memcpy(frame->ether.ether_dhost, frame->ether.ether_shost, ETH_ALEN);
        put(frame, length);
    }
}

static void greet(uint32_t seq) {
    static const uint8_t MORE[] = {TCPOPT_MAXSEG, 4, MSS >> 8, MSS & 255, TCPOPT_NOP, TCPOPT_WINDOW, 3, SCALE};
    struct frame out;
    const uint8_t *scale = option(TCPOPT_WINDOW);
    head(&out, TH_SYN | TH_ACK, seq + 1);
    memcpy(out.rest + STAMP, MORE, sizeof MORE);
    out.tcp.th_off += sizeof MORE / 4;
    // A SYN's window has no scale.
    out.tcp.th_win = 0xffff;
    put(&out, sealed(&out, 0));
    shift = scale == NULL ? 0 : *scale;
    stream.frame.tcp.th_dport = came.frame.tcp.th_sport;
    streams = 0;
}

// What the peer of the stream says of it.
static void hear(uint8_t flags, uint32_t end) {
    if (mode == SOURCE && came.frame.tcp.th_sport == stream.frame.tcp.th_dport) {
        head(&stream.frame, TH_ACK, end);
        una = ntohl(came.frame.tcp.th_ack);
        nxt = streams ? nxt : una;
        window = (uint32_t)ntohs(came.frame.tcp.th_win) << shift;
        window = window < WINDOW ? window : WINDOW;
        streams = (flags & (TH_RST | TH_FIN)) == 0;
    }
}

// Sends long frames while the window takes them.
static int pour(void) {
    int sent = 0;
    for (; streams && sent < LONG_BATCH && nxt - una < window; sent++) {
        uint32_t room = window - (nxt - una);
        if (room < LONG && nxt != una) {
            break;
        }
        uint32_t octets = room < LONG ? room : LONG;
        stream.frame.tcp.th_seq = htonl(nxt);
        stream.frame.virtio.gso_type = octets > SEGMENT ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_NONE;
        stream.frame.virtio.gso_size = SEGMENT;
        stream.frame.virtio.hdr_len = TCP + sizeof(struct tcphdr) + STAMP - sizeof(struct virtio_net_hdr);
        put(&stream, sealed(&stream.frame, octets));
        nxt += octets;
    }
    return sent;
}

// Nothing came for so long: what was sent is lost, or the window is closed. The octet before all these is answered.
static void probe(void) {
    nxt = una;
    stream.frame.tcp.th_seq = htonl(una - 1);
    stream.frame.virtio.gso_type = VIRTIO_NET_HDR_GSO_NONE;
    put(&stream, sealed(&stream.frame, 1));
}

// Takes one frame. What there is to say to it waits in `answers`; of what `discard` has to say the last is enough.
static void take(size_t length) {
    const struct frame *in = &came.frame;
    if (in->ether.ether_type == htons(ETHERTYPE_ARP)) {
        tell_address(&came.frame, length);
    }
    if (in->ether.ether_type != htons(ETHERTYPE_IP) || in->ip.protocol != IPPROTO_TCP) {
        return;
    }
    uint8_t flags = in->tcp.th_flags;
    size_t header = in->tcp.th_off * 4u;
    size_t octets = ntohs(in->ip.tot_len) - sizeof in->ip - header;
    uint32_t seq = ntohl(in->tcp.th_seq);
    uint32_t end = seq + (uint32_t)octets + (flags & TH_FIN);
    if ((flags & TH_SYN) != 0) {
        greet(seq);
        return;
    }
    hear(flags, end);
    size_t said = octets == 0 ? 0 : mode == CANNED ? canned_length : mode == ECHO ? octets : 0;
    if ((flags & TH_RST) != 0 || end == seq || said > SEGMENT) {
        return;
    }
    due = mode == DISCARD ? 0 : due;
    struct frame *out = &answers[due];
    head(out, (flags & TH_FIN) | TH_ACK | (said == 0 ? 0 : TH_PUSH), end);
    memcpy(out->rest + STAMP, mode == CANNED ? canned : (const char *)&in->tcp + header, said);
    lengths[due++] = sealed(out, said);
}

static _Noreturn void serve(int batch, int64_t spin_ns) {
    for (int64_t until = 0;;) {
        int done = 0;
        ssize_t length = 0;
        while (done < batch && (length = read(tap, &came, sizeof came)) > 0) {
            take((size_t)length);
            done++;
        }
        if (length < 0 && errno != EAGAIN) {
            die("read");
        }
        for (int i = 0; i < due; i++) {
            put(&answers[i], lengths[i]);
        }
        due = 0;
        if (done + pour() != 0) {
            until = 0;
        } else if (until == 0) {
            until = now_ns() + spin_ns;
        } else if (now_ns() <= until) {
            continue;
        } else if (streams) {
            probe();
            until = 0;
        } else {
            poll(&(struct pollfd){.fd = tap, .events = POLLIN}, 1, -1);
        }
    }
}

int main(int count, char **args) {
    if (count != 4) {
        fprintf(stderr, "usage: ceiling DEVICE SPIN_MICROSECONDS echo|discard|source|FILE\n");
        return 2;
    }
    mode = strcmp(args[3], "echo") == 0      ? ECHO
           : strcmp(args[3], "discard") == 0 ? DISCARD
           : strcmp(args[3], "source") == 0  ? SOURCE
                                             : CANNED;
    FILE *file = mode == CANNED ? fopen(args[3], "r") : NULL;
    if (file != NULL) {
        canned_length = fread(canned, 1, sizeof canned, file);
    }
    if (mode == CANNED && (canned_length == 0 || fgetc(file) != EOF)) {
        fprintf(stderr, "%s: 1 to %d octets\n", args[3], SEGMENT);
        return 2;
    }
    long spin = number(args[2]);
    struct ifreq device = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    snprintf(device.ifr_name, sizeof device.ifr_name, "%s", args[1]);
    // Without a spin a read waits itself: no call is spent on looking.
    tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | (spin == 0 ? 0 : O_NONBLOCK));
    if (tap < 0 || ioctl(tap, TUNSETIFF, &device) != 0) {
        die(args[1]);
    }
    if (ioctl(tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN) != 0) {
        die("TUNSETOFFLOAD");
    }
    serve(spin == 0 || mode == ECHO ? 1 : mode == DISCARD ? LONG_BATCH : BATCH, spin * 1000);
}
