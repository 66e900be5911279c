package netkeep.tools.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.VlanTag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FrameTextTest {
    private static final long MAC = 0x02_4e_4b_00_00_01L;
    private static final long OURS = Address.parse("198.18.0.1").lo();
    private static final long THEIRS = Address.parse("198.18.0.2").lo();

    static Stream<Arguments> packets() {
        return Stream.of(
                arguments(ArpPacket.REQUEST, "ARP, Request who-has 198.18.0.2 tell 198.18.0.1"),
                arguments(ArpPacket.REPLY, "ARP, Reply 198.18.0.1 is-at 02:4e:4b:00:00:01"));
    }

    private static MemorySegment frame(boolean tagged, int operation) {
        int header = EthernetHeader.LENGTH + (tagged ? VlanTag.LENGTH : 0);
        MemorySegment frame = MemorySegment.ofArray(new byte[header + ArpPacket.LENGTH]);
        EthernetHeader.write(frame, 0, MAC, MAC, tagged ? EthernetHeader.VLAN : EthernetHeader.ARP);
        if (tagged) {
            VlanTag.write(frame, EthernetHeader.LENGTH, 0, 7, EthernetHeader.ARP);
        }
        ArpPacket.write(frame, header, operation, MAC, OURS, 0, THEIRS);
        return frame;
    }

    @ParameterizedTest
    @MethodSource("packets")
    void tagChangesNothingOfWhatItCarries(int operation, String text) {
        assertEquals(text, FrameText.of(frame(false, operation)));
        assertEquals(text, FrameText.of(frame(true, operation)));
    }

    @Test
    void frameIsShownAsFarAsItIsThere() {
        for (boolean tagged : new boolean[] {false, true}) {
            MemorySegment whole = frame(tagged, ArpPacket.REQUEST);
            assertEquals("ARP", FrameText.of(whole.asSlice(0, whole.byteSize() - 1)));
            for (long length = 0; length < whole.byteSize(); length++) {
                FrameText.of(whole.asSlice(0, length));
            }
        }
    }
}
