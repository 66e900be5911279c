package netkeep.placement;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.link.Link;
import netkeep.link.TapLink;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;

/// What a domain is to be: as text it goes from the command over the keeper to the domain.
///
/// ```text
/// part link NUMBER | part stack | part control                a part that is there, in the order of their turns
/// spin NANOSECONDS
/// apart                                                       the links are not where the stack is
/// tap NAME MTU MAC CHECKSUM SEGMENTATION UDP-SEGMENTATION     a link, its device granted; the first is number 1
/// address LINK ADDRESS/LENGTH
/// discover LINK
/// route LINK PREFIX ROUTER
/// filter RULE                                                 as [netkeep.engine.ip.Rule#toString], in their order
/// limit USER|any SOCKETS OCTETS PER-SECOND                    what a session may have; see [Terms]
/// sessions COUNT                                              the most at a time, if fewer than possible
/// file PATH                                                   whose configuration this is
/// ```
///
/// @param parts  of the domain, as above
/// @param spinNs how long the domain spins before it sleeps
/// @param apart  whether links and stack are in domains of their own
/// @param taps   the links
/// @param lines  addresses and routes, as above
public record Settings(List<String> parts, long spinNs, boolean apart, List<Tap> taps, List<String> lines) {
    /// The most sessions at a time.
    public static final int SESSIONS = 64;

    /// What a session has at most.
    public static final SessionLayout LAYOUT = Terms.MOST.layout();

    /// Of all of them.
    public static final EngineSettings ENGINE =
            new EngineSettings(SESSIONS * LAYOUT.sockets(), SESSIONS, 256, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    /// A queue of a TAP device, as [TapLink] has it.
    public record Tap(String name, int mtu, long mac, boolean checksum, boolean segmentation, boolean udpSegmentation) {
        /// As a device is now.
        public static Tap of(String name, Link link) {
            return new Tap(
                    name,
                    link.mtu(),
                    link.mac(),
                    link.checksumOffload(),
                    link.segmentationOffload(),
                    link.udpSegmentation());
        }

        /// Octets of the longest frame either way.
        int longest() {
            return Link.OVERHEAD + (segmentation || udpSegmentation ? Link.LONGEST_PACKET : mtu);
        }

        /// What the engine has to know of it.
        LinkSettings settings(int number) {
            return new LinkSettings(
                    number,
                    mac,
                    mtu,
                    Math.max(longest(), mtu + Link.OVERHEAD),
                    checksum,
                    segmentation,
                    udpSegmentation,
                    -1,
                    false);
        }

        TapLink link(int descriptor) {
            return new TapLink(name, descriptor, mtu, mac, checksum, segmentation, udpSegmentation);
        }

        private String line() {
            return "tap " + name + " " + mtu + " " + mac + " " + checksum + " " + segmentation + " " + udpSegmentation;
        }
    }

    /// The same for a domain of these parts.
    public Settings with(List<String> hosted, long spin, boolean linksApart) {
        return new Settings(hosted, spin, linksApart, taps, lines);
    }

    /// Octets of the ledger's region.
    public long ledgerLength() {
        return StackPart.ledgerLength(taps.size());
    }

    /// Octets of each of the two regions that a link and a stack share.
    public static long ringsLength() {
        return LinkRings.LENGTH;
    }

    /// The most sessions at a time.
    public int sessions() {
        String count = said("sessions ");
        return count.isEmpty() ? SESSIONS : Integer.parseInt(count);
    }

    /// What a session of a user may have.
    public Terms terms(int user) {
        String said = said("limit " + user + " ");
        String limit = said.isEmpty() ? said("limit any ") : said;
        if (limit.isEmpty()) {
            return new Terms(user, Terms.SOCKETS, LAYOUT.capacity(), 0);
        }
        String[] words = limit.split(" ");
        return Terms.within(user, Integer.parseInt(words[0]), Long.parseLong(words[1]), Integer.parseInt(words[2]));
    }

    /// The file whose configuration this is, empty for none.
    public String file() {
        return said("file ");
    }

    private String said(String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()))
                .findFirst()
                .orElse("");
    }

    public String text() {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append("part ").append(part).append('\n'));
        text.append("spin ").append(spinNs).append('\n').append(apart ? "apart\n" : "");
        taps.forEach(tap -> text.append(tap.line()).append('\n'));
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /// @throws IllegalArgumentException if the text is none of ours
    public static Settings parse(String text) {
        List<String> parts = new ArrayList<>();
        long spinNs = 0;
        boolean apart = false;
        List<Tap> taps = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "part" -> parts.add(line.substring("part ".length()));
                case "apart" -> apart = true;
                case "spin" -> spinNs = Long.parseLong(words[1]);
                case "tap" ->
                    taps.add(new Tap(
                            words[1],
                            Integer.parseInt(words[2]),
                            Long.parseLong(words[3]),
                            Boolean.parseBoolean(words[4]),
                            Boolean.parseBoolean(words[5]),
                            Boolean.parseBoolean(words[6])));
                default -> lines.add(line);
            }
        }
        return new Settings(List.copyOf(parts), spinNs, apart, List.copyOf(taps), List.copyOf(lines));
    }
}
