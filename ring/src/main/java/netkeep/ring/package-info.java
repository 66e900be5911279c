/// Memory that protection domains share: regions, records that survive their writer, rings.
///
/// Four rules hold everywhere in this package:
///
/// 1. What only one side writes, that side keeps in a private field and never reads back.
/// 2. What the peer wrote is read once, then checked, then used.
/// 3. A peer that breaks a layout is cut off: never waited for, repaired or retried.
/// 4. Taking and giving move private positions; only `release` and `publish` let the peer see them, and they are
///    called after the commit that covers what was taken or given.
@NullMarked
package netkeep.ring;

import org.jspecify.annotations.NullMarked;
