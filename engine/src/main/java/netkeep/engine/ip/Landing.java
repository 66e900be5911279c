package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// Where the next frame is read to, in pieces: its first octets to where frames lie, those behind them to where the
/// application will read them, should it be the frame that is expected, and what is left to where it always lies.
///
/// Which frame it was shows when its headers are judged. Whoever expected it finds octets in their place
/// ([#holds]); for everybody else [Packet#frames] brings them to the others. A reused object.
public final class Landing {
    private final Pieces pieces = new Pieces();
    private int socket;
    private int offset;
    private int from;
    private int room;
    private int octets;
    private Runnable whole = () -> {};

    Landing() {}

    /// Has somebody told when a frame's octets were all brought to where the frame lies.
    public void tell(Runnable of) {
        whole = of;
    }

    /// Begins with the frame's first octets. What is added to the pieces then is where those behind them are expected.
    ///
    /// @param first  how many
    /// @param socket whose octets follow
    /// @param offset where in its receive ring the first of them belongs
    public Pieces begin(MemorySegment frames, long at, int first, int socket, int offset) {
        pieces.clear();
        pieces.add(frames, at, first);
        this.from = first;
        this.socket = socket;
        this.offset = offset;
        return pieces;
    }

    /// Ends with what a frame of `longest` octets has behind them.
    public Pieces end(MemorySegment frames, long at, int longest) {
        int total = pieces.total();
        room = total - from;
        if (longest > total) {
            pieces.add(frames, at + total, longest - total);
        }
        return pieces;
    }

    /// A frame of that length was read to the pieces.
    public void read(int length) {
        octets = within(length);
    }

    /// How many octets of a frame of that length lie elsewhere.
    public int within(int length) {
        return Math.clamp((long) length - from, 0, room);
    }

    /// Whose octets are expected.
    public int socket() {
        return socket;
    }

    /// Where in its receive ring the first of them belongs.
    public int offset() {
        return offset;
    }

    /// No octets lie elsewhere than those of all frames.
    public void clear() {
        octets = 0;
    }

    /// Which octet of the frame is the first that lies elsewhere.
    public int from() {
        return from;
    }

    /// How many of the frame's octets lie from [#from] on in a socket's receive ring from that offset on.
    public int holds(int socket, int offset) {
        return this.socket == socket && this.offset == offset ? octets : 0;
    }

    /// Brings all octets to where the frame's others lie.
    public void gather(MemorySegment frames, long at) {
        if (octets == 0) {
            return;
        }
        int done = 0;
        for (int i = 1; done < octets; i++) {
            int run = Math.min(octets - done, pieces.length[i]);
            MemorySegment.copy(pieces.memory[i], pieces.at[i], frames, at + from + done, run);
            done += run;
        }
        octets = 0;
        whole.run();
    }
}
