package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class RttTest {
    private static final TcpSettings SETTINGS = TcpSettings.DEFAULT;

    private final Rig rig = new Rig();

    @Rfc("6298 2.2")
    @Test
    void firstMeasurementSetsBoth() {
        Rtt.measured(rig.tcb, 300_000, SETTINGS);

        assertEquals(300_000, rig.tcb.srttUs());
        assertEquals(150_000, rig.tcb.rttvarUs());
        assertEquals(900_000, rig.tcb.rtoUs());
    }

    /// RTTVAR = 3/4 * 150 + 1/4 * |300 - 500| = 162.5; SRTT = 7/8 * 300 + 1/8 * 500 = 325; RTO = 325 + 4 * 162.5.
    @Rfc({"6298 2.3", "6298 2.3 four"})
    @Test
    void nextMeasurementMovesVarianceFirst() {
        Rtt.measured(rig.tcb, 300_000, SETTINGS);
        Rtt.measured(rig.tcb, 500_000, SETTINGS);

        assertEquals(162_500, rig.tcb.rttvarUs());
        assertEquals(325_000, rig.tcb.srttUs());
        assertEquals(975_000, rig.tcb.rtoUs());
    }

    /// Against the formulas in floating point: the integers stay within their rounding.
    @Rfc("6298 2.3")
    @Test
    void formulasHoldOverManyMeasurements() {
        Seeds.each(200, luck -> {
            Rig fresh = new Rig();
            double srtt = 0;
            double rttvar = 0;
            for (int sample = 0; sample < 100; sample++) {
                int rtt = 100_000 + luck.nextInt(900_000);
                if (sample == 0) {
                    srtt = rtt;
                    rttvar = rtt / 2.0;
                } else {
                    rttvar = 0.75 * rttvar + 0.25 * Math.abs(srtt - rtt);
                    srtt = 0.875 * srtt + 0.125 * rtt;
                }
                Rtt.measured(fresh.tcb, rtt, SETTINGS);
                assertEquals(srtt, fresh.tcb.srttUs(), 20);
                assertEquals(rttvar, fresh.tcb.rttvarUs(), 20);
                assertEquals(srtt + 4 * rttvar, fresh.tcb.rtoUs(), 100);
            }
        });
    }

    @Rfc("6298 2.4 least")
    @Test
    void timeOutIsNeverBelowTheLeast() {
        for (int sample = 0; sample < 100; sample++) {
            Rtt.measured(rig.tcb, 50, SETTINGS);
        }

        assertEquals(200_000, rig.tcb.rtoUs());
    }

    @Rfc("6298 2.5")
    @Test
    void timeOutIsNeverAboveTheGreatest() {
        Rtt.measured(rig.tcb, (int) SECONDS.toMicros(600), SETTINGS);

        assertEquals(SECONDS.toMicros(120), rig.tcb.rtoUs());
    }

    @Rfc({"6298 5.5", "6298 2.5"})
    @Test
    void eachTimeOutDoublesTheNextUpToTheGreatest() {
        rig.tcb.rtoUs(300_000);
        long wantedNs = MILLISECONDS.toNanos(300);
        for (int backoff = 0; backoff < 64; backoff++) {
            rig.tcb.backoff(backoff);
            assertEquals(Math.min(wantedNs, SECONDS.toNanos(120)), Rtt.rtoNs(rig.tcb, SETTINGS));
            wantedNs = Math.min(2 * wantedNs, SECONDS.toNanos(1000));
        }
    }

    @Test
    void leastRoundTripIsRemembered() {
        int least = Integer.MAX_VALUE;
        for (int rtt : new int[] {500, 700, 300, 900, 400}) {
            Rtt.measured(rig.tcb, rtt, SETTINGS);
            least = Math.min(least, rtt);
            assertEquals(least, rig.tcb.minRttUs());
        }
    }

    /// A clock that stood still measures a microsecond, for 0 means that nothing was measured.
    @Test
    void nothingIsNotAMeasurement() {
        Rtt.measured(rig.tcb, 0, SETTINGS);

        assertTrue(rig.tcb.srttUs() > 0);
    }
}
