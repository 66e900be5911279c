package netkeep.wire;

import static netkeep.wire.Bytes.assertEveryCutIsFound;
import static netkeep.wire.Bytes.assertEveryFlippedBitIsFound;
import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.hex;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// ICMP of both families.
class IcmpMessageTest {
    private static final Address ME = Address.parse("fd00:198:18::1");
    private static final Address YOU = Address.parse("fd00:198:18::2");

    private static Verdict verdict4(MemorySegment message) {
        int length = (int) message.byteSize();
        Verdict verdict = Icmp4Message.check(message, 0, length);
        return verdict == Verdict.OK
                ? Icmp4Message.checkSum(message, 0, Checksum.add(0, message, 8, length - 8))
                : verdict;
    }

    private static Verdict verdict6(MemorySegment message) {
        int length = (int) message.byteSize();
        Verdict verdict = Icmp6Message.check(message, 0, length);
        return verdict == Verdict.OK ? Icmp6Message.checkSum(message, 0, sum6(message)) : verdict;
    }

    private static long sum6(MemorySegment message) {
        long length = message.byteSize();
        long pseudo = Checksum.pseudo(ME.hi(), ME.lo(), YOU.hi(), YOU.lo(), IpProtocol.ICMPV6, length);
        return Checksum.add(pseudo, message, 8, length - 8);
    }

    private static MemorySegment echo4() {
        MemorySegment message = bytes("0000000000000000 616263");
        Icmp4Message.write(message, 0, Icmp4Message.ECHO_REQUEST, 0, 0x1234_0005L, Checksum.add(0, message, 8, 3));
        return message;
    }

    @Rfc("792 echo")
    @Test
    void echoIsTheseOctets() {
        MemorySegment echo = echo4();

        int checksum = ~(0x0800 + 0x1234 + 5 + 0x6162 + 0x6300) & 0xFFFF;
        assertEquals("0800%04x12340005616263".formatted(checksum), hex(echo));
        assertEquals(Icmp4Message.ECHO_REQUEST, Icmp4Message.type(echo, 0));
        assertEquals(0, Icmp4Message.code(echo, 0));
        assertEquals(checksum, Icmp4Message.checksum(echo, 0));
        assertEquals(0x1234, Icmp4Message.identifier(echo, 0));
        assertEquals(5, Icmp4Message.sequence(echo, 0));
        assertEquals(Verdict.OK, verdict4(echo));
    }

    @Rfc("792 checksum")
    @Test
    void everyFlippedBitIsFound() {
        assertEveryFlippedBitIsFound(echo4(), IcmpMessageTest::verdict4);
    }

    /// An error about a datagram of 8 octets behind a header of 24.
    private static MemorySegment unreachable() {
        MemorySegment message = zeros(8 + 24 + 8);
        Ipv4Header.write(message, 8, 24, 0, 32, 1, 0, 64, IpProtocol.UDP, 0xC612_0001L, 0xC612_0002L);
        Icmp4Message.write(
                message,
                0,
                Icmp4Message.UNREACHABLE,
                Icmp4Message.FRAGMENTATION_NEEDED,
                1400,
                Checksum.add(0, message, 8, 32));
        return message;
    }

    @Rfc({"792 errors", "1191 4 next-hop MTU"})
    @Test
    void errorHoldsAHeaderAndEightOctets() {
        MemorySegment error = unreachable();
        assertEquals(1400, Icmp4Message.nextHopMtu(error, 0));
        assertEveryCutIsFound(error, cut -> Icmp4Message.check(cut, 0, (int) cut.byteSize()));

        Octets.u8(error, 8, 0x66);
        assertEquals(Verdict.BAD_FIELD, Icmp4Message.check(error, 0, 40));
        Octets.u8(error, 8, 0x44);
        assertEquals(Verdict.BAD_FIELD, Icmp4Message.check(error, 0, 40));
        Octets.u8(error, 8, 0x47);
        assertEquals(Verdict.TRUNCATED, Icmp4Message.check(error, 0, 40));
    }

    @Test
    void restIsReadByItsType() {
        MemorySegment message = bytes("05 01 0000 c6120001");
        assertEquals("198.18.0.1", Address.print(0, Icmp4Message.gateway(message, 0)));
        assertEquals(0xC6, Icmp4Message.pointer(message, 0));
        assertEquals(0xC612_0001L, Icmp4Message.rest(message, 0));
    }

    @Rfc("1122 3.2.2 errors")
    @Test
    void errorsAreTheseTypes() {
        StringBuilder errors = new StringBuilder();
        for (int type = 0; type < 256; type++) {
            errors.append(Icmp4Message.isError(type) ? type + " " : "");
        }
        assertEquals("3 4 5 11 12 ", errors.toString());
    }

    private static MemorySegment echo6() {
        MemorySegment message = bytes("0000000000000000 616263");
        Icmp6Message.write(message, 0, Icmp6Message.ECHO_REPLY, 0, 0x1234_0005L, sum6(message));
        return message;
    }

    @Rfc({"4443 4.1 format", "4443 2.3 checksum"})
    @Test
    void echoOfIpv6HasThePseudoHeaderInItsChecksum() {
        MemorySegment echo = echo6();
        long sum = 2L * (0xFD00 + 0x198 + 0x18) + 3 + 11 + 58 + 0x8100 + 0x1234 + 5 + 0x6162 + 0x6300;

        assertEquals(~((sum & 0xFFFF) + (sum >>> 16)) & 0xFFFF, Icmp6Message.checksum(echo, 0));
        assertEquals(0x1234, Icmp6Message.identifier(echo, 0));
        assertEquals(5, Icmp6Message.sequence(echo, 0));
        assertEveryFlippedBitIsFound(echo, IcmpMessageTest::verdict6);
    }

    @Rfc("4443 2.4 (a) unknown errors")
    @Test
    void errorOfIpv6HoldsAHeader() {
        for (int type = 0; type < 128; type++) {
            MemorySegment message = zeros(48);
            Ipv6Header.write(message, 8, 0, 0, 0, 59, 1, 0, 2, 0, 3);
            Icmp6Message.write(message, 0, type, 0, 1280, 0);
            assertEquals(1280, Icmp6Message.mtu(message, 0));
            assertEquals(1280, Icmp6Message.pointer(message, 0));
            assertEveryCutIsFound(message, cut -> Icmp6Message.check(cut, 0, (int) cut.byteSize()));
            Octets.u8(message, 8, 0x45);
            assertEquals(Verdict.BAD_FIELD, Icmp6Message.check(message, 0, 48));
        }
    }

    @Rfc("4443 2.1 high bit")
    @Test
    void highBitOfTheTypeTellsErrorsFromTheRest() {
        for (int type = 0; type < 256; type++) {
            assertEquals(type < 128, Icmp6Message.isError(type));
        }
    }
}
