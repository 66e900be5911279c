// Looks for stolen time: spins on the clock and adds up the gaps in which it did not run.
// usage: probe MILLISECONDS
// prints: spun_ns N gaps_ns N longest_ns N
#include "net.h"

// Shorter ones are the clock, a cache miss or an interrupt.
#define GAP_NS 20000

int main(int count, char **args) {
    if (count != 2) {
        fprintf(stderr, "usage: probe MILLISECONDS\n");
        return 2;
    }
    int64_t began = now_ns();
    int64_t until = began + number(args[1]) * 1000000;
    int64_t gaps = 0;
    int64_t longest = 0;
    int64_t last = began;
    while (last < until) {
        int64_t now = now_ns();
        int64_t gap = now - last;
        gaps += gap > GAP_NS ? gap : 0;
        longest = gap > longest ? gap : longest;
        last = now;
    }
    printf("spun_ns %lld gaps_ns %lld longest_ns %lld\n", (long long)(last - began), (long long)gaps,
           (long long)longest);
    return 0;
}
