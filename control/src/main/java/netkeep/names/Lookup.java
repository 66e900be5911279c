package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import netkeep.wire.DomainName;

/// One name's records of one type, as they are looked for: once, for all who ask.
final class Lookup {
    final Cache.Key key;

    /// Whose it is: who asked first of those that still wait.
    int account;

    final List<Search> waiting = new ArrayList<>();

    /// Behind the aliases that were found so far; and when the first of these ends.
    DomainName name;

    long untilNs = Long.MAX_VALUE;

    /// Aliases that had to be asked for by themselves.
    int hops;

    /// Who is asked, in this order, and a bit of each that said that it cannot answer.
    List<Servers.Server> servers = List.of();

    int unable;

    /// Which was asked last: its index, and each `servers.size()` once more.
    int tries = -1;

    /// The exchange under way, 0 for none.
    int exchange;

    int id;
    boolean stream;
    boolean extended;
    long deadlineNs;

    /// How often in a row the carrier had no room.
    int roomless;

    Lookup(Cache.Key key, int account) {
        this.key = key;
        this.account = account;
        this.name = key.name();
    }

    Servers.Server server() {
        return servers.get(tries % servers.size());
    }

    /// Goes on to the next server that has not said that it cannot.
    ///
    /// @param attempts how often each is asked
    /// @return false if nobody is left
    boolean next(int attempts) {
        for (tries++; tries < attempts * servers.size(); tries++) {
            if ((unable & 1 << tries % servers.size()) == 0) {
                return true;
            }
        }
        return false;
    }

    /// Which time the server is asked, from 0 on.
    int round() {
        return tries / servers.size();
    }

    void cannot() {
        unable |= 1 << tries % servers.size();
    }
}
