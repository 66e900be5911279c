package netkeep.tools.ping;

import netkeep.engine.ip.Failure;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// What came of an echo request.
///
/// @param sequence the request's number, 0..65535
/// @param from     who answered, or who reported the error
/// @param length   octets of the message that answered
/// @param hops     what was left of its TTL or hop limit
/// @param failure  the error, null for an answer
/// @param mtu      of an error that names one
/// @param wrong    where its data differ from the request's, -1 if nowhere
/// @param atNs     when
record Heard(
        int sequence,
        Address from,
        int length,
        int hops,
        Failure.@Nullable Kind failure,
        int mtu,
        int wrong,
        long atNs) {}
