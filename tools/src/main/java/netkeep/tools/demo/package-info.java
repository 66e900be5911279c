/// `netkeep demo`: serves files over a stack of our own to a client on the kernel's, and measures both stacks.
@NullMarked
package netkeep.tools.demo;

import org.jspecify.annotations.NullMarked;
