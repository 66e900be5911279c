package netkeep.tools.demo;

import java.io.IOException;

/// Who gets files, over the kernel's stack.
interface Fetcher {
    /// What it calls itself.
    String name();

    /// Gets a file once.
    ///
    /// @return the SHA-256 of what came, in hexadecimal
    /// @throws IOException if it did not come
    String sha256(String url) throws IOException;

    /// Gets a file several times over one connection.
    ///
    /// @return how long each took, in seconds
    double[] seconds(String url, int times) throws IOException;
}
