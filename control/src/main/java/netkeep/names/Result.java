package netkeep.names;

import java.util.List;
import netkeep.wire.Address;
import netkeep.wire.DomainName;

/// What became of looking for one type of records.
///
/// @param untilNs when it does not hold any more
record Result(
        Answer.Status status, DomainName canonical, List<Address> addresses, List<DomainName> names, long untilNs) {
    static Result none(Answer.Status status, DomainName canonical, long untilNs) {
        return new Result(status, canonical, List.of(), List.of(), untilNs);
    }
}
