package netkeep.tools.chaos;

import java.io.IOException;

/// Asks a program again and again.
interface Asker {
    /// Asks until it is over. What was begun is answered then.
    ///
    /// @throws IOException if an answer is wrong, or did not come
    void ask(KernelSide side) throws IOException, InterruptedException;
}
