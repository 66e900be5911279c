/*
 * A session whose stack takes nothing: what needs a request is not begun where there is no room for one, for the stack looks only
 * at what it is told of. Prints what each call returns.
 */
#include "netkeep_session.h"

#include <stdio.h>
#include <stdlib.h>

enum { REGION = 1 << 20 };

int main(void) {
    static struct nk_session session = {.line = -1, .voice = -1, .ear = -1};
    session.sockets = 4;
    session.requests = 4;
    session.events = 4;
    session.capacity = 1 << 16;
    session.client = calloc(1, REGION);
    session.stack = calloc(1, REGION);
    session.seen = calloc(1, nk_seen_length(&session));
    for (uint32_t i = 0; i < session.requests; i++) {
        int asked = nk_ask(&session, &(struct nk_request) {.op = NK_OPEN, .socket = i});
        printf("%d of %d ", asked, (int)nk_spare(&session));
    }
    char octet = 'x';
    printf("asked %d, ", nk_ask(&session, &(struct nk_request) {.op = NK_CLOSE}));
    printf("sent %d, ", (int)nk_send(&session, 0, &octet, 1));
    printf("hint %d, ", nk_sent(&session, 0));
    printf("received %d\n", (int)nk_receive(&session, 0, &octet, 1));
    return 0;
}
