package netkeep.tools.ping;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import netkeep.engine.ip.Failure;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What ping says, beside what ping(8) of iputils says in the same case.
class PingTextTest {
    private static final Address V4 = Address.parse("198.18.0.1");
    private static final Address V6 = Address.parse("fd00:198:18::1");

    @ParameterizedTest
    @CsvSource({
        "0, 0.000",
        "33999, 0.033",
        "999999, 0.999",
        "1239000, 1.23",
        "10450000, 10.4",
        "99999999, 99.9",
        "100000000, 100",
        "2003000000, 2003"
    })
    void tripHasThreeDigitsThatMatter(long ns, String text) {
        assertEquals(text, PingText.trip(ns));
    }

    @Test
    void headsAndAnswers() {
        assertEquals("PING 198.18.0.1 (198.18.0.1) 56(84) bytes of data.", PingText.head(V4, 56));
        assertEquals("PING fd00:198:18::1(fd00:198:18::1) 56 data bytes", PingText.head(V6, 56));
        Heard answer = new Heard(7, V4, 64, 63, null, 0, -1, 0);
        assertEquals(
                "64 bytes from 198.18.0.1: icmp_seq=7 ttl=63 time=0.450 ms",
                PingText.reply(answer, 56, 450_000, false));
        assertEquals(
                "64 bytes from 198.18.0.1: icmp_seq=7 ttl=63 time=0.450 ms (DUP!)",
                PingText.reply(answer, 56, 450_000, true));
        Heard cut = new Heard(7, V4, 40, 63, null, 0, -1, 0);
        assertEquals(
                "40 bytes from 198.18.0.1: icmp_seq=7 ttl=63 (truncated)", PingText.reply(cut, 56, 450_000, false));
    }

    @ParameterizedTest
    @CsvSource({
        "HOST_UNREACHABLE, true, Destination Host Unreachable",
        "NETWORK_UNREACHABLE, true, Destination Net Unreachable",
        "TOO_BIG, true, Frag needed and DF set (mtu = 1400)",
        "HOPS_EXCEEDED, true, Time to live exceeded",
        "HOST_UNREACHABLE, false, Destination unreachable: Address unreachable",
        "TOO_BIG, false, Packet too big: mtu=1400",
        "HOPS_EXCEEDED, false, Time exceeded: Hop limit"
    })
    void errorsAreNamedByFamily(Failure.Kind kind, boolean v4, String words) {
        Address from = v4 ? V4 : V6;
        Heard error = new Heard(3, from, 0, 0, kind, 1400, -1, 0);
        assertEquals("From " + from + " icmp_seq=3 " + words, PingText.error(error, v4));
    }

    @Test
    void summaryCountsAnswersOnceAndTheRestApart() {
        Tally tally = new Tally();
        for (int sequence = 1; sequence <= 4; sequence++) {
            tally.sent(sequence, 1_000_000L * sequence);
        }
        tally.answered(1, 2_000_000);
        tally.answered(1, 2_500_000);
        tally.answered(2, 5_000_000);
        tally.failed(3);

        assertEquals(
                List.of(
                        "",
                        "--- 198.18.0.1 ping statistics ---",
                        "4 packets transmitted, 2 received, +1 duplicates, +1 errors, 50% packet loss, time 3000ms",
                        "rtt min/avg/max/mdev = 1.000/2.000/3.000/1.000 ms"),
                PingText.summary(V4, tally, 3_000_000_000L));
    }

    @Test
    void lossIsWrittenAsItIs() {
        Tally tally = new Tally();
        for (int sequence = 1; sequence <= 3; sequence++) {
            tally.sent(sequence, 0);
        }
        tally.answered(1, 1);
        assertEquals(
                "3 packets transmitted, 1 received, 66.6667% packet loss, time 0ms",
                PingText.summary(V4, tally, 0).get(2));
    }
}
