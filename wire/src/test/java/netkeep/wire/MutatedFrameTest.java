package netkeep.wire;

import static netkeep.wire.Bytes.bytes;
import static netkeep.wire.Bytes.drawn;
import static netkeep.wire.Bytes.mutated;
import static netkeep.wire.Bytes.zeros;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// Frames that were good before somebody changed them, each in memory that ends where the frame ends: whatever a check
/// lets pass, the readers find it there.
class MutatedFrameTest {
    private static final int FRAMES = 300_000;

    private static final String TARGET = "fe80000000000000 0000000000000002";
    private static final String LINK_ADDRESS = "0101 020000000001";
    private static final String TCP = "0050c350 fffffffe 80000001 d0100fff 00000000 020405b4 0402080a 01020304"
            + " 00000000 01030307 0101050a 00000001 00000002 6162";

    private static final String QUOTED = "4600 0044 0001 0000 4006 0000 c6120001 c6120002 94040000 0050c350 fffffffe";

    static final List<MemorySegment> CORPUS = corpus();

    @Test
    void frameThatPassesItsChecksIsReadWithoutHarm() {
        Dissector dissector = new Dissector();
        Seeds.each(FRAMES, luck -> dissector.frame(mutated(luck, CORPUS.get(luck.nextInt(CORPUS.size())))));

        if (Long.getLong("seed") == null) {
            for (Layer layer : Layer.values()) {
                assertTrue(dissector.reached(layer) > FRAMES / 200, layer + " " + dissector.reached(layer));
            }
        }
    }

    @Test
    void corpusIsGoodAsItStands() {
        for (MemorySegment frame : CORPUS) {
            Dissector dissector = new Dissector();
            dissector.frame(zeros((int) frame.byteSize()).copyFrom(frame));
            int deepest = 0;
            for (Layer layer : Layer.values()) {
                deepest += layer.compareTo(Layer.LINK) > 0 ? dissector.reached(layer) : 0;
            }
            assertTrue(deepest >= 1, Bytes.hex(frame));
        }
    }

    @Test
    void sameFramesAreReadTheSame() {
        long[] mixed = new long[2];
        for (int run = 0; run < 2; run++) {
            Dissector dissector = new Dissector();
            for (MemorySegment frame : CORPUS) {
                dissector.frame(zeros((int) frame.byteSize()).copyFrom(frame));
            }
            mixed[run] = dissector.mixed();
        }
        assertEquals(mixed[0], mixed[1]);
    }

    @Test
    void noiseIsReadWithoutHarm() {
        Dissector dissector = new Dissector();
        Seeds.each(50_000, luck -> {
            MemorySegment noise = drawn(luck, luck.nextInt(160));
            if (noise.byteSize() >= 24) {
                VirtioNetHeader.clear(noise, 0);
                Octets.u16(noise, 22, luck.nextBoolean() ? EthernetHeader.IPV6 : EthernetHeader.IPV4);
            }
            dissector.frame(noise);
        });
    }

    private static List<MemorySegment> corpus() {
        List<MemorySegment> frames = new ArrayList<>();
        frames.add(frame(EthernetHeader.ARP, "0001080006040001 020000000001 c6120001 000000000000 c6120002"));
        for (String options : new String[] {"", "94040000", "01830704c6120009"}) {
            frames.add(ipv4(options, IpProtocol.ICMPV4, "0800 0000 1234 0001 616263"));
            frames.add(ipv4(options, IpProtocol.ICMPV4, "0304 0000 0000 0578" + QUOTED));
            frames.add(ipv4(options, IpProtocol.UDP, "0044 0043 000b 0000 616263"));
            frames.add(ipv4(options, IpProtocol.TCP, TCP));
            frames.add(ipv4(options, IpProtocol.IGMP, "1164 0000 ef010203 0a 7d 0002 c6120001 c6120002"));
            frames.add(ipv4(
                    options,
                    IpProtocol.IGMP,
                    "2200 0000 0000 0002 04000000 ef010203 06010001 ef010203 c6120001 00000000"));
        }
        String alert = "3a00050200000100";
        for (String next :
                new String[] {"%02x", "00 %02x000104 00000000", "3c %02x01 1e0c 000000000000 000000000000"}) {
            frames.add(ipv6(next, IpProtocol.UDP, "0044 0043 000b 0000 616263"));
            frames.add(ipv6(next, IpProtocol.TCP, TCP));
            frames.add(ipv6(next, IpProtocol.ICMPV6, "8000 0000 1234 0001 616263"));
            frames.add(ipv6(next, IpProtocol.ICMPV6, "0200 0000 00000500" + "60000000000a0040" + "00".repeat(42)));
            frames.add(ipv6(next, IpProtocol.FRAGMENT, "11 00 04d1 00000007 6162636465666768"));
            frames.add(ipv6(next, IpProtocol.ICMPV6, "8700 0000 00000000" + TARGET + LINK_ADDRESS));
            frames.add(ipv6(next, IpProtocol.ICMPV6, "8800 0000 60000000" + TARGET + LINK_ADDRESS));
            frames.add(ipv6(next, IpProtocol.ICMPV6, "8900 0000 00000000" + TARGET + TARGET));
        }
        frames.add(ipv6(
                "%02x",
                IpProtocol.ICMPV6,
                "8600 0000 40c00708 00007530 000003e8" + LINK_ADDRESS + "030440c0 00015180 00003840 00000000" + TARGET
                        + "19030000 000004b0" + TARGET));
        frames.add(ipv6("00" + alert, -1, "8200 0000 2710 0000 ff05000000000000 0000000000001234 027d0001" + TARGET));
        frames.add(ipv6(
                "00" + alert,
                -1,
                "8f00 0000 0000 0001 06010001 ff05000000000000 0000000000001234" + TARGET + "00000000"));
        return frames;
    }

    private static MemorySegment frame(int etherType, String packet) {
        return bytes("00".repeat(10) + "020000000002" + "020000000001" + "%04x".formatted(etherType) + packet);
    }

    private static MemorySegment ipv4(String options, int protocol, String payload) {
        int header = 20 + options.length() / 2;
        int total = header + (int) bytes(payload).byteSize();
        MemorySegment frame = frame(EthernetHeader.IPV4, "00".repeat(20) + options + payload);
        Ipv4Header.write(frame, 24, header, 0, total, 1, 0, 64, protocol, 0xC612_0001L, 0xC612_0002L);
        return frame;
    }

    /// @param chain    the first next header, then the extensions, with a place for the number of what follows; one
    ///                 number alone is that place
    /// @param protocol what follows, or -1 if the chain says it itself
    private static MemorySegment ipv6(String chain, int protocol, String payload) {
        String whole = (protocol < 0 ? chain : chain.formatted(protocol)).replace(" ", "");
        int payloadLength = (int) bytes(whole.substring(2) + payload).byteSize();
        MemorySegment frame = frame(EthernetHeader.IPV6, "00".repeat(40) + whole.substring(2) + payload);
        Address local = Address.parse("fe80::1");
        int hops = payload.startsWith("82") || payload.startsWith("8f") ? 1 : 255;
        Ipv6Header.write(
                frame,
                24,
                0,
                0,
                payloadLength,
                Integer.parseInt(whole.substring(0, 2), 16),
                hops,
                local.hi(),
                local.lo(),
                local.hi(),
                2);
        return frame;
    }
}
