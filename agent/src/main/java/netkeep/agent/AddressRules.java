package netkeep.agent;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import netkeep.client.Rules;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// Rules in words: which addresses and ports are the stack's. The first that matches decides; where none does, loopback
/// is the kernel's and all else the stack's.
final class AddressRules implements Rules {
    /// @param ours  whether what matches is the stack's
    /// @param where null for any address
    /// @param least of its ports
    private record Rule(boolean ours, @Nullable Prefix where, int least, int most) {
        boolean matches(Address address, int port) {
            return (where == null || where.contains(address)) && port >= least && port <= most;
        }
    }

    private static final int MOST_PORT = 65535;

    private final List<Rule> rules = new ArrayList<>();

    AddressRules() {}

    /// Adds a rule behind the others.
    ///
    /// @param text `PREFIX`, `PREFIX@PORTS` or `@PORTS`, as in `198.18.0.0/24@80` or `@8000-8999`; an address is a
    ///             prefix, too
    /// @throws IllegalArgumentException if it is none of these
    void add(boolean ours, String text) {
        int at = text.indexOf('@');
        String where = at < 0 ? text : text.substring(0, at);
        String ports = at < 0 ? "0-" + MOST_PORT : text.substring(at + 1);
        int dash = ports.indexOf('-');
        int least = port(text, dash < 0 ? ports : ports.substring(0, dash));
        int most = port(text, dash < 0 ? ports : ports.substring(dash + 1));
        if (least > most || at < 0 && where.isEmpty()) {
            throw new IllegalArgumentException("\"" + text + "\" matches nothing");
        }
        rules.add(new Rule(ours, where.isEmpty() ? null : prefix(where), least, most));
    }

    private static int port(String text, String number) {
        try {
            int port = Integer.parseInt(number);
            if (port >= 0 && port <= MOST_PORT) {
                return port;
            }
        } catch (NumberFormatException notOne) {
            // Said below.
        }
        throw new IllegalArgumentException("\"" + text + "\": ports are 0..65535, as in 80 or 8000-8999");
    }

    private static Prefix prefix(String text) {
        if (text.contains("/")) {
            return Prefix.parse(text);
        }
        Address address = Address.parse(text);
        return Prefix.of(address, address.isV4() ? 32 : 128);
    }

    @Override
    public boolean ours(InetAddress address, int port) {
        Rule first = first(address, port);
        return first != null ? first.ours : DEFAULT.ours(address, port);
    }

    @Override
    public boolean unsaid(InetAddress address, int port) {
        return first(address, port) == null && DEFAULT.unsaid(address, port);
    }

    private @Nullable Rule first(InetAddress address, int port) {
        Address known = Address.of(address.getAddress());
        for (Rule rule : rules) {
            if (rule.matches(known, port)) {
                return rule;
            }
        }
        return null;
    }
}
