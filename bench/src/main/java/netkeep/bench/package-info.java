/// Measures this stack beside the kernel's, in one run and between the same two namespaces.
///
/// Three rules hold everywhere in this package:
///
/// 1. A figure never stands without the other side's figure of the same minute, and its spread.
/// 2. Both sides get the same load program, warm-up and length of run; each gets its best setting.
/// 3. What a run made, processes, namespaces and files, is gone when it ends, however it ends.
@NullMarked
package netkeep.bench;

import org.jspecify.annotations.NullMarked;
