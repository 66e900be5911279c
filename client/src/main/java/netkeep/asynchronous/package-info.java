/// The asynchronous channels of `java.nio` over those of a selector provider that block: each operation that waits has
/// a virtual thread, which parks.
@NullMarked
package netkeep.asynchronous;

import org.jspecify.annotations.NullMarked;
