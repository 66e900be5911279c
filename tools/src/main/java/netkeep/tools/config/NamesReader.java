package netkeep.tools.config;

import java.util.List;
import java.util.function.Consumer;
import netkeep.names.NameServer;
import netkeep.names.NameSettings;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// Reads how names are looked up.
final class NamesReader {
    NamesReader() {}

    Config.Names all(TableReader reader) {
        TableReader table = reader.table("names");
        if (table == null) {
            return Config.Names.DEFAULT;
        }
        List<String> servers = list(table, "servers", NameSettings.MOST_SERVERS, NamesReader::server);
        List<String> search = list(table, "search", NameSettings.MOST_SEARCH, NamesReader::name);
        int ndots = table.has("ndots") ? table.number("ndots", 1, 0, NameSettings.MOST_NDOTS) : -1;
        int timeout = table.has("timeout") ? table.number("timeout", 2, 1, NameSettings.MOST_SECONDS) : -1;
        int attempts = table.has("attempts") ? table.number("attempts", 3, 1, NameSettings.MOST_ATTEMPTS) : -1;
        String hosts = table.string("hosts");
        table.close();
        String file = hosts == null ? Config.Names.DEFAULT.hosts() : hosts;
        return new Config.Names(servers, search, ndots, timeout, attempts, file);
    }

    private static @Nullable List<String> list(TableReader table, String key, int most, Consumer<String> check) {
        List<String> all = table.strings(key, check);
        if (all.size() > most) {
            table.problem(key, all.size() + " are too many: write " + most + " at most");
        }
        return table.has(key) ? all : null;
    }

    private static void server(String text) {
        NameServer server;
        try {
            server = NameServer.parse(text);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException(
                    "write an address, as 198.18.0.1, or with a port 198.18.0.1:5353 or [fd00::1]:5353", none);
        }
        if (server.address().isLoopback()) {
            throw new IllegalArgumentException(
                    "the stack's loopback has no name server: write one's address on a link");
        }
    }

    private static void name(String text) {
        try {
            DomainName.parse(text);
        } catch (IllegalArgumentException none) {
            throw new IllegalArgumentException("write a name, as example.org", none);
        }
    }
}
