/// The fast path: the engine with rings and a ledger round it, in one loop.
@NullMarked
package netkeep.stack;

import org.jspecify.annotations.NullMarked;
