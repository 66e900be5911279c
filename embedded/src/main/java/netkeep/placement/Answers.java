package netkeep.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.control.OwnAddresses;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.dhcp.DhcpState;
import netkeep.engine.ip.AddressState;
import netkeep.engine.ip.Filter;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.NameAdvice;
import netkeep.engine.ip.Rule;
import netkeep.engine.ip.Views;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.socket.Attachment;
import netkeep.engine.tcp.Listing;
import netkeep.engine.tcp.SocketView;
import netkeep.names.Advice;
import netkeep.names.NameSettings;
import netkeep.ring.Layouts;
import netkeep.session.AddressMessage;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// What is asked of a stack, and answered by it between two turns: see [Ask]. No answer takes longer than a turn may.
public final class Answers {
    /// Sockets that one answer shows: all of them are shorter than [Ask#LONGEST], and written within 100 us.
    private static final int SOCKETS = 16;

    /// Lines of the settings that are for others than the stack.
    private static final Set<String> OTHERS =
            Set.of("sessions", "limit", "file", "share", "stack", "lead", "beside", "start", "reports");

    private final Engine engine;
    private final Settings settings;
    private final Others others;

    /// Answers that no turn has committed yet.
    private final List<Word> owed = new ArrayList<>();

    /// How often what the links say of names had changed when that was told.
    private long told;

    /// Of a stack that shares its addresses with nobody.
    public Answers(Engine engine, Settings settings) {
        this(engine, settings, new Others() {});
    }

    Answers(Engine engine, Settings settings, Others others) {
        this.engine = engine;
        this.settings = settings;
        this.others = others;
    }

    /// Somebody asks: the answer is owed until the turn has committed what it says or does. A stack may die in between,
    /// and who was told that something holds does not ask again.
    void asked(Word word, long nowNs) {
        owed.add(new Word(Word.TELL, word.number(), answer(word.text(), nowNs)));
    }

    /// A turn has committed: tells what is owed, and control what it did not ask.
    void tell(Line keeper) throws IOException {
        for (Word answer : owed) {
            keeper.send(answer.octets());
        }
        owed.clear();
        String news = news();
        if (news != null) {
            keeper.send(new Word(Word.TELL, 0, news).octets());
        }
    }

    /// The answer to any text.
    public String answer(String question, long nowNs) {
        int blank = question.indexOf(' ');
        String what = blank < 0 ? question : question.substring(0, blank);
        String rest = blank < 0 ? "" : question.substring(blank + 1);
        try {
            return switch (what) {
                case "status" -> status(nowNs);
                case "session" -> session(Integer.parseInt(rest));
                case "ss" -> sockets(Integer.parseUnsignedInt(rest), nowNs);
                case "nstat" -> counters();
                case "settings" -> settings.text();
                case Advice.TITLE -> advice().text();
                case OwnAddresses.TITLE -> ownAddresses(nowNs).text();
                case "add" -> add(rest, nowNs);
                case "remove" -> remove(rest, nowNs);
                case "filter" -> filter(rest);
                default -> "error: there is no such question";
            };
        } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
            return "error: " + what + ": " + wrong.getMessage();
        }
    }

    /// What others on the links say of names.
    public Advice advice() {
        NameAdvice said = engine.ip().nameAdvice();
        return Advice.of(said.servers(), said.search());
    }

    /// What control is to be told although it did not ask, null for nothing: what the links say of names has changed.
    @Nullable
    private String news() {
        long changes = engine.ip().nameAdvice().changes();
        if (changes == told) {
            return null;
        }
        told = changes;
        return advice().text();
    }

    /// The links and what addresses they have, for programs that ask for their machine's.
    private OwnAddresses ownAddresses(long nowNs) {
        List<AddressMessage.Link> links = new ArrayList<>();
        for (Settings.Device device : settings.devices()) {
            links.add(new AddressMessage.Link(device.mac(), engine.ip().linkMtu(links.size() + 1)));
        }
        List<AddressMessage.Own> own = new ArrayList<>();
        for (Views.OwnAddress view : engine.ip().views().addresses()) {
            if (view.link() != 0 && view.state() != AddressState.DUPLICATE) {
                int used = view.preferredNs() <= nowNs ? AddressMessage.DEPRECATED : AddressMessage.PREFERRED;
                own.add(new AddressMessage.Own(
                        view.address().hi(),
                        view.address().lo(),
                        view.link(),
                        view.prefixLength(),
                        view.state() == AddressState.TENTATIVE ? AddressMessage.TENTATIVE : used));
            }
        }
        return new OwnAddresses(links, own);
    }

    private String sockets(int from, long nowNs) {
        Listing.Piece piece = Listing.of(engine.tcp(), nowNs, from, SOCKETS);
        StringBuilder lines = new StringBuilder("next=" + piece.next() + "\n");
        for (SocketView view : piece.views()) {
            lines.append(SocketLine.of(view)).append('\n');
        }
        return lines.toString();
    }

    private String counters() {
        Counters counters = engine.counters();
        StringBuilder lines = new StringBuilder();
        for (Counter counter : Counter.values()) {
            lines.append(counter).append('=').append(counters.get(counter)).append('\n');
        }
        return lines.toString();
    }

    private String status(long nowNs) {
        StringBuilder lines = new StringBuilder("stack turn=" + engine.turn() + " layout=" + Layouts.version() + "\n");
        int number = 1;
        for (Settings.Device device : settings.devices()) {
            lines.append("link number=").append(number).append(" name=").append(device.name());
            lines.append(" mac=").append(mac(device.mac())).append(" mtu=").append(device.mtu());
            lines.append(" checksum=").append(device.checksum());
            lines.append(" segmentation=").append(device.segmentation());
            lines.append(" udp_segmentation=").append(device.udpSegmentation());
            boolean discover = engine.ip().acceptsAdvertisements(number);
            lines.append(" discover=").append(discover);
            lines.append(dhcp(number++, nowNs)).append('\n');
        }
        for (Views.OwnAddress address : engine.ip().views().addresses()) {
            lines.append("address link=")
                    .append(address.link())
                    .append(" address=")
                    .append(address.address());
            lines.append('/').append(address.prefixLength());
            lines.append(" state=").append(address.state().name().toLowerCase(Locale.ROOT));
            lines.append(" manual=").append(address.manual()).append('\n');
        }
        for (Views.Route route : engine.ip().views().routes()) {
            lines.append("route link=").append(route.link()).append(" prefix=").append(route.prefix());
            Address next = route.next();
            if (next != null) {
                lines.append(" router=").append(next);
            }
            lines.append(" manual=").append(!route.told()).append('\n');
        }
        return lines.toString();
    }

    /// What a server has lent on a link.
    private String dhcp(int link, long nowNs) {
        DhcpState state = engine.dhcp().state(link);
        String said = " dhcp=" + state.name().toLowerCase(Locale.ROOT);
        if (state.bound()) {
            long endNs = engine.dhcp().endNs(link);
            long left = endNs == Engine.NEVER ? -1 : Math.max(0, TimeUnit.NANOSECONDS.toSeconds(endNs - nowNs));
            said += " server=" + Address.of(0, engine.dhcp().server(link)) + " lease=" + left;
        }
        return said;
    }

    /// Gives back what servers have lent: the daemon ends.
    void release(long nowNs) {
        for (int link = 1; link <= settings.devices().size(); link++) {
            engine.dhcp().end(link, nowNs);
        }
    }

    private static String mac(long mac) {
        StringBuilder text = new StringBuilder();
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (mac >>> shift) & 0xFF;
            text.append(Character.forDigit(octet >> 4, 16)).append(Character.forDigit(octet & 15, 16));
            text.append(shift == 0 ? "" : ":");
        }
        return text.toString();
    }

    private String session(int number) {
        for (Attachment attachment : engine.attachments()) {
            if (attachment.number == number) {
                SessionLayout layout = attachment.layout;
                Rates rates = attachment.rates;
                return "session number=" + number + " sockets=" + attachment.inUse() + " closed="
                        + attachment.closed() + " most_sockets=" + layout.sockets() + " most_memory="
                        + (layout.clientLength() + layout.stackLength()) + " per_second=" + rates.connections()
                        + " octets_per_second=" + rates.sent() + " octets_received_per_second=" + rates.received()
                        + "\n";
            }
        }
        return others.status(number);
    }

    /// Lets a line of the settings hold.
    ///
    /// @return `ok`, or why it does not
    /// @throws IllegalArgumentException if it is none of them
    public String add(String line, long nowNs) {
        String[] words = line.split(" ");
        if (OTHERS.contains(words[0]) || NameSettings.isLine(line)) {
            return "ok";
        }
        Ip ip = engine.ip();
        if (words[0].equals("filter")) {
            return ip.filter().stage(Rule.parse(line.substring("filter ".length())))
                    ? "ok"
                    : "error: there is no room for another rule";
        }
        int link = link(words[1]);
        boolean done = switch (words[0]) {
            case "address" -> {
                int slash = words[2].indexOf('/');
                Address address = Address.parse(words[2].substring(0, slash));
                int length = Integer.parseInt(words[2].substring(slash + 1));
                yield ip.addAddress(link, address.hi(), address.lo(), length, nowNs);
            }
            case "discover" -> {
                ip.acceptAdvertisements(link, true, nowNs);
                yield true;
            }
            case "dhcp" -> {
                engine.dhcp().begin(link, nowNs);
                yield true;
            }
            case "route" -> {
                Address router = Address.parse(words[3]);
                yield ip.addRoute(Prefix.parse(words[2]), link, router.hi(), router.lo(), 0);
            }
            default -> throw new IllegalArgumentException(line);
        };
        return done ? "ok" : "error: there is no room for another " + words[0];
    }

    /// The rules that hold, or what becomes of those that were added since they were cleared.
    private String filter(String what) {
        Filter filter = engine.ip().filter();
        switch (what) {
            case "clear" -> filter.clear();
            case "apply" -> filter.apply();
            case "list" -> {
                StringBuilder lines = new StringBuilder();
                filter.rules()
                        .forEach(rule -> lines.append("filter ").append(rule).append('\n'));
                return lines.toString();
            }
            default -> throw new IllegalArgumentException(what);
        }
        return "ok";
    }

    private int link(String text) {
        int link = Integer.parseInt(text);
        if (link < 1 || link > settings.devices().size()) {
            throw new IllegalArgumentException("link " + link);
        }
        return link;
    }

    private String remove(String line, long nowNs) {
        String[] words = line.split(" ");
        Ip ip = engine.ip();
        int link = link(words[1]);
        switch (words[0]) {
            case "address" -> {
                Address address = Address.parse(words[2].substring(0, words[2].indexOf('/')));
                ip.removeAddress(link, address.hi(), address.lo(), nowNs);
            }
            case "discover" -> ip.acceptAdvertisements(link, false, nowNs);
            case "dhcp" -> engine.dhcp().end(link, nowNs);
            case "route" -> {
                Address router = Address.parse(words[3]);
                ip.removeRoute(Prefix.parse(words[2]), link, router.hi(), router.lo());
            }
            default -> throw new IllegalArgumentException(line);
        }
        return "ok";
    }
}
