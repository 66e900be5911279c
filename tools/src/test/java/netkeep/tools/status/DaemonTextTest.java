package netkeep.tools.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import netkeep.tools.JsonText;
import org.junit.jupiter.api.Test;

class DaemonTextTest {
    private static Map<String, Object> fields(String line, Object... more) {
        Map<String, Object> fields = new LinkedHashMap<>(StatusLine.parse(line).fields());
        for (int i = 0; i < more.length; i += 2) {
            fields.put((String) more[i], more[i + 1]);
        }
        return fields;
    }

    private static DaemonStatus status(long turns, long cpuNs) {
        return new DaemonStatus(
                fields("keeper pid=10 memory=2048 cpu_ns=0"),
                List.of(
                        fields(
                                "domain pid=11 part=link,stack,control state=serving restarts=2 version=0.1",
                                "turns",
                                turns,
                                "memory",
                                50L << 20,
                                "cpu_ns",
                                cpuNs),
                        fields(
                                "domain pid=12 part=link,stack,control state=standby restarts=2",
                                "memory",
                                0L,
                                "cpu_ns",
                                0L)),
                List.of(fields("link number=1 name=nk0 mac=02:00:00:00:00:01 mtu=1500 checksum=true")),
                List.of(fields("address link=1 address=198.18.0.2/24 state=assigned manual=true")),
                List.of(fields("route link=1 prefix=0.0.0.0/0 router=198.18.0.1 manual=true")),
                List.of("filter drop in tcp any any 22-22 any"),
                List.of(fields("session number=0 pid=20 user=0 sockets=3 closed=false most_sockets=8"
                        + " most_memory=2048 per_second=9 octets_per_second=125000"
                        + " octets_received_per_second=250000 memory=512")),
                List.of(fields("cut session=1 pid=21 reason=tail 5 with head 3")),
                List.of(fields("refused pid=22 reason=version 0.2 is of another number")),
                List.of(fields(
                        "names cached=3 most=4096 NamesAsked=9 NamesFromCache=4 NamesQueries=5 NamesTryAgain=1")),
                List.of(fields("name-server address=198.18.0.1")),
                3 << 10,
                "/a-reports/stack-2.json",
                1,
                List.of(fields("beside name=one path=/a"), fields("beside name=two path=/a.two")));
    }

    @Test
    void textTellsEachThingOnALine() {
        assertEquals(
                List.of(
                        "monolithic, keeper 10: 2.0 KiB, cpu 0.00 s",
                        "stack two of these: one at /a, two at /a.two",
                        "domain 11 link,stack,control serving: 50.0 MiB, cpu 1.50 s, restarts 2, turn 7, version 0.1",
                        "domain 12 link,stack,control standby: 0 B, cpu 0.00 s, restarts 2",
                        "link 1 nk0: mac 02:00:00:00:00:01, mtu 1500, offloads checksum",
                        "address 198.18.0.2/24 on link 1: assigned",
                        "route 0.0.0.0/0 by 198.18.0.1 on link 1",
                        "filter drop in tcp any any 22-22 any",
                        "name server 198.18.0.1",
                        "names: asked 9, from cache 4, queries 5, try again 1, cached 3 of 4096",
                        "ledger: 3.0 KiB touched",
                        "the last death's report: /a-reports/stack-2.json",
                        "session 0 process 20 user 0: sockets 3 of 8, 512 B touched of 2.0 KiB, 9 connections/s,"
                                + " 125000 octets/s, 250000 octets/s received",
                        "cut off: session 1 of process 21: tail 5 with head 3",
                        "process 22 is refused, and nobody stands by: version 0.2 is of another number"),
                DaemonText.lines(status(7, 1_500_000_000)));
    }

    @Test
    void jsonHasTheSame() {
        String json = JsonText.line(status(7, 0).json());
        assertEquals(
                "{\"placement\": \"monolithic\", \"keeper\": {\"pid\": 10, \"memory\": 2048, \"cpu_ns\": 0}, ",
                json.substring(0, json.indexOf("\"domains\"")));
        assertEquals(
                "\"cut\": [{\"session\": 1, \"pid\": 21, \"reason\": \"tail 5 with head 3\"}], \"ledger\": 3072, "
                        + "\"report\": \"/a-reports/stack-2.json\", "
                        + "\"stack\": \"two\", \"beside\": [{\"name\": \"one\", \"path\": \"/a\"}, "
                        + "{\"name\": \"two\", \"path\": \"/a.two\"}]}",
                json.substring(json.indexOf("\"cut\"")));
    }

    @Test
    void pictureShowsWhatTwoLooksDifferIn() {
        Map<String, Object> none = Map.of("TcpCurrEstab", 4L);
        Map<String, Object> some = Map.of(
                "TcpCurrEstab", 5L, "IpInReceives", 1_000L, "Ip6InReceives", 2_000L, "IpExtOutOctets", 5_000_000_000L);
        TopPicture.Look before = new TopPicture.Look(0, status(10, 0), none);
        TopPicture.Look now = new TopPicture.Look(2_000_000_000, status(50, 500_000_000), some);
        List<String> lines = TopPicture.lines(before, now);
        String json = JsonText.line(TopPicture.json(before, now));
        assertEquals(
                "{\"placement\": \"monolithic\", \"keeper\": 10, \"sessions\": 1, \"connections\": 5, "
                        + "\"rates\": {\"packets_in\": 1500.0, \"packets_out\": 0.0, \"octets_in\": 0.0, "
                        + "\"octets_out\": 2.5E9, ",
                json.substring(0, json.indexOf("\"segments_in\"")));
        assertEquals(
                "\"domains\": [{\"pid\": 11, \"part\": \"link,stack,control\", \"state\": \"serving\", "
                        + "\"memory\": 52428800, \"restarts\": 2, \"cpu_percent\": 25.0, \"turns_per_second\": 20.0}, "
                        + "{\"pid\": 12, \"part\": \"link,stack,control\", \"state\": \"standby\", "
                        + "\"memory\": 0, \"restarts\": 2, \"cpu_percent\": 0.0}]}",
                json.substring(json.indexOf("\"domains\"")));
        assertEquals("netkeep monolithic, keeper 10   sessions 1   connections 5", lines.getFirst());
        assertEquals("packets in                  1.50 k/s   packets out                      0/s", lines.get(2));
        assertEquals("octets in                        0/s   octets out                  2.50 G/s", lines.get(3));
        List<String> domains = Stream.of(lines.get(lines.size() - 2), lines.getLast())
                .map(line -> line.strip().replaceAll(" +", " "))
                .toList();
        assertEquals(
                List.of(
                        "11 link,stack,control serving 25.0 50.0 MiB 20 2",
                        "12 link,stack,control standby 0.0 0 B - 2"),
                domains);
    }
}
