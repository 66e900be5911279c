package netkeep.engine.dhcp;

import static netkeep.engine.Frames.hex;
import static netkeep.engine.dhcp.DhcpLab.LENT;
import static netkeep.engine.dhcp.DhcpLab.OTHER;
import static netkeep.engine.dhcp.DhcpLab.SERVER;
import static netkeep.engine.dhcp.DhcpLab.ack;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import netkeep.engine.Lab;
import netkeep.engine.dhcp.DhcpLab.Answer;
import netkeep.engine.dhcp.DhcpLab.Said;
import netkeep.engine.ip.NameAdvice;
import netkeep.sim.Rfc;
import netkeep.wire.DhcpMessage;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.Test;

/// What a lease says of names.
class DhcpNamesTest {
    private final DhcpLab dhcp = new DhcpLab();
    private final Lab lab = dhcp.lab;

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Rfc({"2132 3.8 name servers", "2132 3.17", "3397 2", "3396 5", "2131 4.1 long options"})
    @Test
    void leaseTellsWhomToAskForNamesAndEndsWithThem() {
        NameAdvice names = lab.ip.nameAdvice();
        long xid = dhcp.discovers();
        dhcp.hears(new Answer(DhcpMessage.OFFER, xid, SERVER).address(LENT).lease(600));
        lab.turn();
        Said request = dhcp.only();
        assertTrue(request.place(DhcpMessage.PARAMETERS) > 0);
        // Two servers, and a loopback, which is none; the second name ends in a pointer, and the list is in two pieces.
        dhcp.hears(ack(request.xid(), 600)
                .octets(DhcpMessage.NAME_SERVERS, new byte[] {(byte) 198, 18, 0, 1, 127, 0, 0, 53, (byte) 198, 18, 0, 3
                })
                .octets(DhcpMessage.DOMAIN_NAME, text("other.example"))
                .octets(DhcpMessage.DOMAIN_SEARCH, hex("03 6f6e65 07 6578616d"))
                .octets(DhcpMessage.DOMAIN_SEARCH, hex("706c65 00 03 74776f c0 04")));
        assertEquals(List.of(SERVER, OTHER), names.servers());
        assertEquals(List.of(DomainName.parse("one.example"), DomainName.parse("two.example")), names.search());
        long changes = names.changes();
        assertTrue(changes > 0);

        dhcp.pass(301);
        Said renewal = dhcp.said().getLast();
        dhcp.hears(ack(renewal.xid(), 600)
                .octets(DhcpMessage.NAME_SERVERS, new byte[] {(byte) 198, 18, 0, 1})
                .octets(DhcpMessage.DOMAIN_NAME, hex("6f746865722e6578616d706c65 00")));
        assertEquals(List.of(SERVER), names.servers());
        assertEquals(List.of(DomainName.parse("other.example")), names.search());
        assertTrue(names.changes() > changes);

        lab.dhcp.end(1, lab.nowNs);
        assertEquals(List.of(), names.servers());
        assertEquals(List.of(), names.search());
    }
}
