/// Our stack and the kernel's, over every link, in network namespaces of their own.
@NullMarked
package netkeep.trials.interop;

import org.jspecify.annotations.NullMarked;
