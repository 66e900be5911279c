package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpSettingsTest {
    private static final TcpSettings USUAL = TcpSettings.DEFAULT;

    /// The settings that are the default but for one component.
    private static TcpSettings with(String name, long value) throws ReflectiveOperationException {
        RecordComponent[] components = TcpSettings.class.getRecordComponents();
        Object[] values = new Object[components.length];
        boolean found = false;
        for (int i = 0; i < values.length; i++) {
            values[i] = components[i].getAccessor().invoke(USUAL);
            if (components[i].getName().equals(name)) {
                found = true;
                values[i] = components[i].getType() == int.class ? (Object) (int) value : (Object) value;
            }
        }
        assertTrue(found, name);
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        return TcpSettings.class.getDeclaredConstructor(types).newInstance(values);
    }

    private static void refused(String name, long value) {
        InvocationTargetException wrong = assertThrows(InvocationTargetException.class, () -> with(name, value));
        assertEquals(IllegalArgumentException.class, wrong.getCause().getClass());
        assertEquals(name + " " + value, wrong.getCause().getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "ackDelayNs, 0, 499999999",
        "mslNs, 1, 120000000000",
        "minRtoNs, 1, 1000000000",
        "maxRtoNs, 60000000000, 240000000000",
        "sendBuffer, 1, 1048576",
        "receiveBuffer, 1, 2097152",
        "receiveBufferMax, 262144, 1073741823",
        "synRetries, 0, 15",
        "retries, 1, 63",
        "backlogMax, 1, 65535",
        "halfOpens, 1, 65536",
        "timeWaits, 1, 1000000",
        "finWait2Ns, 1, 600000000000",
    })
    void boundsThemselvesAreTaken(String name, long least, long most) throws ReflectiveOperationException {
        with(name, least);
        with(name, most);
    }

    @ParameterizedTest
    @CsvSource({
        "ackDelayNs, -1",
        "ackDelayNs, 500000000",
        "mslNs, 0",
        "minRtoNs, 0",
        "maxRtoNs, 59999999999",
        "sendBuffer, 0",
        "sendBuffer, 1048577",
        "receiveBuffer, 0",
        "receiveBuffer, 2097153",
        "receiveBufferMax, 1073741824",
        "synRetries, -1",
        "synRetries, 16",
        "retries, 0",
        "retries, 64",
        "backlogMax, 0",
        "halfOpens, 0",
        "timeWaits, 0",
        "finWait2Ns, 0",
    })
    void beyondTheBoundsIsRefused(String name, long value) {
        refused(name, value);
    }

    @Rfc("9293 MUST-40")
    @Test
    void halfASecondIsTooLongForAnAcknowledgment() {
        refused("ackDelayNs", MILLISECONDS.toNanos(500));
        assertTrue(USUAL.ackDelayNs() < MILLISECONDS.toNanos(500));
    }

    @Rfc("6298 2.5")
    @Test
    void greatestTimeOutIsAMinuteAtLeast() {
        refused("maxRtoNs", SECONDS.toNanos(60) - 1);
        assertTrue(USUAL.maxRtoNs() >= SECONDS.toNanos(60));
    }

    @Rfc("7323 2.3 window")
    @Test
    void windowOfAGigabyteIsTooMuch() {
        refused("receiveBufferMax", 1 << 30);
    }
}
