package netkeep.sim;

/// What a wire can be plugged into.
public interface Station {
    /// Plugs one more wire in.
    ///
    /// @param out the pipe that leads away from here
    /// @return where the pipe that leads here ends
    Receiver plug(Pipe out);
}
