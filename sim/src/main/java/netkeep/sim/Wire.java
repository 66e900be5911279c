package netkeep.sim;

/// Two pipes, one each way, between two stations.
///
/// @param there from the first station to the second
/// @param back  from the second to the first
public record Wire(Pipe there, Pipe back) {
    /// Octets that describe a frame in memory, before its first octet on the wire: a virtio network header.
    public static final int PREFIX = 10;

    /// Joins two stations; the weather is the same both ways.
    public static Wire between(World world, Weather weather, Station first, Station second) {
        Pipe there = new Pipe(world, weather, PREFIX);
        Pipe back = new Pipe(world, weather, PREFIX);
        back.to(first.plug(there));
        there.to(second.plug(back));
        return new Wire(there, back);
    }

    public void weather(Weather weather) {
        there.weather(weather);
        back.weather(weather);
    }

    /// A partition: nothing passes either way.
    public void cut() {
        there.cut();
        back.cut();
    }

    public void mend() {
        there.mend();
        back.mend();
    }
}
