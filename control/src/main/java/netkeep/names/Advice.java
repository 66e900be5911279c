package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;

/// What others on the links say of names: servers of DHCP, and routers.
///
/// As text, for control, which a stack tells it:
///
/// ```text
/// name-advice
/// name-server ADDRESS     in the order of asking
/// name-search NAME
/// ```
///
/// @param servers with those that DHCP named first
public record Advice(List<NameServer> servers, List<DomainName> search) {
    public static final Advice NONE = new Advice(List.of(), List.of());

    /// The first line of the text, and the question to the stack.
    public static final String TITLE = "name-advice";

    public Advice {
        servers = servers.stream().limit(NameSettings.MOST_SERVERS).toList();
        search = search.stream().limit(NameSettings.MOST_SEARCH).toList();
    }

    /// @param addresses of servers, which listen at the usual port
    public static Advice of(List<Address> addresses, List<DomainName> search) {
        List<NameServer> servers = new ArrayList<>();
        for (Address address : addresses) {
            servers.add(new NameServer(address, DnsMessage.PORT));
        }
        return new Advice(servers, search);
    }

    /// Reads [#text].
    ///
    /// @throws IllegalArgumentException if it is none
    public static Advice parse(String text) {
        NameSettings lines = NameSettings.of(text.lines().toList());
        return new Advice(lines.servers(), lines.search());
    }

    public static boolean is(String text) {
        return text.equals(TITLE) || text.startsWith(TITLE + "\n");
    }

    public String text() {
        StringBuilder text = new StringBuilder(TITLE);
        NameSettings.DEFAULT
                .with(servers, search)
                .lines()
                .forEach(line -> text.append('\n').append(line));
        return text.toString();
    }
}
