/// The channels of `java.nio` over a session, in the application's own program.
@NullMarked
package netkeep.client;

import org.jspecify.annotations.NullMarked;
