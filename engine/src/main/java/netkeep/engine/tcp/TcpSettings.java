package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

/// How connections behave. Checked once, here; never changed, so never checked again.
///
/// @param ackDelayNs      how long an acknowledgment may wait for company, under 500 ms
/// @param mslNs           the maximum segment lifetime; TIME-WAIT lasts twice this
/// @param minRtoNs        the least retransmission time-out
/// @param maxRtoNs        the greatest, at least 60 s
/// @param sendBuffer      octets that a new connection keeps until they are acknowledged
/// @param sendBufferMax   up to how many that is tuned
/// @param receiveBuffer   octets of window that a new connection promises
/// @param receiveBufferMax up to how many that is tuned; under 2^30
/// @param synRetries      how often a SYN is repeated before connect fails
/// @param retries         how often a segment is repeated before the connection is given up
/// @param backlogMax      the most connections that wait for accept at one listener, but one
/// @param halfOpens       connections between SYN and its acknowledgment that are kept; beyond that SYN cookies answer
/// @param timeWaits       connections in TIME-WAIT that are kept; beyond that the oldest ends early
/// @param finWait2Ns      how long an orphan waits in FIN-WAIT-2
/// @param ecn             whether ECN is asked for
/// @param newReno         whether new connections use NewReno instead of CUBIC
/// @param challenges      challenge ACKs a second of all connections together, on average (RFC 5961 §7)
public record TcpSettings(
        long ackDelayNs,
        long mslNs,
        long minRtoNs,
        long maxRtoNs,
        int sendBuffer,
        int sendBufferMax,
        int receiveBuffer,
        int receiveBufferMax,
        int synRetries,
        int retries,
        int backlogMax,
        int halfOpens,
        int timeWaits,
        long finWait2Ns,
        boolean ecn,
        boolean newReno,
        int challenges) {
    // RFC 9293 §3.4.2 takes an MSL of 2 minutes and leaves it to experience: 30 s make TIME-WAIT last 60 s.
    // RFC 6298 §2.4 wants 1 s as the least time-out (SHOULD); like all stacks in use we take 200 ms, for the delayed
    // acknowledgments that the second was for now last 40 ms.
    // RFC 9293 §3.8.3 (MUST-23): a SYN is repeated for 3 minutes at least; 7 times take 255 s.
    public static final TcpSettings DEFAULT = new TcpSettings(
            MILLISECONDS.toNanos(40),
            SECONDS.toNanos(30),
            MILLISECONDS.toNanos(200),
            SECONDS.toNanos(120),
            1 << 18,
            1 << 20,
            1 << 18,
            1 << 21,
            7,
            15,
            4096,
            4096,
            1 << 17,
            SECONDS.toNanos(60),
            true,
            false,
            1000);

    public TcpSettings {
        // RFC 9293 §3.8.6.3 (MUST-40): the delay is less than 0.5 seconds.
        require(ackDelayNs >= 0 && ackDelayNs < MILLISECONDS.toNanos(500), "ackDelayNs", ackDelayNs);
        require(mslNs > 0, "mslNs", mslNs);
        require(minRtoNs > 0, "minRtoNs", minRtoNs);
        // RFC 6298 §2.5: a maximum may be placed, of at least 60 seconds.
        require(maxRtoNs >= SECONDS.toNanos(60), "maxRtoNs", maxRtoNs);
        require(sendBuffer > 0 && sendBuffer <= sendBufferMax, "sendBuffer", sendBuffer);
        require(receiveBuffer > 0 && receiveBuffer <= receiveBufferMax, "receiveBuffer", receiveBuffer);
        // RFC 7323 §2.3: a window of 2^30 or more could not be told from an old one.
        require(receiveBufferMax < 1 << 30, "receiveBufferMax", receiveBufferMax);
        require(synRetries >= 0 && synRetries < 16, "synRetries", synRetries);
        require(retries > 0 && retries < 64, "retries", retries);
        require(backlogMax > 0, "backlogMax", backlogMax);
        require(halfOpens > 0, "halfOpens", halfOpens);
        require(timeWaits > 0, "timeWaits", timeWaits);
        require(finWait2Ns > 0, "finWait2Ns", finWait2Ns);
        require(challenges > 0 && challenges <= 1 << 20, "challenges", challenges);
    }

    public TcpSettings withMslNs(long value) {
        return new TcpSettings(
                ackDelayNs,
                value,
                minRtoNs,
                maxRtoNs,
                sendBuffer,
                sendBufferMax,
                receiveBuffer,
                receiveBufferMax,
                synRetries,
                retries,
                backlogMax,
                halfOpens,
                timeWaits,
                finWait2Ns,
                ecn,
                newReno,
                challenges);
    }

    /// What a connection keeps until it is acknowledged, at first and at most.
    public TcpSettings withSendBuffer(int least, int most) {
        return new TcpSettings(
                ackDelayNs,
                mslNs,
                minRtoNs,
                maxRtoNs,
                least,
                most,
                receiveBuffer,
                receiveBufferMax,
                synRetries,
                retries,
                backlogMax,
                halfOpens,
                timeWaits,
                finWait2Ns,
                ecn,
                newReno,
                challenges);
    }

    /// The window that a connection promises, at first and at most.
    public TcpSettings withReceiveBuffer(int least, int most) {
        return new TcpSettings(
                ackDelayNs,
                mslNs,
                minRtoNs,
                maxRtoNs,
                sendBuffer,
                sendBufferMax,
                least,
                most,
                synRetries,
                retries,
                backlogMax,
                halfOpens,
                timeWaits,
                finWait2Ns,
                ecn,
                newReno,
                challenges);
    }

    /// How many connections are kept that are not open yet, or not any more.
    public TcpSettings withTables(int halves, int waits) {
        return new TcpSettings(
                ackDelayNs,
                mslNs,
                minRtoNs,
                maxRtoNs,
                sendBuffer,
                sendBufferMax,
                receiveBuffer,
                receiveBufferMax,
                synRetries,
                retries,
                backlogMax,
                halves,
                waits,
                finWait2Ns,
                ecn,
                newReno,
                challenges);
    }

    public TcpSettings withCongestion(boolean withEcn, boolean withNewReno) {
        return new TcpSettings(
                ackDelayNs,
                mslNs,
                minRtoNs,
                maxRtoNs,
                sendBuffer,
                sendBufferMax,
                receiveBuffer,
                receiveBufferMax,
                synRetries,
                retries,
                backlogMax,
                halfOpens,
                timeWaits,
                finWait2Ns,
                withEcn,
                withNewReno,
                challenges);
    }

    public TcpSettings withChallenges(int value) {
        return new TcpSettings(
                ackDelayNs,
                mslNs,
                minRtoNs,
                maxRtoNs,
                sendBuffer,
                sendBufferMax,
                receiveBuffer,
                receiveBufferMax,
                synRetries,
                retries,
                backlogMax,
                halfOpens,
                timeWaits,
                finWait2Ns,
                ecn,
                newReno,
                value);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
