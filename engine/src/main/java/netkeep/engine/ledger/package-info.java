/// What the whole engine keeps beside its tables: counters, luck, frames on their way out.
@NullMarked
package netkeep.engine.ledger;

import org.jspecify.annotations.NullMarked;
