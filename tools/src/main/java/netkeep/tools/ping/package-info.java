/// `netkeep ping`: echo requests of a stack of our own.
@NullMarked
package netkeep.tools.ping;

import org.jspecify.annotations.NullMarked;
