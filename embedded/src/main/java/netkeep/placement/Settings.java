package netkeep.placement;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.socket.Share;
import netkeep.engine.tcp.TcpSettings;
import netkeep.link.Link;
import netkeep.link.PacketLink;
import netkeep.link.TapLink;
import netkeep.names.NameSettings;
import netkeep.session.BesideTerms;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// What a domain is to be: as text it goes from the command over the keeper to the domain.
///
/// ```text
/// part link NUMBER | part stack | part control                a part that is there, in the order of their turns
/// spin NANOSECONDS
/// apart                                                       the links are not where the stack is
/// device KIND NAME MTU MAC CHECKSUM SEGMENTATION UDP-SEGMENTATION
///                                                             a link, its device granted; the first is number 1
/// address LINK ADDRESS/LENGTH
/// discover LINK
/// dhcp LINK                                                   an address from a server
/// route LINK PREFIX ROUTER
/// filter RULE                                                 as [netkeep.engine.ip.Rule#toString], in their order
/// limit USER|any SOCKETS OCTETS RATES                         what a session may have; see [Terms] and [Rates]
/// sessions COUNT                                              the most at a time, if fewer than possible
/// file PATH                                                   whose configuration this is
/// share NUMBER COUNT                                          which stack this is of those on its links, from 0
/// stack NAME PATH                                             each of them, by number, and where programs attach
/// lead USER|any NUMBER                                        which of them serves the programs of a user
/// beside USER PORTS                                           whose program's own stack may be beside it; see
///                                                             [BesideTerms]
/// name-server, name-search, name-option ...                   as [NameSettings] has them
/// reports PATH                                                where reports of deaths lie; empty for nowhere
/// start SENTENCE                                              what else it was started with, for people
/// ```
///
/// @param parts   of the domain, as above
/// @param spinNs  how long the domain spins before it sleeps
/// @param apart   whether links and stack are in domains of their own
/// @param devices of the links
/// @param lines   all others, as above
public record Settings(List<String> parts, long spinNs, boolean apart, List<Device> devices, List<String> lines) {
    /// The most sessions at a time.
    public static final int SESSIONS = 64;

    /// The session of control itself, behind all programs', over which it asks for names.
    public static final int OWN = SESSIONS;

    private static final int OWN_CAPACITY = 1 << 17;

    /// A session of which nothing is said.
    public static final SessionLayout LAYOUT = Terms.USUAL.layout();

    /// Of all of them.
    public static final EngineSettings ENGINE = new EngineSettings(
            (SESSIONS + 1) * Terms.MOST_SOCKETS, SESSIONS + 1, 256, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    /// The kinds of devices: a queue of a TAP, and a packet socket of an interface.
    public static final String TAP = "tap";

    public static final String PACKET = "packet";

    /// A device, as [TapLink] or [PacketLink] has it.
    ///
    /// @param kind [#TAP] or [#PACKET]
    public record Device(
            String kind,
            String name,
            int mtu,
            long mac,
            boolean checksum,
            boolean segmentation,
            boolean udpSegmentation) {
        /// As it is now.
        public static Device of(String kind, String name, Link link) {
            return new Device(
                    kind,
                    name,
                    link.mtu(),
                    link.mac(),
                    link.checksumOffload(),
                    link.segmentationOffload(),
                    link.udpSegmentation());
        }

        /// Octets of the longest frame either way.
        int longest() {
            boolean longer = kind.equals(PACKET) || segmentation || udpSegmentation;
            return Link.OVERHEAD + (longer ? Link.LONGEST_PACKET : mtu);
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

        /// The link over a descriptor of it, which is closed with the link.
        public Link link(int descriptor) {
            return kind.equals(PACKET)
                    ? PacketLink.inherited(name, descriptor, mtu, mac, checksum, segmentation, udpSegmentation)
                    : new TapLink(name, descriptor, mtu, mac, checksum, segmentation, udpSegmentation);
        }

        /// As [Settings#text] has it.
        public String line() {
            return "device " + kind + " " + name + " " + mtu + " " + mac + " " + checksum + " " + segmentation + " "
                    + udpSegmentation;
        }
    }

    /// The same for a domain of these parts.
    public Settings with(List<String> hosted, long spin, boolean linksApart) {
        return new Settings(hosted, spin, linksApart, devices, lines);
    }

    /// Octets of the ledger's region.
    public long ledgerLength() {
        return Engine.ledgerLength(engine(), devices.size() + 1);
    }

    /// Octets of the region of each of so many stacks on the same links.
    public static long peersLength(int stacks) {
        return PeerRings.length(stacks);
    }

    /// Octets of the region in which a stack keeps the frames of a turn.
    public long framesLength() {
        return Stack.framesLength(devices.size());
    }

    /// Octets of the region that a link writes for a stack.
    public static long upLength() {
        return LinkRing.UP;
    }

    /// Octets of the region that a stack writes for a link.
    public static long downLength() {
        return LinkRing.DOWN;
    }

    /// The most sessions at a time.
    public int sessions() {
        String count = said("sessions ");
        return count.isEmpty() ? SESSIONS : Integer.parseInt(count);
    }

    /// What control's own session has.
    public static Terms own(int user) {
        return new Terms(user, Terms.SOCKETS, OWN_CAPACITY, Rates.ANY);
    }

    /// What a session of a user may have.
    public Terms terms(int user) {
        String said = said("limit " + user + " ");
        String limit = said.isEmpty() ? said("limit any ") : said;
        if (limit.isEmpty()) {
            return new Terms(user, Terms.SOCKETS, LAYOUT.capacity(), Rates.ANY);
        }
        String[] words = limit.split(" ");
        return Terms.within(user, Integer.parseInt(words[0]), Long.parseLong(words[1]), Rates.parse(words, 2));
    }

    /// What a program's own stack may use beside this one, null if there may be none.
    public @Nullable BesideTerms besideTerms() {
        String said = said("beside ");
        return said.isEmpty() ? null : BesideTerms.parse("beside " + said);
    }

    /// Whom to ask for names, and how.
    public NameSettings names() {
        return NameSettings.of(lines);
    }

    /// The file whose configuration this is, empty for none.
    public String file() {
        return said("file ");
    }

    /// The directory in which reports of deaths lie, empty for none.
    public String reports() {
        return said("reports ");
    }

    /// Which stack this is of those that have the same links and addresses.
    public Share share() {
        if (besideTerms() != null) {
            return new Share(BesideRings.DAEMON, 2, 0);
        }
        String said = said("share ");
        int blank = said.indexOf(' ');
        return blank < 0
                ? Share.ALL
                : new Share(Integer.parseInt(said.substring(0, blank)), Integer.parseInt(said.substring(blank + 1)), 0);
    }

    /// A stack among those on one link.
    ///
    /// @param path where its programs attach
    public record Beside(String name, String path) {}

    /// All that are on these links, this one among them, by their numbers; empty if it is alone.
    public List<Beside> beside() {
        return lines.stream()
                .filter(line -> line.startsWith("stack "))
                .map(line -> line.split(" ", 3))
                .map(words -> new Beside(words[1], words[2]))
                .toList();
    }

    /// Where the programs of a user attach, null for here.
    @Nullable
    String leads(int user) {
        String named = said("lead " + user + " ");
        String number = named.isEmpty() ? said("lead any ") : named;
        return number.isEmpty() || Integer.parseInt(number) == share().stack()
                ? null
                : beside().get(Integer.parseInt(number)).path();
    }

    /// How the engine is bound.
    EngineSettings engine() {
        return ENGINE.withShare(share());
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
        devices.forEach(device -> text.append(device.line()).append('\n'));
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /// @throws IllegalArgumentException if the text is none of ours
    public static Settings parse(String text) {
        List<String> parts = new ArrayList<>();
        long spinNs = 0;
        boolean apart = false;
        List<Device> devices = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "part" -> parts.add(line.substring("part ".length()));
                case "apart" -> apart = true;
                case "spin" -> spinNs = Long.parseLong(words[1]);
                case "device" ->
                    devices.add(new Device(
                            words[1],
                            words[2],
                            Integer.parseInt(words[3]),
                            Long.parseLong(words[4]),
                            Boolean.parseBoolean(words[5]),
                            Boolean.parseBoolean(words[6]),
                            Boolean.parseBoolean(words[7])));
                default -> lines.add(line);
            }
        }
        return new Settings(List.copyOf(parts), spinNs, apart, List.copyOf(devices), List.copyOf(lines));
    }
}
