/// Measurements, beside the kernel's own stack in the same run.
@NullMarked
package netkeep.bench;

import org.jspecify.annotations.NullMarked;
