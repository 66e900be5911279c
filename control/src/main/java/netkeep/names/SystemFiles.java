package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;

/// What a system's `resolv.conf` says, as far as it concerns us. Its lines are read with care: what is none of ours,
/// or cannot be, is passed over, as libc does.
public final class SystemFiles {
    private SystemFiles() {}

    /// @param text of a `resolv.conf`
    /// @return its servers but for those on a loopback, which a stack of ours has none of
    public static NameSettings resolvConf(String text) {
        List<NameServer> servers = new ArrayList<>();
        List<DomainName> search = new ArrayList<>();
        NameSettings all = NameSettings.DEFAULT;
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> server(words, servers);
                case "search", "domain" -> {
                    // The last line of either kind counts.
                    search.clear();
                    names(words, search);
                }
                case "options" -> all = options(words, all);
                default -> {
                    // A comment, or what only libc knows.
                }
            }
        }
        return all.with(servers, search);
    }

    private static void server(String[] words, List<NameServer> servers) {
        if (words.length < 2 || servers.size() == NameSettings.MOST_SERVERS) {
            return;
        }
        try {
            NameServer server = new NameServer(Address.parse(words[1]), DnsMessage.PORT);
            if (!server.address().isLoopback()) {
                servers.add(server);
            }
        } catch (IllegalArgumentException none) {
            // An address with a zone, or nonsense.
        }
    }

    private static void names(String[] words, List<DomainName> search) {
        for (int i = 1; i < words.length && search.size() < NameSettings.MOST_SEARCH; i++) {
            try {
                DomainName name = DomainName.parse(words[i]);
                if (!name.equals(DomainName.ROOT)) {
                    search.add(name);
                }
            } catch (IllegalArgumentException none) {
                // The others may be names.
            }
        }
    }

    private static NameSettings options(String[] words, NameSettings before) {
        int ndots = before.ndots();
        long timeoutNs = before.timeoutNs();
        int attempts = before.attempts();
        for (String word : words) {
            int value =
                    word.matches("[a-z]+:[0-9]{1,4}") ? Integer.parseInt(word.substring(word.indexOf(':') + 1)) : -1;
            if (value >= 0 && word.startsWith("ndots:")) {
                ndots = Math.min(value, NameSettings.MOST_NDOTS);
            } else if (value >= 1 && word.startsWith("timeout:")) {
                timeoutNs = TimeUnit.SECONDS.toNanos(Math.min(value, NameSettings.MOST_SECONDS));
            } else if (value >= 1 && word.startsWith("attempts:")) {
                attempts = Math.min(value, NameSettings.MOST_ATTEMPTS);
            }
        }
        return new NameSettings(List.of(), List.of(), ndots, timeoutNs, attempts);
    }
}
