/// The commands, as processes of their own in network namespaces, beside the programs that users know.
@NullMarked
package netkeep.trials.command;

import org.jspecify.annotations.NullMarked;
