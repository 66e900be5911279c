// Long: one machine in two languages, tested side by side.
package netkeep.engine.icmp;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp6;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.LINK6;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER_LINK6;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Set;
import java.util.TreeSet;
import netkeep.engine.Lab;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ip.Joined;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.GroupRecord;
import netkeep.wire.IgmpMessage;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.MldMessage;
import netkeep.wire.Octets;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Membership of groups: IGMPv3 (RFC 3376) and MLDv2 (RFC 3810), which are one machine in two languages, so that most
/// tests run in both. A report is written as its records, `TO_EX 239.1.2.3 {10.0.0.1}`.
class GroupsTest {
    private static final String[] TYPES = {"", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"};

    private Lab lab = new Lab().knowPeer();
    private boolean v6;
    private Address group = Address.UNSPECIFIED;
    private Address other = Address.UNSPECIFIED;
    private Address a = Address.UNSPECIFIED;
    private Address b = Address.UNSPECIFIED;

    @BeforeEach
    void quiet() {
        speak(false);
    }

    private void speak(boolean six) {
        lab = new Lab().knowPeer();
        lab.settle();
        lab.take();
        v6 = six;
        group = Address.parse(six ? "ff05::123" : "239.1.2.3");
        other = Address.parse(six ? "ff05::456" : "239.4.5.6");
        a = Address.parse(six ? "2001:db8::a" : "10.0.0.1");
        b = Address.parse(six ? "2001:db8::b" : "10.0.0.2");
    }

    private Joined join(int owner, Address to, int what, Address source) {
        Joined joined = lab.ip.join(owner, 1, to.hi(), to.lo(), what, source.hi(), source.lo(), lab.nowNs);
        lab.turn();
        return joined;
    }

    private Joined join(int owner) {
        return join(owner, group, 0, Address.UNSPECIFIED);
    }

    private Joined leave(int owner, int what, Address source) {
        Joined left = lab.ip.leave(owner, 1, group.hi(), group.lo(), what, source.hi(), source.lo(), lab.nowNs);
        lab.turn();
        return left;
    }

    private Joined leave(int owner) {
        return leave(owner, 0, Address.UNSPECIFIED);
    }

    private Verdict query(Address of, int seconds, String sources) {
        return query(of, seconds, sources, 2, 125);
    }

    private Verdict query(Address of, int seconds, String sources, int robustness, int interval) {
        byte[] list = new byte[0];
        int count = 0;
        for (String source : sources.split(" ")) {
            if (!source.isEmpty()) {
                list = cat(list, Address.parse(source).octets());
                count++;
            }
        }
        byte[] tail = new byte[] {(byte) robustness, (byte) interval, 0, (byte) count};
        return ask(of, seconds * 1000, cat(tail, list));
    }

    private Verdict older(int version, Address of, int seconds) {
        return ask(of, v6 || version == 2 ? seconds * 1000 : 0, new byte[0]);
    }

    /// A query arrives, for a group where it belongs, a general one at all hosts.
    private Verdict ask(Address of, int ms, byte[] tail) {
        return ask(of.isUnspecified() ? Address.parse(v6 ? "ff02::1" : "224.0.0.1") : of, of, ms, tail);
    }

    private Verdict ask(Address to, Address of, int ms, byte[] tail) {
        return v6 ? mld(to, of, ms, tail) : igmp(to, of, ms / 100, tail);
    }

    private Verdict igmp(Address to, Address of, int tenths, byte[] tail) {
        byte[] message = cat(new byte[] {0x11, (byte) tenths, 0, 0}, of.octets(), tail);
        IgmpMessage.seal(MemorySegment.ofArray(message), 0, message.length);
        return lab.arrives(v4(PEER, to, 2, 1, 0, 1, hex("94 04 00 00"), message));
    }

    private Verdict mld(Address to, Address of, int ms, byte[] tail) {
        byte[] message = icmp6(PEER_LINK6, to, 130, 0, (long) ms << 16, cat(of.octets(), tail));
        return lab.arrives(v6(PEER_LINK6, to, 0, 1, cat(hex("3A 00 05 02 00 00 01 00"), message)));
    }

    private Address none() {
        return v6 ? Address.UNSPECIFIED : Address.UNSPECIFIED_V4;
    }

    /// What was told since the last call, a string for each report.
    private List<String> told() {
        List<String> told = new ArrayList<>();
        for (Lab.Frame frame : lab.take()) {
            if (frame.link() == 1 && frame.type() == (v6 ? EthernetHeader.IPV6 : EthernetHeader.IPV4)) {
                told.add(v6 ? mldTold(frame) : igmpTold(frame));
            }
        }
        told.removeIf(String::isEmpty);
        return told;
    }

    private static String igmpTold(Lab.Frame frame) {
        MemorySegment memory = frame.memory();
        if (Ipv4Header.protocol(memory, 24) != 2) {
            return "";
        }
        int at = 24 + Ipv4Header.headerLength(memory, 24);
        assertEquals(Verdict.OK, IgmpMessage.check(memory, at, frame.octets().length - at));
        int type = IgmpMessage.type(memory, at);
        long to = switch (type) {
            case IgmpMessage.REPORT_V3 -> Address.parse("224.0.0.22").lo();
            case IgmpMessage.LEAVE -> Address.parse("224.0.0.2").lo();
            default -> IgmpMessage.group(memory, at);
        };
        assertEquals(to, Ipv4Header.destination(memory, 24));
        assertEquals(MacAddress.ofMulticast(0, to), frame.to());
        assertEquals(1, Ipv4Header.ttl(memory, 24));
        assertEquals(0x94, frame.u8(20));
        if (type != IgmpMessage.REPORT_V3) {
            return Integer.toHexString(type) + " " + Address.of(0, IgmpMessage.group(memory, at));
        }
        List<String> records = new ArrayList<>();
        long record = IgmpMessage.firstRecord(at);
        for (int i = 0; i < IgmpMessage.records(memory, at); i++) {
            TreeSet<String> sources = new TreeSet<>();
            for (int j = 0; j < IgmpMessage.recordSources(memory, record); j++) {
                sources.add(Address.of(0, IgmpMessage.recordSource(memory, record, j))
                        .toString());
            }
            records.add(record(
                    IgmpMessage.recordType(memory, record),
                    Address.of(0, IgmpMessage.recordGroup(memory, record)),
                    sources));
            record = IgmpMessage.nextRecord(memory, record);
        }
        return String.join("; ", records);
    }

    private static String mldTold(Lab.Frame frame) {
        MemorySegment memory = frame.memory();
        if (frame.u8(6) != 0) {
            return "";
        }
        int at = 24 + 48;
        int length = frame.octets().length - at;
        long sum = Checksum.pseudo(
                Ipv6Header.sourceHi(memory, 24),
                Ipv6Header.sourceLo(memory, 24),
                Ipv6Header.destinationHi(memory, 24),
                Ipv6Header.destinationLo(memory, 24),
                58,
                length);
        assertEquals(0, Checksum.fold(Checksum.add(sum, memory, at, length)));
        int type = frame.u8(48);
        Address to = switch (type) {
            case MldMessage.REPORT_V2 -> Address.parse("ff02::16");
            case MldMessage.DONE -> Address.parse("ff02::2");
            default -> Address.of(MldMessage.groupHi(memory, at), MldMessage.groupLo(memory, at));
        };
        assertEquals(to, Address.of(Ipv6Header.destinationHi(memory, 24), Ipv6Header.destinationLo(memory, 24)));
        assertEquals(MacAddress.ofMulticast(to.hi(), to.lo()), frame.to());
        assertEquals(1, frame.u8(7));
        assertEquals(5, frame.u8(42));
        if (type != MldMessage.REPORT_V2) {
            Address of = Address.of(MldMessage.groupHi(memory, at), MldMessage.groupLo(memory, at));
            return Address.isSolicitedNode(of.hi(), of.lo()) ? "" : type + " " + of;
        }
        List<String> records = new ArrayList<>();
        long record = MldMessage.firstRecord(at);
        for (int i = 0; i < MldMessage.records(memory, at); i++) {
            Address of = Address.of(MldMessage.recordGroupHi(memory, record), MldMessage.recordGroupLo(memory, record));
            TreeSet<String> sources = new TreeSet<>();
            for (int j = 0; j < MldMessage.recordSources(memory, record); j++) {
                long source = record + MldMessage.RECORD_LENGTH + 16L * j;
                sources.add(Address.of(Octets.u64(memory, source), Octets.u64(memory, source + 8))
                        .toString());
            }
            if (!Address.isSolicitedNode(of.hi(), of.lo())) {
                records.add(record(MldMessage.recordType(memory, record), of, sources));
            }
            record = MldMessage.nextRecord(memory, record);
        }
        return String.join("; ", records);
    }

    private static String record(int type, Address of, Set<String> sources) {
        return TYPES[type] + " " + of + " {" + String.join(" ", sources) + "}";
    }

    private String says(int type, Address... sources) {
        TreeSet<String> all = new TreeSet<>();
        Arrays.stream(sources).forEach(source -> all.add(source.toString()));
        return record(type, group, all);
    }

    @Rfc({
        "3376 4 TTL and alert",
        "3376 4.2.14 destination",
        "3376 4 precedence",
        "3376 4.2.13 source",
        "3376 5.1 report"
    })
    @Test
    void joinIsToldToTheRoutersWithAnAlert() {
        join(1);

        Lab.Frame frame = lab.only();
        MemorySegment packet = frame.memory();
        assertEquals(24, Ipv4Header.headerLength(packet, 24));
        assertEquals(1, Ipv4Header.ttl(packet, 24));
        assertEquals(0xC0, Ipv4Header.tos(packet, 24));
        assertEquals(OURS.lo(), Ipv4Header.source(packet, 24));
        assertEquals(Address.IGMP_ROUTERS_V4, Ipv4Header.destination(packet, 24));
        assertEquals(MacAddress.ofMulticast(0, Address.IGMP_ROUTERS_V4), frame.to());
        assertEquals(0x94, frame.u8(20));
        lab.sent.add(frame);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
    }

    @Rfc({"3810 5 hop limit and alert", "3810 5.2.14 destination", "3810 5.2.13 link-local", "3810 6.1 report"})
    @Test
    void joinIsToldToTheRoutersOfIpv6WithAnAlert() {
        speak(true);
        join(1);

        Lab.Frame frame = lab.only();
        MemorySegment packet = frame.memory();
        assertEquals(1, frame.u8(7));
        assertEquals(LINK6.hi(), Ipv6Header.sourceHi(packet, 24));
        assertEquals(LINK6.lo(), Ipv6Header.sourceLo(packet, 24));
        assertEquals(Address.LINK_GROUP_HI, Ipv6Header.destinationHi(packet, 24));
        assertEquals(0x16, Ipv6Header.destinationLo(packet, 24));
        assertEquals(5, frame.u8(42));
        lab.sent.add(frame);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
    }

    @Rfc({"3376 5.1 robustness", "3376 8.1 default", "3376 8.11 interval", "3810 6.1 robustness", "3810 9.11 interval"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeIsToldTwiceWithinASecond(boolean six) {
        speak(six);
        join(1);
        assertEquals(1, told().size());
        lab.passMs(1_000);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
        lab.passMs(100_000);
        assertEquals(List.of(), told());
        // Each, for it is told after a random time.
        for (int i = 1; i <= 10; i++) {
            join(1, Address.of(group.hi(), group.lo() + i), 0, Address.UNSPECIFIED);
            assertEquals(1, told().size());
            lab.passMs(1_000);
            assertEquals(1, told().size());
        }
    }

    @Rfc({"3376 4.1.6 QRV", "3810 5.1.8 QRV"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeIsToldAsOftenAsTheQuerierSays(boolean six) {
        speak(six);
        query(none(), 1, "", 4, 125);
        lab.passMs(2_000);
        told();
        join(1);
        lab.passMs(10_000);
        assertEquals(4, told().size());
        query(none(), 1, "", 0, 125);
        lab.passMs(2_000);
        told();
        leave(1);
        lab.passMs(10_000);
        assertEquals(2, told().size());
    }

    @Rfc({"3376 5.1 leave", "3810 6.1 leave"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void leavingIsTold(boolean six) {
        speak(six);
        join(1);
        lab.passMs(5_000);
        told();
        assertEquals(Joined.OK, leave(1));
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_INCLUDE)), told());
        lab.passMs(5_000);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_INCLUDE)), told());
        assertEquals(-1, lab.ip.discovery().groups().find(1, group.hi(), group.lo()));
    }

    @Rfc({"3376 5.1 sources", "3810 6.1 sources"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeOfSourcesIsTold(boolean six) {
        speak(six);
        join(1, group, 1, a);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, a)), told());
        lab.passMs(5_000);
        told();
        join(1, group, 1, b);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, b)), told());
        lab.passMs(5_000);
        told();
        leave(1, 1, a);
        assertEquals(List.of(says(GroupRecord.BLOCK_OLD_SOURCES, a)), told());
        lab.passMs(5_000);
        told();
        leave(1, 1, b);
        assertEquals(List.of(says(GroupRecord.BLOCK_OLD_SOURCES, b)), told());
    }

    @Rfc({"3376 5.1 blocking", "3810 6.1 blocking"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void blockingAndUnblockingIsTold(boolean six) {
        speak(six);
        join(1);
        lab.passMs(5_000);
        told();
        assertEquals(Joined.OK, join(1, group, 2, a));
        assertEquals(List.of(says(GroupRecord.BLOCK_OLD_SOURCES, a)), told());
        lab.passMs(5_000);
        told();
        assertEquals(Joined.OK, join(1, group, 3, a));
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, a)), told());
    }

    @Rfc({"3376 5.1 at once", "3376 5.1 merged changes", "3810 6.1 at once", "3810 6.1 merged changes"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changesThatWaitAreToldTogether(boolean six) {
        speak(six);
        join(1, group, 1, a);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, a)), told());
        join(1, group, 1, b);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, a, b)), told());
        lab.passMs(5_000);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, b)), told());
    }

    /// A change of mode is told as often as any, whatever happens to the sources meanwhile; what is left of them then.
    @Rfc({"3376 5.1 mode first", "3810 6.1 mode first"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeOfModeIsToldBeforeThatOfSources(boolean six) {
        speak(six);
        join(1);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
        join(1, group, 2, a);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE, a)), told());
        lab.passMs(5_000);
        assertEquals(List.of(says(GroupRecord.BLOCK_OLD_SOURCES, a)), told());
    }

    @Rfc({"3376 3.2 interface state", "3810 4.2 interface state"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stateOfTheLinkIsMadeOfAllSockets(boolean six) {
        speak(six);
        join(1, group, 1, a);
        join(2, group, 1, b);
        lab.passMs(5_000);
        told();
        assertEquals(says(GroupRecord.MODE_IS_INCLUDE, a, b), state());
        // One that excludes: excluded is what all such exclude and nobody includes.
        join(3);
        join(3, group, 2, a);
        Address c = Address.parse(six ? "2001:db8::c" : "10.0.0.3");
        join(3, group, 2, c);
        lab.passMs(5_000);
        told();
        assertEquals(says(GroupRecord.MODE_IS_EXCLUDE, c), state());
        join(4);
        assertEquals(says(GroupRecord.MODE_IS_EXCLUDE), state());
        leave(4);
        leave(3);
        assertEquals(says(GroupRecord.MODE_IS_INCLUDE, a, b), state());
        lab.ip.leaveAll(1, lab.nowNs);
        assertEquals(says(GroupRecord.MODE_IS_INCLUDE, b), state());
    }

    /// The answer to a query is the state.
    private String state() {
        lab.passMs(20_000);
        told();
        query(none(), 1, "");
        lab.passMs(1_000);
        return told().getFirst();
    }

    @Rfc({"3376 5.2 general query", "3376 5.2 random delay", "3810 6.2 general query", "3376 5.2 IS_EX"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void generalQueryIsAnsweredForAllGroupsWithinItsTime(boolean six) {
        speak(six);
        join(1);
        join(2, other, 1, a);
        lab.passMs(10_000);
        told();
        LongSummaryStatistics parts = new LongSummaryStatistics();
        Seeds.each(20, luck -> {
            int seconds = 2 + luck.nextInt(8);
            query(none(), seconds, "");
            long waited = 0;
            List<String> told = List.of();
            while (told.isEmpty()) {
                lab.passMs(100);
                waited += 100;
                told = told();
            }
            assertTrue(waited <= seconds * 1000L, "after " + waited);
            parts.accept(waited / (10L * seconds));
            assertEquals(1, told.size());
            assertTrue(told.getFirst().contains(says(GroupRecord.MODE_IS_EXCLUDE)));
            assertTrue(told.getFirst().contains("IS_IN " + other + " {" + a + "}"));
            lab.passMs(10_000);
            assertEquals(List.of(), told());
        });
        if (parts.getCount() > 1) {
            assertTrue(parts.getMin() < 30 && parts.getMax() > 70, "percent of the time: " + parts);
        }
    }

    @Rfc({"3376 5.2 rule 1", "3810 6.2 rule 1"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void pendingAnswerServesLaterQueries(boolean six) {
        speak(six);
        join(1);
        lab.passMs(10_000);
        told();
        query(none(), 1, "");
        for (int i = 0; i < 10; i++) {
            query(none(), 10, "");
            query(group, 10, "");
        }
        lab.passMs(1_000);
        assertEquals(1, told().size());
        lab.passMs(10_000);
        assertEquals(List.of(), told());
    }

    @Rfc({"3376 5.2 group query", "3810 6.2 group query"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queryForAGroupIsAnsweredForThatGroup(boolean six) {
        speak(six);
        join(1);
        join(1, other, 0, Address.UNSPECIFIED);
        lab.passMs(10_000);
        told();
        query(group, 2, "");
        lab.passMs(2_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_EXCLUDE)), told());
        query(Address.parse(six ? "ff05::999" : "239.9.9.9"), 2, "");
        lab.passMs(2_000);
        assertEquals(List.of(), told());
    }

    /// A group is answered for where it was joined, and asked for there.
    @Rfc("2236 3 member only")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queryForWhatNobodyHereJoinedIsNotAnswered(boolean six) {
        speak(six);
        lab = new Lab(
                IpSettings.DEFAULT,
                LinkSettings.LOOPBACK,
                LinkSettings.ethernet(1, Lab.MAC, 1500),
                LinkSettings.ethernet(2, Lab.MAC + 9, 1500));
        lab.addresses();
        lab.ip.addAddress(2, 0, Address.parse("198.19.0.2").lo(), 24, lab.nowNs);
        lab.ip.join(1, 2, group.hi(), group.lo(), 0, 0, 0, lab.nowNs);
        lab.turn();
        lab.passMs(10_000);
        for (boolean old : new boolean[] {false, true}) {
            lab.take();
            for (Address of : List.of(none(), group, other)) {
                byte[] tail = old ? new byte[0] : hex("02 7D 00 00");
                ask(six ? LINK6 : OURS, of, 1_000, tail);
                lab.passMs(2_000);
            }
            for (Lab.Frame frame : lab.take()) {
                if (frame.type() == (six ? EthernetHeader.IPV6 : EthernetHeader.IPV4)) {
                    assertEquals("", six ? mldTold(frame) : igmpTold(frame));
                }
            }
        }
    }

    @Rfc({"3376 5.2 source query", "3376 5.2 nothing to tell", "3810 6.2 source query", "3810 6.2 nothing to tell"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queryForSourcesIsAnsweredForThoseThatAreWanted(boolean six) {
        speak(six);
        join(1, group, 1, a);
        lab.passMs(10_000);
        told();
        query(group, 2, a + " " + b);
        lab.passMs(2_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_INCLUDE, a)), told());
        query(group, 2, b.toString());
        lab.passMs(2_000);
        assertEquals(List.of(), told());

        join(2);
        join(2, group, 2, b);
        lab.passMs(10_000);
        told();
        query(group, 2, a + " " + b);
        lab.passMs(2_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_INCLUDE, a)), told());
    }

    /// Of what was left, the report that says so is told again, and no more.
    @Rfc({"3376 5.2 nothing to tell", "3810 6.2 nothing to tell"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queryForWhatWasLeftIsNotAnswered(boolean six) {
        for (boolean general : new boolean[] {false, true}) {
            speak(six);
            join(1);
            lab.passMs(5_000);
            told();
            leave(1);
            query(general ? none() : group, 1, "");
            lab.passMs(5_000);
            assertEquals(List.of(says(GroupRecord.CHANGE_TO_INCLUDE), says(GroupRecord.CHANGE_TO_INCLUDE)), told());
        }
    }

    @Rfc({"3376 5.2 rule 4", "3376 5.2 rule 5", "3810 6.2 rules 4 and 5"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void laterQueriesWidenAPendingAnswer(boolean six) {
        speak(six);
        join(1, group, 1, a);
        join(1, group, 1, b);
        lab.passMs(10_000);
        told();
        query(group, 10, a.toString());
        query(group, 10, b.toString());
        lab.passMs(10_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_INCLUDE, a, b)), told());
        query(group, 10, a.toString());
        query(group, 10, "");
        query(group, 10, a.toString());
        lab.passMs(10_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_INCLUDE, a, b)), told());
    }

    @Rfc({"3376 5 all systems", "3810 6 unreported"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void groupOfAllIsNeverTold(boolean six) {
        speak(six);
        join(1, Address.parse(six ? "ff02::1" : "224.0.0.1"), 0, Address.UNSPECIFIED);
        if (six) {
            join(1, Address.parse("ff01::5"), 0, Address.UNSPECIFIED);
            join(1, Address.parse("ff00::5"), 0, Address.UNSPECIFIED);
        }
        lab.passMs(5_000);
        assertEquals(List.of(), told());
        query(none(), 1, "");
        lab.passMs(2_000);
        assertEquals(List.of(), told());
    }

    @Rfc({"3810 6 solicited-node", "4861 7.2.1 groups", "4862 5.4.2 delayed report"})
    @Test
    void solicitedNodeGroupIsTold() {
        Lab fresh = new Lab();
        Set<Long> delays = new TreeSet<>();
        for (int i = 0; i < 8; i++) {
            fresh.take();
            fresh.ip.addAddress(1, 0x2001_0db8_0000_0000L, 0x1234_5678L + i, 64, fresh.nowNs);
            long addedNs = fresh.nowNs;
            int low = 0x5678 + i;
            List<Lab.Frame> frames = List.of();
            while (frames.isEmpty()) {
                fresh.passMs(1);
                frames = fresh.taken(EthernetHeader.IPV6);
            }
            delays.add(fresh.nowNs - addedNs);
            // The report, then the question whether the address is free.
            assertEquals(2, frames.size());
            assertEquals(0, frames.getFirst().u8(6));
            assertEquals(low, frames.getFirst().u16(40 + 8 + 8 + 4 + 14));
            assertEquals(135, frames.getLast().u8(40));
            fresh.settle();
        }
        assertTrue(delays.size() > 4, delays.toString());
    }

    /// Routers believe no report that comes from no address.
    @Rfc({"3590 4 unspecified", "3590 4 again"})
    @Test
    void groupsAreToldAnewOnceTheLinkHasAnAddress() {
        speak(true);
        lab = new Lab(
                IpSettings.DEFAULT.withOptimistic(false),
                LinkSettings.LOOPBACK,
                LinkSettings.ethernet(1, Lab.MAC, 1500));
        lab.ip.addAddress(1, Lab.OURS6.hi(), Lab.OURS6.lo(), 64, lab.nowNs);
        join(1);
        lab.settle();
        List<Address> sources = new ArrayList<>();
        for (Lab.Frame frame : lab.take()) {
            if (frame.type() == EthernetHeader.IPV6 && mldTold(frame).contains(group.toString())) {
                sources.add(
                        Address.of(Ipv6Header.sourceHi(frame.memory(), 24), Ipv6Header.sourceLo(frame.memory(), 24)));
            }
        }
        assertEquals(List.of(Address.UNSPECIFIED, Address.UNSPECIFIED, LINK6), sources);
    }

    @Rfc("4861 7.2.1 leave")
    @Test
    void solicitedNodeGroupIsLeftWithItsLastAddress() {
        long lo = Address.solicitedNodeLo(0x1234_5678L);
        long near = 0x2001_0db8_0000_0000L;
        lab.ip.addAddress(1, near, 0x1234_5678L, 64, lab.nowNs);
        lab.ip.addAddress(1, near + 1, 0x1234_5678L, 64, lab.nowNs);
        lab.settle();
        assertTrue(lab.ip.discovery().groups().find(1, Address.LINK_GROUP_HI, lo) >= 0);
        lab.ip.removeAddress(1, near, 0x1234_5678L, lab.nowNs);
        lab.settle();
        assertTrue(lab.ip.discovery().groups().find(1, Address.LINK_GROUP_HI, lo) >= 0);
        lab.ip.removeAddress(1, near + 1, 0x1234_5678L, lab.nowNs);
        lab.settle();
        assertEquals(-1, lab.ip.discovery().groups().find(1, Address.LINK_GROUP_HI, lo));
    }

    @Rfc({"3376 7.2.1 version 2", "3376 7.2.2 leave"})
    @Test
    void querierOfVersion2IsSpokenToInVersion2() {
        join(1);
        lab.passMs(5_000);
        told();
        older(2, none(), 4);
        lab.passMs(4_000);
        assertEquals(List.of("16 239.1.2.3"), told());
        join(1, other, 0, Address.UNSPECIFIED);
        assertEquals(List.of("16 239.4.5.6"), told());
        lab.passMs(10_000);
        assertEquals(List.of("16 239.4.5.6"), told());
        leave(1);
        assertEquals(List.of("17 239.1.2.3"), told());
        lab.passMs(260_000);
        assertEquals(List.of(), told());
        join(1);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
    }

    /// A router of version 3 may ask so where it still knows an older member.
    @Rfc("3376 7.2.1 general")
    @Test
    void queryOfVersion2ForAGroupChangesNoVersion() {
        join(1);
        lab.passMs(5_000);
        told();
        older(2, group, 4);
        lab.passMs(4_000);
        assertEquals(List.of(says(GroupRecord.MODE_IS_EXCLUDE)), told());
        join(2, other, 0, Address.UNSPECIFIED);
        assertEquals(List.of("TO_EX " + other + " {}"), told());
    }

    /// Within ten seconds at random, each group by itself.
    @Rfc("3376 4.1.1 version 1 time")
    @Test
    void queryOfVersion1IsAnsweredWithinTenSeconds() {
        for (int i = 0; i < 20; i++) {
            join(1, Address.of(group.hi(), group.lo() + i), 0, Address.UNSPECIFIED);
        }
        lab.passMs(5_000);
        told();
        older(1, none(), 0);
        lab.passMs(3_000);
        int early = told().size();
        lab.passMs(4_000);
        int later = told().size();
        lab.passMs(3_000);
        int last = told().size();
        assertEquals(20, early + later + last);
        assertTrue(early > 0 && later > 0 && last > 0, early + " " + later + " " + last);
    }

    @Rfc({"3376 7.2.1 version 1", "3376 7.2.2 leave"})
    @Test
    void querierOfVersion1IsSpokenToInVersion1() {
        join(1);
        lab.passMs(5_000);
        told();
        older(1, none(), 0);
        lab.passMs(10_000);
        assertEquals(List.of("12 239.1.2.3"), told());
        leave(1);
        lab.passMs(10_000);
        assertEquals(List.of(), told());
    }

    @Rfc({"3810 8.2.1 version 1", "2710 4 done"})
    @Test
    void querierOfMld1IsSpokenToInMld1() {
        speak(true);
        join(1);
        lab.passMs(5_000);
        told();
        older(1, group, 4);
        lab.passMs(4_000);
        assertEquals(List.of("131 ff05::123"), told());
        leave(1);
        assertEquals(List.of("132 ff05::123"), told());
        lab.passMs(260_000);
        told();
        join(1);
        assertEquals(List.of(says(GroupRecord.CHANGE_TO_EXCLUDE)), told());
    }

    /// Twice the interval between queries and the time for an answer: 254 s.
    @Rfc({"3376 8.12 timeout", "3810 9.12 timeout", "3376 7.2.1 newest"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void olderQuerierIsForgottenAfterItsTime(boolean six) {
        speak(six);
        older(six ? 1 : 2, none(), 4);
        lab.passMs(253_999);
        told();
        join(1);
        assertEquals(List.of((six ? "131 " : "16 ") + group), told());
        lab.passMs(1);
        told();
        join(2, other, 0, Address.UNSPECIFIED);
        assertEquals(List.of("TO_EX " + other + " {}"), told());
    }

    @Rfc({"2236 3 suppression", "2710 4 suppression"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reportOfAnotherServesInOlderVersions(boolean six) {
        speak(six);
        join(1);
        lab.passMs(5_000);
        told();
        older(six ? 1 : 2, none(), 10);
        if (six) {
            byte[] message = icmp6(PEER_LINK6, group, 131, 0, 0, group.octets());
            lab.arrives(v6(PEER_LINK6, group, 0, 1, cat(hex("3A 00 05 02 00 00 01 00"), message)));
        } else {
            byte[] message = cat(hex("16 00 00 00"), group.octets());
            IgmpMessage.seal(MemorySegment.ofArray(message), 0, 8);
            lab.arrives(v4(PEER, group, 2, message));
        }
        lab.passMs(10_000);
        assertEquals(List.of(), told());
    }

    @Rfc({"3376 7.2.1 cancel", "3810 8.2.1 cancel"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeOfVersionCancelsWhatWaited(boolean six) {
        speak(six);
        join(1);
        told();
        query(none(), 10, "");
        older(six ? 1 : 2, none(), 1);
        lab.passMs(20_000);
        assertEquals(List.of(six ? "131 ff05::123" : "16 239.1.2.3"), told());
    }

    /// Also the answer for one group, by a query for another.
    @Rfc({"3376 7.2.1 cancel", "3810 8.2.1 cancel"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void changeOfVersionCancelsTheAnswerForAGroup(boolean six) {
        speak(six);
        join(1);
        join(1, other, 0, Address.UNSPECIFIED);
        lab.passMs(5_000);
        told();
        query(group, 10, a.toString());
        older(1, other, 1);
        lab.passMs(20_000);
        assertEquals(List.of((six ? "131 " : "12 ") + other), told());
    }

    @Rfc({"3376 4.1.2 dropped", "3810 5.1.14 dropped"})
    @Test
    void forgedQueriesAreDropped() {
        join(1);
        lab.passMs(5_000);
        told();
        byte[] message = cat(hex("11 0A 12 34"), new byte[4], hex("02 7D 00 00"));
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(v4(PEER, Address.parse("224.0.0.1"), 2, message)));
        lab.passMs(5_000);
        assertEquals(List.of(), told());

        speak(true);
        byte[] far =
                icmp6(PEER_LINK6, Address.parse("ff02::1"), 130, 0, 1000L << 16, cat(new byte[16], hex("02 7D 00 00")));
        assertEquals(Verdict.BAD_OPTION, lab.arrives(v6(PEER_LINK6, Address.parse("ff02::1"), 58, 1, far)));
        lab.passMs(5_000);
        assertEquals(List.of(), told());
    }

    @Rfc({"3376 4.1.11 any address", "3376 5.2 unicast query"})
    @Test
    void queryToOurOwnAddressIsTaken() {
        join(1);
        lab.passMs(5_000);
        told();
        byte[] message = cat(hex("11 0A 00 00"), new byte[4], hex("02 7D 00 00"));
        IgmpMessage.seal(MemorySegment.ofArray(message), 0, message.length);
        assertEquals(Verdict.OK, lab.arrives(v4(PEER, OURS, 2, message)));
        lab.passMs(1_000);
        assertEquals(1, told().size());
    }

    @Rfc("3810 5.1.15 any address")
    @Test
    void queryOfMldToOurOwnAddressIsTaken() {
        speak(true);
        join(1);
        lab.passMs(5_000);
        told();
        byte[] message = icmp6(PEER_LINK6, LINK6, 130, 0, 1000L << 16, cat(new byte[16], hex("02 7D 00 00")));
        assertEquals(
                Verdict.OK, lab.arrives(v6(PEER_LINK6, LINK6, 0, 1, cat(hex("3A 00 05 02 00 00 01 00"), message))));
        lab.passMs(1_000);
        assertEquals(1, told().size());
    }

    @Rfc("3376 9.1 strayed")
    @Test
    void generalQueryToAGroupIsNotTaken() {
        join(1);
        lab.passMs(5_000);
        told();
        byte[] message = cat(hex("11 0A 00 00"), new byte[4], hex("02 7D 00 00"));
        IgmpMessage.seal(MemorySegment.ofArray(message), 0, message.length);
        assertEquals(Verdict.BAD_DESTINATION, lab.arrives(v4(PEER, group, 2, 1, 0, 1, hex("94 04 00 00"), message)));
        lab.passMs(2_000);
        assertEquals(0, told().size());
    }

    @Rfc({"1112 7.2 filter", "3376 3.1 accepts"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onlyMembersGetWhatTheyWant(boolean six) {
        speak(six);
        assertFalse(accepts(1, a));
        join(1, group, 1, a);
        join(2);
        join(2, group, 2, a);
        assertTrue(accepts(1, a));
        assertFalse(accepts(1, b));
        assertFalse(accepts(2, a));
        assertTrue(accepts(2, b));
        assertFalse(accepts(3, a));
        assertEquals(Joined.MISMATCH, join(1, group, 2, b));
        assertEquals(Joined.MISMATCH, join(2, group, 1, b));
        assertEquals(Joined.ALREADY, join(1, group, 1, a));
        assertEquals(Joined.ALREADY, join(2));
        assertEquals(Joined.NOT_JOINED, leave(7));
        assertEquals(Joined.NOT_JOINED, leave(1, 1, b));
        assertEquals(Joined.MISMATCH, join(1, a, 0, Address.UNSPECIFIED));
    }

    private boolean accepts(int owner, Address source) {
        return lab.ip.accepts(owner, 1, group.hi(), group.lo(), source.hi(), source.lo());
    }

    /// More than one report holds, and no frame longer than the MTU, whichever that is.
    @Rfc({"3376 4.2.16 several reports", "3810 5.2.15 several reports"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void manyGroupsTakeManyReports(boolean six) {
        // A group of eight sources is told in 40 octets, or in 148.
        for (int mtu = 1300; mtu < (six ? 1448 : 1340); mtu += 4) {
            speak(six);
            lab = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, Lab.MAC, mtu))
                    .addresses();
            for (int i = 0; i < 40; i++) {
                Address one = Address.of(group.hi(), group.lo() + i);
                for (int j = 0; j < 8; j++) {
                    join(i, one, 1, Address.of(a.hi(), a.lo() + j));
                }
            }
            lab.passMs(10_000);
            lab.take();
            query(none(), 1, "");
            lab.passMs(1_000);
            List<Lab.Frame> frames = lab.take();
            for (Lab.Frame frame : frames) {
                assertTrue(frame.packet().length <= mtu, frame.packet().length + " of " + mtu);
            }
            lab.sent.addAll(frames);
            List<String> told = told();
            assertTrue(told.size() > 1);
            assertEquals(40, String.join("; ", told).split("; ").length);
        }
    }

    /// What one report cannot hold of a group: those to hear go in several, of those to block some are told.
    @Rfc({"3376 4.2.16 split", "3810 5.2.15 split"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sourcesThatNoReportHoldsAreTold(boolean six) {
        speak(six);
        int mtu = six ? 240 : 100;
        int most = six ? 10 : 15;
        lab = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, Lab.MAC, mtu)).addresses();
        Set<String> wanted = new TreeSet<>();
        join(1, other, 0, Address.UNSPECIFIED);
        for (int i = 0; i < 16; i++) {
            Address source = Address.of(a.hi(), a.lo() + i);
            join(2 + i, group, 1, source);
            join(1, other, 2, source);
            wanted.add(source.toString());
        }
        lab.passMs(10_000);
        lab.take();
        query(none(), 1, "");
        lab.passMs(1_000);
        List<Lab.Frame> frames = lab.take();
        frames.forEach(frame -> assertTrue(frame.packet().length <= mtu));
        lab.sent.addAll(frames);

        Set<String> heard = new TreeSet<>();
        int blocked = 0;
        for (String record : String.join("; ", told()).split("; ")) {
            List<String> sources = List.of(record.substring(record.indexOf('{') + 1, record.length() - 1)
                    .split(" "));
            if (record.startsWith("IS_IN " + group)) {
                heard.addAll(sources);
            } else if (record.startsWith("IS_EX " + other)) {
                assertTrue(wanted.containsAll(sources));
                blocked += sources.size();
            }
        }
        assertEquals(wanted, heard);
        assertEquals(most, blocked);
    }

    /// Membership and what is still to be told outlive a death.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successorGoesOnTelling(boolean six) {
        speak(six);
        join(1, group, 1, a);
        told();
        lab.open();
        lab.passMs(1_000);
        assertEquals(List.of(says(GroupRecord.ALLOW_NEW_SOURCES, a)), told());
        assertTrue(accepts(1, a));
        lab.passMs(10_000);
        assertEquals(says(GroupRecord.MODE_IS_INCLUDE, a), state());
    }
}
