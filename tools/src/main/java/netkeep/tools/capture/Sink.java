package netkeep.tools.capture;

import netkeep.ring.CaptureReader;

/// Where a capture goes.
interface Sink extends AutoCloseable {
    /// Writes what was read last.
    ///
    /// @param octets of it that are kept, without what stands before a frame or before octets of a session
    void write(CaptureReader read, int octets);

    /// Shows all that was written.
    ///
    /// @return why nothing more can be written, empty if it can
    String flush();

    /// The end.
    ///
    /// @param count   of what was written
    /// @param dropped of what was not read in time
    void end(long count, long dropped);

    @Override
    void close();
}
