package netkeep.tools.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import netkeep.link.Faults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTextTest {
    @Test
    void everyWordIsUnderstood() {
        Faults faults = FaultText.parse(
                "loss=0.01,repeat=0.02,corrupt=0.03,reorder=0.04:2ms,delay=10ms,jitter=500us,rate=100M,queue=50");
        assertEquals(0.01, faults.loss());
        assertEquals(0.02, faults.repeat());
        assertEquals(0.03, faults.corrupt());
        assertEquals(0.04, faults.reorder());
        assertEquals(2_000_000, faults.reorderNs());
        assertEquals(10_000_000, faults.delayNs());
        assertEquals(500_000, faults.jitterNs());
        assertEquals(100_000_000, faults.rate());
        assertEquals(50, faults.queue());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "loss",
                "loss=",
                "loss=2",
                "loss=-1",
                "loss=NaN",
                "lost=1",
                "delay=10",
                "delay=ms",
                "rate=100X",
                "queue=x",
                "reorder=0.1:2",
                "loss=0.1,"
            })
    void whatIsNoneIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> FaultText.parse(text));
    }
}
