/// `netkeep demo`: files over our own TCP/IP to an unmodified curl, beside the kernel's stack.
@NullMarked
package netkeep.tools.demo;

import org.jspecify.annotations.NullMarked;
