package netkeep.sim;

import java.lang.foreign.MemorySegment;

/// What lives on a [Host]: a machine without I/O that is told what happened and asked what to send.
public interface Node {
    /// A frame arrived on a link; nothing is kept of it.
    ///
    /// @param link the number of the wire, from 0 in the order in which they were plugged in
    void arrives(int link, MemorySegment frames, long at, int length, long nowNs);

    /// Does all that there is to do at `nowNs`: what is due, what frames and calls left behind; sends what there is to
    /// send through `out`.
    void turn(Outlet out, long nowNs);

    /// When the next turn is due though nothing arrives, or [World#NEVER].
    long deadlineNs();

    /// Where a node sends.
    interface Outlet {
        /// Room to lay a frame of `length` octets down, from 0 on, for [#sendRoom]; valid until then.
        MemorySegment room(int length);

        /// Sends what was laid down in the [#room] that was asked for last, and not a copy of it.
        void sendRoom(int link, int length);

        /// Sends a frame; `frames` is only read.
        void send(int link, MemorySegment frames, long at, int length);
    }
}
