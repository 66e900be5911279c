package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.wire.DomainName;

/// Whom to ask, and how. Checked once, here.
///
/// As lines of text:
///
/// ```text
/// name-server ADDRESS[:PORT]     in the order of asking
/// name-search NAME
/// name-option NDOTS TIMEOUT ATTEMPTS
/// name-advised servers           what the links say of servers goes before these
/// name-advised search            the same of names to search
/// ```
///
/// @param servers   the first is asked first, [#MOST_SERVERS] at most
/// @param search    what is put behind a name that has fewer dots, [#MOST_SEARCH] at most
/// @param ndots     a name with so many dots is first looked up as it is, 0..15
/// @param timeoutNs how long the first answer of a server is waited for, 1..30 s; twice as long the next time
/// @param attempts  how often each server is asked, 1..5
/// @param advised   what goes before this where the links say something of it: [#SERVERS], [#NAMES] or both
public record NameSettings(
        List<NameServer> servers, List<DomainName> search, int ndots, long timeoutNs, int attempts, int advised) {
    public static final int MOST_SERVERS = 8;
    public static final int MOST_SEARCH = 8;
    public static final int MOST_NDOTS = 15;
    public static final int MOST_SECONDS = 30;
    public static final int MOST_ATTEMPTS = 5;

    /// Parts of [#advised].
    public static final int SERVERS = 1;

    public static final int NAMES = 2;

    // RFC 1035 §4.2.1: at least 2 to 5 seconds between two datagrams with the same query.
    public static final NameSettings DEFAULT =
            new NameSettings(List.of(), List.of(), 1, TimeUnit.SECONDS.toNanos(2), 3);

    private static final String SERVER = "name-server ";
    private static final String SEARCH = "name-search ";
    private static final String OPTION = "name-option ";
    private static final String ADVISED = "name-advised ";
    private static final String ADVISED_SERVERS = ADVISED + "servers";
    private static final String ADVISED_SEARCH = ADVISED + "search";

    public NameSettings {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
        require(servers.size() <= MOST_SERVERS, "servers", servers.size());
        require(search.size() <= MOST_SEARCH, "search", search.size());
        require(ndots >= 0 && ndots <= MOST_NDOTS, "ndots", ndots);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(timeoutNs);
        require(seconds >= 1 && seconds <= MOST_SECONDS, "timeout", seconds);
        require(attempts >= 1 && attempts <= MOST_ATTEMPTS, "attempts", attempts);
        require((advised & ~(SERVERS | NAMES)) == 0, "advised", advised);
    }

    /// Whatever the links say.
    public NameSettings(List<NameServer> servers, List<DomainName> search, int ndots, long timeoutNs, int attempts) {
        this(servers, search, ndots, timeoutNs, attempts, 0);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }

    /// The same with other servers and names to search.
    public NameSettings with(List<NameServer> others, List<DomainName> names) {
        return new NameSettings(others, names, ndots, timeoutNs, attempts, advised);
    }

    /// The same, where what the links say goes before some of it.
    public NameSettings advised(int parts) {
        return new NameSettings(servers, search, ndots, timeoutNs, attempts, parts);
    }

    /// What holds while the links say this.
    public NameSettings advised(Advice advice) {
        boolean others = (advised & SERVERS) != 0 && !advice.servers().isEmpty();
        boolean names = (advised & NAMES) != 0
                && !(advice.search().isEmpty() && advice.servers().isEmpty());
        return with(others ? advice.servers() : servers, names ? advice.search() : search);
    }

    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        servers.forEach(server -> lines.add(SERVER + server));
        search.forEach(name -> lines.add(SEARCH + name));
        if ((advised & SERVERS) != 0) {
            lines.add(ADVISED_SERVERS);
        }
        if ((advised & NAMES) != 0) {
            lines.add(ADVISED_SEARCH);
        }
        lines.add(OPTION + ndots + " " + TimeUnit.NANOSECONDS.toSeconds(timeoutNs) + " " + attempts);
        return lines;
    }

    /// Whether [#of] reads a line.
    public static boolean isLine(String line) {
        return line.startsWith(SERVER)
                || line.startsWith(SEARCH)
                || line.startsWith(OPTION)
                || line.startsWith(ADVISED);
    }

    /// Reads [#lines] among others; without any it is [#DEFAULT].
    ///
    /// @throws IllegalArgumentException if they say what cannot be
    public static NameSettings of(List<String> lines) {
        List<NameServer> servers = new ArrayList<>();
        List<DomainName> search = new ArrayList<>();
        NameSettings all = DEFAULT;
        int advised = 0;
        for (String line : lines) {
            if (line.startsWith(SERVER)) {
                servers.add(NameServer.parse(line.substring(SERVER.length())));
            } else if (line.startsWith(SEARCH)) {
                search.add(DomainName.parse(line.substring(SEARCH.length())));
            } else if (line.startsWith(ADVISED)) {
                advised |= line.equals(ADVISED_SERVERS) ? SERVERS : NAMES;
            } else if (line.startsWith(OPTION)) {
                String[] words = line.split(" ");
                long timeoutNs = TimeUnit.SECONDS.toNanos(Integer.parseInt(words[2]));
                int ndots = Integer.parseInt(words[1]);
                all = new NameSettings(List.of(), List.of(), ndots, timeoutNs, Integer.parseInt(words[3]));
            }
        }
        return all.with(servers, search).advised(advised);
    }
}
