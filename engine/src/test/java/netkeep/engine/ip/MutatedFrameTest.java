package netkeep.engine.ip;

import static netkeep.engine.Frames.arp;
import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.fragment6;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.FAR;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import netkeep.engine.Lab;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.IgmpMessage;
import netkeep.wire.Ipv4Header;
import org.junit.jupiter.api.Test;

/// Frames that were spoilt somewhere: nothing is thrown, nothing read outside, and all tables keep their bounds.
class MutatedFrameTest {
    private static final Address ALL = Address.parse("ff02::1");

    @Test
    void noFrameBreaksAnything() {
        List<byte[]> seeds = seeds();
        Seeds.each(60, luck -> {
            Lab lab = new Lab().knowPeer();
            lab.ip.acceptAdvertisements(1, true, lab.nowNs);
            lab.ip.join(1, 1, 0, Address.V4 | 0xEF010203L, 0, 0, 0, lab.nowNs);
            lab.ip.upper(17, new Catcher());
            for (int i = 0; i < 1_000; i++) {
                byte[] frame = seeds.get(luck.nextInt(seeds.size())).clone();
                mutate(frame, luck);
                byte[] virtio = new byte[10];
                if (luck.nextInt(8) == 0) {
                    luck.nextBytes(virtio);
                }
                lab.arrives(1, virtio, luck.nextInt(10) == 0 ? slice(frame, 0, luck.nextInt(frame.length)) : frame);
                if (luck.nextInt(20) == 0) {
                    lab.passMs(luck.nextInt(5_000));
                }
                lab.take();
            }
            assertTrue(lab.ip.views().neighbors().size() <= lab.settings.neighbors());
            assertTrue(lab.ip.views().addresses().size() <= 3 + 16);
            assertTrue(lab.ip.views().groups().size() <= lab.settings.memberships() + lab.settings.addresses());
            lab.open();
        });
    }

    /// Half of the frames get a good checksum again, so that what lies behind it is reached.
    private static void mutate(byte[] frame, RandomGenerator luck) {
        for (int i = luck.nextInt(4); i > 0; i--) {
            int at = luck.nextInt(Math.min(frame.length, 120));
            frame[at] = (byte) (luck.nextBoolean() ? luck.nextInt() : frame[at] ^ 1 << luck.nextInt(8));
        }
        boolean four = frame.length > 34 && frame[12] == 8 && frame[13] == 0;
        if (four && luck.nextBoolean() && (frame[14] & 0xF) * 4 + 14 <= frame.length && (frame[14] & 0xF) >= 5) {
            Ipv4Header.seal(MemorySegment.ofArray(frame), 14);
        }
    }

    private static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] quote4 = slice(v4(OURS, FAR, 17, counting(0, 40)), 14, 48);
        byte[] quote6 = slice(v6(OURS6, PEER6, 17, 64, counting(0, 40)), 14, 80);
        seeds.add(arp(ArpPacket.REQUEST, PEER_MAC, PEER, 0, OURS));
        seeds.add(arp(ArpPacket.REPLY, PEER_MAC, PEER, 0, OURS));
        seeds.add(v4(1, icmp4(8, 0, 1, counting(0, 90))));
        for (int type : new int[] {3, 5, 11, 12}) {
            seeds.add(v4(ROUTER, OURS, 1, icmp4(type, type == 3 ? 4 : 0, 1000, quote4)));
        }
        seeds.add(v4(PEER, OURS, 17, 9, 0x2000, 64, hex("94 04 00 00"), counting(0, 64)));
        seeds.add(v4(PEER, OURS, 17, 9, 8, 64, new byte[0], counting(0, 64)));
        seeds.add(fragment6(17, 0, true, 9, counting(0, 64)));
        seeds.add(fragment6(17, 64, false, 9, counting(0, 64)));
        seeds.add(v6(0, cat(hex("2B 00 05 02 00 00 01 00 3C 00 00 00 00 00 00 00 11 00 01 04 00 00 00 00"), quote4)));
        seeds.add(icmp6In(PEER6, OURS6, 64, 128, 0, 1, counting(0, 90)));
        for (int type = 1; type <= 4; type++) {
            seeds.add(icmp6In(PEER6, OURS6, 64, type, 0, 1300, quote6));
        }
        byte[] link = hex("01 01 02 00 00 00 00 02");
        byte[] prefix = hex(
                "03 04 40 C0 00 00 FF FF 00 00 FF FF 00 00 00 00 20 01 0D B8 00 01 00 00" + "00 00 00 00 00 00 00 00");
        seeds.add(icmp6In(PEER_LINK6, ALL, 255, 134, 0, 0x40000708, cat(new byte[8], link, prefix)));
        seeds.add(icmp6In(PEER6, OURS6, 255, 135, 0, 0, cat(OURS6.octets(), link)));
        seeds.add(icmp6In(PEER6, OURS6, 255, 136, 0, 0x60000000, cat(PEER6.octets(), hex("02 01 02 00 00 00 00 02"))));
        seeds.add(icmp6In(PEER_LINK6, OURS6, 255, 137, 0, 0, cat(PEER_LINK6.octets(), FAR.octets(), new byte[12])));
        byte[] igmp = cat(hex("11 0A 00 00 EF 01 02 03 02 7D 00 01"), PEER.octets());
        IgmpMessage.seal(MemorySegment.ofArray(igmp), 0, igmp.length);
        seeds.add(v4(PEER, Address.parse("239.1.2.3"), 2, igmp));
        return seeds;
    }
}
