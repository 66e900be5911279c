/// Headers, addresses and checksums on octets.
///
/// Four rules hold everywhere in this package:
///
/// 1. A header class is a diagram, private offsets under it, readers, a `check` and a `write`. There is no object
///    per packet.
/// 2. Readers judge nothing and trust their octets. `check` judges everything: once it said [Verdict#OK], no reader
///    of that header leaves the `length` that was checked.
/// 3. Unsigned fields are widened as they are read. Sequence numbers alone stay an `int`.
/// 4. An address is two longs `hi, lo` in network order; one of IPv4 is in its mapped form, so that its `hi` is 0
///    and its `lo` 0x0000_ffff_aabb_ccdd. A MAC address is a long of 48 bits.
@NullMarked
package netkeep.wire;

import org.jspecify.annotations.NullMarked;
