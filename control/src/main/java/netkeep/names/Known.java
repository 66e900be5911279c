package netkeep.names;

import java.util.ArrayList;
import java.util.List;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import org.jspecify.annotations.Nullable;

/// What is answered without a server: literals, names that mean the same everywhere (RFC 6761 §6.3, §6.4, RFC
/// 7686 §2), and the hosts file.
final class Known {
    private static final DomainName LOCALHOST = DomainName.parse("localhost");
    private static final DomainName INVALID = DomainName.parse("invalid");
    private static final DomainName ONION = DomainName.parse("onion");
    private static final Address LOOPBACK_4 = Address.parse("127.0.0.1");
    private static final Address LOOPBACK_6 = Address.parse("::1");

    private Known() {}

    /// An address that is written as such.
    ///
    /// @return null if it is a name
    static @Nullable Answer literal(Question.Forward question) {
        Address address;
        try {
            address = Address.parse(question.name());
        } catch (IllegalArgumentException name) {
            return null;
        }
        boolean wanted = address.isV4() ? question.v4() : question.v6();
        return wanted ? found(DomainName.ROOT, List.of(address)) : Answer.none(Answer.Status.NO_DATA, 0);
    }

    /// @return null if a server has to be asked
    static @Nullable Answer forward(DomainName name, Question.Forward question, Hosts hosts) {
        if (name.within(INVALID) || name.within(ONION)) {
            return Answer.none(Answer.Status.NO_NAME, 0);
        }
        List<Address> known = name.within(LOCALHOST) ? List.of(LOOPBACK_4, LOOPBACK_6) : hosts.addresses(name);
        List<Address> wanted = new ArrayList<>();
        for (Address address : known) {
            if (address.isV4() ? question.v4() : question.v6()) {
                wanted.add(address);
            }
        }
        return wanted.isEmpty() ? null : found(name, wanted);
    }

    /// @return null if a server has to be asked
    static @Nullable Answer reverse(Address address, Hosts hosts) {
        List<DomainName> names = hosts.names(address);
        if (names == null && address.isLoopback()) {
            names = List.of(LOCALHOST);
        }
        if (names == null) {
            return null;
        }
        return new Answer(Answer.Status.FOUND, DomainName.reverse(address), List.of(), names, 0);
    }

    private static Answer found(DomainName name, List<Address> addresses) {
        return new Answer(Answer.Status.FOUND, name, addresses, List.of(), 0);
    }
}
