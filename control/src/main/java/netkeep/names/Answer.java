package netkeep.names;

import java.util.List;
import netkeep.wire.Address;
import netkeep.wire.DomainName;

/// What a resolver answers.
///
/// @param canonical the name that the addresses are of, behind all aliases; of a reverse lookup the one asked
/// @param addresses of a name, in the order in which a server gave them, those of IPv4 first
/// @param names     of an address
/// @param ttl       seconds for which it holds, 0 for this once
public record Answer(Status status, DomainName canonical, List<Address> addresses, List<DomainName> names, int ttl) {
    /// What became of a question.
    public enum Status {
        FOUND,
        /// There is no such name.
        NO_NAME,
        /// The name is there, but has nothing of what was asked.
        NO_DATA,
        /// Nobody could say: no server answered, or none was able to, or too much was asked at once.
        TRY_AGAIN
    }

    public Answer {
        addresses = List.copyOf(addresses);
        names = List.copyOf(names);
    }

    static Answer none(Status status, int ttl) {
        return new Answer(status, DomainName.ROOT, List.of(), List.of(), ttl);
    }
}
