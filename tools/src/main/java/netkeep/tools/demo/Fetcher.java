package netkeep.tools.demo;

import java.io.IOException;

/// Who gets files, over the kernel's stack.
interface Fetcher {
    /// What is done in the middle of a file.
    interface Meanwhile {
        void done() throws IOException;
    }

    /// What it calls itself.
    String name();

    /// Gets a file once.
    ///
    /// @param middle    of the file: once so many octets have come,
    /// @param meanwhile is done, before more are read
    /// @return the SHA-256 of what came, in hexadecimal
    /// @throws IOException if it did not come
    String sha256(String url, long middle, Meanwhile meanwhile) throws IOException;

    /// As above, with nothing meanwhile.
    default String sha256(String url) throws IOException {
        return sha256(url, Long.MAX_VALUE, () -> {});
    }

    /// Gets a file several times over one connection.
    ///
    /// @return how long each took, in seconds
    double[] seconds(String url, int times) throws IOException;
}
