// One octet there and back, over and over: the times of the round trips.
// usage: pingpong ADDRESS PORT MILLISECONDS
// prints: count N p50_ns N p99_ns N max_ns N
#include "net.h"

// Buckets of 50 ns up to 10 ms; what takes longer counts in the last.
#define STEP_NS 50
#define BUCKETS 200000

static uint32_t histogram[BUCKETS];

static int64_t quantile(int64_t count, double share) {
    int64_t below = 0;
    int64_t rank = (int64_t)((double)count * share);
    for (int i = 0; i < BUCKETS; i++) {
        below += histogram[i];
        if (below > rank) {
            return (int64_t)i * STEP_NS + STEP_NS / 2;
        }
    }
    return (int64_t)BUCKETS * STEP_NS;
}

int main(int count, char **args) {
    if (count != 4) {
        fprintf(stderr, "usage: pingpong ADDRESS PORT MILLISECONDS\n");
        return 2;
    }
    struct sockaddr_in to = address(args[1], args[2]);
    int fd = connected(&to);
    int64_t began = now_ns();
    int64_t until = began + number(args[3]) * 1000000;
    int64_t trips = 0;
    int64_t longest = 0;
    char octet = 'n';
    while (began < until) {
        if (write(fd, &octet, 1) != 1) {
            die("write");
        }
        char back = 0;
        ssize_t got = read(fd, &back, 1);
        if (got != 1 || back != octet) {
            fprintf(stderr, "the echo is not what was sent\n");
            return 1;
        }
        int64_t ended = now_ns();
        int64_t took = ended - began;
        int64_t bucket = took / STEP_NS;
        histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        longest = took > longest ? took : longest;
        trips++;
        octet++;
        began = ended;
    }
    printf("count %lld p50_ns %lld p99_ns %lld max_ns %lld\n", (long long)trips, (long long)quantile(trips, 0.5),
           (long long)quantile(trips, 0.99), (long long)longest);
    return 0;
}
