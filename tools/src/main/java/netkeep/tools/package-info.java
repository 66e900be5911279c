/// One command with subcommands.
@NullMarked
package netkeep.tools;

import org.jspecify.annotations.NullMarked;
