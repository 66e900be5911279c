// Long: a rule of the resolver each, which read best side by side.
package netkeep.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolverTest {
    private static final DomainName ZONE = DomainName.parse("example");

    private Asking asking = new Asking();

    private static DomainName name(String text) {
        return DomainName.parse(text);
    }

    @Test
    void nameHasItsAddress() {
        asking.four("www.example");
        assertEquals(Asking.ONE, asking.sent().server());
        asking.found("198.18.0.7", 60);
        assertEquals("FOUND www.example [198.18.0.7] 60", asking.told());
        assertTrue(asking.open.isEmpty());
        assertEquals(Resolver.NEVER, asking.resolver.deadlineNs());
    }

    @Rfc("1035 7.4 cache")
    @Test
    void isKnownAsLongAsItsTtlSays() {
        asking.four("www.example");
        asking.found("198.18.0.7", 60);
        asking.passes(59);
        asking.four("WWW.example");
        assertEquals("FOUND www.example [198.18.0.7] 1", asking.told());
        asking.passes(1);
        asking.four("www.example");
        assertEquals(1, asking.open.size());
    }

    @Rfc("1035 3.2.1 TTL 0")
    @Test
    void ttlOfZeroIsForThisOnce() {
        asking.four("www.example");
        asking.found("198.18.0.7", 0);
        assertEquals("FOUND www.example [198.18.0.7] 0", asking.told());
        asking.four("www.example");
        assertEquals(1, asking.open.size());
    }

    @Rfc("2181 5.2 TTLs of a set")
    @Test
    void leastTtlOfASetCounts() {
        asking.four("www.example");
        asking.reply(asking.answer(0)
                .address(name("www.example"), 60, Address.parse("198.18.0.7"))
                .address(name("www.example"), 20, Address.parse("198.18.0.8"))
                .address(name("www.example"), 40, Address.parse("198.18.0.9")));
        assertEquals("FOUND www.example [198.18.0.7, 198.18.0.8, 198.18.0.9] 20", asking.told());
        asking.passes(20);
        asking.four("www.example");
        assertEquals(1, asking.open.size());
    }

    @Test
    void bothFamiliesAreOneAnswer() {
        asking.ask(new Question.Forward("www.example", true, true));
        assertEquals(2, asking.open.size());
        for (Asking.Sent sent : List.copyOf(asking.open.values()).reversed()) {
            String address = Message.type(sent.query()) == DnsMessage.A ? "198.18.0.7" : "fd00::7";
            assertTrue(asking.answers.isEmpty());
            asking.reply(
                    sent,
                    Message.to(sent.query(), Message.RECURSES, 0)
                            .address(Message.name(sent.query()), 60, Address.parse(address)));
        }
        assertEquals("FOUND www.example [198.18.0.7, fd00::7] 60", asking.told());
    }

    @Rfc("1034 3.6.2 CNAME")
    @Test
    void aliasesAreFollowedWithinAnAnswerAndBeyond() {
        asking.four("a.example");
        asking.reply(asking.answer(0)
                .alias(name("a.example"), 50, name("b.example"))
                .alias(name("b.example"), 40, name("c.example")));
        assertEquals("c.example", asking.sent().name());
        asking.reply(asking.answer(0)
                .alias(name("c.example"), 30, name("d.example"))
                .address(name("d.example"), 60, Address.parse("198.18.0.7")));
        assertEquals("FOUND d.example [198.18.0.7] 30", asking.told());
        asking.four("a.example");
        assertEquals("FOUND d.example [198.18.0.7] 30", asking.told());
    }

    @Rfc("1034 3.6.2 CNAME")
    @Test
    void circleOfAliasesEnds() {
        asking.four("a.example");
        asking.reply(asking.answer(0)
                .alias(name("a.example"), 50, name("b.example"))
                .alias(name("b.example"), 50, name("a.example")));
        assertEquals(Asking.TWO, asking.sent().server());
        for (int i = 0; !asking.open.isEmpty(); i++) {
            assertTrue(i < 20, "it goes on");
            DomainName now = Message.name(asking.sent().query());
            asking.reply(
                    asking.answer(0).alias(now, 50, name(now.equals(name("a.example")) ? "b.example" : "a.example")));
        }
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
    }

    /// What else a server puts into its answer is nobody's.
    @Rfc("5452 6 other names")
    @Test
    void recordsOfOtherNamesAreNotKept() {
        asking.four("www.example");
        asking.reply(asking.answer(0)
                .address(name("www.example"), 60, Address.parse("198.18.0.7"))
                .address(name("bank.example"), 60, Address.parse("198.18.0.66")));
        assertEquals("FOUND www.example [198.18.0.7] 60", asking.told());
        asking.four("bank.example");
        assertEquals("bank.example", asking.sent().name());
    }

    @Rfc({"2308 2.1 NXDOMAIN", "2308 5 least", "2308 5 NXDOMAIN"})
    @Test
    void thatANameIsNotThereHoldsForAllTypes() {
        asking.four("no.example");
        asking.reply(asking.answer(DnsMessage.NAME_ERROR).soa(ZONE, 100, 30));
        assertEquals("NO_NAME . [] 30", asking.told());
        asking.ask(new Question.Forward("no.example", false, true));
        assertEquals(Answer.Status.NO_NAME, asking.last().status());
        assertTrue(asking.open.isEmpty());
        asking.passes(30);
        asking.four("no.example");
        assertEquals(1, asking.open.size());
    }

    @Rfc({"2308 2.2 NODATA", "2308 5 NODATA", "2308 5 least"})
    @Test
    void thatANameHasNoSuchRecordsHoldsForTheirType() {
        asking.four("six.example");
        asking.reply(asking.answer(0).soa(ZONE, 20, 300));
        assertEquals("NO_DATA . [] 20", asking.told());
        asking.four("six.example");
        assertTrue(asking.open.isEmpty());
        asking.ask(new Question.Forward("six.example", false, true));
        assertEquals(1, asking.open.size());
    }

    @Rfc("2308 5 no SOA")
    @Test
    void withoutASoaItIsNotKept() {
        asking.four("no.example");
        asking.reply(asking.answer(DnsMessage.NAME_ERROR));
        assertEquals(Answer.Status.NO_NAME, asking.last().status());
        asking.four("no.example");
        assertEquals(1, asking.open.size());
        // Nor with one of another zone.
        asking.reply(asking.answer(DnsMessage.NAME_ERROR).soa(name("other"), 100, 100));
        asking.four("no.example");
        assertEquals(1, asking.open.size());
    }

    @Rfc("2308 5 bound")
    @Test
    void isKeptForAnHourAtMost() {
        asking.four("no.example");
        asking.reply(asking.answer(DnsMessage.NAME_ERROR).soa(ZONE, 1_000_000, 1_000_000));
        asking.passes(3599);
        asking.four("no.example");
        assertTrue(asking.open.isEmpty());
        asking.passes(1);
        asking.four("no.example");
        assertEquals(1, asking.open.size());
    }

    @Rfc("2308 2.2 referral")
    @Test
    void referralIsNoAnswer() {
        asking.four("www.example");
        asking.reply(Message.to(asking.sent().query(), 0, 0).servers(ZONE));
        assertEquals(Asking.TWO, asking.sent().server());
    }

    @Rfc({"5452 9.1 source", "5452 9.1 id", "5452 9.1 question"})
    @Test
    void onlyItsOwnAnswerCounts() {
        asking.four("www.example");
        Asking.Sent sent = asking.sent();
        Address forged = Address.parse("198.18.0.66");
        byte[] good = asking.answer(0).address(name("www.example"), 60, forged).octets();
        int id = (good[0] & 0xFF) << 8 | good[1] & 0xFF;
        byte[] other = Message.to(sent.query(), Message.RECURSES, 0)
                .id(id + 1)
                .address(name("www.example"), 60, forged)
                .octets();
        asking.arrives(sent, Asking.TWO.address(), 53, good);
        asking.arrives(sent, Asking.ONE.address(), 5353, good);
        asking.arrives(sent, Asking.ONE.address(), 53, other);
        asking.arrives(sent, Asking.ONE.address(), 53, new byte[3]);
        byte[] question = good.clone();
        question[13] = 'x';
        asking.arrives(sent, Asking.ONE.address(), 53, question);
        assertTrue(asking.answers.isEmpty());
        assertEquals(5, asking.resolver.counts().all().get("NamesStrangeAnswers"));
        asking.found("198.18.0.7", 60);
        assertEquals("FOUND www.example [198.18.0.7] 60", asking.told());
    }

    @Rfc("5452 9.2 id")
    @Test
    void identifiersAreDrawn() {
        Set<Integer> seen = new HashSet<>();
        Set<Integer> high = new HashSet<>();
        for (int i = 0; i < 300; i++) {
            asking.four("n" + i + ".example");
            byte[] query = asking.sent().query();
            seen.add((query[0] & 0xFF) << 8 | query[1] & 0xFF);
            high.add(query[0] & 0xF8);
            asking.found("198.18.0.7", 0);
        }
        assertTrue(seen.size() > 290, seen.size() + " identifiers");
        assertEquals(32, high.size());
    }

    @Rfc({"1035 4.2.1 retransmission", "1035 7.2 servers"})
    @Test
    void silenceLeadsToTheNextServerAndThenTakesLonger() {
        asking.four("www.example");
        List<String> order = new ArrayList<>();
        long lastNs = asking.nowNs;
        while (!asking.open.isEmpty()) {
            Asking.Sent before = asking.sent();
            asking.nowNs = asking.resolver.deadlineNs();
            asking.resolver.expire(asking.nowNs);
            order.add((before.server().equals(Asking.ONE) ? "1 " : "2 ") + (asking.nowNs - lastNs) / 1_000_000_000);
            lastNs = asking.nowNs;
            assertTrue(asking.open.isEmpty() || asking.sent().exchange() != before.exchange());
        }
        assertEquals(List.of("1 2", "2 2", "1 4", "2 4", "1 8", "2 8"), order);
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
    }

    @Test
    void whoIsSilentIsAskedLastForAWhile() {
        asking.four("www.example");
        asking.passes(2);
        assertEquals(Asking.TWO, asking.sent().server());
        asking.found("198.18.0.7", 60);
        asking.four("mail.example");
        assertEquals(Asking.TWO, asking.sent().server());
        asking.found("198.18.0.8", 60);
        asking.passes(31);
        asking.four("ftp.example");
        assertEquals(Asking.ONE, asking.sent().server());
    }

    @Rfc("2308 7.1 server failure")
    @ParameterizedTest
    @ValueSource(ints = {DnsMessage.SERVER_FAILURE, DnsMessage.REFUSED, 9})
    void serverThatCannotSayIsNotAskedAgain(int rcode) {
        asking.four("www.example");
        asking.reply(asking.answer(rcode));
        assertEquals(Asking.TWO, asking.sent().server());
        asking.reply(asking.answer(rcode));
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
        // It is not kept.
        asking.four("www.example");
        assertEquals(1, asking.open.size());
    }

    @Test
    void socketThatFailsLeadsToTheNextServerAtOnce() {
        asking.four("www.example");
        asking.resolver.failed(asking.sent().exchange(), asking.nowNs);
        assertEquals(Asking.TWO, asking.sent().server());
    }

    @Rfc({"7766 5 TCP", "2181 9 TC"})
    @Test
    void truncatedAnswerIsFetchedOverTcp() {
        asking.four("many.example");
        asking.reply(Message.to(asking.sent().query(), Message.RECURSES | Message.TRUNCATED, 0)
                .address(name("many.example"), 60, Address.parse("198.18.0.7")));
        assertTrue(asking.answers.isEmpty());
        assertTrue(asking.sent().stream());
        assertEquals(Asking.ONE, asking.sent().server());
        Message whole = asking.answer(0);
        for (int i = 0; i < 100; i++) {
            whole.address(name("many.example"), 60, Address.v4(0x0A00_0000 + i));
        }
        asking.reply(whole);
        assertEquals(100, asking.last().addresses().size());
    }

    @Rfc("7766 5 TCP")
    @Test
    void serverWithoutTcpIsLeftForTheNext() {
        asking.four("many.example");
        asking.reply(Message.to(asking.sent().query(), Message.RECURSES | Message.TRUNCATED, 0));
        asking.passes(4);
        assertTrue(asking.sent().stream());
        asking.passes(1);
        assertFalse(asking.sent().stream());
        assertEquals(Asking.TWO, asking.sent().server());
    }

    @Rfc({"6891 6.2.3 payload", "6891 7 FORMERR"})
    @ParameterizedTest
    @ValueSource(ints = {DnsMessage.FORMAT_ERROR, DnsMessage.NOT_IMPLEMENTED})
    void serverThatDoesNotKnowOptIsAskedWithout(int rcode) {
        asking.four("www.example");
        assertTrue(Message.extended(asking.sent().query()));
        asking.reply(asking.answer(rcode));
        assertEquals(Asking.ONE, asking.sent().server());
        assertFalse(Message.extended(asking.sent().query()));
        asking.found("198.18.0.7", 0);
        asking.four("www.example");
        assertFalse(Message.extended(asking.sent().query()));
        asking.found("198.18.0.7", 0);
        asking.passes(901);
        asking.four("www.example");
        assertTrue(Message.extended(asking.sent().query()));
    }

    @Rfc("6891 6.1.3 BADVERS")
    @Test
    void extendedRcodeIsRead() {
        asking.four("www.example");
        asking.reply(asking.answer(0).opt(1));
        assertFalse(Message.extended(asking.sent().query()));
    }

    @Test
    void namesAreSearchedInOrder() {
        NameSettings settings =
                NameSettings.DEFAULT.with(List.of(Asking.ONE), List.of(name("one.example"), name("two.example")));
        asking = new Asking(settings, "");
        asking.four("www");
        List<String> tried = new ArrayList<>();
        while (!asking.open.isEmpty()) {
            tried.add(asking.sent().name());
            asking.reply(asking.answer(DnsMessage.NAME_ERROR).soa(DomainName.ROOT, 60, 60));
        }
        assertEquals(List.of("www.one.example", "www.two.example", "www"), tried);
        assertEquals(Answer.Status.NO_NAME, asking.last().status());
        asking.four("www.three");
        assertEquals("www.three", asking.sent().name());
        asking.reply(asking.answer(DnsMessage.NAME_ERROR).soa(DomainName.ROOT, 60, 60));
        assertEquals("www.three.one.example", asking.sent().name());
        asking.found("198.18.0.7", 60);
        assertEquals("FOUND www.three.one.example [198.18.0.7] 60", asking.told());
        asking.four("ftp.");
        asking.reply(asking.answer(DnsMessage.NAME_ERROR));
        assertEquals("NO_NAME . [] 0", asking.told());
    }

    /// What nobody could say of a name says nothing of another.
    @Test
    void failureEndsTheSearch() {
        asking = new Asking(NameSettings.DEFAULT.with(List.of(Asking.ONE), List.of(name("evil.example"))), "");
        asking.four("www.bank.example");
        asking.reply(asking.answer(DnsMessage.SERVER_FAILURE));
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
        assertTrue(asking.open.isEmpty());
    }

    @Test
    void hostsComeFirst() {
        asking = new Asking(Asking.SETTINGS, """
                # a comment
                198.18.0.9   nine.example  nine  # more
                fd00::9      nine
                fe80::1%eth0 zone
                nonsense
                """);
        asking.ask(new Question.Forward("nine", true, true));
        assertEquals("FOUND nine [198.18.0.9, fd00::9] 0", asking.told());
        asking.ask(new Question.Reverse(Address.parse("198.18.0.9")));
        assertEquals(List.of(name("nine.example"), name("nine")), asking.last().names());
        assertTrue(asking.open.isEmpty());
        // Of the other family the file says nothing.
        asking.ask(new Question.Forward("nine.example", false, true));
        assertEquals(1, asking.open.size());
    }

    @Rfc({"6761 6.3 localhost", "6761 6.4 invalid"})
    @Test
    void someNamesMeanTheSameEverywhere() {
        for (String localhost : List.of("localhost", "a.LOCALHOST.", "localhost.")) {
            asking.ask(new Question.Forward(localhost, true, true));
            assertEquals(
                    List.of(Address.parse("127.0.0.1"), Address.parse("::1")),
                    asking.last().addresses());
        }
        asking.ask(new Question.Reverse(Address.parse("127.1.2.3")));
        assertEquals(List.of(name("localhost")), asking.last().names());
        for (String none : List.of("invalid", "a.invalid", "x.onion", "", ".", "a..b", "a b")) {
            asking.four(none);
            assertEquals(Answer.Status.NO_NAME, asking.last().status(), none);
        }
        asking.four("198.18.0.9");
        assertEquals(List.of(Address.parse("198.18.0.9")), asking.last().addresses());
        asking.four("::1");
        assertEquals(Answer.Status.NO_DATA, asking.last().status());
        assertTrue(asking.open.isEmpty());
    }

    @Rfc("1035 3.5 in-addr.arpa")
    @Test
    void addressHasItsName() {
        asking.ask(new Question.Reverse(Address.parse("198.18.0.7")));
        assertEquals("7.0.18.198.in-addr.arpa", asking.sent().name());
        asking.reply(
                asking.answer(0).pointer(name("7.0.18.198.in-addr.arpa"), DnsMessage.PTR, 60, name("seven.example")));
        assertEquals(List.of(name("seven.example")), asking.last().names());
    }

    @Test
    void manyAskersShareAQuery() {
        for (int account = 0; account < 5; account++) {
            asking.ask(account, new Question.Forward("www.example", true, false));
        }
        asking.found("198.18.0.7", 60);
        assertEquals(5, asking.answers.size());
        assertEquals(1L, asking.resolver.counts().all().get("NamesQueries"));
    }

    @Test
    void whoAsksTooMuchIsToldToTryAgainAndNobodyElse() {
        for (int i = 0; i < Resolver.MOST_ASKED + 100; i++) {
            asking.ask(1, new Question.Forward("slow" + i + ".example", true, true));
        }
        assertEquals(100, asking.answers.size());
        assertTrue(asking.open.size() <= Exchanges.MOST / 2, asking.open.size() + " under way");
        int before = asking.open.size();
        asking.ask(2, new Question.Forward("quick.example", true, false));
        assertEquals(before + 1, asking.open.size());
        asking.reply(
                asking.open.values().stream().toList().getLast(),
                Message.to(asking.open.values().stream().toList().getLast().query(), Message.RECURSES, 0)
                        .address(name("quick.example"), 60, Address.parse("198.18.0.7")));
        assertEquals("FOUND quick.example [198.18.0.7] 60", asking.told());
        asking.resolver.forget(1, asking.nowNs);
        assertTrue(asking.open.isEmpty());
        asking.ask(1, new Question.Forward("again.example", true, false));
        assertEquals(1, asking.open.size());
    }

    @Test
    void everyAccountGetsAShareHoweverManyAskMuch() {
        for (int account = 0; account < 64; account++) {
            for (int i = 0; i < Resolver.MOST_ASKED; i++) {
                asking.ask(account, new Question.Forward(account + "-" + i + ".example", true, false));
            }
        }
        asking.ask(64, new Question.Forward("quick.example", true, false));
        assertTrue(asking.open.values().stream().anyMatch(sent -> sent.name().equals("quick.example")));
        assertTrue(asking.open.size() <= Exchanges.MOST + 65 * Exchanges.LEAST, asking.open.size() + " under way");
    }

    @Test
    void whatTwoAskedGoesOnWhenOneIsGone() {
        asking.ask(1, new Question.Forward("www.example", true, false));
        asking.ask(2, new Question.Forward("www.example", true, false));
        asking.resolver.forget(1, asking.nowNs);
        asking.found("198.18.0.7", 60);
        assertEquals(1, asking.answers.size());
        assertEquals(Resolver.NEVER, asking.resolver.deadlineNs());
    }

    @Test
    void carrierWithoutRoomIsAskedAgainAndNotForEver() {
        asking.room = false;
        asking.four("www.example");
        asking.passes(1);
        asking.room = true;
        asking.passes(1);
        assertEquals(Asking.ONE, asking.sent().server());
        asking.room = false;
        asking.four("never.example");
        asking.passes(5);
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
    }

    @Test
    void withoutServersNobodyCanSay() {
        asking = new Asking(NameSettings.DEFAULT, "");
        asking.four("www.example");
        assertEquals(Answer.Status.TRY_AGAIN, asking.last().status());
        asking.resolver.set(Asking.SETTINGS, Hosts.NONE);
        asking.four("www.example");
        asking.found("198.18.0.7", 60);
        assertNotEquals(Answer.Status.TRY_AGAIN, asking.last().status());
    }

    /// Who fills the cache loses what it has put there.
    @Test
    void fullCacheTakesFromWhoHasMost() {
        asking.ask(2, new Question.Forward("dear.example", true, false));
        asking.found("198.18.0.7", 3600);
        for (int i = 0; i < Resolver.CACHED + 10; i++) {
            asking.ask(1, new Question.Forward("n" + i + ".example", true, false));
            asking.found("198.18.0.8", 3600);
        }
        assertEquals(Resolver.CACHED, asking.resolver.cached());
        asking.four("dear.example");
        assertEquals("FOUND dear.example [198.18.0.7] 3600", asking.told());
        asking.four("n12.example");
        assertEquals("FOUND n12.example [198.18.0.8] 3600", asking.told());
        asking.four("n5.example");
        assertEquals(1, asking.open.size());
    }
}
