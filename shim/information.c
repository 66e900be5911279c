#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <linux/sockios.h>

/* What is to be known of a socket: TCP_INFO, and what ioctl tells. */

/* The kernel's numbers of the states, which the stack has in the order of RFC 9293. */
static const uint8_t STATES[] = {TCP_CLOSE, TCP_LISTEN, TCP_SYN_SENT, TCP_SYN_RECV, TCP_ESTABLISHED, TCP_FIN_WAIT1,
    TCP_FIN_WAIT2, TCP_CLOSE_WAIT, TCP_CLOSING, TCP_LAST_ACK, TCP_TIME_WAIT};

static uint32_t segments(uint32_t octets, uint32_t mss) {
    return (octets + mss - 1) / mss;
}

static void put_info(const struct nk_info *known, struct tcp_info *info) {
    uint32_t mss = known->snd_mss == 0 ? 536 : known->snd_mss;
    uint32_t bits = known->extensions;
    info->tcpi_state = known->state < sizeof STATES ? STATES[known->state] : TCP_CLOSE;
    if (info->tcpi_state == TCP_LISTEN) {
        info->tcpi_unacked = known->ssthresh;
        info->tcpi_sacked = known->cwnd;
        return;
    }
    info->tcpi_retransmits = (uint8_t)known->backoff;
    info->tcpi_backoff = (uint8_t)known->backoff;
    info->tcpi_options = (uint8_t)(((bits & 1) != 0 ? TCPI_OPT_TIMESTAMPS : 0) | ((bits & 2) != 0 ? TCPI_OPT_SACK : 0)
        | ((bits & 4) != 0 ? TCPI_OPT_ECN : 0) | ((bits & 8) != 0 ? TCPI_OPT_WSCALE : 0));
    info->tcpi_snd_wscale = known->snd_scale & 0xf;
    info->tcpi_rcv_wscale = known->rcv_scale & 0xf;
    info->tcpi_rto = known->rto;
    info->tcpi_snd_mss = mss;
    info->tcpi_rcv_mss = known->rcv_mss == 0 ? 536 : known->rcv_mss;
    info->tcpi_advmss = info->tcpi_rcv_mss;
    info->tcpi_pmtu = known->pmtu;
    info->tcpi_rtt = known->srtt;
    info->tcpi_rttvar = known->rttvar;
    info->tcpi_unacked = segments(known->in_flight, mss);
    info->tcpi_snd_cwnd = known->cwnd / mss;
    info->tcpi_snd_ssthresh = known->ssthresh >> 31 != 0 ? INT32_MAX : known->ssthresh / mss;
    info->tcpi_rcv_space = known->rcv_wnd;
    info->tcpi_rcv_ssthresh = known->rcv_wnd;
    info->tcpi_last_data_recv = (uint32_t)(known->heard / 1000);
    info->tcpi_last_ack_recv = info->tcpi_last_data_recv;
    info->tcpi_total_retrans = known->retransmits;
}

/* The fields that the kernel has had since, behind those of libc's structure, at its offsets: tcp.h of Linux 5.5. */
struct whole_info {
    struct tcp_info first;
    uint64_t pacing_rate;
    uint64_t max_pacing_rate;
    uint64_t bytes_acked;
    uint64_t bytes_received;
    uint32_t segs_out;
    uint32_t segs_in;
    uint32_t notsent_bytes;
    uint32_t min_rtt;
    uint32_t data_segs_in;
    uint32_t data_segs_out;
    uint64_t delivery_rate;
    uint64_t busy_time;
    uint64_t rwnd_limited;
    uint64_t sndbuf_limited;
    uint32_t delivered;
    uint32_t delivered_ce;
    uint64_t bytes_sent;
    uint64_t bytes_retrans;
    uint32_t dsack_dups;
    uint32_t reord_seen;
    uint32_t rcv_ooopack;
    uint32_t snd_wnd;
};

_Static_assert(sizeof(struct tcp_info) == 104, "libc's structure ends before pacing_rate");

int info_learn(uint32_t number, struct nk_info *known) {
    struct nk_request request = {.op = NK_INFO, .socket = number};
    family_lock();
    int failure = family_call(&request);
    nk_info(&session, known);
    family_unlock();
    return failure;
}

int info_get(uint32_t number, void *value, socklen_t *length) {
    struct whole_info info = {.pacing_rate = UINT64_MAX, .max_pacing_rate = UINT64_MAX};
    struct nk_info known;
    int failure = info_learn(number, &known);
    if (failure != 0) {
        return failure;
    }
    put_info(&known, &info.first);
    if (info.first.tcpi_state != TCP_LISTEN) {
        uint64_t unsent = nk_unsent(&session, number);
        info.bytes_acked = known.acknowledged;
        info.bytes_received = known.received;
        info.notsent_bytes = (uint32_t)(unsent > known.in_flight ? unsent - known.in_flight : 0);
        info.min_rtt = known.min_rtt;
        info.bytes_sent = known.sent;
        info.rcv_ooopack = known.gaps;
        info.snd_wnd = known.snd_wnd;
    }
    return option_give(&info, sizeof info, value, length);
}

int option_control(uint32_t number, unsigned long request, void *value) {
    struct own *it = own(number);
    int *number_at = value;
    bool streams = request == SIOCATMARK || request == SIOCOUTQNSD;
    if (it->datagram && streams) {
        return fail(-ENOTTY);
    }
    if ((request == FIONREAD || streams || request == SIOCOUTQ) && !memory_written(value, sizeof *number_at)) {
        return fail(-EFAULT);
    }
    switch (request) {
        case FIONBIO:
            atomic_store(&it->nonblocking, *number_at != 0);
            return 0;
        case FIONREAD: {
            if (it->listening) {
                errno = EINVAL;
                return -1;
            }
            if (it->datagram) {
                errors_gather(number);
            }
            uint64_t there = it->datagram ? nk_unread(&session, number) : stream_before_mark(number);
            uint32_t first = 0;
            if (it->datagram && there != 0) {
                nk_peek(&session, number, 0, &first, sizeof first);
                there = first;
            }
            *number_at = (int)there;
            return 0;
        }
        case SIOCATMARK:
            *number_at = !it->datagram && nk_mark(&session, number) == 0;
            return 0;
        case SIOCOUTQNSD: {
            struct nk_info known;
            int failure = it->listening ? -EINVAL : info_learn(number, &known);
            if (failure != 0) {
                return fail(failure);
            }
            uint64_t unsent = nk_unsent(&session, number);
            *number_at = (int)(unsent > known.in_flight ? unsent - known.in_flight : 0);
            return 0;
        }
        case SIOCOUTQ:
            if (it->listening) {
                return fail(-EINVAL);
            }
            *number_at = (int)nk_unsent(&session, number);
            return 0;
        default:
            errno = ENOTTY;
            return -1;
    }
}
