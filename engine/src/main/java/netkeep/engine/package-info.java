/// The engine: all protocol machines behind one class, [netkeep.engine.Engine].
@NullMarked
package netkeep.engine;

import org.jspecify.annotations.NullMarked;
