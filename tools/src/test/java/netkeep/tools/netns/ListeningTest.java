package netkeep.tools.netns;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import netkeep.tools.netns.Listening.Port;
import org.junit.jupiter.api.Test;

/// Lines as proc(5) has them.
class ListeningTest {
    private static Listening told(boolean tcp, String line) {
        Listening all = new Listening();
        all.add(tcp, line);
        return all;
    }

    private static Set<Port> read(boolean tcp, String line) {
        return told(tcp, line).waiting();
    }

    @Test
    void listenerOfOneAddressIsOfItsFamily() {
        String line = "   0: 020012C6:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711";

        assertEquals(Set.of(new Port(true, true, 8080)), read(true, line));
    }

    @Test
    void wildcardOfIpv6IsBoth() {
        String any = "00000000000000000000000000000000";
        String line =
                "   1: " + any + ":0050 " + any + ":0000 0A 00000000:00000000 00:00000000 00000000     0        0 1";

        assertEquals(Set.of(new Port(true, false, 80), new Port(true, true, 80)), read(true, line));
    }

    @Test
    void loopbackIsNobodysBusinessOutside() {
        String rest = ":0000 0A 00000000:00000000 00:00000000 00000000     0        0 1";
        String one = "00000000000000000000000001000000";
        String mapped = "0000000000000000FFFF00000100007F";
        String any = "00000000000000000000000000000000";

        assertEquals(Set.of(), read(true, "0: 0100007F:1F90 00000000" + rest));
        assertEquals(Set.of(), read(true, "0: " + one + ":1F90 " + any + rest));
        assertEquals(Set.of(), read(true, "0: " + mapped + ":1F90 " + any + rest));
    }

    @Test
    void connectedSocketsDoNotListen() {
        String rest = " 00000000:00000000 00:00000000 00000000     0        0 1";

        assertEquals(Set.of(), read(true, "0: 020012C6:1F90 010012C6:D431 01" + rest));
        assertEquals(Set.of(), read(false, "0: 020012C6:1F90 010012C6:D431 01" + rest));
        assertEquals(Set.of(new Port(false, true, 8080)), read(false, "0: 020012C6:1F90 00000000:0000 07" + rest));
    }

    @Test
    void datagramSocketsHavePortsWhetherTheyAreConnectedOrNot() {
        String rest = " 00000000:00000000 00:00000000 00000000     0        0 1";

        assertEquals(
                Set.of(8080),
                told(false, "0: 020012C6:1F90 010012C6:D431 01" + rest).datagrams());
        assertEquals(
                Set.of(8080),
                told(false, "0: 020012C6:1F90 00000000:0000 07" + rest).datagrams());
        assertEquals(
                Set.of(), told(true, "0: 020012C6:1F90 00000000:0000 0A" + rest).datagrams());
        assertEquals(Set.of(), told(false, "").datagrams());
    }
}
